import { Controller } from "../../vendor/page.js";

/** A disclosure (`<details>`) that also closes by Escape, a click elsewhere, or when focus moves on. */
export default class extends Controller {
  connect() {
    document.addEventListener("click", this.#elsewhere);
    this.element.addEventListener("keydown", this.#escape);
    this.element.addEventListener("focusout", this.#left);
  }

  disconnect() {
    document.removeEventListener("click", this.#elsewhere);
    this.element.removeEventListener("keydown", this.#escape);
    this.element.removeEventListener("focusout", this.#left);
  }

  #elsewhere = (event) => {
    if (!this.element.contains(event.target)) this.element.open = false;
  };

  #escape = (event) => {
    if (event.key !== "Escape" || !this.element.open) return;
    event.stopPropagation();
    this.element.open = false;
    this.element.querySelector("summary")?.focus();
  };

  #left = (event) => {
    if (event.relatedTarget && !this.element.contains(event.relatedTarget)) this.element.open = false;
  };
}
