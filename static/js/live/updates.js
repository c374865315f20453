import { Y, writeVarUint } from "../../vendor/editor.js";

/** Yjs updates as they travel: base64, what is news to the server, and cutting a large one into acceptable pieces. */

const BASE64_SLICE = 0x8000;
const EMPTY_LENGTH = 2;
const SPLIT_TEXT_AT = 8_000;
const MOST_STRUCTS = 4_000;
const MOST_DELETIONS = 8_000;

/** @param {Uint8Array} bytes  @returns {string} */
export function toBase64(bytes) {
  let binary = "";
  for (let i = 0; i < bytes.length; i += BASE64_SLICE) {
    binary += String.fromCharCode.apply(null, bytes.subarray(i, i + BASE64_SLICE));
  }
  return btoa(binary);
}

/** @param {string} text  @returns {Uint8Array} */
export function fromBase64(text) {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/**
 * What the server lacks, or null. A state vector says nothing of deletions, so an update always carries all of them:
 * they count only when the server's own answer does not have them.
 *
 * @param {Y.Doc} doc  with the server's answer already applied
 * @param {Uint8Array} serverVector
 * @param {Uint8Array} serverUpdate  the answer to our state vector
 * @returns {Uint8Array|null}
 */
export function newsFor(doc, serverVector, serverUpdate) {
  const mine = Y.encodeStateAsUpdate(doc, serverVector);
  if (mine.length <= EMPTY_LENGTH) return null;
  const { structs, ds } = Y.decodeUpdate(mine);
  if (structs.length > 0) return mine;
  return coversDeletions(Y.decodeUpdate(serverUpdate).ds, ds) ? null : mine;
}

function coversDeletions(theirs, mine) {
  for (const [client, ranges] of mine.clients) {
    const known = mergedRanges(theirs.clients.get(client) ?? []);
    for (const { clock, len } of ranges) {
      if (!known.some((range) => range.from <= clock && clock + len <= range.to)) return false;
    }
  }
  return true;
}

/** Ranges in order, those that touch made one. @returns {{from: number, to: number}[]} */
export function mergedRanges(ranges) {
  const result = [];
  for (const { clock, len } of [...ranges].sort((a, b) => a.clock - b.clock)) {
    const last = result.at(-1);
    if (last && last.to >= clock) last.to = Math.max(last.to, clock + len);
    else result.push({ from: clock, to: clock + len });
  }
  return result;
}

/**
 * Cuts an update into pieces of about `limit` bytes that can be applied one after the other without gaps: within one
 * client by clock, and nothing before what it refers to. Deletions come last.
 *
 * @param {Uint8Array} update
 * @param {number} limit  bytes
 * @returns {Uint8Array[]}
 */
export function cut(update, limit) {
  if (update.length <= limit) return [update];
  const { structs, ds } = Y.decodeUpdate(update);
  const pieces = [];
  let piece = [];
  let size = 0;
  for (const struct of inCausalOrder(structs.flatMap((one) => smaller(one, limit)))) {
    const bytes = encoded([struct], null).length;
    if (piece.length && (size + bytes > limit || piece.length >= MOST_STRUCTS)) {
      pieces.push(encoded(piece, null));
      piece = [];
      size = 0;
    }
    piece.push(struct);
    size += bytes;
  }
  if (piece.length) pieces.push(encoded(piece, null));
  return [...pieces, ...deletionPieces(ds)];
}

function deletionPieces({ clients }) {
  const ranges = [...clients].flatMap(([client, list]) => list.map((range) => ({ client, range })));
  const pieces = [];
  for (let i = 0; i < ranges.length; i += MOST_DELETIONS) {
    const grouped = Map.groupBy(ranges.slice(i, i + MOST_DELETIONS), ({ client }) => client);
    const lists = [...grouped].map(([client, list]) => [client, list.map(({ range }) => range)]);
    pieces.push(encoded([], { clients: new Map(lists) }));
  }
  return pieces;
}

/** One long run of text becomes several items, as if it had been typed in several goes. */
function smaller(struct, limit) {
  if (!(struct.content instanceof Y.ContentString) || struct.length * 3 < limit) return [struct];
  const step = Math.min(SPLIT_TEXT_AT, Math.max(1, Math.floor(limit / 4)));
  const runs = [];
  let rest = struct;
  while (rest.length > step) {
    let at = step;
    const code = rest.content.str.charCodeAt(at - 1);
    if (code >= 0xd800 && code <= 0xdbff) at += 1;
    if (at >= rest.length) break;
    const { client, clock } = rest.id;
    const content = rest.content.splice(at);
    rest.length = at;
    runs.push(rest);
    const left = Y.createID(client, clock + at - 1);
    rest = new Y.Item(Y.createID(client, clock + at), null, left, null, struct.rightOrigin, null, null, content);
  }
  return [...runs, rest];
}

function inCausalOrder(structs) {
  const queues = new Map();
  const first = new Map();
  for (const struct of structs) {
    const { client, clock } = struct.id;
    if (!queues.has(client)) {
      first.set(client, clock);
      queues.set(client, []);
    }
    queues.get(client).push(struct);
  }
  const known = new Map(first);
  const isKnown = (id) => !id || !queues.has(id.client) || id.clock < known.get(id.client);
  const ordered = [];
  for (let moved = true; moved; ) {
    moved = false;
    for (const [client, queue] of queues) {
      let next = 0;
      while (next < queue.length && refersTo(queue[next]).every(isKnown)) {
        known.set(client, queue[next].id.clock + queue[next].length);
        ordered.push(queue[next]);
        next += 1;
        moved = true;
      }
      queue.splice(0, next);
    }
  }
  return ordered;
}

function refersTo({ origin, rightOrigin, parent }) {
  return [origin, rightOrigin, parent instanceof Y.ID ? parent : null];
}

function encoded(structs, deletions) {
  const encoder = new Y.UpdateEncoderV1();
  const clients = Map.groupBy(structs, (struct) => struct.id.client);
  writeVarUint(encoder.restEncoder, clients.size);
  for (const [client, run] of [...clients].sort((a, b) => b[0] - a[0])) {
    writeVarUint(encoder.restEncoder, run.length);
    encoder.writeClient(client);
    writeVarUint(encoder.restEncoder, run[0].id.clock);
    for (const struct of run) struct.write(encoder, 0);
  }
  writeDeletions(encoder, deletions);
  return encoder.toUint8Array();
}

function writeDeletions(encoder, deletions) {
  const clients = [...(deletions?.clients ?? [])].sort((a, b) => b[0] - a[0]);
  writeVarUint(encoder.restEncoder, clients.length);
  for (const [client, ranges] of clients) {
    writeVarUint(encoder.restEncoder, client);
    writeVarUint(encoder.restEncoder, ranges.length);
    for (const { clock, len } of ranges) {
      writeVarUint(encoder.restEncoder, clock);
      writeVarUint(encoder.restEncoder, len);
    }
  }
}
