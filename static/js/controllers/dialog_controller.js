import { Controller } from "../../vendor/page.js";

/** Opens a `<dialog>` elsewhere in the page; a trigger that is a link leads to the same act without script. */
export default class extends Controller {
  static values = { id: String };

  connect() {
    this.element.setAttribute("aria-haspopup", "dialog");
  }

  open(event) {
    const dialog = document.getElementById(this.idValue);
    if (!dialog) return;
    event.preventDefault();
    if (dialog.hasAttribute("data-dialog-light")) dialog.addEventListener("click", closeOnBackdrop);
    dialog.addEventListener("close", () => this.element.isConnected && this.element.focus(), { once: true });
    dialog.showModal();
  }

  /** A trigger drawn as a button answers to the space bar as one. */
  press(event) {
    if (event.key === " ") this.open(event);
  }
}

function closeOnBackdrop(event) {
  if (event.target === event.currentTarget) event.currentTarget.close();
}
