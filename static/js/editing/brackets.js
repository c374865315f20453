import { Decoration, DecorationSet, Extension, Plugin, PluginKey, TextSelection } from "../../vendor/editor.js";
import { isPending } from "./reading.js";

/** Square brackets are plain characters; this shows what they enclose, puts them round a selection, and finds the open ones. */

const KEY = new PluginKey("brackets");
const COMPOSED = "composed";
/** Stands for what is no letter of the text: a line break, a word that is only suggested. */
const BLANK = "\0";

/** @returns {{from: number, to: number}[]} passages in brackets, outer and inner; `to` is after the closing one */
export function bracketed(text) {
  const open = [];
  const found = [];
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === "[") open.push(at);
    else if (text[at] === "]" && open.length) found.push({ from: open.pop(), to: at + 1 });
  }
  return found;
}

/**
 * The outer passages of a document, as the server counts them: they may go over several paragraphs, and what is only
 * suggested does not count.
 * @returns {{from: number, to: number}[]} positions in the document, in order
 */
export function openBrackets(doc) {
  const { text, at } = read(doc);
  const passages = bracketed(text).sort((a, b) => a.from - b.from);
  const outer = [];
  for (const passage of passages) if (!outer.length || passage.from >= outer.at(-1).to) outer.push(passage);
  return outer.map(({ from, to }) => ({ from: at(from), to: at(to - 1) + 1 }));
}

/** The whole text as one string, the blocks it came from, and where a letter of it stands in the document. */
function read(doc) {
  let text = "";
  const blocks = [];
  doc.descendants((node, position) => {
    if (!node.isTextblock) return true;
    blocks.push({ start: text.length, size: node.content.size, position: position + 1 });
    node.forEach((child) => {
      text += child.isText && !isPending(child) ? child.text : BLANK.repeat(child.nodeSize);
    });
    return false;
  });
  const at = (offset) => {
    const block = blocks.findLast(({ start }) => start <= offset);
    return block.position + offset - block.start;
  };
  return { text, blocks, at };
}

function decorations(doc) {
  const { text, blocks, at } = read(doc);
  const shown = [];
  for (const { from, to } of bracketed(text)) {
    for (const { start, size, position } of blocks) {
      const [first, last] = [Math.max(from, start), Math.min(to, start + size)];
      if (first < last) shown.push(Decoration.inline(position + first - start, position + last - start, { class: "bracket" }));
    }
    for (const sign of [at(from), at(to - 1)]) shown.push(Decoration.inline(sign, sign + 1, { class: "bracket__sign" }));
  }
  return DecorationSet.create(doc, shown);
}

/** While a word is being composed its letters are left alone, or the input method would lose its place. */
function plugin() {
  let isComposing = false;
  return new Plugin({
    key: KEY,
    state: {
      init: (_, { doc }) => decorations(doc),
      apply(transaction, shown) {
        if (isComposing) return shown.map(transaction.mapping, transaction.doc);
        return transaction.docChanged || transaction.getMeta(KEY) === COMPOSED ? decorations(transaction.doc) : shown;
      },
    },
    props: {
      decorations: (state) => KEY.getState(state),
      handleDOMEvents: {
        compositionstart: () => {
          isComposing = true;
          return false;
        },
        compositionend: (view) => {
          isComposing = false;
          setTimeout(() => view.isDestroyed || view.dispatch(view.state.tr.setMeta(KEY, COMPOSED)));
          return false;
        },
      },
    },
  });
}

/** The selection as a stretch of text, or null when it does not lie in text. */
function chosenText({ selection, doc }) {
  const { from, to, empty, $from, $to } = TextSelection.between(selection.$from, selection.$to);
  if (!$from.parent.isTextblock || !$to.parent.isTextblock) return null;
  return { from, to, empty, text: doc.textBetween(from, to, "\n", "\n") };
}

/** Wraps the selection in brackets, or takes them off when it is exactly one bracketed passage. */
function toggle({ state, tr, dispatch }) {
  const chosen = chosenText(state);
  if (!chosen) return false;
  const { from, to, empty, text } = chosen;
  if (!dispatch) return true;
  if (!empty && bracketed(text).some((passage) => passage.from === 0 && passage.to === text.length)) {
    tr.delete(to - 1, to).delete(from, from + 1);
  } else {
    tr.insertText("]", to).insertText("[", from);
    tr.setSelection(TextSelection.create(tr.doc, from + 1, to + 1));
  }
  dispatch(tr.scrollIntoView());
  return true;
}

/** Offers another wording for the selection: "shall" becomes "[shall/]", or "[shall/should]" one more, with the caret after the stroke. */
function offer({ state, tr, dispatch }) {
  const chosen = chosenText(state);
  if (!chosen || chosen.text.includes("\n")) return false;
  if (!dispatch) return true;
  const around = openBrackets(state.doc).find(({ from, to }) => from < chosen.from && chosen.to < to);
  const at = around ? around.to - 1 : chosen.to + 1;
  if (around) tr.insertText("/", at);
  else tr.insertText("/]", chosen.to).insertText("[", chosen.from);
  tr.setSelection(TextSelection.create(tr.doc, at + 1));
  dispatch(tr.scrollIntoView());
  return true;
}

/** Selects what stands in the next (1) or previous (-1) open brackets; after the last comes the first. */
function goTo(step) {
  return ({ state, tr, dispatch }) => {
    const open = openBrackets(state.doc);
    if (!open.length) return false;
    const { from, to } = state.selection;
    const next = step > 0 ? open.find((passage) => passage.from >= to) : open.findLast((passage) => passage.to <= from);
    const passage = next ?? open.at(step > 0 ? 0 : -1);
    if (dispatch) dispatch(tr.setSelection(TextSelection.create(tr.doc, passage.from + 1, passage.to - 1)).scrollIntoView());
    return true;
  };
}

export const Brackets = Extension.create({
  name: "brackets",
  addCommands: () => ({
    toggleBrackets: () => toggle,
    offerAlternative: () => offer,
    nextBracket: () => goTo(1),
    previousBracket: () => goTo(-1),
  }),
  addKeyboardShortcuts() {
    // Letters: where brackets are typed with AltGr, which is Ctrl and Alt, a bracket as the key would catch the typing of one.
    const act = (name) => () => this.editor.commands[name]();
    return {
      "Mod-Alt-b": act("toggleBrackets"),
      "Mod-Alt-a": act("offerAlternative"),
      "Mod-Alt-n": act("nextBracket"),
      "Mod-Alt-p": act("previousBracket"),
    };
  },
  addProseMirrorPlugins: () => [plugin()],
});
