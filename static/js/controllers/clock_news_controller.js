import { Controller } from "../../vendor/page.js";
import { flashTitle } from "../helpers/flash.js";
import { announce, textOf } from "../helpers/text.js";
import { feed } from "../live/feed.js";
import { LIVE } from "../live/events.js";

const SHOWN_MS = 15_000;

/** What a facilitator did to the clock, and the warnings before the end: shown for a while, and said politely. */
export default class extends Controller {
  static values = { room: String };

  #stop = null;
  #timer = 0;

  connect() {
    this.#stop = feed.onEvent(({ name, data }) => name === LIVE.ROOM_DEADLINE_CHANGED && this.#changed(data));
    addEventListener("consult:warning", this.#warned);
  }

  disconnect() {
    this.#stop();
    clearTimeout(this.#timer);
    removeEventListener("consult:warning", this.#warned);
  }

  #changed({ room, change, minutes }) {
    if (room !== this.roomValue) return;
    const name = minutes === 1 && this.element.hasAttribute(`data-text-${change}-one`) ? `${change}-one` : change;
    const text = textOf(this.element, name, { minutes });
    announce(text);
    // A pause is shown by the room's head for as long as it lasts.
    if (change === "paused") flashTitle(text);
    else this.#show(text);
  }

  /** The clock has said it aloud already. */
  #warned = ({ detail }) => this.#show(detail);

  #show(text) {
    if (!text) return;
    flashTitle(text);
    this.element.textContent = text;
    this.element.hidden = false;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.element.hidden = true), SHOWN_MS);
  }
}
