import { Controller } from "../../vendor/page.js";
import { asOneText } from "../live/plain_sending.js";
import { allWords } from "../live/plain_words.js";
import { dirtyDrafts, forget, keepText, keptTexts, whenFree } from "../live/unsent.js";

/** What is on its way when somebody signs out usually arrives. */
const PATIENCE_MS = 2_000;

/**
 * Before signing out: offers unsent text for copying, then clears what this browser kept of the person's drafts. Edits
 * of drafts that are not open here cannot be shown; they stay, and are sent when the person comes back.
 */
export default class extends Controller {
  static values = { user: String };

  #isSure = false;

  async ask(event) {
    if (this.#isSure) return;
    event.preventDefault();
    const { submitter } = event;
    if (allWords(this.userValue).length) await Promise.race([whenFree(), new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
    await forget(this.userValue, await this.#spared());
    this.#isSure = true;
    this.element.requestSubmit(submitter);
  }

  async #spared() {
    const dirty = dirtyDrafts(this.userValue);
    dispatchEvent(new Event("consult:write-down"));
    for (const { item, words } of allWords(this.userValue)) keepText(this.userValue, item, asOneText(words), "");
    const offered = this.#keptDrafts();
    if (offered.length) await this.#offer();
    const stillKept = this.#keptDrafts();
    return new Set([...stillKept, ...dirty.filter((draft) => !offered.includes(draft))]);
  }

  #offer() {
    return new Promise((resolve) => {
      addEventListener("consult:offered", resolve, { once: true });
      dispatchEvent(new Event("consult:offer"));
    });
  }

  #keptDrafts() {
    return keptTexts(this.userValue).map(({ draft }) => draft);
  }
}
