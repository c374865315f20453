import { Decoration, DecorationSet, Extension, Plugin, PluginKey, TextSelection } from "../../vendor/editor.js";

/** Square brackets are plain characters; this shows what they enclose, and puts them round a selection. */

const KEY = new PluginKey("brackets");
const COMPOSED = "composed";

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

function decorations(doc) {
  const found = [];
  doc.descendants((node, position) => {
    if (!node.isTextblock) return true;
    const text = node.textBetween(0, node.content.size, "\n", "\n");
    for (const { from, to } of bracketed(text)) {
      found.push(Decoration.inline(position + 1 + from, position + 1 + to, { class: "bracket" }));
    }
    return false;
  });
  return DecorationSet.create(doc, found);
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

/** Wraps the selection in brackets, or takes them off when it is exactly one bracketed passage. */
function toggle({ state, tr, dispatch }) {
  const chosen = state.selection;
  const { from, to, empty, $from, $to } = TextSelection.between(chosen.$from, chosen.$to);
  if (!$from.parent.isTextblock || !$to.parent.isTextblock) return false;
  const text = state.doc.textBetween(from, to, "\n", "\n");
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

export const Brackets = Extension.create({
  name: "brackets",
  addCommands: () => ({ toggleBrackets: () => toggle }),
  addKeyboardShortcuts() {
    return { "Mod-Alt-[": () => this.editor.commands.toggleBrackets() };
  },
  addProseMirrorPlugins: () => [plugin()],
});
