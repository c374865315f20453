import { Controller } from "../../vendor/page.js";
import { textOf } from "../helpers/text.js";
import { draftAround } from "../live/drafts.js";

const SHOW_MS = 400;
const LONGEST = 80;

/** Who has a caret in this draft, by name, and in which paragraph: for those who do not see carets. */
export default class extends Controller {
  static targets = ["here", "names", "rows"];

  #draft = null;
  #awareness = null;
  #isGone = false;
  #timer = 0;

  async connect() {
    this.#isGone = false;
    const draft = await draftAround(this.element);
    // With the editor, which it belongs to: a page that uses little data loads neither.
    this.places = await import("../editing/whereabouts.js");
    if (this.#isGone) return;
    this.#draft = draft;
    draft.addEventListener("replaced", this.#bind);
    this.#bind();
  }

  disconnect() {
    this.#isGone = true;
    clearTimeout(this.#timer);
    this.#awareness?.off("change", this.#showSoon);
    this.#draft?.removeEventListener("replaced", this.#bind);
  }

  /** The paragraph somebody is in comes into view, with one's own caret in it. */
  go({ target }) {
    const client = target.closest("[data-slot=go]")?.closest("[data-client]")?.dataset.client;
    const block = client && this.#where(this.#awareness.getStates().get(Number(client)));
    if (!block) return;
    block.element.scrollIntoView({ block: "center" });
    if (!block.element.isContentEditable) return;
    block.element.parentElement.focus({ preventScroll: true });
    getSelection().collapse(block.element, 0);
  }

  #bind = () => {
    this.#awareness?.off("change", this.#showSoon);
    this.#awareness = this.#draft.awareness;
    this.#awareness.on("change", this.#showSoon);
    this.#show();
  };

  #showSoon = () => {
    this.#timer ||= setTimeout(() => this.#show(), SHOW_MS);
  };

  #show() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    const others = [...this.#awareness.getStates()]
      .filter(([client, { user }]) => client !== this.#draft.doc.clientID && user?.name)
      .sort(([, a], [, b]) => a.user.name.localeCompare(b.user.name));
    const names = [...new Set(others.map(([, { user }]) => user.name))];
    const list = new Intl.ListFormat(document.documentElement.lang || "en").format(names);
    const hadFocus = this.hereTarget.contains(document.activeElement);
    this.hereTarget.hidden = names.length === 0;
    say(this.namesTarget, names.length ? textOf(this.element, "writing", { names: list }) : "");
    const old = new Map([...this.rowsTarget.children].map((row) => [row.dataset.client, row]));
    for (const [client, state] of others) {
      const row = old.get(String(client)) ?? this.#blank(client);
      old.delete(String(client));
      this.#fill(row, state);
    }
    for (const row of old.values()) row.remove();
    if (hadFocus) this.#holdFocus();
  }

  #blank(client) {
    const row = this.element.querySelector("template").content.firstElementChild.cloneNode(true);
    const words = row.querySelector("[data-slot=words]");
    words.id = `whereabouts-${this.#draft.id}-${client}`;
    row.dataset.client = client;
    row.querySelector("[data-slot=go]").setAttribute("aria-describedby", words.id);
    this.rowsTarget.append(row);
    return row;
  }

  #fill(row, state) {
    const block = this.#where(state);
    const words = block?.words.length > LONGEST ? `${block.words.slice(0, LONGEST)}…` : block?.words;
    say(row.querySelector("[data-slot=who]"), state.user.name);
    say(row.querySelector("[data-slot=where]"), block ? textOf(this.element, words ? "where" : "empty", { number: block.number, words }) : "");
    row.querySelector("[data-slot=go]").hidden = !block;
  }

  /** Whoever has just gone does not take the keyboard's place with them: it is at the names, or where one writes when nobody else is left. */
  #holdFocus() {
    const at = document.activeElement;
    if (!this.hereTarget.hidden) {
      if (!this.hereTarget.contains(at) || at.hidden) this.namesTarget.focus();
      return;
    }
    const item = this.element.closest("[data-draft-id-value]");
    const place = item?.querySelector(".ProseMirror[contenteditable=true]") ?? item?.querySelector("h2");
    if (!place) return;
    if (place.tabIndex < 0) place.tabIndex = -1;
    place.focus({ preventScroll: true });
  }

  #where(state) {
    const text = this.element.closest("[data-draft-id-value]")?.querySelector(".ProseMirror");
    return text && state?.cursor ? this.places.blockAt(this.#draft.doc, state.cursor, this.places.blocksOf(text)) : null;
  }
}

function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
