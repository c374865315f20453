import { Controller } from "../../vendor/page.js";
import { morphInto } from "../helpers/morph.js";

const PAUSE_MS = 250;

/** Asks the server while somebody types and shows what it finds; without script the form leads to the same on the page. */
export default class extends Controller {
  static targets = ["form", "results"];
  static values = { part: String };

  #timer = 0;
  #asked = 0;

  disconnect() {
    clearTimeout(this.#timer);
  }

  soon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), PAUSE_MS);
  }

  now(event) {
    event.preventDefault();
    clearTimeout(this.#timer);
    this.#ask();
  }

  async #ask() {
    const number = ++this.#asked;
    const url = new URL(this.formTarget.action);
    for (const [name, value] of new FormData(this.formTarget)) url.searchParams.set(name, value);
    url.searchParams.set("part", this.partValue);
    let response;
    try {
      response = await fetch(url, { headers: { Accept: "text/html" }, cache: "no-store" });
    } catch {
      return;
    }
    // The newest question is the one that is answered.
    if (number !== this.#asked || !response.ok || response.redirected) return;
    morphInto(this.resultsTarget, await response.text());
  }
}
