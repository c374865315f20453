import { Controller } from "../../vendor/page.js";
import { afterFirstPaint } from "../helpers/idle.js";
import { surfaceParts } from "../helpers/parts.js";

/** A rich text field of one person over a hidden field that holds it as ProseMirror JSON. */
export default class extends Controller {
  static targets = ["source", "toolbar", "static", "mount", "linkDialog", "linkUrl", "linkError", "linkRemove"];
  static values = { label: String, describedby: String };

  #surface = null;
  #isGone = false;

  async connect() {
    this.#isGone = false;
    await afterFirstPaint();
    const [{ UndoRedo }, { Surface }] = await Promise.all([import("../../vendor/editor.js"), import("../editing/surface.js")]);
    if (this.#isGone) return;
    this.#surface = new Surface(surfaceParts(this), {
      label: this.labelValue,
      describedby: this.describedbyValue,
      isEditable: !this.sourceTarget.disabled && !this.sourceTarget.readOnly,
      content: JSON.parse(this.sourceTarget.value || "null") ?? undefined,
      extensions: [UndoRedo],
      onChange: () => this.#write(),
    });
    this.sourceTarget.addEventListener("consult:restored", this.#restore);
  }

  disconnect() {
    this.#isGone = true;
    this.sourceTarget.removeEventListener("consult:restored", this.#restore);
    this.#surface?.remove();
    this.#surface = null;
    if (this.hasStaticTarget) this.staticTarget.hidden = false;
  }

  saveLink(event) {
    this.#surface?.link.submit(event);
  }

  #write() {
    this.sourceTarget.value = JSON.stringify(this.#surface.editor.getJSON());
    this.dispatch("changed", { prefix: "rich-text" });
  }

  #restore = () => this.#surface.editor.commands.setContent(JSON.parse(this.sourceTarget.value), { emitUpdate: false });
}
