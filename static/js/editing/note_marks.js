import { Decoration, DecorationSet, Extension, Plugin, PluginKey } from "../../vendor/editor.js";
import { anchorOf, placeOf, sizeOf, textsOf } from "./note_places.js";

/**
 * Marks words that notes are about. It is how they are shown, not part of the text: nothing of it is sent, copied or exported.
 *
 * What this person writes carries the marks along. A change of the structure (a paragraph split, a line made a heading) replaces
 * letters in the shared document by new ones that say the same: who made it knows where the words went, gives them a new anchor and
 * tells it (`onMoved`). What others write is looked up by the anchors.
 *
 * @typedef {import("./note_places.js").Anchor} Anchor
 * @typedef {{id: string, anchors: Anchor[]}} Marked  the newest anchor first; the others are what an undo brings back
 */

const KEY = new PluginKey("notes");
const SYNC = "y-sync$";
const MOST_ANCHORS = 6;

/** @param {{fragment: any, onMoved: (id: string, anchor: Anchor) => void, onChange: () => void, onAsk: () => boolean}} options */
export function noteMarks({ fragment, onMoved, onChange, onAsk }) {
  return Extension.create({
    name: "notes",
    addKeyboardShortcuts: () => ({ "Mod-Alt-m": onAsk }),
    addProseMirrorPlugins: () => [plugin(fragment, onMoved, onChange)],
  });
}

function plugin(fragment, onMoved, onChange) {
  return new Plugin({
    key: KEY,
    state: {
      init: () => ({ marked: [], shown: DecorationSet.empty }),
      apply(transaction, before, _old, { doc }) {
        const marked = transaction.getMeta(KEY) ?? before.marked;
        const { isChangeOrigin } = transaction.getMeta(SYNC) ?? {};
        if (isChangeOrigin) return { marked, shown: placed(fragment, doc, marked) };
        const carried = transaction.docChanged ? before.shown.map(transaction.mapping, doc) : before.shown;
        return { marked, shown: marked === before.marked ? carried : placed(fragment, doc, marked, carried) };
      },
    },
    props: { decorations: (state) => KEY.getState(state).shown },
    view: () => ({
      update(view, before) {
        const { marked, shown } = KEY.getState(view.state);
        if (KEY.getState(before).shown !== shown || !before.selection.eq(view.state.selection)) onChange();
        // The binding has written the change into the shared document by the end of this turn.
        if (marked.length && before.doc !== view.state.doc) queueMicrotask(() => !view.isDestroyed && follow(view, fragment, onMoved));
      },
    }),
  });
}

/** @param {DecorationSet} [carried]  for those whose letters were moved here and are not told yet */
function placed(fragment, doc, marked, carried = DecorationSet.empty) {
  if (!isInStep(fragment, doc)) return carried;
  const texts = textsOf(fragment);
  const found = [];
  for (const { id, anchors } of marked) {
    const place = anchors.map((anchor) => placeOf(fragment, texts, anchor)).find((where) => saysSomething(doc, where)) ?? standing(carried, id);
    if (place) found.push(Decoration.inline(place.from, place.to, { class: "note-mark", "data-note": id }, { id }));
  }
  return DecorationSet.create(doc, found);
}

/** While somebody composes a letter of several keys, the editor may be ahead of the shared document. */
function isInStep(fragment, doc) {
  return sizeOf(fragment) === doc.content.size;
}

function saysSomething(doc, place) {
  return Boolean(place && place.to <= doc.content.size && doc.textBetween(place.from, place.to));
}

function standing(shown, id) {
  return shown.find(undefined, undefined, (spec) => spec.id === id)[0] ?? null;
}

/** Gives words whose anchor no longer leads to them a new one. */
function follow(view, fragment, onMoved) {
  const { marked, shown } = KEY.getState(view.state);
  const { doc } = view.state;
  if (!isInStep(fragment, doc)) return;
  const texts = textsOf(fragment);
  for (const entry of marked) {
    const here = standing(shown, entry.id);
    if (!here) continue;
    const there = placeOf(fragment, texts, entry.anchors[0], { forOthers: true });
    if (saysSomething(doc, there) && doc.textBetween(there.from, there.to) === doc.textBetween(here.from, here.to)) continue;
    const anchor = anchorOf(fragment, here.from, here.to);
    if (!anchor) continue;
    entry.anchors = [anchor, ...entry.anchors].slice(0, MOST_ANCHORS);
    onMoved(entry.id, anchor);
  }
}

/** Shows these notes' words, and no others. @param {Marked[]} marked */
export function markNotes(editor, marked) {
  editor.view.dispatch(editor.state.tr.setMeta(KEY, marked).setMeta("addToHistory", false));
}

/** Where a note's words stand; null when they are gone. @returns {{from: number, to: number}|null} */
export function wordsOf(editor, id) {
  return standing(KEY.getState(editor.state).shown, id);
}

/** The notes about the words the caret is in. @returns {string[]} */
export function notesAtCaret(editor) {
  const { from, to } = editor.state.selection;
  return KEY.getState(editor.state).shown.find(from, to).map(({ spec }) => spec.id);
}
