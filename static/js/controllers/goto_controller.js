import { Controller } from "../../vendor/page.js";
import { announce, filled, textOf } from "../helpers/text.js";
import { feed } from "../live/feed.js";
import { isHeld, whenFree } from "../live/unsent.js";

const PATIENCE_MS = 8_000;

/** Takes the page where the person should be. Waits for text to be saved, and offers a link when it is not. */
export default class extends Controller {
  static targets = ["message", "link"];
  static values = { rules: Array, now: String };

  #stop = null;
  #timer = 0;

  connect() {
    this.#stop = feed.onEvent((event) => this.#heard(event));
  }

  disconnect() {
    this.#stop();
    clearTimeout(this.#timer);
  }

  nowValueChanged(url) {
    if (url) this.#go(url, "now");
  }

  stay() {
    clearTimeout(this.#timer);
    this.element.hidden = true;
  }

  #heard({ name, data }) {
    const rule = this.rulesValue.find((one) => one.event === name && matches(one, data));
    if (rule) this.#plan(filled(rule.url, data), rule);
  }

  #plan(url, { text = "now", after = 0 }) {
    if (isHere(url)) return;
    clearTimeout(this.#timer);
    if (after > 0) this.#say(textOf(this.element, text), url);
    this.#timer = setTimeout(() => this.#go(url, text), after * 1000);
  }

  async #go(url, text) {
    if (isHere(url)) return;
    announce(textOf(this.element, text), { assertive: true });
    if (isHeld()) await Promise.race([whenFree(), new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
    if (!this.element.isConnected) return;
    if (isHeld() || document.querySelector("dialog[data-controller~=copy-text][open]")) {
      this.#say(textOf(this.element, "held"), url);
    } else {
      location.assign(url);
    }
  }

  #say(message, url) {
    this.messageTargets.forEach((target) => (target.textContent = message));
    this.linkTargets.forEach((target) => (target.href = url));
    this.element.hidden = false;
    announce(message, { assertive: true });
  }
}

/** The event's data has the values asked for, and everything the address needs. */
function matches({ when = {}, url }, data) {
  const needed = [...url.matchAll(/\{(\w+)\}/g)].map(([, field]) => field);
  return Object.entries(when).every(([field, value]) => data[field] === value) && needed.every((field) => data[field] != null);
}

function isHere(url) {
  return new URL(url, location.href).pathname === location.pathname;
}
