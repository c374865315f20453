import { Controller } from "../../vendor/page.js";
import { folded, textOf } from "../helpers/text.js";

/** Narrows a list that is already in the page to the items with all typed words. */
export default class extends Controller {
  static targets = ["input", "item", "count"];

  connect() {
    if (this.inputTarget.value) this.apply();
  }

  itemTargetConnected() {
    if (this.inputTarget.value) this.apply();
  }

  apply() {
    const words = folded(this.inputTarget.value).split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const item of this.itemTargets) {
      const text = folded(item.getAttribute("data-filter-text") ?? item.textContent);
      item.hidden = !words.every((word) => text.includes(word));
      if (!item.hidden) shown += 1;
    }
    if (this.hasCountTarget) this.countTarget.textContent = this.#summary(words, shown);
  }

  #summary(words, shown) {
    if (words.length === 0) return "";
    return textOf(this.element, shown ? "count" : "none", { shown, all: this.itemTargets.length });
  }
}
