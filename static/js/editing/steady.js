import { Extension, Plugin } from "../../vendor/editor.js";

/**
 * Holds the lines a person sees where they are while others write above them. Browsers hold the focused element as a whole, which
 * for a long text is not the line one reads; and the binding to the shared document would scroll to the caret.
 */

const SYNC = "y-sync$";

export const Steady = Extension.create({
  name: "steady",
  addStorage: () => ({ isRemote: false }),
  onCreate() {
    // The browser's own correction comes with a later frame and would undo ours.
    document.documentElement.style.overflowAnchor = "none";
  },
  dispatchTransaction({ transaction, next }) {
    const { isChangeOrigin, isUndoRedoOperation } = transaction.getMeta(SYNC) ?? {};
    // Outermost at once: a plugin may answer a change with one of its own.
    if (!isChangeOrigin || isUndoRedoOperation || this.storage.isRemote) return next(transaction);
    const { view } = this.editor;
    const seen = whatIsSeen(view);
    this.storage.isRemote = true;
    try {
      next(transaction);
    } finally {
      this.storage.isRemote = false;
    }
    const moved = seen.map((now) => now()).find((by) => by !== null) ?? 0;
    if (moved) scrollBy({ top: moved, behavior: "instant" });
  },
  addProseMirrorPlugins() {
    return [new Plugin({ props: { handleScrollToSelection: () => this.storage.isRemote } })];
  },
});

/**
 * What should stay in its place, the best first: the caret where it can be seen, else the blocks in sight, else the end of the text.
 * @returns {(() => number | null)[]} each tells how far down it has moved since, in pixels; null: it is no longer there
 */
function whatIsSeen(view) {
  const followed = [];
  const follow = (top) => {
    const before = top();
    followed.push(() => {
      const now = top();
      return now === null ? null : now - before;
    });
  };
  const caret = () => view.coordsAtPos(view.state.selection.head).top;
  if (view.hasFocus() && caret() >= 0 && caret() < innerHeight) follow(caret);
  for (const block of view.dom.children) {
    const { top, bottom } = block.getBoundingClientRect();
    if (top >= innerHeight) break;
    if (bottom > 0) follow(() => (block.isConnected ? block.getBoundingClientRect().top : null));
  }
  const { top, bottom } = view.dom.getBoundingClientRect();
  if (bottom <= 0) follow(() => view.dom.getBoundingClientRect().bottom);
  else if (top >= 0 && !followed.length) follow(() => view.dom.getBoundingClientRect().top);
  return followed;
}
