/**
 * Text that is not at the server yet. Two things: what is being held right now in this page (so that nothing navigates
 * away), and passages the server refused, written down in this browser until the person says they have them.
 */

const KEPT = "consult.unsent";
const DIRTY = "consult.dirty";
/** Plain words are kept until they are at the server (`plain_words.js`). */
const PLAIN = "consult.plain";

/** Fields people write words in; not the search, which is asked for anew. */
const WORDS = "textarea:not([hidden], [readonly], :disabled), input:is(:not([type]), [type=text], [type=url], [type=email]):not([readonly], :disabled)";
const SAVES_ITSELF = "[data-controller~=autosave], [data-controller~=plain]";

const held = new Map();
const waiting = new Set();

/**
 * @param {string} key  who holds
 * @param {boolean} isHeld
 * @param {{safe?: boolean}} [how]  safe: it survives a reload in this browser, so leaving need not be asked about
 */
export function hold(key, isHeld, { safe = false } = {}) {
  if (isHeld) held.set(key, safe);
  else held.delete(key);
  if (held.size === 0) {
    for (const resolve of waiting) resolve();
    waiting.clear();
  }
}

/** Is anything in this page not at the server yet? */
export function isHeld() {
  return held.size > 0;
}

/** Do words stand in a form that is yet to be sent? Those of drafts and summaries save themselves, and hold the page while they have to. */
export function isTyped() {
  return [...document.querySelectorAll(WORDS)].some(
    (field) => field.form?.method === "post" && !field.closest(SAVES_ITSELF) && (isChanged(field) || isRefused(field)),
  );
}

/** Would words be lost, or lost from sight, if this page went now? */
export function hasWords() {
  return isHeld() || isTyped();
}

function isChanged({ value, defaultValue }) {
  return value.trim() !== defaultValue.trim();
}

/** A form that was refused comes back with the words it was sent with. */
function isRefused({ form, value }) {
  return value.trim() !== "" && form.querySelector("[aria-invalid=true]") !== null;
}

/** Resolves as soon as nothing is held. */
export function whenFree() {
  return held.size ? new Promise((resolve) => waiting.add(resolve)) : Promise.resolve();
}

addEventListener("beforeunload", (event) => {
  if ([...held.values()].some((safe) => !safe)) event.preventDefault();
});

/** @typedef {{user: string, draft: string, text: string, reason: string, at: number}} KeptText */

/** Writes refused text down; several refusals of one draft add up. */
export function keepText(user, draft, text, reason) {
  const key = `${KEPT}.${user}.${draft}`;
  const before = read(key)?.text;
  const joined = !before || text.includes(before) ? text : before.includes(text) ? before : `${before}\n\n${text}`;
  write(key, JSON.stringify({ user, draft, text: joined, reason, at: Date.now() }));
}

/** @returns {KeptText[]} oldest first */
export function keptTexts(user) {
  return keys(`${KEPT}.${user}.`)
    .map(read)
    .filter(Boolean)
    .sort((a, b) => a.at - b.at);
}

export function dropText(user, draft) {
  write(`${KEPT}.${user}.${draft}`, null);
}

/** Remembers, across a crash, that this draft has edits the server has not confirmed. */
export function markDirty(user, draft, isDirty) {
  write(`${DIRTY}.${user}.${draft}`, isDirty ? "1" : null);
}

export function isDirty(user, draft) {
  return stored(`${DIRTY}.${user}.${draft}`) !== null;
}

/** The drafts of this person that have edits the server has not confirmed. @returns {string[]} */
export function dirtyDrafts(user) {
  return [...new Set([DIRTY, PLAIN].flatMap((kind) => keys(`${kind}.${user}.`)).map((key) => key.split(".")[3]))];
}

/**
 * Forgets what this browser kept of this person's drafts.
 * @param {Set<string>} spared  drafts to leave, because the person has not been asked about them
 */
export async function forget(user, spared) {
  const isMine = (parts, at) => parts[at] === user && !spared.has(parts[at + 1]);
  for (const key of keys("consult.")) if (isMine(key.split("."), 2)) write(key, null);
  const bases = (await indexedDB.databases?.().catch(() => [])) ?? [];
  for (const { name } of bases) {
    if (name?.startsWith("consult.") && isMine(name.split("."), 1)) indexedDB.deleteDatabase(name);
  }
}

/** The value in this browser's storage, null when there is none or storage is closed to us. */
export function stored(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** @param {string|null} value  null removes */
export function write(key, value) {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // Storage is full or closed to us: the page itself still holds the text.
  }
}

function read(key) {
  try {
    return JSON.parse(stored(key) ?? "null");
  } catch {
    return null;
  }
}

/** The names in this browser's storage that begin so. @returns {string[]} */
export function keys(prefix) {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(prefix));
  } catch {
    return [];
  }
}
