/** A document as its readers count it: the words that stand, without those that are only suggested. */

/** A word is what the server's `richtext.count_words` takes for one, so that both show the same number. */
const ALONE = "\\u0e00-\\u0eff\\u1780-\\u17ff\\u3040-\\u30ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff\\u{20000}-\\u{3134f}";
const LETTER = "[\\p{L}\\p{N}_]";
const WORD = new RegExp(`[${ALONE}]|(?:(?![${ALONE}])${LETTER})+(?:['\\u2019\\-\\u2010\\u2011.](?=${LETTER})|${LETTER})*`, "gu");

/** @returns {number} how many words a plain text has */
export function countWords(text) {
  return text.match(WORD)?.length ?? 0;
}

/** Is this piece of text only suggested, so that it is no part of the text yet? */
export function isPending(node) {
  return node.marks.some((mark) => mark.type.name === "insertion");
}

/** @returns {number} how many words the document has as it stands */
export function wordsIn(doc) {
  let count = 0;
  doc.descendants((node) => {
    if (!node.isTextblock) return true;
    let line = "";
    node.forEach((child) => {
      if (!child.isText) line += "\n";
      else if (!isPending(child)) line += child.text;
    });
    count += countWords(line);
    return false;
  });
  return count;
}
