import { Y } from "../../vendor/editor.js";
import { fromBase64, toBase64 } from "../live/updates.js";

/**
 * Where words stand that a note is about: two positions of the shared document, before the first letter and after the last,
 * and the way between them and positions in the editor. (The binding's own functions take a position at the very beginning
 * of the text for a mistake, and need its inner tables.)
 *
 * @typedef {{start: string, end: string}} Anchor  encoded positions, base64
 * @typedef {{type: any, from: number, to: number}} Text  a run of text with its place in the editor's document
 */

/** Parts without content: they take one place in the editor, others two more than what is in them. */
const LEAVES = new Set(["hardBreak"]);

/** The runs of text of a shared fragment, in order. @returns {Text[]} */
export function textsOf(fragment) {
  const found = [];
  collect(fragment, 0, found);
  return found;
}

/** How much room a shared fragment takes in an editor: does a document say what it says? */
export function sizeOf(fragment) {
  return collect(fragment, 0, []);
}

function collect(parent, start, found) {
  let at = start;
  for (const part of parent.toArray()) {
    if (part instanceof Y.XmlText) {
      found.push({ type: part, from: at, to: at + part.length });
      at += part.length;
    } else {
      at = LEAVES.has(part.nodeName) ? at + 1 : collect(part, at + 1, found) + 1;
    }
  }
  return at;
}

/** The anchor of a stretch of the editor's document; null when there is no letter in it. @returns {Anchor|null} */
export function anchorOf(fragment, from, to) {
  const texts = textsOf(fragment).filter((text) => text.to > from && text.from < to);
  if (!texts.length) return null;
  const [first, last] = [texts[0], texts.at(-1)];
  const start = Y.createRelativePositionFromTypeIndex(first.type, Math.max(0, from - first.from), 0);
  const end = Y.createRelativePositionFromTypeIndex(last.type, Math.min(last.to, to) - last.from, -1);
  return { start: encoded(start), end: encoded(end) };
}

/**
 * Where an anchored stretch stands now; null when its letters are gone.
 * @param {{forOthers?: boolean}} [options]  as others find it: only this page knows which letters its own undo brought back for which
 * @returns {{from: number, to: number}|null}
 */
export function placeOf(fragment, texts, { start, end }, { forOthers = false } = {}) {
  const [from, to] = [start, end].map((position) => {
    const found = Y.createAbsolutePositionFromRelativePosition(Y.decodeRelativePosition(fromBase64(position)), fragment.doc, !forOthers);
    const text = found && texts.find(({ type }) => type === found.type);
    return text ? text.from + found.index : null;
  });
  return from === null || to === null || from >= to ? null : { from, to };
}

const encoded = (position) => toBase64(Y.encodeRelativePosition(position));
