import { Controller } from "../../vendor/page.js";

/** Two steps in one form: the first press shows what will happen, the second does it. */
export default class extends Controller {
  static targets = ["first", "second", "echo", "yes"];

  #isAsked = false;

  connect() {
    this.reset();
  }

  ask(event) {
    if (this.#isAsked && event.submitter === this.yesTarget) return;
    event.preventDefault();
    this.#isAsked = true;
    this.echoTargets.forEach((echo) => (echo.textContent = this.#choice()));
    this.#show();
    this.yesTarget.focus();
  }

  reset() {
    const returns = this.#isAsked && this.secondTarget.contains(document.activeElement);
    this.#isAsked = false;
    this.#show();
    if (returns) this.firstTarget.querySelector("button")?.focus();
  }

  #show() {
    this.firstTarget.hidden = this.#isAsked;
    this.secondTarget.hidden = !this.#isAsked;
  }

  #choice() {
    const checked = this.element.querySelector("input[type=radio]:checked");
    const option = this.element.querySelector("select")?.selectedOptions[0];
    return (checked?.labels[0]?.querySelector("[data-echo]") ?? checked?.labels[0] ?? option)?.textContent.trim() ?? "";
  }
}
