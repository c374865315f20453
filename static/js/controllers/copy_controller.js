import { Controller } from "../../vendor/page.js";
import { announce, textOf } from "../helpers/text.js";

/** Copies a text shown in the page. */
export default class extends Controller {
  static targets = ["source", "button"];

  connect() {
    this.buttonTargets.forEach((button) => (button.hidden = false));
  }

  async copy() {
    const source = this.sourceTarget;
    await navigator.clipboard.writeText("value" in source && source.value ? source.value : source.textContent.trim());
    announce(textOf(this.element, "done"));
  }
}
