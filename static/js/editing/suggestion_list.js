import { announce, textOf } from "../helpers/text.js";
import { decide } from "./suggesting.js";
import { suggestionsIn } from "./suggestions.js";

/** The open suggestions of a text: whose they are, what they would change, the way to each, and the decision on them. */

const SHOW_MS = 150;
const LONGEST = 160;

export class SuggestionList {
  #element;
  #surface;
  #people;
  #names = new Map();
  #asked = new Set();
  #timer = 0;

  /**
   * @param {HTMLElement} element  with `data-suggestions-part="count|rows|all"` and a `template` for a row
   * @param {import("./surface.js").Surface} surface
   * @param {{doc: import("../../vendor/editor.js").Y.Doc, awareness: any, url: string}} people
   *   url: answers whose a client id is, by the attribution rule, for those who are not here any more
   */
  constructor(element, surface, people) {
    this.#element = element;
    this.#surface = surface;
    this.#people = people;
    element.addEventListener("click", this.#clicked);
    surface.editor.on("update", this.#showSoon);
    this.show();
  }

  remove() {
    clearTimeout(this.#timer);
    this.#element.removeEventListener("click", this.#clicked);
    this.#surface.editor.off("update", this.#showSoon);
    this.#element.hidden = true;
  }

  /** Also while people write without a pause. */
  #showSoon = () => {
    this.#timer ||= setTimeout(() => this.show(), SHOW_MS);
  };

  show() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    const { editor, isAllowed } = this.#surface;
    const found = suggestionsIn(editor.state.doc);
    this.#element.hidden = found.length === 0;
    this.#part("count").textContent = textOf(this.#element, "count", { count: found.length });
    const rows = this.#part("rows");
    const old = new Map([...rows.children].map((row) => [row.dataset.suggestion, row]));
    const focused = document.activeElement?.closest("[data-suggestion]")?.dataset.suggestion;
    found.forEach((suggestion, index) => {
      const row = old.get(suggestion.id) ?? this.#blank(suggestion.id);
      old.delete(suggestion.id);
      this.#fill(row, suggestion);
      if (rows.children[index] !== row) rows.insertBefore(row, rows.children[index] ?? null);
    });
    const wasFocused = focused && old.has(focused);
    for (const row of old.values()) row.remove();
    if (wasFocused) (rows.querySelector("button:not([hidden])") ?? editor.view.dom).focus({ preventScroll: true });
    for (const button of this.#element.querySelectorAll("[data-suggestion-act=accept], [data-suggestion-act=reject]")) button.hidden = !isAllowed;
    this.#part("all").hidden = !isAllowed || found.length < 2;
    this.#askWho(found);
  }

  #part(name) {
    return this.#element.querySelector(`[data-suggestions-part="${name}"]`);
  }

  #blank(id) {
    const row = this.#element.querySelector("template").content.firstElementChild.cloneNode(true);
    row.dataset.suggestion = id;
    row.querySelector("[data-slot=words]").id = `suggestion-${id}`;
    for (const button of row.querySelectorAll("button")) button.setAttribute("aria-describedby", `suggestion-${id}`);
    return row;
  }

  #fill(row, { by, inserted, deleted }) {
    const set = (slot, text) => {
      const element = row.querySelector(`[data-slot=${slot}]`);
      const shown = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
      if (element.textContent !== shown) element.textContent = shown;
      element.hidden = shown === "";
    };
    set("who", this.#nameOf(by));
    set("deleted", deleted);
    set("inserted", inserted);
  }

  #nameOf(by) {
    if (by === String(this.#people.doc.clientID)) return textOf(this.#element, "you");
    const here = this.#people.awareness.getStates().get(Number(by))?.user?.name;
    if (here) this.#names.set(by, here);
    return this.#names.get(by) ?? textOf(this.#element, "somebody");
  }

  async #askWho(found) {
    const unknown = [...new Set(found.map(({ by }) => by))].filter((by) => by !== String(this.#people.doc.clientID) && !this.#names.has(by) && !this.#asked.has(by));
    if (!unknown.length || !this.#people.url) return;
    unknown.forEach((by) => this.#asked.add(by));
    try {
      const answer = await fetch(`${this.#people.url}?clients=${unknown.join(",")}`, { headers: { Accept: "application/json" } });
      if (!answer.ok) return;
      for (const [by, name] of Object.entries(await answer.json())) this.#names.set(by, name);
      if (!this.#surface.editor.isDestroyed) this.show();
    } catch {
      unknown.forEach((by) => this.#asked.delete(by));
    }
  }

  #clicked = (event) => {
    const button = event.target.closest("[data-suggestion-act]");
    if (!button) return;
    const id = button.closest("[data-suggestion]")?.dataset.suggestion;
    const { suggestionAct: act } = button.dataset;
    const found = suggestionsIn(this.#surface.editor.state.doc);
    const chosen = id ? found.filter((suggestion) => suggestion.id === id) : found;
    if (act === "go") return chosen[0] && this.#surface.goTo(chosen[0]);
    if (!this.#surface.isAllowed) return;
    decide(this.#surface.editor, chosen.map((suggestion) => suggestion.id), act === "accept");
    this.show();
    announce(textOf(this.#element, act === "accept" ? "accepted" : "rejected", { count: chosen.length }));
  };
}
