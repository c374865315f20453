import { Controller } from "../../vendor/page.js";
import { announce, textOf } from "../helpers/text.js";
import { offerDraft, withdrawDraft } from "../live/drafts.js";
import { actOn } from "../live/plain_acts.js";
import { isBeingBegun, isSameText, replaceWords, showErrors } from "../live/plain_fields.js";
import { asOneText, sendWords } from "../live/plain_sending.js";
import { keepWords, keptWords, newId, openPage, pageBefore } from "../live/plain_words.js";
import { hold, keepText } from "../live/unsent.js";

const SAVE_AFTER_MS = 4_000;
const RETRY_MS = [4_000, 8_000, 15_000, 30_000];
const LOOK_MS = 30_000;
const ANSWER_MS = 30_000;
/** From this age on an edit that is not at the server is told to the person. */
const OVERDUE_MS = 15_000;
const NAMES = ["title", "text"];

/**
 * An item's title and text as plain words, for a line that carries little: no live connection of the document, no editor. What was
 * typed goes to the server when the person pauses, with the words it was made of; the answer is what the item says now, with
 * what others wrote. Until then it is kept in this browser.
 */
export default class extends Controller {
  static targets = ["message", "error"];
  static values = { id: String, user: String, since: String };

  #state = new EventTarget();
  #since = "";
  #page = newId();
  #release = () => {};
  #isGone = false;
  #changedAt = null;
  /** Grows with every edit and every save: an answer to an older question is of an older text. */
  #turn = 0;
  /** The sends that got no answer. */
  #after = [];
  #failures = 0;
  /** Why nothing is sent by itself: "refused" for good, "invalid" until it is changed, "signedout". */
  #stopped = "";
  #saving = null;
  #timer = 0;
  #lookTimer = 0;

