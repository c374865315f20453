import { Extension, Plugin, TextSelection } from "../../vendor/editor.js";

/** Keys whose effect the editor works out from its own selection. */
const KEYS = new Set(["Delete", "Backspace", "Enter"]);

/**
 * Reads where the caret is before such a key counts. The browser tells of a caret that was moved some milliseconds later; until
 * then the editor would delete or break the line where the caret was before, or do nothing.
 */
export const UnreadSelection = Extension.create({
  name: "unreadSelection",
  // Before every extension that acts on keys.
  priority: 2_000,
  addProseMirrorPlugins() {
    const keydown = (view, event) => {
      if (KEYS.has(event.key) && !event.isComposing && !view.composing) readSelection(view);
      return false;
    };
    return [new Plugin({ props: { handleDOMEvents: { keydown } } })];
  },
});

function readSelection(view) {
  const { anchorNode, anchorOffset, focusNode, focusOffset } = getSelection();
  const { doc, selection, tr } = view.state;
  if (!(selection instanceof TextSelection) || !view.dom.contains(anchorNode) || !view.dom.contains(focusNode)) return;
  const [anchor, head] = [view.posAtDOM(anchorNode, anchorOffset, 1), view.posAtDOM(focusNode, focusOffset, 1)];
  const shown = TextSelection.between(doc.resolve(anchor), doc.resolve(head));
  if (!shown.eq(selection)) view.dispatch(tr.setSelection(shown));
}
