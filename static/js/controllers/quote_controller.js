import { Controller } from "../../vendor/page.js";

/** Offers a source's words to the text that is open: the form around it names the source in the item's details. */
export default class extends Controller {
  static values = { words: String, reference: String, href: String };

  insert() {
    const { wordsValue: words, referenceValue: reference, hrefValue: href } = this;
    dispatchEvent(new CustomEvent("consult:quote", { detail: { words, reference, href } }));
  }
}
