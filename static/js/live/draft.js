import { Y } from "../../vendor/editor.js";
import { DraftCarets } from "./draft_carets.js";
import { DraftStore } from "./draft_store.js";
import { linesOf, missingText } from "./draft_text.js";
import { WIRE } from "./events.js";
import { JoinAgain } from "./posting.js";
import { Comparison } from "./sameness.js";
import { hold, isDirty, keepText, markDirty } from "./unsent.js";
import { cut, fromBase64, newsFor, toBase64 } from "./updates.js";

/**
 * One action item's shared document on the page's connection.
 *
 * Every (re)connection joins by state vector, so a lost answer, a crash and an hour offline take the same path. One
 * update is in flight; what is typed meanwhile goes with the next. "Saved" is said only when nothing is pending,
 * nothing is in flight and the last answer was yes.
 *
 * Events: `state` (phase, edit or reason changed), `replaced` (there is a new `doc`: bind again), `refused`
 * (detail: text, reason), `moved` (detail: room, reason).
 */

const COLLECT_MS = 30;
const ANSWER_MS = 15_000;
const RETRY_MS = [500, 1_000, 2_000, 4_000, 8_000];
/** From this age on an edit that is not at the server is told to the person. */
const OVERDUE_MS = 5_000;
const DEFAULT_LIMIT = 64 * 1024;
const BUSY_CODES = new Set(["busy", "rate", "retry", "handover"]);
const INVALID_UNTIL_REFUSED = 2;
const NOTHING = { title: "", blocks: [], facts: {} };

export class Draft extends EventTarget {
  doc = DraftStore.blank();
  edit = false;
  reason = "";
  phase = "loading";
  /** How much of the largest size is used, told by the server when it is nearly all (0 to 1). */
  full = 0;
  #connection;
  #store;
  #words;
  #stops = [];
  #attempt = 0;
  #joined = false;
  #wasJoined = false;
  #pending = [];
  #inFlight = null;
  /** When the oldest edit of what waits, and of what is on its way, was made. */
  #pendingSince = null;
  #inFlightSince = null;
  #failures = 0;
  #invalid = 0;
  #sticky = null;
  #limit = DEFAULT_LIMIT;
  #timers = {};
  #dirty = null;
  #again;
  #comparison = new Comparison();
  #carets;

  /**
   * @param {{id: string, user: string, connection: import("./socket.js").Connection, words?: {title?: string, text?: string, facts?: Record<string, string>}}} options
   *   user: a key of the person, stable and not their name: it separates what people keep in one browser
   */
  constructor({ id, user, connection, words = {} }) {
    super();
    this.id = id;
    this.user = user;
    this.#connection = connection;
    this.#words = words;
    this.#store = new DraftStore(user, id);
    this.#again = new JoinAgain(connection);
    this.#carets = this.#newCarets();
  }

