import { Controller } from "../../vendor/page.js";

/**
 * One panel at a time on a narrow screen. Links to the panels without script; CSS decides where hiding counts. A part of the
 * page that belongs to several tabs, or is no panel itself, says so: `data-tab-of="people chat"`.
 */
export default class extends Controller {
  static targets = ["tab"];

  connect() {
    this.#choose(this.tabTargets.find((tab) => tab.hash === location.hash) ?? this.#current);
    this.element.addEventListener("click", this.#clicked);
    addEventListener("hashchange", this.#followHash);
  }

  disconnect() {
    this.element.removeEventListener("click", this.#clicked);
    removeEventListener("hashchange", this.#followHash);
    this.#panels.forEach(([panel]) => panel.removeAttribute("data-tab-hidden"));
  }

  get #current() {
    return this.tabTargets.find((tab) => tab.hasAttribute("aria-current")) ?? this.tabTargets[0];
  }

  #clicked = (event) => {
    const tab = event.target.closest("[data-tabs-target~=tab]");
    if (!tab) return;
    event.preventDefault();
    history.replaceState(history.state, "", tab.hash);
    this.#choose(tab);
  };

  #followHash = () => {
    const tab = this.tabTargets.find(({ hash }) => hash === location.hash);
    if (tab) this.#choose(tab);
  };

  #choose(chosen) {
    if (!chosen) return;
    for (const tab of this.tabTargets) {
      if (tab === chosen) tab.setAttribute("aria-current", "true");
      else tab.removeAttribute("aria-current");
    }
    for (const [panel, names] of this.#panels) panel.toggleAttribute("data-tab-hidden", !names.includes(nameOf(chosen)));
  }

  /** Every part of the page that is hidden and shown, with the tabs it belongs to. */
  get #panels() {
    const named = [...document.querySelectorAll("[data-tab-of]")].map((panel) => [panel, panel.dataset.tabOf.split(" ")]);
    const own = this.tabTargets.map((tab) => [document.getElementById(nameOf(tab)), [nameOf(tab)]]);
    return [...own.filter(([panel]) => panel && !panel.closest("[data-tab-of]")), ...named];
  }
}

function nameOf(tab) {
  return decodeURIComponent(tab.hash.slice(1));
}
