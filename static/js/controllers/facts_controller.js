import { Controller } from "../../vendor/page.js";
import { draftAround } from "../live/drafts.js";

const ROOT = "facts";
const TYPING_MS = 400;

/** The details of a draft: every field inside with `data-fact` is one key of a shared map. */
export default class extends Controller {
  #draft = null;
  #facts = null;
  #timers = new Map();
  #isGone = false;

  async connect() {
    this.#isGone = false;
    this.element.addEventListener("input", this.#typed);
    this.element.addEventListener("change", this.#chosen);
    this.element.addEventListener("focusout", this.#chosen);
    const draft = await draftAround(this.element);
    if (this.#isGone) return;
    this.#draft = draft;
    draft.addEventListener("replaced", this.#bind);
    draft.addEventListener("state", this.#permit);
    this.#bind();
  }

  disconnect() {
    this.#isGone = true;
    this.element.removeEventListener("input", this.#typed);
    this.element.removeEventListener("change", this.#chosen);
    this.element.removeEventListener("focusout", this.#chosen);
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#facts?.unobserve(this.#changed);
    this.#draft?.removeEventListener("replaced", this.#bind);
    this.#draft?.removeEventListener("state", this.#permit);
  }

  #bind = () => {
    this.#facts?.unobserve(this.#changed);
    this.#facts = this.#draft.doc.getMap(ROOT);
    this.#facts.observe(this.#changed);
    if (this.#draft.isOpen) this.#fields.forEach((field) => this.#show(field));
    this.#permit();
  };

  #permit = () => {
    this.element.disabled = !(this.#draft.isOpen && this.#draft.edit);
  };

  get #fields() {
    return [...this.element.querySelectorAll("[data-fact]")];
  }

  #changed = (event) => {
    if (!this.#draft.isOpen) return;
    for (const field of this.#fields) if (event.keysChanged.has(field.dataset.fact)) this.#show(field);
  };

  #show(field) {
    if (this.#timers.has(field)) return;
    const value = this.#facts.get(field.dataset.fact);
    if (field.type === "checkbox") {
      field.checked = field.defaultChecked = value === true;
      return;
    }
    const text = String(value ?? "");
    const { value: before, selectionStart: from, selectionEnd: to } = field;
    if ("defaultValue" in field) field.defaultValue = text;
    if (before === text) return;
    field.value = text;
    if (document.activeElement === field && from != null) field.setSelectionRange(from, to);
  }

  #typed = ({ target }) => {
    if (!target.dataset.fact || target.type === "checkbox" || target instanceof HTMLSelectElement) return;
    clearTimeout(this.#timers.get(target));
    this.#timers.set(target, setTimeout(() => this.#save(target), TYPING_MS));
  };

  #chosen = ({ target, type }) => {
    if (!target.dataset?.fact || (type === "focusout" && !this.#timers.has(target))) return;
    this.#save(target);
  };

  #save(field) {
    clearTimeout(this.#timers.get(field));
    this.#timers.delete(field);
    if (!this.#facts || !this.#draft.edit) return;
    const key = field.dataset.fact;
    const value = field.type === "checkbox" ? field.checked : field.value.trim() && field.value;
    if (!value && this.#facts.has(key)) this.#facts.delete(key);
    else if (value && this.#facts.get(key) !== value) this.#facts.set(key, value);
  }
}
