import { Controller } from "../../vendor/page.js";
import { announce, textOf } from "../helpers/text.js";
import { sendLeftWords } from "../live/plain_sending.js";
import { dropText, keptTexts } from "../live/unsent.js";

/** Sends plain words that closed pages left behind. Offers text the server refused, for copying: as soon as it happens, and again after a reload until it is put away. */
export default class extends Controller {
  static targets = ["text", "reason"];
  static values = { user: String };

  #stop = null;

  connect() {
    this.#stop = sendLeftWords(this.userValue);
    addEventListener("consult:refused", this.#show);
    addEventListener("consult:offer", this.#show);
    this.#show();
  }

  disconnect() {
    this.#stop();
    removeEventListener("consult:refused", this.#show);
    removeEventListener("consult:offer", this.#show);
  }

  async copy() {
    try {
      await navigator.clipboard.writeText(this.textTarget.value);
    } catch {
      this.textTarget.select();
      return;
    }
    announce(textOf(this.element, "copied"));
  }

  discard() {
    for (const { draft } of keptTexts(this.userValue)) dropText(this.userValue, draft);
    this.later();
  }

  later() {
    this.element.close();
    dispatchEvent(new Event("consult:offered"));
  }

  #show = () => {
    const kept = keptTexts(this.userValue);
    if (kept.length === 0) return;
    this.textTarget.value = kept.map(({ text }) => text).join("\n\n");
    this.reasonTarget.textContent = kept.at(-1).reason;
    if (!this.element.open) this.element.showModal();
    this.textTarget.scrollTop = this.element.scrollTop = 0;
  };
}
