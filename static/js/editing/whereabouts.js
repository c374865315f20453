import { Y } from "../../vendor/editor.js";

/** In which paragraph of the text somebody is. */

/** The elements of the text's paragraphs, headings, lists and quotations, in order. @param {HTMLElement} text  @returns {HTMLElement[]} */
export function blocksOf(text) {
  return [...text.children].filter((child) => !child.classList.contains("ProseMirror-widget"));
}

/**
 * @param {Y.Doc} doc
 * @param {{head: object}} cursor  as carets travel: positions relative to the letters around them
 * @param {HTMLElement[]} blocks
 * @returns {{number: number, words: string, element: HTMLElement}|null}  number: from 1; null: not in the text
 */
export function blockAt(doc, cursor, blocks) {
  const at = Y.createAbsolutePositionFromRelativePosition(Y.createRelativePositionFromJSON(cursor.head), doc);
  const text = doc.getXmlFragment("default");
  if (!at) return null;
  let type = at.type;
  while (type.parent && type.parent !== text) type = type.parent;
  const index = type === text ? Math.min(at.index, blocks.length - 1) : text.toArray().indexOf(type);
  const element = blocks[index];
  return element ? { number: index + 1, words: element.textContent.trim(), element } : null;
}
