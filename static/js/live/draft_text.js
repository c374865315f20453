import { Y } from "../../vendor/editor.js";

/** A draft as plain text, for handing unsent passages back to the person who wrote them. */

const ROOTS = { text: "default", title: "title", facts: "facts" };

/**
 * @param {Y.Doc} doc
 * @returns {{title: string, blocks: string[], facts: Record<string, unknown>}}
 */
export function linesOf(doc) {
  return { title: doc.getText(ROOTS.title).toString(), blocks: blocksOf(doc.getXmlFragment(ROOTS.text)), facts: doc.getMap(ROOTS.facts).toJSON() };
}

/**
 * The passages of one document that another does not have; empty when there are none. Of the details only those that
 * are written, and that `words.facts` names: a choice from a list is made again faster than copied.
 *
 * @param {ReturnType<typeof linesOf>} mine
 * @param {ReturnType<typeof linesOf>} theirs
 * @param {{title?: string, text?: string, facts?: Record<string, string>}} words
 */
export function missingText(mine, theirs, words = {}) {
  const sections = [];
  if (mine.title && mine.title !== theirs.title) sections.push(headed(words.title, [mine.title]));
  const blocks = mine.blocks.filter((block) => !theirs.blocks.includes(block));
  if (blocks.length) sections.push(headed(words.text, blocks));
  for (const [key, word] of Object.entries(words.facts ?? {})) {
    const value = mine.facts[key];
    if (value && value !== theirs.facts[key]) sections.push(headed(word, [value]));
  }
  return sections.join("\n\n");
}

function headed(word, lines) {
  return (word ? [`${word}:`, ...lines] : lines).join("\n");
}

function blocksOf(node) {
  return node.toArray().flatMap((child) => {
    if (child instanceof Y.XmlText) return [plain(child)];
    const isTextBlock = child.toArray().some((inner) => inner instanceof Y.XmlText || inner.nodeName === "hardBreak");
    return isTextBlock ? [child.toArray().map(plain).join("")] : blocksOf(child);
  }).filter((line) => line.trim() !== "");
}

function plain(node) {
  if (!(node instanceof Y.XmlText)) return "\n";
  return node.toDelta().map(({ insert }) => (typeof insert === "string" ? insert : "")).join("");
}
