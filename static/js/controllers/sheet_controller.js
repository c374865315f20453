import { Controller } from "../../vendor/page.js";
import { morphInto } from "../helpers/morph.js";

/** Shows one room in a dialog over the page; without script its link leads to the same on a page. */
export default class extends Controller {
  static targets = ["dialog", "body", "refusal"];

  #opener = null;

  async open(event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    await this.show(event.currentTarget);
  }

  /** @param {HTMLAnchorElement} link */
  async show(link) {
    const url = new URL(link.href);
    url.hash = "";
    url.searchParams.set("part", "sheet");
    let response;
    try {
      response = await fetch(url, { headers: { Accept: "text/html" }, cache: "no-store" });
    } catch {
      return location.assign(link.href);
    }
    if (!response.ok || response.redirected) return location.assign(link.href);
    this.#opener = link;
    this.refusalTargets.forEach((place) => place.replaceChildren());
    morphInto(this.bodyTarget, await response.text());
    if (!this.dialogTarget.open) this.dialogTarget.showModal();
    this.bodyTarget.querySelector("h2")?.focus();
  }

  close(event) {
    if (!this.dialogTarget.open) return;
    event.preventDefault();
    this.dialogTarget.close();
  }

  closed() {
    this.bodyTarget.replaceChildren();
    if (this.#opener?.isConnected) this.#opener.focus();
  }
}
