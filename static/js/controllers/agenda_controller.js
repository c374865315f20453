import { Controller } from "../../vendor/page.js";
import { announce, textOf } from "../helpers/text.js";
import { serverClock } from "../live/clock.js";

const MINUTE_MS = 60_000;

/** The step a room is at: how long it has been there, and said politely when it goes on. */
export default class extends Controller {
  static targets = ["taken"];
  static values = { step: String, began: Number, paused: Number, minutes: Number };

  #stop = null;

  connect() {
    this.#stop = serverClock.onTick((now) => this.#show(now));
    this.#show(serverClock.now());
  }

  disconnect() {
    this.#stop();
  }

  takenTargetConnected() {
    if (this.#stop) this.#show(serverClock.now());
  }

  stepValueChanged(step, before) {
    if (before && step !== before) announce(textOf(this.element, "moved"));
  }

  #show(now) {
    if (!this.beganValue) return;
    const until = this.pausedValue ? Math.min(now, this.pausedValue) : now;
    const minutes = Math.max(0, Math.floor((until - this.beganValue) / MINUTE_MS));
    const all = this.minutesValue;
    const text = textOf(this.element, minutes > all ? "over" : "within", { minutes, all, over: minutes - all });
    for (const taken of this.takenTargets) if (taken.textContent !== text) taken.textContent = text;
  }
}