  /** Loads what this browser kept and joins as soon as there is a connection. */
  async start() {
    const epoch = this.#store.epoch;
    if (epoch !== null) await this.#store.attach(this.doc, epoch);
    this.#watchDocument();
    const on = (name, listener) => this.#stops.push(this.#connection.on(name, listener));
    on(WIRE.UPDATE, (update, _seq, draft) => draft === this.id && this.#wasJoined && this.#apply(update));
    on(WIRE.AWARENESS, (states, draft) => draft === this.id && this.#carets.apply(states));
    on(WIRE.PERM, (change) => change.draft === this.id && this.#permit(change));
    on(WIRE.RESYNC, (notice) => notice.draft === this.id && this.#join());
    on(WIRE.MOVED, (notice) => this.#moved(notice));
    this.#stops.push(this.#connection.onState((state) => (["connected", "blocked"].includes(state) ? this.#join() : this.#cutOff())));
    this.#stops.push(this.#again.start(() => this.#lookAgain()));
    if (this.#connection.reachesDrafts) this.#join();
    this.#tell();
  }

  stop() {
    this.#attempt += 1;
    for (const timer of Object.values(this.#timers)) clearTimeout(timer);
    this.#stops.forEach((stop) => stop());
    hold(this.#holder, false);
    this.#store.close();
    this.#carets.destroy();
    this.doc.destroy();
  }

  /** Is there anything the server has not confirmed? */
  get unsaved() {
    return this.#pending.length > 0 || this.#inFlight !== null;
  }

  /** When the oldest edit that the server has not confirmed was made or found here, in ms; null when there is none. @returns {number|null} */
  get unsavedSince() {
    return this.unsaved ? (this.#inFlightSince ?? this.#pendingSince) : null;
  }

  /** Has the server's text been here, so that it can be shown and worked on? */
  get isOpen() {
    return this.#wasJoined;
  }

  /** Writes the text down for copying, when some of it is not at the server. */
  writeDown() {
    if (this.unsaved) keepText(this.user, this.id, missingText(linesOf(this.doc), NOTHING, this.#words), this.reason);
  }

  /** What the editor shows the others' carets from, and says its own in. */
  get awareness() {
    return this.#carets.awareness;
  }

  get #holder() {
    return `draft.${this.id}`;
  }

  // ── the document ──

  #watchDocument() {
    this.doc.on("update", this.#onUpdate);
  }

  #newCarets() {
    return new DraftCarets(this.id, this.#connection, this.doc, () => this.#joined && this.edit);
  }

  #onUpdate = (update, origin) => {
    this.#again.changed();
    if (origin === this || !this.#wasJoined) return;
    this.#sticky = null;
    this.#pending.push(update);
    this.#pendingSince ??= Date.now();
    this.#tell();
    this.#sendSoon(COLLECT_MS);
  };

  #apply(update) {
    this.dispatchEvent(new Event("hearing"));
    Y.applyUpdate(this.doc, fromBase64(update), this);
  }

  // ── joining ──

  async #join() {
    const attempt = ++this.#attempt;
    const isStale = () => attempt !== this.#attempt;
    this.#joined = false;
    clearTimeout(this.#timers.retry);
    this.#putBack();
    const epoch = this.#store.epoch;
    const vector = toBase64(Y.encodeStateVector(this.doc));
    const question = { v: 1, draft: this.id, sv: vector, ...(epoch === null ? {} : { epoch }), ...this.#comparison.told };
    let answer;
    try {
      answer = await this.#connection.ask(WIRE.JOIN, [question], { within: ANSWER_MS });
    } catch {
      if (!isStale()) this.#retry();
      return;
    }
    if (isStale()) return;
    if (answer?.ok) await this.#joinedWith(answer, isStale);
    else this.#notJoined(answer ?? {});
  }

  /** A page without a websocket joins to hear; one that has it makes sure that it shows what the server has. */
  async #lookAgain() {
    if (!this.#joined || this.#connection.isPosting) {
      if (!this.unsaved && (this.#joined || !this.#connection.isPosting)) this.#join();
      return;
    }
    const attempt = this.#attempt;
    const question = { draft: this.id, deletions: this.#again.isAtRest };
    const answer = await this.#connection.ask(WIRE.CHECK, [question], { within: ANSWER_MS }).catch(() => null);
    if (attempt !== this.#attempt) return;
    const next = this.#comparison.next(this.doc, answer, { isUnsaved: this.unsaved, mayWrite: this.edit });
    if (next === "join") this.#join();
    else if (next === "rebuild") this.#rebuild(this.reason, { isMending: true });
    else this.#again.joined();
  }

  async #joinedWith(answer, isStale) {
    this.#limit = answer.limits?.update_bytes ?? this.#limit;
    this.edit = answer.edit === true;
    this.reason = answer.reason ?? "";
    this.#apply(answer.update);
    const isFirst = !this.#wasJoined;
    if (this.#store.epoch !== answer.epoch) {
      if (this.#store.epoch !== null) await this.#store.clear();
      await this.#store.attach(this.doc, answer.epoch);
      if (isStale()) return;
    }
    this.#joined = this.#wasJoined = true;
    this.#again.joined(answer.limits?.check_ms);
    this.#failures = 0;
    const news = newsFor(this.doc, fromBase64(answer.sv), fromBase64(answer.update));
    this.#pending = news ? [news] : [];
    this.#pendingSince = news ? (this.#pendingSince ?? Date.now()) : null;
    if (isFirst) this.dispatchEvent(new Event("replaced"));
    this.#tell();
    this.#carets.say();
    this.#flush();
  }

  #notJoined(answer) {
    this.#joined = false;
    if (answer.code === "epoch") return this.#rebuild(answer.message ?? "");
    if (BUSY_CODES.has(answer.code)) return this.#retry(answer.after);
    return this.#refuse(answer.message ?? "");
  }

  #retry(after) {
    this.#joined = false;
    const wait = after ?? RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)] * (0.5 + Math.random());
    this.#failures += 1;
    this.#tell();
    this.#later("retry", wait, () => this.#connection.reachesDrafts && this.#join());
  }

  #cutOff() {
    this.#attempt += 1;
    this.#joined = false;
    this.#putBack();
    this.#carets.cutOff();
    this.#tell();
  }

  // ── sending ──

  /** Once for all edits that wait, also while others are typed: who holds a key down is heard. */
  #sendSoon(wait) {
    this.#timers.collect ||= setTimeout(() => {
      this.#timers.collect = 0;
      this.#flush();
    }, wait);
  }

  async #flush() {
    if (!this.#joined || this.#inFlight || this.#pending.length === 0) return;
    const merged = this.#pending.length === 1 ? this.#pending[0] : Y.mergeUpdates(this.#pending);
    const [first, ...rest] = cut(merged, this.#limit);
    this.#pending = rest;
    this.#inFlight = first;
    this.#inFlightSince = this.#pendingSince;
    if (rest.length === 0) this.#pendingSince = null;
    this.#tell();
    const attempt = this.#attempt;
    let answer = null;
    try {
      answer = await this.#connection.ask(WIRE.UPDATE, [toBase64(first), this.id], { within: ANSWER_MS });
    } catch {
      // Nobody knows whether it arrived: joining again finds out.
    }
    if (attempt !== this.#attempt) return;
    if (answer?.ok) this.#saved(answer);
    else this.#notSaved(answer);
  }

  /** What was on its way waits again, and is as old as it was. */
  #putBack() {
    if (!this.#inFlight) return;
    this.#pending.unshift(this.#inFlight);
    this.#pendingSince = this.#inFlightSince;
    this.#inFlight = this.#inFlightSince = null;
  }

  #saved({ full = 0 }) {
    this.#inFlight = this.#inFlightSince = null;
    this.full = full;
    this.#failures = this.#invalid = 0;
    this.#tell();
    // Who types on and on hears the others in between.
    if (this.#connection.isPosting && this.#again.isDue) this.#join();
    else this.#flush();
  }

  #notSaved(answer) {
    const { code, message = "", after } = answer ?? {};
    this.#putBack();
    if (code === "late") return this.#rebuild(message, { isKept: true });
    if (code === "readonly" || code === "forbidden") return this.#refuse(message);
    if (code === "rate" && after) return this.#sendSoon(after);
    if (code === "too_big" && this.#limit > 2_048) {
      this.#limit = Math.floor(this.#limit / 2);
      return this.#flush();
    }
    if (code === "too_big" || (code === "invalid" && ++this.#invalid >= INVALID_UNTIL_REFUSED)) return this.#refuse(message);
    if (code === "resync") return this.#join();
    return this.#retry(after);
  }

  // ── losing the right to write ──

  #permit({ edit, epoch, reason }) {
    this.edit = edit === true;
    this.reason = reason ?? "";
    if (this.#sticky && this.edit) this.#sticky = null;
    this.#tell();
    if (this.edit && epoch !== this.#store.epoch) this.#join();
    else this.#flush();
  }

  #moved(notice) {
    if (notice.draft && notice.draft !== this.id) return;
    this.edit = false;
    this.dispatchEvent(new CustomEvent("moved", { detail: notice }));
    this.#tell();
  }

  #refuse(reason) {
    this.edit = false;
    this.reason = reason;
    return this.#rebuild(reason);
  }

  /**
   * Starts again from what the server has. Passages only this page has are written down first and offered, unless the
   * server kept them itself. While a difference is mended, what is written meanwhile is sent first. Somebody who may not even read any more keeps on the screen what is there.
   */
  async #rebuild(reason, { isKept = false, isMending = false } = {}) {
    const attempt = ++this.#attempt;
    this.#joined = false;
    const mayMiss = this.unsaved || isDirty(this.user, this.id);
    const fresh = DraftStore.blank();
    const question = { v: 1, draft: this.id, sv: toBase64(Y.encodeStateVector(fresh)) };
    const answer = await this.#connection.ask(WIRE.JOIN, [question]).catch(() => null);
    if (attempt !== this.#attempt) return;
    if (!answer || BUSY_CODES.has(answer.code)) return this.#retry(answer?.after);
    if (isMending && this.unsaved && this.edit) return this.#join();
    if (answer.ok) Y.applyUpdate(fresh, fromBase64(answer.update), this);
    // What was written after what was on its way, or is a further part of it, has not reached the server.
    const isAllKept = isKept && this.#pending.length <= 1;
    const text = mayMiss && !isAllKept ? missingText(linesOf(this.doc), linesOf(fresh), this.#words) : "";
    if (text) keepText(this.user, this.id, text, reason);
    this.#pending = [];
    this.#inFlight = this.#pendingSince = this.#inFlightSince = null;
    this.#sticky = text ? "refused" : isKept ? "late" : this.#sticky;
    this.#setDirty(false);
    await this.#store.clear();
    if (attempt !== this.#attempt) return;
    if (answer.ok) this.#replaceDocument(fresh);
    this.#tell();
    if (text) this.dispatchEvent(new CustomEvent("refused", { detail: { text, reason } }));
    if (answer.ok) this.#join();
  }

  #replaceDocument(doc) {
    const old = [this.#carets, this.doc];
    this.doc = doc;
    this.#carets = this.#newCarets();
    this.#watchDocument();
    this.dispatchEvent(new Event("replaced"));
    old.forEach((each) => each.destroy());
  }

  // ── saying where we are ──

  #tell() {
    const { unsaved } = this;
    if (unsaved || this.#joined) this.#setDirty(unsaved);
    hold(this.#holder, unsaved, { safe: this.#store.isWorking });
    this.phase = this.#phase();
    clearTimeout(this.#timers.overdue);
    if (this.phase === "saving") this.#later("overdue", this.unsavedSince + OVERDUE_MS - Date.now(), () => this.#tell());
    this.dispatchEvent(new Event("state"));
  }

  #setDirty(isUnsaved) {
    if (isUnsaved === this.#dirty) return;
    this.#dirty = isUnsaved;
    markDirty(this.user, this.id, isUnsaved);
  }

  #phase() {
    if (this.#sticky) return this.#sticky;
    if (!this.#connection.reachesDrafts && (this.edit || this.unsaved)) return "unsent";
    if (!this.#wasJoined) return "loading";
    if (this.unsaved) return Date.now() - this.unsavedSince >= OVERDUE_MS || this.#failures > 0 || this.#invalid > 0 ? "unsaved" : "saving";
    return this.edit ? "saved" : "readonly";
  }

  #later(name, wait, act) {
    clearTimeout(this.#timers[name]);
    this.#timers[name] = setTimeout(act, wait);
  }
}
