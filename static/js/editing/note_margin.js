import { announce, textOf } from "../helpers/text.js";
import { hold } from "../live/unsent.js";
import { markNotes, notesAtCaret, wordsOf } from "./note_marks.js";
import { anchorOf } from "./note_places.js";

/**
 * Brings the notes that the server renders and the text together: marks the words they are about, says which are gone, leads from
 * one to the other, takes a selection into the form for a new note, and tells the server where words went that this person moved.
 */

/** The words of the note that is being written. */
const NEW = "new";
const SHOW_MS = 60;
/** Words that somebody moved are gone for the others until their new place is told. */
const GONE_AFTER_MS = 2_500;
const AGAIN_MS = 4_000;

export class NoteMargin {
  #section;
  #surface;
  #draft;
  #fragment;
  #button;
  #watch = new MutationObserver(() => this.#read());
  /** @type {Map<string, import("./note_marks.js").Marked>} */
  #marked = new Map();
  #said = new Map();
  #gone = new Map();
  #moved = new Map();
  #here = new Set();
  #quote = "";
  #timers = {};
  #isTelling = false;

  /**
   * @param {HTMLElement} section  `data-notes-anchor`: where to tell the new place of words; notes are `[data-note]` in it
   * @param {import("./surface.js").Surface} surface
   * @param {{draft: import("../live/draft.js").Draft, fragment: any, button: HTMLElement|null}} options
   */
  constructor(section, surface, { draft, fragment, button }) {
    this.#section = section;
    this.#surface = surface;
    this.#draft = draft;
    this.#fragment = fragment;
    this.#button = button;
    section.addEventListener("click", this.#clicked);
    section.addEventListener("formdata", this.#sending);
    section.addEventListener("reset", this.#sent);
    section.addEventListener("toggle", this.#closed, true);
    section.addEventListener("input", this.#typed);
    draft.addEventListener("state", this.#tell);
    this.#watch.observe(section, { childList: true, subtree: true, attributes: true, attributeFilter: ["hidden", "data-note-start", "data-note-end", "data-note-state"] });
    this.#read();
    this.show();
  }

  remove() {
    this.#watch.disconnect();
    for (const timer of Object.values(this.#timers)) clearTimeout(timer);
    this.#section.removeEventListener("click", this.#clicked);
    this.#section.removeEventListener("formdata", this.#sending);
    this.#section.removeEventListener("reset", this.#sent);
    this.#section.removeEventListener("toggle", this.#closed, true);
    this.#section.removeEventListener("input", this.#typed);
    hold(this.#holder, false);
    this.#draft.removeEventListener("state", this.#tell);
    if (this.#button) this.#button.hidden = true;
  }

  // ── what the server rendered ──

  get #notes() {
    return [...this.#section.querySelectorAll("[data-note]")].filter(({ dataset }) => dataset.noteState === "open" && dataset.noteStart);
  }

  get #composer() {
    return this.#section.querySelector("[data-notes-part=composer]");
  }

  #read = () => {
    const before = this.#marked;
    const marked = new Map();
    for (const { dataset } of this.#notes) {
      const said = { start: dataset.noteStart, end: dataset.noteEnd };
      const known = before.get(dataset.note)?.anchors ?? [];
      const isNews = !known.length || (this.#said.get(dataset.note) !== said.start + said.end && !this.#moved.has(dataset.note));
      const others = known.filter(({ start, end }) => start !== said.start || end !== said.end);
      marked.set(dataset.note, { id: dataset.note, anchors: isNews ? [said, ...others] : known });
      this.#said.set(dataset.note, said.start + said.end);
    }
    if (before.has(NEW)) marked.set(NEW, before.get(NEW));
    const isSame = marked.size === before.size && [...marked].every(([id, { anchors }]) => sameAnchors(anchors, before.get(id)?.anchors));
    if (!isSame) this.#mark(marked);
    this.show();
  };

  #mark(marked) {
    this.#marked = marked;
    markNotes(this.#surface.editor, [...marked.values()]);
  }

  // ── what is shown ──

  /** Soon: what the text or the selection has changed. */
  changed() {
    if (this.#timers.show) return;
    this.#timers.show = setTimeout(() => {
      this.#timers.show = 0;
      this.show();
    }, SHOW_MS);
  }

  show() {
    const { editor, isAllowed } = this.#surface;
    if (editor.isDestroyed) return;
    if (this.#button) this.#button.hidden = !isAllowed || !this.#composer;
    const here = new Set(notesAtCaret(editor));
    for (const element of this.#notes) {
      const { note: id, noteWho: who } = element.dataset;
      const stands = wordsOf(editor, id) !== null;
      set(element.querySelector("[data-note-act=go]"), !stands);
      set(element.querySelector("[data-note-slot=gone]"), !this.#isGone(id, stands));
      element.classList.toggle("note--here", here.has(id));
      if (here.has(id) && !this.#here.has(id) && editor.isFocused) announce(textOf(this.#section, "here", { who }));
    }
    this.#here = here;
  }

  #isGone(id, stands) {
    if (stands) {
      this.#gone.delete(id);
      return false;
    }
    const now = Date.now();
    if (!this.#gone.has(id)) this.#gone.set(id, now);
    const left = this.#gone.get(id) + GONE_AFTER_MS - now;
    if (left <= 0) return true;
    clearTimeout(this.#timers.gone);
    this.#timers.gone = setTimeout(() => this.show(), left);
    return false;
  }

  // ── from a note to its words, and back ──

  #clicked = ({ target }) => {
    const id = target.closest("[data-note-act=go]")?.closest("[data-note]")?.dataset.note;
    const words = id && wordsOf(this.#surface.editor, id);
    if (words) this.#surface.goTo(words);
  };

  /** A note on what is selected; where nothing is, the note the caret is in, else one on the item as a whole. */
  begin() {
    const { editor, isAllowed } = this.#surface;
    const composer = this.#composer;
    if (!isAllowed || !composer) return false;
    const { from, to, empty } = editor.state.selection;
    const [known] = empty ? notesAtCaret(editor).filter((id) => id !== NEW) : [];
    if (known) {
      this.#section.querySelector(`[data-note="${known}"]`)?.focus();
      return true;
    }
    const anchor = empty ? null : anchorOf(this.#fragment, from, to);
    const marked = new Map(this.#marked);
    marked.delete(NEW);
    if (anchor) marked.set(NEW, { id: NEW, anchors: [anchor] });
    this.#mark(marked);
    this.#quote = anchor ? editor.state.doc.textBetween(from, to, " ", " ").split(/\s+/).filter(Boolean).join(" ") : "";
    composer.open = true;
    const [quote, text] = ["quote", "text"].map((name) => composer.querySelector(`[name=${name}]`));
    quote.value = this.#quote;
    text.focus();
    return true;
  }

  /** Where the words stand goes with the form, unless somebody typed other words. */
  #sending = ({ target, formData }) => {
    if (!this.#composer?.contains(target)) return;
    const anchor = wordsOf(this.#surface.editor, NEW) && this.#marked.get(NEW)?.anchors[0];
    if (!anchor || formData.get("quote") !== this.#quote) return;
    formData.set("start", anchor.start);
    formData.set("end", anchor.end);
  };

  #sent = ({ target }) => {
    const around = target.querySelector("[name=text]") && target.closest("details");
    if (around?.contains(document.activeElement)) {
      const cameFromText = around === this.#composer && this.#marked.has(NEW);
      (cameFromText ? this.#surface.editor.view.dom : around.querySelector("summary")).focus({ preventScroll: true });
    }
    if (around) around.open = false;
    // Once the answer has been taken over: a note that was resolved has left the list with the button that was pressed.
    queueMicrotask(() => {
      this.#typed();
      if (!document.activeElement?.checkVisibility() || document.activeElement === document.body) this.#section.querySelector("h3").focus({ preventScroll: true });
    });
  };

  /** What was typed and not sent keeps the page from leaving by itself. */
  #typed = () => hold(this.#holder, [...this.#section.querySelectorAll("[name=text]")].some(({ value }) => value.trim()));

  get #holder() {
    return `notes.${this.#draft.id}`;
  }

  #closed = ({ target }) => {
    if (target !== this.#composer || target.open || !this.#marked.has(NEW)) return;
    const marked = new Map(this.#marked);
    marked.delete(NEW);
    this.#mark(marked);
  };

  // ── words this person moved ──

  moved(id, anchor) {
    if (id === NEW) return;
    this.#moved.set(id, anchor);
    this.#tell();
  }

  /** Told when the letters themselves are at the server, so that the others find them there. */
  #tell = async () => {
    if (this.#isTelling || this.#draft.unsaved || !this.#draft.edit || !this.#moved.size) return;
    this.#isTelling = true;
    for (const [id, anchor] of this.#moved) {
      const isTold = await this.#post(id, anchor).catch(() => false);
      if (!isTold) break;
      if (this.#moved.get(id) === anchor) this.#moved.delete(id);
    }
    this.#isTelling = false;
    clearTimeout(this.#timers.tell);
    if (this.#moved.size) this.#timers.tell = setTimeout(this.#tell, AGAIN_MS);
  };

  /** @returns {Promise<boolean>} false: nobody answered, and it has to be told again */
  async #post(id, { start, end }) {
    const token = this.#section.querySelector("[name=csrf_token]")?.value;
    const body = new URLSearchParams({ csrf_token: token ?? "", start, end });
    const { status } = await fetch(`${this.#section.dataset.notesAnchor}/${id}/anchor`, { method: "POST", body, headers: { Accept: "application/json" } });
    return status < 500 && status !== 429;
  }
}

function set(element, isHidden) {
  if (element && element.hidden !== isHidden) element.hidden = isHidden;
}

function sameAnchors(some, others) {
  return some.length === others?.length && some.every(({ start, end }, at) => start === others[at].start && end === others[at].end);
}
