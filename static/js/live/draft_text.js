import { Y } from "../../vendor/editor.js";

/** A draft as plain text, for handing unsent passages back to the person who wrote them. */

const ROOTS = { text: "default", title: "title", facts: "facts" };

/**
 * @param {Y.Doc} doc
 * @returns {{title: string, blocks: string[], facts: string[]}}
 */
export function linesOf(doc) {
  const facts = [...doc.getMap(ROOTS.facts).entries()].map(([key, value]) => (value === true ? key : `${key}: ${value}`));
  return { title: doc.getText(ROOTS.title).toString(), blocks: blocksOf(doc.getXmlFragment(ROOTS.text)), facts: facts.sort() };
}

/**
 * The passages of one document that another does not have; empty when there are none.
 *
 * @param {ReturnType<typeof linesOf>} mine
 * @param {ReturnType<typeof linesOf>} theirs
 * @param {{title?: string, text?: string}} words
 */
export function missingText(mine, theirs, words = {}) {
  const sections = [];
  if (mine.title && mine.title !== theirs.title) sections.push(headed(words.title, [mine.title]));
  const blocks = mine.blocks.filter((block) => !theirs.blocks.includes(block));
  if (blocks.length) sections.push(headed(words.text, blocks));
  const facts = mine.facts.filter((fact) => !theirs.facts.includes(fact));
  if (facts.length) sections.push(facts.join("\n"));
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
