import { Extension, Plugin, TextSelection } from "../../vendor/editor.js";

/** Keys whose effect the editor works out from its own selection; so it does with a letter or space beside one that is the same. */
const KEYS = new Set(["Delete", "Backspace", "Enter"]);

/**
 * Reads where the caret is before such a key counts, and before others' changes are put in. The browser tells of a caret that was
 * moved some milliseconds later; until then the editor would delete or break the line where the caret was before, or do nothing,
 * and set the caret back to there when it shows what others wrote.
 */
export const UnreadSelection = Extension.create({
  name: "unreadSelection",
  // Before every extension that acts on keys.
  priority: 2_000,
  addProseMirrorPlugins() {
    const keydown = (view, event) => {
      if ((KEYS.has(event.key) || event.key.length === 1) && !event.isComposing) readSelection(view);
      return false;
    };
    return [new Plugin({ props: { handleDOMEvents: { keydown } } })];
  },
});

export function readSelection(view) {
  if (view.composing || !view.hasFocus()) return;
  const { anchorNode, anchorOffset, focusNode, focusOffset } = getSelection();
  const { doc, selection, tr } = view.state;
  if (!(selection instanceof TextSelection) || !view.dom.contains(anchorNode) || !view.dom.contains(focusNode)) return;
  const [anchor, head] = [view.posAtDOM(anchorNode, anchorOffset, 1), view.posAtDOM(focusNode, focusOffset, 1)];
  const shown = TextSelection.between(doc.resolve(anchor), doc.resolve(head));
  if (!shown.eq(selection)) view.dispatch(tr.setSelection(shown));
}
