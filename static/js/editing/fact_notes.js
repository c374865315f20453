import { announce, textOf } from "../helpers/text.js";
import { writerOf } from "../live/facts.js";
import { hueClass } from "./hues.js";

const SHOWN_MS = 6_000;
/** Carets are sent more seldom than edits: who removed something is known a moment after it is gone. */
const NAMED_AFTER_MS = 700;
const SPOKEN_GAP_MS = 30_000;

/** Says briefly beside a detail, or the title, who has just changed it; spoken once in a while. The words stand on one element. */
export class FactNotes {
  #words;
  #notes = new Map();
  #spoken = new Map();

  /** @param {Element} words  has `data-text-changed`, `data-text-somebody`, `data-text-just-now` */
  constructor(words) {
    this.#words = words;
  }

  /** The person's delegation or name; "Somebody" where the consultation names nobody. */
  who(draft, key, client = null) {
    const { delegation, name, mark } = writerOf(draft, key, client) ?? {};
    return delegation || (mark && name) || textOf(this.#words, "somebody");
  }

  /**
   * @param {import("../live/draft.js").Draft} draft
   * @param {string} key  of the detail
   * @param {HTMLElement} place  gets the note as its last child
   * @param {string} label  what the detail is called
   * @param {number|null} client  as in `writerOf`
   */
  show(draft, key, place, label, client = null) {
    const known = this.#notes.get(place);
    known?.timers.forEach(clearTimeout);
    const element = known?.element ?? note();
    this.#fill(element, draft, key, client);
    place.append(element);
    const naming = setTimeout(() => {
      this.#fill(element, draft, key, client);
      this.#say(this.who(draft, key, client), label);
    }, NAMED_AFTER_MS);
    const leaving = setTimeout(() => this.#remove(place), SHOWN_MS);
    this.#notes.set(place, { element, timers: [naming, leaving] });
  }

  clear() {
    for (const place of [...this.#notes.keys()]) this.#remove(place);
  }

  #fill(element, draft, key, client) {
    const user = writerOf(draft, key, client);
    element.className = `changed ${hueClass(user ?? {})}`;
    element.textContent = textOf(this.#words, "just-now", { who: this.who(draft, key, client) });
  }

  #say(who, label) {
    const text = textOf(this.#words, "changed", { who, field: label });
    if (Date.now() - (this.#spoken.get(text) ?? 0) < SPOKEN_GAP_MS) return;
    this.#spoken.set(text, Date.now());
    announce(text);
  }

  #remove(place) {
    const note = this.#notes.get(place);
    if (!note) return;
    note.timers.forEach(clearTimeout);
    note.element.remove();
    this.#notes.delete(place);
  }
}

function note() {
  const element = document.createElement("span");
  element.setAttribute("aria-hidden", "true");
  return element;
}
