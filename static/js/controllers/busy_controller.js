import { Controller } from "../../vendor/page.js";
import { textOf } from "../helpers/text.js";

const VISIBLE_AFTER_MS = 150;

/** A form that may take a while: it is sent once, and says so. Without script the browser simply waits. */
export default class extends Controller {
  static targets = ["status"];

  #timer = 0;

  connect() {
    addEventListener("pageshow", this.#end);
  }

  disconnect() {
    removeEventListener("pageshow", this.#end);
    clearTimeout(this.#timer);
  }

  start(event) {
    if (event.defaultPrevented) return;
    if (this.element.hasAttribute("aria-busy")) return event.preventDefault();
    this.element.setAttribute("aria-busy", "true");
    event.submitter?.setAttribute("aria-disabled", "true");
    this.#timer = setTimeout(() => this.#say(textOf(this.element, "busy")), VISIBLE_AFTER_MS);
  }

  /** Also when the page comes back from the browser's memory. */
  #end = () => {
    clearTimeout(this.#timer);
    this.element.removeAttribute("aria-busy");
    this.element.querySelectorAll("[aria-disabled]").forEach((button) => button.removeAttribute("aria-disabled"));
    this.#say("");
  };

  #say(text) {
    this.statusTargets.forEach((status) => (status.textContent = text));
  }
}
