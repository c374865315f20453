import { Controller } from "../../vendor/page.js";
import { dirtyDrafts, forget, keptTexts } from "../live/unsent.js";

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
    await forget(this.userValue, await this.#spared());
    this.#isSure = true;
    this.element.requestSubmit(submitter);
  }

  async #spared() {
    const dirty = dirtyDrafts(this.userValue);
    dispatchEvent(new Event("consult:write-down"));
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
