import { Controller } from "../../vendor/page.js";

/** A message that can be put away, or goes by itself after a while nobody points at it. */
export default class extends Controller {
  static values = { after: Number };

  #timer = 0;

  connect() {
    for (const name of ["pointerenter", "focusin"]) this.element.addEventListener(name, this.#hold);
    for (const name of ["pointerleave", "focusout"]) this.element.addEventListener(name, this.#count);
    this.#count();
  }

  disconnect() {
    this.#hold();
    for (const name of ["pointerenter", "focusin"]) this.element.removeEventListener(name, this.#hold);
    for (const name of ["pointerleave", "focusout"]) this.element.removeEventListener(name, this.#count);
  }

  dismiss() {
    this.element.hidden = true;
  }

  #hold = () => clearTimeout(this.#timer);

  #count = () => {
    this.#hold();
    if (this.afterValue > 0) this.#timer = setTimeout(() => this.dismiss(), this.afterValue * 1000);
  };
}
