import { Controller } from "../../vendor/page.js";
import { morphInto } from "../helpers/morph.js";
import { announce, textOf } from "../helpers/text.js";

const SETTLE_MS = 150;
const FRAME_MS = 1_100;

/** A slider through the moments of a draft: shows the one it stands at, plays them one after the other, and lets the arrow
    keys walk through who wrote which words. Without script the slider is a form. */
export default class extends Controller {
  static targets = ["range", "said", "play", "go", "point", "hand"];
  static values = { stops: Array, address: String };

  #timer = 0;
  #frame = 0;
  #asked = 0;

  connect() {
    this.goTarget.hidden = true;
    this.playTarget.hidden = this.stopsValue.length < 2;
    this.element.addEventListener("keydown", this.#walk);
  }

  disconnect() {
    this.#pause();
    clearTimeout(this.#timer);
    this.element.removeEventListener("keydown", this.#walk);
  }

  /** The slider was moved: say at once which moment it is, and show it when the hand rests. */
  move() {
    this.#pause();
    this.#say();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#load(), SETTLE_MS);
  }

  show(event) {
    event.preventDefault();
    this.#load();
  }

  view(event) {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    this.#view = event.params.view;
    this.#load();
  }

  toggle() {
    if (this.#frame) return this.#pause();
    if (this.#stop >= this.stopsValue.length - 1) this.#stop = 0;
    this.playTarget.setAttribute("aria-pressed", "true");
    this.playTarget.textContent = textOf(this.element, "pause");
    this.#frame = setTimeout(() => this.#play());
  }

  /** A name that covers words goes away, until the pointer moves. */
  hush() {
    this.pointTarget.dataset.hushed = "";
  }

  unhush() {
    delete this.pointTarget.dataset.hushed;
  }

  get #stop() {
    return Number(this.rangeTarget.value);
  }

  set #stop(value) {
    this.rangeTarget.value = String(value);
    this.#say();
  }

  get #view() {
    return this.element.querySelector("input[name=view]").value;
  }

  set #view(value) {
    this.element.querySelector("input[name=view]").value = value;
  }

  #say() {
    const { text } = this.stopsValue[this.#stop];
    this.saidTarget.textContent = text;
    this.rangeTarget.setAttribute("aria-valuetext", text);
  }

  async #play() {
    const isLoaded = await this.#load();
    if (!this.#frame) return;
    if (!isLoaded || this.#stop >= this.stopsValue.length - 1) return this.#pause();
    this.#frame = setTimeout(() => {
      this.#stop += 1;
      this.#play();
    }, FRAME_MS);
  }

  #pause() {
    clearTimeout(this.#frame);
    this.#frame = 0;
    this.playTarget.setAttribute("aria-pressed", "false");
    this.playTarget.textContent = textOf(this.element, "play");
  }

  /** @returns {Promise<boolean>} whether the moment is shown; one that was asked for later wins */
  async #load() {
    const number = ++this.#asked;
    const query = new URLSearchParams({ at: this.stopsValue[this.#stop].at, view: this.#view });
    const address = `${this.addressValue}?${query}`;
    try {
      const response = await fetch(`${address}&part=point`, { headers: { Accept: "text/html" } });
      if (response.redirected || [401, 403, 404, 410].includes(response.status)) return location.assign(address);
      if (!response.ok) throw new Error(String(response.status));
      const html = await response.text();
      if (number !== this.#asked) return true;
      morphInto(this.pointTarget, html);
      window.history.replaceState(null, "", address);
      return true;
    } catch {
      announce(textOf(this.element, "failed"), { assertive: true });
      return false;
    }
  }

  #walk = (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const here = this.handTargets.indexOf(document.activeElement);
    if (!step || here < 0) return;
    event.preventDefault();
    this.unhush();
    const forward = getComputedStyle(this.element).direction === "rtl" ? -step : step;
    this.handTargets[here + forward]?.focus();
  };
}
