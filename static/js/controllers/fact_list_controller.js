import { Controller } from "../../vendor/page.js";
import { FactNotes } from "../editing/fact_notes.js";
import { announce, textOf } from "../helpers/text.js";
import { draftAround } from "../live/drafts.js";
import { factsOf, sayField } from "../live/facts.js";

/** Facts that are a list (targets, instruments, sources): one row per key with a prefix. */
export default class extends Controller {
  static targets = ["rows", "row", "choice"];
  static values = { prefix: String };

  #draft = null;
  #facts = null;
  #notes = null;
  #isGone = false;

  async connect() {
    this.#isGone = false;
    this.#notes = new FactNotes(this.element.closest("[data-controller~=facts]"));
    this.rowsTarget.addEventListener("change", this.#related);
    this.rowsTarget.addEventListener("click", this.#clicked);
    const draft = await draftAround(this.element);
    if (this.#isGone) return;
    this.#draft = draft;
    draft.addEventListener("replaced", this.#bind);
    this.#bind();
  }

  disconnect() {
    this.#isGone = true;
    this.rowsTarget.removeEventListener("change", this.#related);
    this.rowsTarget.removeEventListener("click", this.#clicked);
    this.#notes.clear();
    this.#facts?.unobserve(this.#changed);
    this.#draft?.removeEventListener("replaced", this.#bind);
  }

  add() {
    const code = this.choiceTarget.value;
    if (!code || !this.#facts || !this.#draft.edit) return;
    const key = this.prefixValue + code;
    sayField(this.#draft, key);
    if (!this.#facts.has(key)) this.#facts.set(key, this.#firstRelation() ?? true);
    announce(textOf(this.element, "added", { label: this.#label(code) }));
  }

  #bind = () => {
    this.#facts?.unobserve(this.#changed);
    this.#facts = factsOf(this.#draft);
    this.#facts.observe(this.#changed);
    if (this.#draft.isOpen) this.#show();
  };

  #changed = ({ keysChanged, transaction }) => {
    if (!this.#draft.isOpen) return;
    this.#show();
    if (transaction.local) return;
    for (const key of keysChanged) if (key.startsWith(this.prefixValue)) this.#note(key);
  };

  /** Beside the row; beside the whole list when the row is gone. */
  #note(key) {
    const code = key.slice(this.prefixValue.length);
    this.#notes.show(this.#draft, key, this.#rowWith(code) ?? this.element, this.#label(code));
  }

  #show() {
    const wanted = new Map(
      [...this.#facts.entries()]
        .filter(([key]) => key.startsWith(this.prefixValue))
        .map(([key, value]) => [key.slice(this.prefixValue.length), value]),
    );
    for (const row of [...this.rowsTarget.children]) if (!wanted.has(row.dataset.code)) row.remove();
    const codes = [...wanted.keys()].sort((a, b) => a.localeCompare(b, undefined, { numeric: true }));
    codes.forEach((code, place) => this.#place(this.#rowOf(code), wanted.get(code), place));
  }

  #rowWith(code) {
    return [...this.rowsTarget.children].find((row) => row.dataset.code === code);
  }

  #rowOf(code) {
    const there = this.#rowWith(code);
    if (there) return there;
    const row = this.rowTarget.content.firstElementChild.cloneNode(true);
    const label = row.querySelector("[data-slot=label]");
    row.dataset.code = code;
    label.textContent = this.#label(code);
    label.id = `${this.#draft.id}-${this.prefixValue}${code}`.replace(/[^\w-]/g, "-");
    row.querySelector("[data-slot=remove]")?.setAttribute("aria-describedby", label.id);
    return row;
  }

  #place(row, value, place) {
    if (this.rowsTarget.children[place] !== row) this.rowsTarget.insertBefore(row, this.rowsTarget.children[place] ?? null);
    const select = row.querySelector("select[data-slot=value]");
    if (select && typeof value === "string") select.value = value;
  }

  #related = ({ target }) => {
    const code = target.closest("[data-code]")?.dataset.code;
    if (code && target.matches("select[data-slot=value]")) this.#facts?.set(this.prefixValue + code, target.value);
  };

  #clicked = ({ target }) => {
    const button = target.closest("[data-slot=remove]");
    const row = button?.closest("[data-code]");
    if (!row || !this.#draft?.edit) return;
    const { code } = row.dataset;
    const next = row.nextElementSibling ?? row.previousElementSibling;
    this.#facts.delete(this.prefixValue + code);
    announce(textOf(this.element, "removed", { label: this.#label(code) }));
    (next?.querySelector("[data-slot=remove]") ?? this.choiceTarget).focus();
    // Only now: the row that went took the focus with it, which counts as leaving the field.
    sayField(this.#draft, this.prefixValue + code);
  };

  #label(code) {
    const option = [...this.choiceTarget.options].find(({ value }) => value === code);
    return option?.textContent.trim() ?? code;
  }

  #firstRelation() {
    return this.rowTarget.content.querySelector("select[data-slot=value]")?.options[0]?.value;
  }
}
