import { keys, stored, write } from "./unsent.js";

/**
 * Plain words of an item that are not at the server yet, kept in this browser: one entry for each page that has the item's
 * form. A page says by a lock that it is open; an entry without one was left behind by a tab that was closed or died.
 *
 * @typedef {{title: string, text: string, base_title: string, base_text: string, page: string, after: string[], at: number}} Words
 *   base_*: what the words were made of; after: sends of this page that got no answer, oldest first
 */

const KEPT = "consult.plain";
const FIELDS = ["title", "text", "base_title", "base_text", "page"];
/** A page that is just being reloaded gives its lock back so soon. */
const RELOAD_MS = 1_000;
/** Where a browser has no locks, a page that is open has written its entry anew within this time. */
const ALIVE_MS = 60_000;

/** Pages that a form here writes for, and those being sent at this moment. */
const mine = new Set();

/** @returns {string} 32 hex digits */
export function newId() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {Words|null} words  null: the server has them @returns {boolean} whether they survive a reload */
export function keepWords(user, item, page, words) {
  const key = `${KEPT}.${user}.${item}.${page}`;
  const text = words && JSON.stringify({ ...words, page, at: Date.now() });
  write(key, text);
  return stored(key) === text;
}

/** @returns {Words|null} */
export function keptWords(user, item, page) {
  return read(`${KEPT}.${user}.${item}.${page}`);
}

/** Everything of this person that no form in this page is about. @returns {{item: string, words: Words}[]} */
export function leftWords(user) {
  return allWords(user).filter(({ words }) => !mine.has(words.page));
}

/** @returns {{item: string, words: Words}[]} oldest first */
export function allWords(user) {
  return keys(`${KEPT}.${user}.`)
    .map((key) => ({ item: key.split(".")[3], words: read(key) }))
    .filter(({ words }) => words !== null)
    .sort((a, b) => a.words.at - b.words.at);
}

/**
 * The page id this tab had for an item before it was loaded anew, when no other tab has it (a duplicated one does).
 * @returns {Promise<{page: string, release: () => void}|null>}
 */
export async function pageBefore(item) {
  const page = session(item);
  if (!page || mine.has(page)) return null;
  mine.add(page);
  const release = await locked(page, { signal: AbortSignal.timeout(RELOAD_MS) });
  if (release) return { page, release };
  mine.delete(page);
  return null;
}

/** From now on this page is open for an item. @returns {Promise<() => void>} stops */
export async function openPage(item, page) {
  mine.add(page);
  session(item, page);
  return (await locked(page, { ifAvailable: true })) ?? (() => mine.delete(page));
}

/** Takes what another page left behind, unless that is still open. @returns {Promise<(() => void)|null>} gives it back */
export async function takeOver({ page, at }) {
  if (mine.has(page)) return null;
  if (!navigator.locks && Date.now() - at < ALIVE_MS) return null;
  mine.add(page);
  const release = await locked(page, { ifAvailable: true });
  if (!release) mine.delete(page);
  return release;
}

/** @returns {Promise<(() => void)|null>} gives it back; null: another page has it */
function locked(page, options) {
  const free = () => mine.delete(page);
  if (!navigator.locks) return Promise.resolve(free);
  return new Promise((resolve) => {
    const held = (lock) => lock && new Promise((release) => resolve(() => release(free())));
    navigator.locks.request(`${KEPT}.${page}`, options, held).then(
      () => resolve(null),
      () => resolve(null),
    );
  });
}

function session(item, page) {
  try {
    if (page) sessionStorage.setItem(`${KEPT}.${item}`, page);
    return sessionStorage.getItem(`${KEPT}.${item}`);
  } catch {
    return null;
  }
}

function read(key) {
  let words = null;
  try {
    words = JSON.parse(stored(key) ?? "null");
  } catch {
    // Not ours, or damaged.
  }
  if (FIELDS.every((name) => typeof words?.[name] === "string") && Array.isArray(words.after)) return words;
  write(key, null);
  return null;
}
