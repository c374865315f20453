import { Controller } from "../../vendor/page.js";
import { announce, textOf } from "../helpers/text.js";
import { hold, stored, write } from "../live/unsent.js";

const RETRY_MS = 4_000;
const KEPT = "consult.autosave";
const STATES = { saved: "saved", saving: "saving" };

/**
 * Saves a form as one writes. Until the server has said yes, what was typed stays in this browser too, together with
 * the version it was written on, so that a reload neither loses it nor puts it over somebody else's newer text.
 */
export default class extends Controller {
  static targets = ["status", "base", "discard"];
  static values = { every: { type: Number, default: 2 }, key: String };

  #timer = 0;
  #version = 0;
  #saved = 0;
  #saving = null;
  #isStopped = false;

  connect() {
    document.addEventListener("submit", this.#before, { capture: true });
    this.#restore(JSON.parse(stored(this.#storage) ?? "null"));
  }

  disconnect() {
    clearTimeout(this.#timer);
    document.removeEventListener("submit", this.#before, { capture: true });
    hold(this.#storage, false);
  }

  changed(event) {
    if (!event.target.name && event.type !== "rich-text:changed") return;
    this.#version += 1;
    write(this.#storage, JSON.stringify({ base: this.#base, fields: this.#fields() }));
    hold(this.#storage, true, { safe: stored(this.#storage) !== null });
    if (this.#isStopped) return;
    this.#say("saving");
    this.#later(this.everyValue * 1000);
  }

  /** The form itself is sent: nothing is left to save on the way; what is on its way already has to arrive first. */
  finish(event) {
    if (this.#saving) {
      event.preventDefault();
      this.#saving.then(() => this.element.requestSubmit(event.submitter));
      return;
    }
    clearTimeout(this.#timer);
    this.#isStopped = true;
    hold(this.#storage, false);
  }

  /** The person gives their own text up for the newer one. */
  discard() {
    this.#isStopped = true;
    write(this.#storage, null);
    hold(this.#storage, false);
    location.reload();
  }

  get #storage() {
    return `${KEPT}.${this.keyValue}`;
  }

  get #base() {
    return this.hasBaseTarget ? this.baseTarget.value : "";
  }

  /** Another form acts on what is being written (its `data-autosave-base` field says so): save first, then let it go. */
  #before = async (event) => {
    const form = event.target;
    const depends = [...form.elements].some((field) => field.hasAttribute("data-autosave-base"));
    if (!depends || this.#isStopped || this.#version === this.#saved) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    await this.#saving;
    if (await this.#save()) form.requestSubmit(event.submitter);
  };

  #later(wait) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.#saving ? this.#later(wait) : this.#save()), wait);
  }

  /** @returns {Promise<boolean>} whether everything typed is at the server now */
  #save() {
    clearTimeout(this.#timer);
    this.#saving = this.#saveOnce().finally(() => (this.#saving = null));
    return this.#saving;
  }

  async #saveOnce() {
    const version = this.#version;
    const answer = await this.#send();
    if (!answer.ok) return this.#notSaved(answer);
    this.#rebase(answer.base);
    this.#saved = version;
    if (version !== this.#version) return this.#wait();
    write(this.#storage, null);
    hold(this.#storage, false);
    this.#say("saved");
    return true;
  }

  #wait() {
    this.#later(this.everyValue * 1000);
    return false;
  }

  async #send() {
    try {
      const response = await fetch(this.element.action, {
        method: "POST",
        body: new URLSearchParams(new FormData(this.element)),
        headers: { "X-Autosave": "1", Accept: "application/json" },
      });
      const answer = await response.json();
      return { ...answer, ok: response.ok && answer.ok === true, status: response.status };
    } catch {
      return { ok: false, status: 0 };
    }
  }

  #rebase(base) {
    if (base === undefined) return;
    for (const field of [...this.baseTargets, ...document.querySelectorAll("[data-autosave-base]")]) field.value = base;
  }

  #notSaved({ status, error }) {
    const isRefused = status === 403 || status === 422;
    if (status === 409) {
      this.#isStopped = true;
      this.discardTargets.forEach((button) => (button.hidden = false));
      this.#say("conflict", { isBad: true });
    } else {
      this.#say("failed", { isBad: true, text: isRefused ? error?.message : "" });
      if (!isRefused) this.#later(RETRY_MS);
    }
    return false;
  }

  #say(name, { isBad = false, text = "" } = {}) {
    const words = text || textOf(this.element, name);
    for (const status of this.statusTargets) {
      if (isBad && status.textContent !== words) announce(words, { assertive: true });
      status.dataset.state = STATES[name] ?? "unsaved";
      status.textContent = words;
    }
  }

  #fields() {
    return [...this.element.elements].filter(isKept).map(({ name, value }) => [name, value]);
  }

  #restore(kept) {
    if (!kept) return;
    const changed = kept.fields.filter(([name, value]) => this.element.elements.namedItem(name)?.value !== value);
    if (changed.length === 0) return write(this.#storage, null);
    for (const [name, value] of changed) {
      const field = this.element.elements.namedItem(name);
      if (!field || !isKept(field)) continue;
      field.value = value;
      field.dispatchEvent(new Event("consult:restored"));
    }
    // Sent with the version it was written on: if there is a newer one, the server says so instead of losing it.
    this.baseTargets.forEach((field) => (field.value = kept.base));
    announce(textOf(this.element, "restored"));
    this.#say("restored");
    this.#version += 1;
    this.#later(this.everyValue * 1000);
  }
}

/** Only what a person writes: no tokens, versions, boxes or buttons. */
function isKept({ name, type }) {
  return name && ["text", "textarea", "search", "url", "select-one"].includes(type);
}
