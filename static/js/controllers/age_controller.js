import { Controller } from "../../vendor/page.js";
import { textOf } from "../helpers/text.js";
import { serverClock } from "../live/clock.js";

const NOW_S = 10;
const MINUTE_S = 60;
const HOUR_S = 3600;

/** How long ago something was, by the server's clock. Only the element's text changes. */
export default class extends Controller {
  static values = { since: Number };

  #stop = null;

  connect() {
    this.#stop = serverClock.onTick((now) => this.#show(now));
    this.#show(serverClock.now());
  }

  disconnect() {
    this.#stop();
  }

  sinceValueChanged() {
    if (this.#stop) this.#show(serverClock.now());
  }

  #show(now) {
    if (!this.sinceValue) return;
    const seconds = Math.max(0, Math.floor((now - this.sinceValue) / 1000));
    const text = this.#words(seconds);
    if (this.element.textContent !== text) this.element.textContent = text;
  }

  #words(seconds) {
    if (seconds < NOW_S) return textOf(this.element, "now");
    if (seconds < MINUTE_S) return textOf(this.element, "seconds", { n: seconds });
    if (seconds < HOUR_S) return textOf(this.element, "minutes", { n: Math.floor(seconds / MINUTE_S) });
    return textOf(this.element, "hours", { n: Math.floor(seconds / HOUR_S) });
  }
}
