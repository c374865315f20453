import { Controller } from "../../vendor/page.js";
import { announce, textOf } from "../helpers/text.js";
import { hold, stored, write } from "../live/unsent.js";

const RETRY_MS = 4_000;
const KEPT = "consult.autosave";

/** Saves a form as one writes. Until the server has said yes, what was typed stays in this browser too. */
export default class extends Controller {
  static targets = ["status", "base"];
  static values = { every: { type: Number, default: 2 }, key: String };

  #timer = 0;
  #version = 0;
  #isSaving = false;
  #isStopped = false;

  connect() {
    const kept = stored(this.#storage);
    if (kept) this.#restore(JSON.parse(kept));
  }

  disconnect() {
    clearTimeout(this.#timer);
    hold(this.#storage, false);
  }

  changed(event) {
    if (!event.target.name && event.type !== "rich-text:changed") return;
    this.#version += 1;
    write(this.#storage, JSON.stringify(this.#fields()));
    hold(this.#storage, true, { safe: stored(this.#storage) !== null });
    if (this.#isStopped) return;
    this.#say("saving");
    this.#later(this.everyValue * 1000);
  }

  /** The form itself is sent: nothing is left to save on the way. */
  finish() {
    clearTimeout(this.#timer);
    this.#isStopped = true;
    hold(this.#storage, false);
  }

  get #storage() {
    return `${KEPT}.${this.keyValue}`;
  }

  #later(wait) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#save(), wait);
  }

  async #save() {
    if (this.#isSaving) return this.#later(this.everyValue * 1000);
    this.#isSaving = true;
    const version = this.#version;
    const answer = await this.#send();
    this.#isSaving = false;
    if (answer.ok) this.#saved(answer, version);
    else this.#notSaved(answer);
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

  #saved({ base }, version) {
    if (base !== undefined && this.hasBaseTarget) this.baseTarget.value = base;
    if (version !== this.#version) return this.#later(this.everyValue * 1000);
    write(this.#storage, null);
    hold(this.#storage, false);
    this.#say("saved");
  }

  #notSaved({ status, error }) {
    if (status === 409) {
      this.#isStopped = true;
      return this.#say("conflict", { isBad: true });
    }
    if (status === 422 || status === 403) return this.#say("failed", { isBad: true, text: error?.message });
    this.#say("failed", { isBad: true });
    this.#later(RETRY_MS);
  }

  #say(name, { isBad = false, text = "" } = {}) {
    const words = text || textOf(this.element, name);
    for (const status of this.statusTargets) {
      if (isBad && status.textContent !== words) announce(words, { assertive: true });
      status.dataset.state = { saved: "saved", saving: "saving" }[name] ?? "unsaved";
      status.textContent = words;
    }
  }

  #fields() {
    return [...this.element.elements].filter(isKept).map(({ name, value }) => [name, value]);
  }

  #restore(fields) {
    let isChanged = false;
    for (const [name, value] of fields) {
      const field = this.element.elements.namedItem(name);
      if (!field || !isKept(field) || field.value === value) continue;
      field.value = value;
      field.dispatchEvent(new Event("consult:restored"));
      isChanged = true;
    }
    if (!isChanged) return write(this.#storage, null);
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
