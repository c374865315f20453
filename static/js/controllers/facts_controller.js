import { Controller } from "../../vendor/page.js";
import { FactChoice } from "../editing/fact_choice.js";
import { FactNotes } from "../editing/fact_notes.js";
import { announce, textOf } from "../helpers/text.js";
import { draftAround } from "../live/drafts.js";
import { entryId, factsOf, isAfter, isSame, sayField } from "../live/facts.js";
import { hold, keepText } from "../live/unsent.js";

const TYPING_MS = 400;

/**
 * The details of a draft: every field inside with `data-fact` is one key of a shared map. The last writer wins, and is
 * named beside the field; words that somebody typed at the same time stay in their field until they have chosen.
 */
export default class extends Controller {
  static targets = ["choice"];

  #draft = null;
  #facts = null;
  #notes = null;
  #timers = new Map();
  #choices = new Map();
  /** The entries this page wrote last, by key. */
  #mine = new Map();
  #isGone = false;

  async connect() {
    this.#isGone = false;
    this.#notes = new FactNotes(this.element);
    for (const [name, act] of this.#acts) this.element.addEventListener(name, act);
    addEventListener("consult:write-down", this.#writeDown);
    const draft = await draftAround(this.element);
    if (this.#isGone) return;
    this.#draft = draft;
    draft.addEventListener("replaced", this.#bind);
    draft.addEventListener("state", this.#permit);
    this.#bind();
  }

  disconnect() {
    this.#isGone = true;
    for (const [name, act] of this.#acts) this.element.removeEventListener(name, act);
    removeEventListener("consult:write-down", this.#writeDown);
    for (const timer of this.#timers.values()) clearTimeout(timer);
    for (const field of [...this.#choices.keys()]) this.#settle(field);
    this.#notes.clear();
    this.#facts?.unobserve(this.#changed);
    this.#draft?.removeEventListener("replaced", this.#bind);
    this.#draft?.removeEventListener("state", this.#permit);
  }

  get #acts() {
    return [
      ["input", this.#typed],
      ["change", this.#chosen],
      ["focusin", this.#entered],
      ["focusout", this.#left],
    ];
  }

  #bind = () => {
    this.#facts?.unobserve(this.#changed);
    this.#facts = factsOf(this.#draft);
    this.#facts.observe(this.#changed);
    this.#mine.clear();
    if (this.#draft.isOpen) this.#fields.forEach((field) => this.#show(field));
    this.#permit();
  };

  #permit = () => {
    const mayWrite = this.#draft.isOpen && this.#draft.edit;
    if (!mayWrite && this.#draft.isOpen) this.#giveBack();
    this.element.disabled = !mayWrite;
  };

  get #fields() {
    return [...this.element.querySelectorAll("[data-fact]")];
  }

  // ── what others write ──

  #changed = ({ keysChanged, transaction }) => {
    if (!this.#draft.isOpen) return;
    for (const field of this.#fields) {
      if (!keysChanged.has(field.dataset.fact)) continue;
      if (transaction.local) this.#show(field);
      else this.#take(field);
    }
  };

  #take(field) {
    const key = field.dataset.fact;
    const mine = this.#mine.get(key);
    if (mine && isSame(entryId(this.#facts, key), mine) && this.#facts.has(key)) return;
    if (this.#isAtOdds(field, mine)) {
      this.#ask(field);
      return;
    }
    this.#settle(field);
    const before = valueOf(field);
    this.#show(field);
    if (valueOf(field) !== before) this.#notes.show(this.#draft, key, field.closest(".field, .check") ?? field.parentElement, labelOf(field));
  }

  /** Would showing their words lose words that this person typed without having seen theirs? */
  #isAtOdds(field, mine) {
    const key = field.dataset.fact;
    if (!isWritten(field) || field.value === this.#textOf(key)) return false;
    return this.#timers.has(field) || this.#choices.has(field) || Boolean(mine && !isAfter(this.#facts, key, mine));
  }

  #show(field) {
    if (this.#timers.has(field) || this.#choices.has(field)) return;
    if (field.type === "checkbox") {
      field.checked = field.defaultChecked = this.#facts.get(field.dataset.fact) === true;
      return;
    }
    const text = this.#textOf(field.dataset.fact);
    const { value: before, selectionStart: from, selectionEnd: to } = field;
    if ("defaultValue" in field) field.defaultValue = text;
    if (before === text) return;
    field.value = text;
    if (document.activeElement === field && from != null) field.setSelectionRange(from, to);
  }

  #textOf(key) {
    return String(this.#facts.get(key) ?? "");
  }

  // ── two at the same time ──

  #ask(field) {
    this.#stopTimer(field);
    const key = field.dataset.fact;
    const theirs = this.#textOf(key);
    const says = textOf(this.element, theirs ? "meanwhile" : "emptied", { who: this.#notes.who(this.#draft, key) });
    if (!this.#choices.has(field)) {
      const label = labelOf(field);
      const onTheirs = () => this.#choose(field, () => this.#show(field));
      const onMine = () => this.#choose(field, () => this.#save(field));
      this.#choices.set(field, new FactChoice(this.choiceTarget, field, { label, onTheirs, onMine }));
      hold(this.#holder(field), true);
      announce(`${label}: ${says}`);
    }
    this.#choices.get(field).show(says, theirs);
  }

  #choose(field, act) {
    this.#settle(field);
    act();
    field.focus();
  }

  #settle(field) {
    this.#stopTimer(field);
    this.#choices.get(field)?.remove();
    this.#choices.delete(field);
    if (this.#draft) hold(this.#holder(field), false);
  }

  #holder(field) {
    return `facts.${this.#draft.id}.${field.dataset.fact}`;
  }

  #writeDown = () => {
    for (const field of this.#choices.keys()) this.#keep(field);
  };

  /** Words that can no longer be saved are offered for copying. */
  #giveBack() {
    const fields = new Set([...this.#choices.keys(), ...this.#timers.keys()]);
    for (const field of fields) {
      this.#keep(field);
      this.#settle(field);
      this.#show(field);
    }
    if (fields.size) dispatchEvent(new Event("consult:refused"));
  }

  #keep(field) {
    keepText(this.#draft.user, this.#draft.id, `${labelOf(field)}:\n${field.value}`, this.#draft.reason);
  }

  // ── what this person writes ──

  #entered = ({ target }) => {
    if (this.#draft && target.dataset.fact) sayField(this.#draft, target.dataset.fact);
  };

  #left = ({ target, relatedTarget }) => {
    if (target.dataset.fact && this.#timers.has(target)) this.#save(target);
    if (this.#draft && !this.element.contains(relatedTarget)) sayField(this.#draft, null);
  };

  #typed = ({ target }) => {
    if (!target.dataset.fact || !isWritten(target) || this.#choices.has(target)) return;
    this.#stopTimer(target);
    this.#timers.set(target, setTimeout(() => this.#save(target), TYPING_MS));
  };

  #chosen = ({ target }) => {
    if (!target.dataset.fact) return;
    this.#entered({ target });
    this.#save(target);
  };

  #stopTimer(field) {
    clearTimeout(this.#timers.get(field));
    this.#timers.delete(field);
  }

  #save(field) {
    this.#stopTimer(field);
    if (!this.#facts || !this.#draft.edit || this.#choices.has(field)) return;
    const key = field.dataset.fact;
    const value = field.type === "checkbox" ? field.checked : field.value.trim() && field.value;
    if (!value && this.#facts.has(key)) {
      this.#facts.delete(key);
      this.#mine.delete(key);
    } else if (value && this.#facts.get(key) !== value) {
      this.#facts.set(key, value);
      this.#mine.set(key, entryId(this.#facts, key));
    }
  }
}

const isWritten = (field) => field.type !== "checkbox" && !(field instanceof HTMLSelectElement);
const valueOf = (field) => (field.type === "checkbox" ? field.checked : field.value);
const labelOf = (field) => field.labels?.[0]?.querySelector("span")?.textContent.trim() || field.labels?.[0]?.textContent.trim() || "";
