/** The drafts open in this page, found by id: the `draft` controller offers them, title, facts and editor take them. */

const drafts = new Map();
const waiting = new Map();
const listeners = new Set();

/** Worst first: what the status line shows when several drafts are open. */
const WORST_FIRST = ["refused", "signedout", "unsent", "unsaved", "loading", "saving", "late", "saved", "readonly"];

/** @typedef {import("./draft.js").Draft} Draft */

/** @param {Draft} draft */
export function offerDraft(draft) {
  drafts.set(draft.id, draft);
  draft.addEventListener("state", tell);
  for (const resolve of waiting.get(draft.id) ?? []) resolve(draft);
  waiting.delete(draft.id);
  tell();
}

/** @param {Draft} draft */
export function withdrawDraft(draft) {
  if (drafts.get(draft.id) === draft) drafts.delete(draft.id);
  draft.removeEventListener("state", tell);
  tell();
}

/** The draft of the nearest element with the `draft` controller, as soon as it is open. @returns {Promise<Draft>} */
export function draftAround(element) {
  const id = element.closest("[data-draft-id-value]")?.dataset.draftIdValue;
  const draft = drafts.get(id);
  if (draft) return Promise.resolve(draft);
  return new Promise((resolve) => waiting.set(id, [...(waiting.get(id) ?? []), resolve]));
}

/** The state of the page's text as a whole; null when there is no draft. @returns {string|null} */
export function pagePhase() {
  const phases = new Set([...drafts.values()].map((draft) => draft.phase));
  return WORST_FIRST.find((phase) => phases.has(phase)) ?? null;
}

/** When the oldest edit in this page that the server has not confirmed was made, in ms; null when there is none. @returns {number|null} */
export function unsavedSince() {
  const times = [...drafts.values()].map((draft) => draft.unsavedSince).filter((time) => time !== null);
  return times.length ? Math.min(...times) : null;
}

/** @param {() => void} listener  @returns {() => void} stops */
export function onPhase(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tell() {
  for (const listener of listeners) listener();
}
