import { Controller } from "../../vendor/page.js";
import { sendForm } from "../helpers/forms.js";
import { announce, textOf } from "../helpers/text.js";

/** Sends a form without leaving the page and takes over what the server answers. */
export default class extends Controller {
  static targets = ["message"];
  static values = { take: String };

  #isSending = false;

  async send(event) {
    if (event.defaultPrevented || event.submitter?.hasAttribute("data-post-leaves")) return;
    event.preventDefault();
    if (this.#isSending) return;
    this.#isSending = true;
    this.#say("");
    const form = this.element;
    const outcome = await sendForm(form, event.submitter, this.takeValue.split(/\s+/).filter(Boolean));
    this.#isSending = false;
    if (outcome === "lost") this.#say(textOf(form, "failed"));
    if (outcome === "done") announce(textOf(form, "done") || (document.querySelector("#flashes")?.textContent.trim() ?? ""));
  }

  #say(text) {
    this.messageTargets.forEach((target) => {
      target.textContent = text;
      target.hidden = text === "";
    });
    announce(text, { assertive: true });
  }
}
