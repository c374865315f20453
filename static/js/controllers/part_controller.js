import { Controller } from "../../vendor/page.js";
import { morphInto } from "../helpers/morph.js";
import { announce, textOf } from "../helpers/text.js";
import { feed } from "../live/feed.js";
import { parts, spreadOf } from "../live/parts.js";
import { connection } from "../live/socket.js";
import { isHeld, isTyped } from "../live/unsent.js";

const SPREAD_MS = 300;
const GONE_MS = 1_500;
const GUIDED = "[data-controller~=goto]";
const LEAVING = "[data-controller~=goto]:not([hidden], [data-offers])";

/** A region the server renders again when something it shows has changed. */
export default class extends Controller {
  static values = { name: String, events: String, match: Object, query: Object, every: Number, spread: { type: Number, default: SPREAD_MS } };

  #stops = [];
  #interval = 0;
  #goneTimer = 0;
  #part = null;

  connect() {
    this.#part = this.#asPart();
    if (!this.eventsValue) return; // only the answer to an act fills it: fetched, it would be empty
    const names = new Set(this.eventsValue.split(/\s+/));
    this.#stops = [
      feed.onEvent(({ name, data }) => names.has(name) && this.#matches(data) && parts.want(this.#part, spreadOf(name, this.spreadValue))),
      feed.onGap(() => this.refresh()),
    ];
    addEventListener("consult:refresh", this.refresh);
    if (this.everyValue > 0) this.#interval = setInterval(() => this.refresh(), this.everyValue * 1000);
  }

  disconnect() {
    this.#stops.forEach((stop) => stop());
    parts.forget(this.#part);
    clearTimeout(this.#goneTimer);
    clearInterval(this.#interval);
    removeEventListener("consult:refresh", this.refresh);
  }

  /** Fetches soon. */
  refresh = () => parts.want(this.#part, this.spreadValue);

  #asPart() {
    const controller = this;
    return {
      name: this.nameValue,
      get query() {
        return controller.queryValue;
      },
      take: (html) => this.#take(html),
      gone: () => this.#gone(),
    };
  }

  /** An event that says nothing of a field is for everybody. */
  #matches(data) {
    return Object.entries(this.matchValue).every(([field, value]) => !(field in data) || data[field] === value);
  }

  #take(html) {
    if (!this.element.isConnected) return;
    const before = this.element.textContent;
    morphInto(this.element, html);
    if (this.element.textContent !== before) announce(textOf(this.element, "changed"));
  }

  /** The page is no longer this person's as it stands: load it anew, unless text would be lost from sight or the page is
      about to go where the person should be. Who lost a right loses sight of what it showed; who is only signed out keeps a form. */
  #gone() {
    clearTimeout(this.#goneTimer);
    const wait = document.querySelector(GUIDED) ? GONE_MS : 0;
    this.#goneTimer = setTimeout(() => !this.#keepsWords() && !document.querySelector(LEAVING) && location.reload(), wait);
  }

  #keepsWords() {
    return isHeld() || (connection.state === "refused" && isTyped());
  }
}
