import { Controller } from "../../vendor/page.js";

const WRITING = "input, textarea, select, [contenteditable='true']";

/** Presses its element when a key is pressed, never while somebody writes. */
export default class extends Controller {
  static values = { key: String };

  connect() {
    document.addEventListener("keydown", this.#pressed);
  }

  disconnect() {
    document.removeEventListener("keydown", this.#pressed);
  }

  #pressed = (event) => {
    if (event.key !== this.keyValue || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest?.(WRITING) || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    this.element.click();
  };
}
