import { Y } from "../../vendor/editor.js";
import { fromBase64, mergedRanges } from "./updates.js";

/**
 * Does a page show what the server has? The server's answer stands between two broadcasts, so the page has received
 * exactly what it describes; only what was written here and is not confirmed yet may be more.
 */

const CRC_POLYNOMIAL = 0xedb88320;

/** What to do after a comparison: nothing, join again, and when that did not help, start again from what the server has. */
export class Comparison {
  #differed = false;
  #isTold = true;

  /**
   * @param {Y.Doc} doc
   * @param {{ok: number, code?: string, sv?: string, deleted?: number}|null} answer  null: there was none
   * @param {{isUnsaved: boolean, mayWrite: boolean}} here  unsaved words that may still be taken are sent by joining; starting again would throw them away
   * @returns {"nothing"|"join"|"rebuild"}
   */
  next(doc, answer, { isUnsaved, mayWrite }) {
    if (!answer?.ok) return answer && answer.code !== "resync" ? "nothing" : "join";
    const isAgain = this.#differed;
    this.#differed = !isSame(doc, { vector: fromBase64(answer.sv), deleted: answer.deleted }, isUnsaved);
    this.#isTold = !this.#differed;
    if (!this.#differed) return "nothing";
    return isAgain && !(isUnsaved && mayWrite) ? "rebuild" : "join";
  }

  /** What the next question to join says of it, once. @returns {{differs?: boolean}} */
  get told() {
    const told = this.#isTold ? {} : { differs: true };
    this.#isTold = true;
    return told;
  }
}

/**
 * @param {Y.Doc} doc
 * @param {{vector: Uint8Array, deleted?: number}} server  its state vector, and the digest of what is deleted where it was asked for
 * @param {boolean} isUnsaved  this page has words that the server did not confirm
 * @returns {boolean}
 */
export function isSame(doc, server, isUnsaved) {
  const mine = Y.decodeStateVector(Y.encodeStateVector(doc));
  const theirs = Y.decodeStateVector(server.vector);
  for (const client of new Set([...mine.keys(), ...theirs.keys()])) {
    const [here, there] = [mine.get(client) ?? 0, theirs.get(client) ?? 0];
    if (isUnsaved ? here < there : here !== there) return false;
  }
  return isUnsaved || server.deleted === undefined || server.deleted === deletionsDigest(doc);
}

/** The digest of everything deleted in a document; `drafting/sameness.py` has the rule. @returns {number} */
export function deletionsDigest(doc) {
  const { clients } = Y.decodeUpdate(Y.encodeStateAsUpdate(doc, Y.encodeStateVector(doc))).ds;
  const lines = [...clients].sort(([a], [b]) => a - b).flatMap(([client, ranges]) => mergedRanges(ranges).map(({ from, to }) => `${client}:${from}-${to};`));
  return crc32(lines.join(""));
}

function crc32(text) {
  let crc = 0xffffffff;
  for (let i = 0; i < text.length; i += 1) {
    crc ^= text.charCodeAt(i);
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? CRC_POLYNOMIAL : 0);
  }
  return ~crc >>> 0;
}
