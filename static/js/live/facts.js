/** Who wrote what in the shared map of a draft's details, as Yjs keeps it: the last entry of a key, with those before it to its left. */

const ROOT = "facts";

/** @typedef {import("./draft.js").Draft} Draft */
/** @typedef {{client: number, clock: number}} EntryId */

/** @param {Draft} draft */
export function factsOf(draft) {
  return draft.doc.getMap(ROOT);
}

/** The id of the entry that counts for a key, also when it is removed. @returns {EntryId|null} */
export function entryId(facts, key) {
  return facts._map.get(key)?.id ?? null;
}

/** Was what a key has now written by somebody who had seen an earlier entry? If not, both were written at the same time. @param {EntryId} earlier */
export function isAfter(facts, key, earlier) {
  let entry = facts._map.get(key);
  if (entry && isSame(entry.id, earlier)) return true;
  for (; entry && !isSame(entry.id, earlier); entry = entry.left) if (isSame(entry.origin, earlier)) return true;
  return false;
}

/**
 * How the person appears who wrote a key last, as the server names them; null when that cannot be told.
 * @param {Draft} draft
 * @param {number|null} client  of what was written, where that is no entry of the map (the title)
 * @returns {{name: string, delegation: string, mark: string, hue: string}|null}
 */
export function writerOf(draft, key, client = null) {
  const states = draft.awareness.getStates();
  if (client !== null) return states.get(client)?.user ?? null;
  const entry = factsOf(draft)._map.get(key);
  if (entry && !entry.deleted) return states.get(entry.id.client)?.user ?? null;
  // A removal names nobody: it was made by somebody who is in that field.
  const others = [...states].filter(([client]) => client !== draft.doc.clientID);
  return others.find(([, { field }]) => field === key)?.[1].user ?? null;
}

/** Tells the others in which field this person is; null: in none. @param {Draft} draft  @param {string|null} key */
export function sayField(draft, key) {
  const state = draft.awareness.getLocalState();
  if (state && (state.field ?? null) !== key) draft.awareness.setLocalStateField("field", key);
}

/** @param {EntryId|null} one  @param {EntryId|null} other */
export function isSame(one, other) {
  return one?.client === other?.client && one?.clock === other?.clock;
}