  async connect() {
    const self = this;
    this.#isGone = false;
    Object.assign(this.#state, { id: this.idValue });
    Object.defineProperties(this.#state, {
      phase: { get: () => self.#phase, configurable: true },
      unsavedSince: { get: () => self.#changedAt, configurable: true },
    });
    this.#since = this.sinceValue;
    offerDraft(this.#state);
    document.addEventListener("submit", this.#beforeActs, { capture: true });
    document.addEventListener("click", this.#beforeActs, { capture: true });
    document.addEventListener("visibilitychange", this.#look);
    addEventListener("consult:words-arrived", this.#look);
    await this.#takeUp();
    this.#lookSoon();
  }

  disconnect() {
    this.#isGone = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#lookTimer);
    document.removeEventListener("submit", this.#beforeActs, { capture: true });
    document.removeEventListener("click", this.#beforeActs, { capture: true });
    document.removeEventListener("visibilitychange", this.#look);
    removeEventListener("consult:words-arrived", this.#look);
    withdrawDraft(this.#state);
    hold(this.#holder, false);
    this.#release();
  }

  changed() {
    this.#changedAt ??= Date.now();
    this.#turn += 1;
    if (this.#stopped === "invalid") showErrors(this.errorTargets, {});
    if (this.#stopped !== "refused") this.#stopped = "";
    this.#keep();
    this.#tell();
    this.#later(SAVE_AFTER_MS);
  }

  /** The person went elsewhere: that is a pause. */
  left() {
    if (this.#changedAt !== null && !this.#stopped) this.#later(0);
  }

  finish(event) {
    event.preventDefault();
    this.#save();
  }

  get #holder() {
    return `plain.${this.idValue}`;
  }

  get #phase() {
    if (this.#stopped) return this.#stopped === "signedout" ? "signedout" : "refused";
    if (this.#changedAt === null) return "saved";
    if (this.#failures > 0) return "unsent";
    return Date.now() - this.#changedAt >= OVERDUE_MS ? "unsaved" : "saving";
  }

  #field(name) {
    return this.element.elements.namedItem(name);
  }

  get #words() {
    const fields = ["title", "text", "base_title", "base_text"].map((name) => [name, this.#field(name).value]);
    return { ...Object.fromEntries(fields), page: this.#page, after: this.#after };
  }

  #keep() {
    const isSafe = keepWords(this.userValue, this.idValue, this.#page, this.#words);
    hold(this.#holder, true, { safe: isSafe });
  }

  #letGo() {
    keepWords(this.userValue, this.idValue, this.#page, null);
    hold(this.#holder, false);
  }

  /** What this tab kept before a reload goes to the server with the words it was made of, and stays this page's. */
  async #takeUp() {
    const before = await pageBefore(this.idValue);
    const words = before && keptWords(this.userValue, this.idValue, before.page);
    // Who has begun to write already goes on; what was kept is sent like anything left behind.
    const isTaken = words && this.#changedAt === null && !this.#isGone;
    if (before && !isTaken) before.release();
    if (this.#isGone) return;
    if (!isTaken) {
      const release = await openPage(this.idValue, this.#page);
      if (this.#isGone) release();
      else this.#release = release;
      return;
    }
    this.#release = before.release;
    this.#page = before.page;
    this.#after = words.after;
    for (const name of ["title", "text", "base_title", "base_text"]) this.#field(name).value = words[name];
    this.changed();
  }

  // ── saving ──

  #later(wait) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#save(), wait);
  }

  /** @returns {Promise<boolean>} whether everything typed is at the server */
  async #save() {
    clearTimeout(this.#timer);
    if (this.#saving) await this.#saving;
    if (this.#changedAt === null || this.#stopped === "refused") return this.#stopped === "";
    this.#saving = this.#send().finally(() => (this.#saving = null));
    return this.#saving;
  }

  async #send() {
    const save = newId();
    this.#after = [...this.#after, save];
    const sent = this.#words;
    this.#keep();
    const { kind, answer } = await sendWords(this.element.action, sent, save, this.#field("csrf_token").value);
    if (this.#isGone) return false;
    if (kind === "saved") return this.#saved(sent, answer);
    if (kind === "lost") return this.#failed();
    // It was answered, so it is known that it did not arrive.
    this.#after = this.#after.filter((id) => id !== save);
    this.#stopped = kind === "final" ? "refused" : kind;
    if (kind === "final") this.#refused(sent, answer);
    else this.#keep();
    if (kind === "invalid") showErrors(this.errorTargets, answer?.error ?? {});
    this.#tell();
    return false;
  }

  #saved(sent, answer) {
    this.#failures = 0;
    this.#stopped = "";
    this.#after = [];
    this.#turn += 1;
    this.#message("");
    this.#take(answer, sent);
    const isAll = NAMES.every((name) => isSameText(this.#field(name).value, this.#field(`base_${name}`).value));
    this.#changedAt = isAll ? null : Date.now();
    if (isAll) this.#letGo();
    else this.#keep();
    this.#tell();
    if (!isAll) this.#later(SAVE_AFTER_MS);
    return isAll;
  }

  /** @param {Record<string, string>} was  what the fields said when the question was asked */
  #take(answer, was) {
    let isAll = true;
    for (const name of NAMES) {
      const field = this.#field(name);
      const base = this.#field(`base_${name}`);
      if (isSameText(field.value, answer[name])) {
        // Spaces and empty lines somebody is about to go on behind stay.
        base.value = answer[name];
      } else if (field.value !== was[name] || isBeingBegun(field)) {
        // Typed on meanwhile: what is here was made of what was sent, so that is what the next change is measured against.
        base.value = was[name];
        isAll = false;
      } else {
        base.value = answer[name];
        replaceWords(field, answer[name]);
      }
    }
    // What was not shown yet is asked for again.
    if (isAll) this.#since = answer.since;
  }

  #failed() {
    this.#later(RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)] * (0.75 + Math.random() / 2));
    this.#failures += 1;
    this.#keep();
    this.#tell();
    return false;
  }

  /** It will never be taken: the person gets their words for copying, and the page as it is now. */
  #refused(sent, answer) {
    keepText(this.userValue, this.idValue, asOneText(sent), answer?.error?.message ?? "");
    this.#changedAt = null;
    this.#letGo();
    for (const name of NAMES) this.#field(name).readOnly = true;
    dispatchEvent(new Event("consult:refused"));
  }

  // ── what others wrote ──

  #lookSoon() {
    clearTimeout(this.#lookTimer);
    this.#lookTimer = setTimeout(this.#look, LOOK_MS);
  }

  #look = async () => {
    this.#lookSoon();
    if (document.visibilityState !== "visible" || this.#changedAt !== null || this.#saving || this.#stopped) return;
    const turn = this.#turn;
    const was = this.#words;
    const question = `${this.element.action}?since=${encodeURIComponent(this.#since)}`;
    try {
      const response = await fetch(question, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(ANSWER_MS) });
      if (response.status !== 200) return;
      const answer = await response.json();
      if (turn === this.#turn && !this.#isGone) this.#take(answer, was);
    } catch {
      // The next look, or the next save, finds out.
    }
  };

  /** "Mark ready", "Split", the full editor and the like are about the text as it stands here: first it is saved. */
  #beforeActs = async (event) => {
    if (this.#changedAt === null && !this.#saving) return;
    const act = actOn(event, this.idValue);
    if (!act) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if ((await this.#save()) || (!this.#stopped && this.#failures === 0 && (await this.#save()))) act();
    else this.#message(textOf(this.element, "unsaved"));
  };

  #message(text) {
    this.messageTarget.textContent = text;
    this.messageTarget.hidden = text === "";
    if (text) this.messageTarget.scrollIntoView({ block: "nearest" });
    announce(text, { assertive: true });
  }

  #tell() {
    this.#state.dispatchEvent(new Event("state"));
  }
}
