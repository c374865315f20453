import { LIVE } from "./events.js";
import { ownPage } from "../helpers/person.js";

/**
 * Fetching the parts of a page: those that are stale at about the same time come with one request, and one request runs at a
 * time. Pages nobody looks at wait until somebody does.
 */

const COLLECT_MS = 60;
const TOGETHER_MS = 250;
const RETRY_MS = 4_000;
/** A request that hangs would keep all others waiting. */
const ANSWER_MS = 30_000;
const GONE = new Set([401, 403, 404, 409, 410]);
/** What is told to all pages of a meeting at once: each waits up to the page's own spread, so that hundreds do not ask at once. */
const TOLD_TO_ALL = new Set([
  LIVE.CONSULTATION_CHANGED,
  LIVE.SESSION_CHANGED,
  LIVE.ROUND_CHANGED,
  LIVE.ROOM_STATE_CHANGED,
  LIVE.ROOM_DEADLINE_CHANGED,
  LIVE.BROADCAST_SENT,
  LIVE.REPORT_BACK_OPENED,
  LIVE.PRESENCE_CHANGED,
]);
/** Who comes and goes is told every other second while hundreds do. */
const PRESENCE_SPREADS = 2;

/** The server says that the page is no longer this person's as it stands. */
export class Gone extends Error {}

/**
 * How long a part may wait after an event.
 * @param {string} name  of the event
 * @param {number} own  milliseconds over which the part's own requests are spread
 */
export function spreadOf(name, own) {
  if (!TOLD_TO_ALL.has(name)) return own;
  const crowd = Number(document.body.dataset.crowd) || 0;
  return Math.max(own, name === LIVE.PRESENCE_CHANGED ? crowd * PRESENCE_SPREADS : crowd);
}

/**
 * @typedef {object} Part
 * @property {string} name
 * @property {Record<string, string>} query  parameters it adds to the page's address
 * @property {(html: string) => void} take
 * @property {() => void} gone
 */

export class Parts {
  /** @type {Map<Part, number>} when each is due, by `performance.now()` */
  #due = new Map();
  #timer = 0;
  #isFetching = false;
  #isLeaving = false;
  /** Where in every spread this page stands until it has asked: so that what one event makes stale is due together. */
  #turn = Math.random();

  constructor() {
    document.addEventListener("visibilitychange", () => this.#plan());
  }

  /** Fetches a part soon; the first of many reasons within a moment counts. @param {Part} part  @param {number} spread */
  want(part, spread) {
    const due = performance.now() + COLLECT_MS + this.#turn * spread;
    this.#due.set(part, Math.min(due, this.#due.get(part) ?? Infinity));
    this.#plan();
  }

  /** @param {Part} part */
  forget(part) {
    this.#due.delete(part);
  }

  /** A page that is about to go elsewhere fetches nothing any more, until it stays after all. */
  leave(isLeaving) {
    this.#isLeaving = isLeaving;
    this.#plan();
  }

  #plan() {
    clearTimeout(this.#timer);
    if (this.#isLeaving || this.#isFetching || this.#due.size === 0 || document.visibilityState !== "visible") return;
    const wait = Math.min(...this.#due.values()) - performance.now();
    this.#timer = setTimeout(() => this.#fetch(), Math.max(0, wait));
  }

  async #fetch() {
    const [parts, query] = this.#together();
    this.#isFetching = true;
    this.#turn = Math.random();
    for (const part of parts) this.#due.delete(part);
    try {
      const found = await load(parts, query);
      for (const part of parts) if (found.has(part.name)) part.take(found.get(part.name));
    } catch (error) {
      if (error instanceof Gone) parts.forEach((part) => part.gone());
      else for (const part of parts) this.#due.set(part, performance.now() + RETRY_MS);
    } finally {
      this.#isFetching = false;
      this.#plan();
    }
  }

  /** What is due now or in a moment, as far as it wants nothing else of the address than what is due first. */
  #together() {
    const soon = performance.now() + TOGETHER_MS;
    const query = {};
    const parts = [];
    for (const [part, due] of [...this.#due].sort(([, one], [, other]) => one - other)) {
      if (due > soon) break;
      if (Object.entries(part.query).some(([name, value]) => name in query && query[name] !== value)) continue;
      Object.assign(query, part.query);
      parts.push(part);
    }
    return [parts, query];
  }
}

/** @returns {Promise<Map<string, string>>} name → HTML */
async function load(parts, query) {
  const url = new URL(location.href);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  url.searchParams.delete("part");
  for (const { name } of parts) url.searchParams.append("part", name);
  const response = await fetch(url, { headers: { Accept: "text/html", ...ownPage }, cache: "no-store", signal: AbortSignal.timeout(ANSWER_MS) });
  if (response.redirected || GONE.has(response.status)) throw new Gone();
  if (!response.ok) throw new Error(String(response.status));
  const html = await response.text();
  return parts.length === 1 ? new Map([[parts[0].name, html]]) : apart(html);
}

/** Several parts come each in a `<template data-part>`. */
function apart(html) {
  const all = document.createElement("template");
  all.innerHTML = html;
  return new Map([...all.content.children].map((piece) => [piece.dataset.part, piece.innerHTML]));
}

/** The page's own. */
export const parts = new Parts();
