import { Controller } from "../../vendor/page.js";
import { folded, textOf } from "../helpers/text.js";

/** Narrows a list that is already in the page to the items with all typed words. Groups without any are hidden too. */
export default class extends Controller {
  static targets = ["input", "item", "group", "count"];

  #opened = new Set();

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
    for (const group of this.groupTargets) this.#show(group, words.length > 0);
    if (this.hasCountTarget) this.countTarget.textContent = this.#summary(words, shown);
  }

  /** A folded list opens for what was found in it, and closes again. */
  #show(group, isNarrowed) {
    group.hidden = isNarrowed && !this.itemTargets.some((item) => !item.hidden && group.contains(item));
    for (const list of group.querySelectorAll("details")) {
      if (isNarrowed && !group.hidden && !list.open) {
        list.open = true;
        this.#opened.add(list);
      } else if (!isNarrowed && this.#opened.delete(list)) list.open = false;
    }
  }

  #summary(words, shown) {
    if (words.length === 0) return "";
    return textOf(this.element, shown ? "count" : "none", { shown, all: this.itemTargets.length });
  }
}
