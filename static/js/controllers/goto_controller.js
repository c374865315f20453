import { Controller } from "../../vendor/page.js";
import { flashTitle } from "../helpers/flash.js";
import { announce, filled, textOf } from "../helpers/text.js";
import { serverClock } from "../live/clock.js";
import { LIVE } from "../live/events.js";
import { feed } from "../live/feed.js";
import { parts } from "../live/parts.js";
import { hasWords, isHeld, isTyped, whenFree } from "../live/unsent.js";

const PATIENCE_MS = 8_000;
const STAYED = "consult.stayed";
const SEATS = new Set([LIVE.SEAT_CALLED, LIVE.SEAT_MOVED]);
/** Of the seconds somebody has to say no, the page is fetched within these, so that hundreds do not ask at once and it is there when they go. */
const AHEAD_FROM = 0.02;
const AHEAD_TO = 0.9;

/** Takes the page where the person should be, after a while in which they can say no. Waits for text to be saved, and
    offers a link when it is not, when words stand in a form, or when the page is not to be taken away. */
export default class extends Controller {
  static targets = ["message", "because", "reason", "link"];
  static values = { rules: Array, now: String };

  #stop = null;
  #timer = 0;
  #counter = 0;
  #ahead = 0;
  #planned = "";
  /** Where the person's seat went last, and why: who is called to that room reads it, too. */
  #moved = {};

  connect() {
    this.#stop = feed.onEvent((event) => this.#heard(event));
  }

  disconnect() {
    this.#stop();
    this.#forget();
  }

  /** Who chose to stay is not taken there again by loading the page; a new call asks again. */
  nowValueChanged(url) {
    if (url && sessionStorage.getItem(STAYED) !== url) this.#go(url, "now");
  }

  stay() {
    this.#forget();
    if (this.#planned) sessionStorage.setItem(STAYED, this.#planned);
    this.element.hidden = true;
    announce(textOf(this.element, "stayed"));
  }

  #forget() {
    clearTimeout(this.#timer);
    clearInterval(this.#counter);
    clearTimeout(this.#ahead);
    parts.leave(false);
    this.#timer = 0;
  }

  #heard({ name, data }) {
    if (name === LIVE.SEAT_MOVED) this.#moved = data;
    const rule = this.rulesValue.find((one) => one.event === name && matches(one, data));
    // Who is on the way to another room already is not sent to plenary because the old one closes.
    if (rule && !(rule.yields && this.#timer)) this.#plan(filled(rule.url, data), rule, this.#reasonFor(name, data));
  }

  /** `spread`: so that hundreds do not arrive at once, each page waits up to so many seconds more. `offers`: a link and no more. */
  #plan(url, { text = "now", after = 0, spread = 0, offers = false }, reason) {
    // A seat that was moved is called to as well: the page is on the way already.
    if (isHere(url) || (this.#timer && this.#planned === url)) return;
    this.#forget();
    this.#planned = url;
    this.element.toggleAttribute("data-offers", offers);
    this.#because(reason);
    if (offers) return this.#say(textOf(this.element, `${text}-why`), url);
    const due = performance.now() + after * 1000;
    const words = () => {
      if (isTyped()) return this.#heldWords(text);
      const seconds = Math.ceil((due - performance.now()) / 1000);
      return (seconds <= 0 && textOf(this.element, `${text}-go`)) || textOf(this.element, text, { seconds: Math.max(0, seconds) });
    };
    if (after > 0) {
      parts.leave(true);
      this.#say(words(), url);
      this.#counter = setInterval(() => this.#write(words()), 1000);
      this.#ahead = setTimeout(() => fetchAhead(url), after * 1000 * (AHEAD_FROM + Math.random() * (AHEAD_TO - AHEAD_FROM)));
    }
    this.#timer = setTimeout(() => this.#go(url, text), (after + Math.random() * spread) * 1000);
  }

  async #go(url, text) {
    if (isHere(url)) return;
    this.#forget();
    parts.leave(true);
    if (!isTyped()) announce(textOf(this.element, `${text}-go`) || textOf(this.element, text), { assertive: true });
    if (isHeld()) await Promise.race([whenFree(), new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
    if (!this.element.isConnected) return;
    if (hasWords() || document.querySelector("dialog[data-controller~=copy-text][open]")) {
      parts.leave(false);
      this.#say(this.#heldWords(text), url);
    } else {
      serverClock.carryOver();
      location.assign(url);
    }
  }

  #heldWords(text) {
    return `${textOf(this.element, `${text}-why`)} ${textOf(this.element, "held")}`.trim();
  }

  #reasonFor(name, { room }) {
    return SEATS.has(name) && this.#moved.room === room ? this.#moved.reason : "";
  }

  #because(reason) {
    this.reasonTargets.forEach((target) => (target.textContent = reason));
    this.becauseTargets.forEach((target) => (target.hidden = !reason));
  }

  #write(message) {
    this.messageTargets.forEach((target) => (target.textContent = message));
  }

  #say(message, url) {
    flashTitle(message);
    this.#write(message);
    this.linkTargets.forEach((target) => (target.href = url));
    this.element.hidden = false;
    const because = this.becauseTargets.filter(({ hidden }) => !hidden).map(({ textContent }) => textContent.trim());
    announce([message, ...because].join(" "), { assertive: true });
  }
}

/** The event's data has the values asked for, and everything the address needs. */
function matches({ when = {}, url }, data) {
  const needed = [...url.matchAll(/\{(\w+)\}/g)].map(([, field]) => field);
  return Object.entries(when).every(([field, value]) => data[field] === value) && needed.every((field) => data[field] != null);
}

/** The browser keeps the page for some seconds; going there asks nobody then. */
function fetchAhead(url) {
  fetch(url, { headers: { Accept: "text/html", "Consult-Ahead": "1" }, cache: "reload" }).catch(() => {});
}

function isHere(url) {
  return new URL(url, location.href).pathname === location.pathname;
}
