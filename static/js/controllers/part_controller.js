import { Controller } from "../../vendor/page.js";
import { morphInto } from "../helpers/morph.js";
import { announce, textOf } from "../helpers/text.js";
import { feed } from "../live/feed.js";
import { isHeld } from "../live/unsent.js";

const COLLECT_MS = 60;
const SPREAD_MS = 300;
const RETRY_MS = 4_000;
const GONE_MS = 1_500;
const GUIDED = "[data-controller~=goto]";
const LEAVING = "[data-controller~=goto]:not([hidden])";
const GONE = new Set([401, 403, 404, 410]);

/** A region the server renders again when something it shows has changed. */
export default class extends Controller {
  static values = { name: String, events: String, match: Object, query: Object, every: Number, spread: { type: Number, default: SPREAD_MS } };

  #stops = [];
  #timer = 0;
  #interval = 0;
  #isFetching = false;
  #isStale = false;

  connect() {
    const names = new Set(this.eventsValue.split(/\s+/));
    this.#stops = [
      feed.onEvent((event) => names.has(event.name) && this.#matches(event.data) && this.refresh()),
      feed.onGap(() => this.refresh()),
    ];
    document.addEventListener("visibilitychange", this.#seen);
    addEventListener("consult:refresh", this.refresh);
    if (this.everyValue > 0) this.#interval = setInterval(() => this.refresh(), this.everyValue * 1000);
  }

  disconnect() {
    this.#stops.forEach((stop) => stop());
    clearTimeout(this.#timer);
    clearInterval(this.#interval);
    document.removeEventListener("visibilitychange", this.#seen);
    removeEventListener("consult:refresh", this.refresh);
  }

  /** Fetches soon; many reasons within a moment are one. Pages nobody looks at wait until somebody does. */
  refresh = () => {
    this.#isStale = true;
    if (document.visibilityState !== "visible") return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#fetch(), COLLECT_MS + Math.random() * this.spreadValue);
  };

  #seen = () => this.#isStale && this.refresh();

  #matches(data) {
    return Object.entries(this.matchValue).every(([field, value]) => data[field] === value);
  }

  async #fetch() {
    if (this.#isFetching) return;
    this.#isFetching = true;
    this.#isStale = false;
    try {
      const url = new URL(location.href);
      Object.entries(this.queryValue).forEach(([name, value]) => url.searchParams.set(name, value));
      url.searchParams.set("part", this.nameValue);
      const response = await fetch(url, { headers: { Accept: "text/html" }, cache: "no-store" });
      if (response.redirected || GONE.has(response.status)) return this.#gone();
      if (!response.ok) throw new Error(String(response.status));
      this.#take(await response.text());
    } catch {
      this.#isStale = true;
      this.#timer = setTimeout(this.refresh, RETRY_MS);
    } finally {
      this.#isFetching = false;
    }
    if (this.#isStale) this.refresh();
  }

  #take(html) {
    if (!this.element.isConnected) return;
    const before = this.element.textContent;
    morphInto(this.element, html);
    if (this.element.textContent !== before) announce(textOf(this.element, "changed"));
  }

  /** The page is no longer this person's as it stands: load it anew, unless text would be lost from sight or the page is
      about to go where the person should be. */
  #gone() {
    clearTimeout(this.#timer);
    const wait = document.querySelector(GUIDED) ? GONE_MS : 0;
    this.#timer = setTimeout(() => !isHeld() && !document.querySelector(LEAVING) && location.reload(), wait);
  }
}
