import { Controller } from "../../vendor/page.js";
import { sendForm } from "../helpers/forms.js";
import { announce, textOf } from "../helpers/text.js";
import { stored, write } from "../live/unsent.js";

const OFF = "consult.setting.single_keys_off";
const TYPED_INTO = "input, textarea, select, [contenteditable=true]";
const PLACES = { h: "#queue-title", w: "#wall-title", p: "#people-title", f: "#find-person", b: "#f-broadcast" };

/** The command bar and the single keys of the console; each key can also be reached by Tab, and all can be switched off. */
export default class extends Controller {
  static targets = ["dialog", "form", "line", "refusal", "keys", "switch"];

  connect() {
    this.switchTarget.checked = stored(OFF) === null;
  }

  key(event) {
    const isBusy = event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented;
    if (isBusy || event.target.closest?.(TYPED_INTO) || document.querySelector("dialog[open]")) return;
    if (stored(OFF) !== null) return;
    if (event.key === "/") this.open(event);
    else if (event.key === "?") this.help(event);
    else if (event.key === "u") this.#undo(event);
    else if (PLACES[event.key]) this.#goTo(PLACES[event.key], event);
  }

  open(event) {
    event.preventDefault();
    this.refusalTarget.replaceChildren();
    this.dialogTarget.showModal();
    this.lineTarget.select();
  }

  close() {
    this.dialogTarget.close();
  }

  help(event) {
    event.preventDefault();
    this.keysTarget.showModal();
  }

  toggle() {
    write(OFF, this.switchTarget.checked ? null : "1");
  }

  fill(event) {
    this.lineTarget.value = event.currentTarget.value;
    this.lineTarget.focus();
  }

  async send(event) {
    event.preventDefault();
    this.refusalTarget.replaceChildren();
    const outcome = await sendForm(this.formTarget, event.submitter);
    if (outcome === "done") {
      this.dialogTarget.close();
      announce(document.querySelector("#flashes")?.textContent.trim() ?? "");
    } else if (outcome === "lost" && !this.refusalTarget.hasChildNodes()) {
      this.refusalTarget.textContent = textOf(this.formTarget, "failed");
      announce(this.refusalTarget.textContent, { assertive: true });
    } else if (outcome !== "left" && !this.refusalTarget.querySelector("form")) {
      this.lineTarget.focus();
    }
  }

  /** Ten seconds are too short for going to the button by Tab. */
  #undo(event) {
    const button = document.querySelector("#undo form:not([hidden]) button");
    if (!button) return;
    event.preventDefault();
    button.click();
  }

  #goTo(selector, event) {
    const place = document.querySelector(selector);
    if (!place) return;
    event.preventDefault();
    const folded = place.closest("details");
    if (folded) folded.open = true;
    place.focus();
    place.scrollIntoView({ block: "nearest" });
  }
}
