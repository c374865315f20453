import { Controller } from "../../vendor/page.js";

/** One panel at a time on a narrow screen. Links to the panels without script; CSS decides where hiding counts. */
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
    this.tabTargets.forEach((tab) => panelOf(tab)?.removeAttribute("data-tab-hidden"));
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
      panelOf(tab)?.toggleAttribute("data-tab-hidden", tab !== chosen);
    }
  }
}

function panelOf(tab) {
  return document.getElementById(decodeURIComponent(tab.hash.slice(1)));
}
