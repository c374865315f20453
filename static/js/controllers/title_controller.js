import { Controller } from "../../vendor/page.js";
import { FactNotes } from "../editing/fact_notes.js";
import { draftAround } from "../live/drafts.js";
import { sayField } from "../live/facts.js";

const ROOT = "title";

/** The title of a draft in an ordinary field. Other people's changes keep the caret where it was, and say whose they are. */
export default class extends Controller {
  #draft = null;
  #text = null;
  #Y = null;
  /** What the person did to the title. The browser's own memory of it ends whenever others' letters are put into the field. */
  #done = null;
  #notes = null;
  #isComposing = false;
  #isGone = false;
  #shown = "";
  #missed = [];

  async connect() {
    this.#isGone = false;
    this.#notes = new FactNotes(this.element);
    for (const [name, act] of this.#acts) this.element.addEventListener(name, act);
    const draft = await draftAround(this.element);
    const { Y } = await import("../../vendor/editor.js"); // with the draft it is there already
    if (this.#isGone) return;
    this.#Y = Y;
    this.#draft = draft;
    draft.addEventListener("replaced", this.#bind);
    draft.addEventListener("state", this.#permit);
    this.#bind();
  }

  disconnect() {
    this.#isGone = true;
    for (const [name, act] of this.#acts) this.element.removeEventListener(name, act);
    this.#notes.clear();
    this.#text?.unobserve(this.#changed);
    this.#done?.destroy();
    this.#draft?.removeEventListener("replaced", this.#bind);
    this.#draft?.removeEventListener("state", this.#permit);
  }

  get #acts() {
    return [
      ["input", this.#typed],
      ["keydown", this.#pressed],
      ["beforeinput", this.#asked],
      ["compositionstart", this.#composing],
      ["compositionend", this.#composed],
      ["focus", this.#entered],
      ["blur", this.#left],
    ];
  }

  #bind = () => {
    this.#text?.unobserve(this.#changed);
    this.#text = this.#draft.doc.getText(ROOT);
    this.#text.observe(this.#changed);
    this.#done?.destroy();
    this.#done = new this.#Y.UndoManager(this.#text, { trackedOrigins: new Set([this]) });
    if (this.#draft.isOpen) this.#write(this.#text.toString(), (at) => at);
    this.#permit();
  };

  #permit = () => {
    this.element.readOnly = !(this.#draft.isOpen && this.#draft.edit);
  };

  #changed = (event) => {
    if (event.transaction.origin === this || !this.#draft.isOpen) return;
    if (!event.transaction.local) this.#sayWho(event);
    if (this.#isComposing) this.#missed.push(event.delta);
    else this.#write(this.#text.toString(), (at) => moved(at, event.delta));
  };

  /** Letters say whose they are; what was removed was removed by somebody who is in this field. */
  #sayWho({ changes }) {
    const client = [...changes.added].at(-1)?.id.client ?? null;
    this.#notes.show(this.#draft, ROOT, this.element.parentElement, this.element.labels[0]?.textContent.trim() ?? "", client);
  }

  #entered = () => this.#draft && sayField(this.#draft, ROOT);

  #left = () => this.#draft && sayField(this.#draft, null);

  #write(value, move) {
    const field = this.element;
    const { value: before, selectionStart: from, selectionEnd: to, selectionDirection: way } = field;
    this.#shown = field.defaultValue = value;
    if (before === value) return;
    field.value = value;
    if (document.activeElement === field) field.setSelectionRange(move(from), move(to), way);
  }

  #typed = () => {
    if (this.#isComposing || !this.#text || this.element.readOnly) return;
    const { at, gone, added } = difference(this.#text.toString(), this.element.value.replace(/\s*\n\s*/g, " "));
    if (!gone && !added) return;
    this.#draft.doc.transact(() => {
      if (gone) this.#text.delete(at, gone);
      if (added) this.#text.insert(at, added);
    }, this);
    this.#shown = this.element.defaultValue = this.#text.toString();
  };

  #pressed = (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter") event.preventDefault();
    const key = (event.ctrlKey || event.metaKey) && !event.altKey ? event.key.toLowerCase() : "";
    if (key === "z") this.#takeBack(event, event.shiftKey);
    else if (key === "y") this.#takeBack(event, true);
  };

  /** From the browser's menu. */
  #asked = (event) => {
    if (event.inputType === "historyUndo" || event.inputType === "historyRedo") this.#takeBack(event, event.inputType === "historyRedo");
  };

  /** Takes back one's own last change of the title, or makes it again; what others wrote stays. */
  #takeBack(event, isAgain) {
    if (!this.#done || this.element.readOnly) return;
    event.preventDefault();
    if (isAgain) this.#done.redo();
    else this.#done.undo();
  }

  #composing = () => {
    this.#isComposing = true;
    this.#missed = [];
  };

  /** What others wrote during the composition is in the shared text only: carry this change over to it. */
  #composed = () => {
    this.#isComposing = false;
    const { at, gone, added } = difference(this.#shown, this.element.value);
    if (!this.#text || (!gone && !added && this.#missed.length === 0)) return;
    const carried = (position) => this.#missed.reduce(moved, position);
    const [from, to] = [carried(at), carried(at + gone)];
    this.#draft.doc.transact(() => {
      if (to > from) this.#text.delete(from, to - from);
      if (added) this.#text.insert(from, added);
    }, this);
    this.#write(this.#text.toString(), () => from + added.length);
  };
}

/** The one changed stretch between two texts, never through the middle of a character pair. */
export function difference(before, after) {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let end = 0;
  const most = Math.min(before.length, after.length) - start;
  while (end < most && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  if (start > 0 && isHigh(before.charCodeAt(start - 1))) start -= 1;
  if (end > 0 && isLow(before.charCodeAt(before.length - end))) end -= 1;
  return { at: start, gone: before.length - start - end, added: after.slice(start, after.length - end) };
}

/** Where a position is after a change by somebody else. */
export function moved(position, delta) {
  let at = 0;
  let result = position;
  for (const { retain = 0, insert = "", delete: gone = 0 } of delta) {
    if (at > result) break;
    if (insert) {
      if (at < result) result += insert.length;
      at += insert.length;
    }
    if (gone) result -= Math.min(gone, Math.max(0, result - at));
    at += retain;
  }
  return result;
}

const isHigh = (code) => code >= 0xd800 && code <= 0xdbff;
const isLow = (code) => code >= 0xdc00 && code <= 0xdfff;
