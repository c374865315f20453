import { Extension, Fragment, Mark, Plugin, ReplaceStep, Slice, TextSelection } from "../../vendor/editor.js";
import { leftEmpty } from "./suggestions.js";

/**
 * Suggest mode: what is typed is marked as to be put in, what is deleted as to be taken out. Suggestions are about words:
 * headings, lists and styles are changed outside the mode. Why this is our own and not a library: docs/adr/0024.
 */

const REMOTE = "y-sync$";
/** Transactions that decide on suggestions carry this, and are taken as they are. */
export const DECIDES = "suggestions";

const attributes = () => ({
  id: { default: null, parseHTML: (element) => element.dataset.suggestion, renderHTML: ({ id }) => ({ "data-suggestion": id }) },
  by: { default: null, parseHTML: (element) => element.dataset.by, renderHTML: ({ by }) => ({ "data-by": by }) },
});

export const Insertion = Mark.create({
  name: "insertion",
  inclusive: false,
  addAttributes: attributes,
  parseHTML: () => [{ tag: "ins[data-suggestion]" }],
  renderHTML: ({ HTMLAttributes }) => ["ins", HTMLAttributes, 0],
});

export const Deletion = Mark.create({
  name: "deletion",
  inclusive: false,
  addAttributes: attributes,
  parseHTML: () => [{ tag: "del[data-suggestion]" }],
  renderHTML: ({ HTMLAttributes }) => ["del", HTMLAttributes, 0],
});

/** @param {{by: () => string, onRefusal: () => void}} options  by: our client id in the shared document */
export function suggesting({ by, onRefusal }) {
  return Extension.create({
    name: "suggesting",
    // Before the editor's own, which would apply a transaction as it is.
    priority: 1_000,
    addStorage: () => ({ isOn: false, isForward: false }),
    dispatchTransaction({ transaction, next }) {
      const isOurs = transaction.docChanged && !transaction.getMeta(REMOTE) && !transaction.getMeta(DECIDES);
      if (!isOurs || !this.storage.isOn) return next(transaction);
      const suggested = asSuggestion(transaction, this.editor.state, by(), this.storage.isForward);
      if (!suggested) return onRefusal();
      next(suggested);
    },
    addProseMirrorPlugins() {
      // Which way one deletes is known from the key: a selection just moved by a key may not have been read yet.
      const keydown = (_view, event) => {
        this.storage.isForward = event.key === "Delete";
        return false;
      };
      const beforeinput = (_view, { inputType }) => {
        if (inputType.startsWith("delete")) this.storage.isForward = inputType.endsWith("Forward");
        return false;
      };
      const transformPasted = (slice) => new Slice(decided(slice.content), slice.openStart, slice.openEnd);
      return [new Plugin({ props: { transformPasted, handleDOMEvents: { keydown, beforeinput } } })];
    },
  });
}

/** What is copied is text: it brings no suggestion of somebody along. */
function decided(fragment) {
  const nodes = [];
  fragment.forEach((node) => {
    const copy = node.isText ? node.mark(node.marks.filter(({ type }) => !["insertion", "deletion"].includes(type.name))) : node.copy(decided(node.content));
    nodes.push(copy);
  });
  return Fragment.from(nodes);
}

/** The same change as a suggestion; null when it is not about words. */
function asSuggestion(transaction, state, by, isForward) {
  if (!transaction.steps.every((step) => step instanceof ReplaceStep)) return null;
  const { tr } = state;
  const id = randomId();
  let caret = null;
  transaction.steps.forEach((step, index) => {
    const before = transaction.mapping.maps.slice(0, index).reverse();
    const at = (position, side) => tr.mapping.map(before.reduce((found, map) => map.invert().map(found, side), position), side);
    caret = suggestStep(tr, at(step.from, 1), at(step.to, -1), step.slice, { id, by, isForward: isForward && state.selection.empty }) ?? caret;
  });
  if (caret !== null) tr.setSelection(TextSelection.near(tr.doc.resolve(caret), -1));
  if (transaction.storedMarksSet) tr.setStoredMarks(transaction.storedMarks);
  return transaction.scrolledIntoView ? tr.scrollIntoView() : tr;
}

/** One replacement. @returns {number} where the caret belongs */
function suggestStep(tr, from, to, slice, { id, by, isForward }) {
  const end = Math.max(from, to);
  if (!slice.size && isBlankBlock(tr.doc, from, end)) {
    tr.delete(from, end);
    return from;
  }
  const mine = neighbour(tr.doc, from, end, by) ?? id;
  const removed = strike(tr, from, end, { id: mine, by });
  const blocks = wordsOf(slice);
  const at = end - removed;
  if (!blocks.some((block) => block.size) && blocks.length < 2) return isForward ? at : from;
  return put(tr, at, blocks, { id: mine, by });
}

/** Is there no word between, and a blank paragraph at one end? It goes at once: suggestions are about words. */
function isBlankBlock(doc, from, to) {
  const ends = [doc.resolve(from).parent, doc.resolve(to).parent];
  return from < to && !doc.textBetween(from, to) && ends.some((node) => node.isTextblock && node.content.size === 0);
}

