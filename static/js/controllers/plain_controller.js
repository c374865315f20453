import { Controller } from "../../vendor/page.js";
import { offerDraft, withdrawDraft } from "../live/drafts.js";
import { hold, isHeld, keepText, stored, write } from "../live/unsent.js";

const KEPT = "consult.plain";
const SAVE_AFTER_MS = 4_000;
const RETRY_MS = [4_000, 8_000, 15_000, 30_000];
const LOOK_MS = 30_000;
const ANSWER_MS = 30_000;
/** From this age on an edit that is not at the server is told to the person. */
const OVERDUE_MS = 15_000;

/**
 * An item's title and text as plain words, for a line that carries little: no live connection of the document, no editor. What was
 * typed goes to the server when the person pauses, with the words it was made of; the answer is what the item says now, with
 * what others wrote. Until then it is kept in this browser.
 */
export default class extends Controller {
  static values = { id: String, user: String, since: String };

  #state = new EventTarget();
  #since = "";
  #changedAt = null;
  #failures = 0;
  #saving = null;
  #timer = 0;
  #lookTimer = 0;

  connect() {
    const self = this;
    Object.assign(this.#state, { id: this.idValue });
    Object.defineProperties(this.#state, {
      phase: { get: () => self.#phase, configurable: true },
      unsavedSince: { get: () => self.#changedAt, configurable: true },
    });
    this.#since = this.sinceValue;
    offerDraft(this.#state);
    document.addEventListener("submit", this.#beforeForms, { capture: true });
    document.addEventListener("visibilitychange", this.#look);
    this.#restore();
    this.#lookSoon();
  }

  disconnect() {
    clearTimeout(this.#timer);
    clearTimeout(this.#lookTimer);
    document.removeEventListener("submit", this.#beforeForms, { capture: true });
    document.removeEventListener("visibilitychange", this.#look);
    withdrawDraft(this.#state);
    hold(this.#holder, false);
  }

  changed() {
    this.#changedAt ??= Date.now();
    write(this.#storage, JSON.stringify(this.#words));
    hold(this.#holder, true, { safe: stored(this.#storage) !== null });
    this.#tell();
    this.#later(SAVE_AFTER_MS);
  }

  /** The person went elsewhere: that is a pause. */
  left() {
    if (this.#changedAt !== null) this.#later(0);
  }

  finish(event) {
    event.preventDefault();
    this.#save();
  }

  get #holder() {
    return `plain.${this.idValue}`;
  }

  get #storage() {
    return `${KEPT}.${this.userValue}.${this.idValue}`;
  }

  get #phase() {
    if (this.#changedAt === null) return "saved";
    if (this.#failures > 0) return "unsent";
    return Date.now() - this.#changedAt >= OVERDUE_MS ? "unsaved" : "saving";
  }

  #field(name) {
    return this.element.elements.namedItem(name);
  }

  get #words() {
    return Object.fromEntries(["title", "text", "base_title", "base_text"].map((name) => [name, this.#field(name).value]));
  }

  #later(wait) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#save(), wait);
  }

  /** @returns {Promise<boolean>} whether everything typed is at the server */
  async #save() {
    clearTimeout(this.#timer);
    if (this.#saving) await this.#saving;
    if (this.#changedAt === null) return true;
    this.#saving = this.#send().finally(() => (this.#saving = null));
    return this.#saving;
  }

  async #send() {
    const sent = this.#words;
    let response;
    let answer;
    try {
      response = await fetch(this.element.action, {
        method: "POST",
        body: new URLSearchParams({ csrf_token: this.#field("csrf_token").value, ...sent }),
        headers: { Accept: "application/json" },
        signal: AbortSignal.timeout(ANSWER_MS),
      });
      answer = await response.json();
    } catch {
      return this.#failed();
    }
    if (response.ok && answer.ok) return this.#saved(sent, answer);
    return [403, 404, 409, 422].includes(response.status) ? this.#refused(sent, answer) : this.#failed();
  }

  #saved(sent, answer) {
    this.#failures = 0;
    this.#since = answer.since;
    for (const name of ["title", "text"]) {
      const field = this.#field(name);
      const isUntouched = field.value === sent[name];
      // Typed on meanwhile: what is here was made of what was sent, so that is what the next change is measured against.
      this.#field(`base_${name}`).value = isUntouched ? answer[name] : sent[name];
      if (isUntouched) replace(field, answer[name]);
    }
    const isAll = this.#words.title === this.#words.base_title && this.#words.text === this.#words.base_text;
    this.#changedAt = isAll ? null : Date.now();
    write(this.#storage, isAll ? null : JSON.stringify(this.#words));
    hold(this.#holder, !isAll, { safe: true });
    this.#tell();
    if (!isAll) this.#later(SAVE_AFTER_MS);
    return isAll;
  }

  #failed() {
    this.#later(RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)] * (0.75 + Math.random() / 2));
    this.#failures += 1;
    this.#tell();
    return false;
  }

  /** It will never be taken: the person gets their words for copying, and the page as it is now. */
  #refused(sent, answer) {
    const reason = answer?.error?.message ?? "";
    keepText(this.userValue, this.idValue, `${sent.title}\n\n${sent.text}`.trim(), reason);
    write(this.#storage, null);
    this.#changedAt = null;
    hold(this.#holder, false);
    dispatchEvent(new Event("consult:refused"));
    for (const name of ["title", "text"]) this.#field(name).readOnly = true;
    this.#tell();
    return true;
  }

  /** What a closed page or a dead battery kept: it goes to the server with the words it was made of. */
  #restore() {
    const kept = JSON.parse(stored(this.#storage) ?? "null");
    if (!kept) return;
    for (const [name, value] of Object.entries(kept)) this.#field(name).value = value;
    this.changed();
  }

  // ── what others wrote ──

  #lookSoon() {
    clearTimeout(this.#lookTimer);
    this.#lookTimer = setTimeout(this.#look, LOOK_MS);
  }

  #look = async () => {
    this.#lookSoon();
    if (document.visibilityState !== "visible" || this.#changedAt !== null || this.#saving) return;
    try {
      const response = await fetch(`${this.element.action}?since=${encodeURIComponent(this.#since)}`, { headers: { Accept: "application/json" } });
      if (response.status !== 200) return;
      const answer = await response.json();
      if (this.#changedAt !== null) return;
      this.#since = answer.since;
      for (const name of ["title", "text"]) {
        this.#field(`base_${name}`).value = answer[name];
        replace(this.#field(name), answer[name]);
      }
    } catch {
      // The next look, or the next save, finds out.
    }
  };

  /** "Mark ready", "Submit" and the like are about the text as it stands here. */
  #beforeForms = async (event) => {
    const { target: form, submitter } = event;
    if (form === this.element || form.method !== "post" || form.matches("[data-controller~=sign-out]") || !isHeld()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if ((await this.#save()) && form.isConnected) form.requestSubmit(submitter);
  };

  #tell() {
    this.#state.dispatchEvent(new Event("state"));
  }
}

/** Other words in a field; the caret stays at the letters where it was. */
function replace(field, value) {
  const before = field.value;
  if (before === value) return;
  const { selectionStart, selectionEnd } = field;
  let same = 0;
  while (same < before.length && before[same] === value[same]) same += 1;
  field.value = value;
  if (document.activeElement !== field) return;
  const shift = (at) => (at <= same ? at : Math.max(same, at + value.length - before.length));
  field.setSelectionRange(shift(selectionStart), shift(selectionEnd));
}
