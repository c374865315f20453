import { Controller } from "../../vendor/page.js";
import { textOf } from "../helpers/text.js";
import { draftAround } from "../live/drafts.js";

/** Who has a caret in this draft, by name: for those who do not see carets. */
export default class extends Controller {
  #draft = null;
  #awareness = null;
  #isGone = false;

  async connect() {
    this.#isGone = false;
    const draft = await draftAround(this.element);
    if (this.#isGone) return;
    this.#draft = draft;
    draft.addEventListener("replaced", this.#bind);
    this.#bind();
  }

  disconnect() {
    this.#isGone = true;
    this.#awareness?.off("change", this.#show);
    this.#draft?.removeEventListener("replaced", this.#bind);
  }

  #bind = () => {
    this.#awareness?.off("change", this.#show);
    this.#awareness = this.#draft.awareness;
    this.#awareness.on("change", this.#show);
    this.#show();
  };

  #show = () => {
    const others = [...this.#awareness.getStates()].filter(([client]) => client !== this.#draft.doc.clientID);
    const names = [...new Set(others.map(([, { user }]) => user?.name).filter(Boolean))].sort();
    const list = new Intl.ListFormat(document.documentElement.lang || "en").format(names);
    const text = textOf(this.element, names.length ? "writing" : "nobody", { names: list });
    if (this.element.textContent !== text) this.element.textContent = text;
  };
}