/** Marks words as to be taken out; our own, which are only suggested, go at once. @returns {number} how much went */
function strike(tr, from, to, attrs) {
  const { insertion, deletion } = tr.doc.type.schema.marks;
  const own = [];
  const others = [];
  tr.doc.nodesBetween(from, to, (node, position) => {
    if (!node.isText) return;
    const range = { from: Math.max(from, position), to: Math.min(to, position + node.nodeSize) };
    if (insertion.isInSet(node.marks)?.attrs.by === attrs.by) own.push(range);
    else if (!deletion.isInSet(node.marks)) others.push(range);
  });
  for (const range of others) tr.addMark(range.from, range.to, deletion.create(attrs));
  for (const range of own.reverse()) tr.delete(range.from, range.to);
  return own.reduce((sum, range) => sum + range.to - range.from, 0);
}

/** Puts words in where the caret is, each further paragraph as a block of its own after the one with the caret. */
function put(tr, at, blocks, attrs) {
  const { schema } = tr.doc.type;
  const isInText = tr.doc.resolve(at).parent.isTextblock;
  const [first, ...rest] = isInText || !blocks[0].size ? blocks : [Fragment.empty, ...blocks];
  const marked = (fragment) => {
    const nodes = [];
    fragment.forEach((node) => node.isText && nodes.push(node.mark(suggestedMarks(node.marks, schema, attrs))));
    return Fragment.from(nodes);
  };
  const words = marked(first);
  let caret = isInText ? at + words.size : TextSelection.near(tr.doc.resolve(at), -1).to;
  tr.insert(isInText ? at : caret, words);
  for (const block of rest) {
    const $caret = tr.doc.resolve(caret);
    const paragraph = schema.nodes.paragraph.create(null, marked(block));
    const isItem = $caret.depth > 1 && $caret.node(-1).type === schema.nodes.listItem;
    const after = isItem ? $caret.after(-1) : $caret.after();
    tr.insert(after, isItem ? schema.nodes.listItem.create(null, paragraph) : paragraph);
    caret = after + (isItem ? 2 : 1) + paragraph.content.size;
  }
  return caret;
}

function suggestedMarks(marks, schema, attrs) {
  const { insertion, deletion } = schema.marks;
  return insertion.create(attrs).addToSet(marks.filter(({ type }) => type !== deletion && type !== insertion));
}

/** The lines of what is put in: one for words in a line, more where it goes over paragraphs. */
function wordsOf(slice) {
  const blocks = [];
  let line = [];
  const read = (fragment) =>
    fragment.forEach((node) => {
      if (node.isText) line.push(node);
      else if (node.isInline) line.push(...(slice.size > 1 ? [node.type.schema.text(" ")] : []));
      else if (node.isTextblock) blocks.push(node.content);
      else read(node.content);
    });
  read(slice.content);
  // Pasting splits the paragraph with the caret; the rest of it is there already.
  const isText = blocks.some(({ size }) => size);
  while (isText && !blocks.at(-1).size) blocks.pop();

  return blocks.length ? blocks : [Fragment.from(line)];
}

/** The suggestion of ours that this one goes on with. */
function neighbour(doc, from, to, by) {
  const near = [doc.resolve(from).nodeBefore, doc.resolve(to).nodeAfter];
  const marks = near.flatMap((node) => node?.marks ?? []);
  return marks.find(({ type, attrs }) => ["insertion", "deletion"].includes(type.name) && attrs.by === by)?.attrs.id;
}

function randomId() {
  return [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(36).padStart(2, "0")).join("");
}

/**
 * Decides on suggestions: accepted words lose their marks or go, refused ones the other way round. A block that only they
 * were in goes with them.
 * @param {import("../../vendor/editor.js").Editor} editor
 * @param {string[]} ids
 * @param {boolean} isAccepted
 */
export function decide(editor, ids, isAccepted) {
  const { tr } = editor.state;
  const { insertion, deletion } = editor.schema.marks;
  const [going, staying] = isAccepted ? [deletion, insertion] : [insertion, deletion];
  const gone = [];
  tr.doc.descendants((node, position) => {
    if (!node.isText) return;
    const has = (type) => ids.includes(type.isInSet(node.marks)?.attrs.id);
    if (has(going)) gone.push({ from: position, to: position + node.nodeSize });
    else if (has(staying)) tr.removeMark(position, position + node.nodeSize, staying);
  });
  const blocks = new Set(gone.map(({ from }) => tr.doc.resolve(from).before()));
  for (const { from, to } of gone.reverse()) tr.delete(from, to);
  for (const block of [...blocks].reverse()) {
    const range = leftEmpty(tr.doc, tr.mapping.map(block, -1));
    if (range) tr.delete(range.from, range.to);
  }
  editor.view.dispatch(tr.setMeta(DECIDES, true));
}
