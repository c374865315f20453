import { Controller } from "../../vendor/page.js";
import { folded, textOf } from "../helpers/text.js";

/** Narrows a list that is already in the page to the items with all typed words. Groups without any are hidden too. */
export default class extends Controller {
  static targets = ["input", "item", "group", "count"];

  #opened = new Set();

  connect() {
    this.#applyTyped();
  }

  itemTargetConnected() {
    this.#applyTyped();
  }

  apply() {
    const words = folded(this.inputTarget.value).split(/\s+/).filter(Boolean);
    const items = this.itemTargets;
    for (const item of items) {
      const text = folded(item.getAttribute("data-filter-text") ?? item.textContent);
      item.hidden = !words.every((word) => text.includes(word));
    }
    const shown = items.filter((item) => !item.hidden);
    for (const group of this.groupTargets) this.#show(group, shown, words.length > 0);
    if (this.hasCountTarget) this.countTarget.textContent = this.#summary(words, shown.length);
  }

  #applyTyped() {
    if (this.hasInputTarget && this.inputTarget.value) this.apply();
  }

  /** A folded list opens for what was found in it, and closes again. */
  #show(group, shown, isNarrowed) {
    group.hidden = isNarrowed && !shown.some((item) => group.contains(item));
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
