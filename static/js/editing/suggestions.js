/** Reading the suggestions in a text. */

/**
 * @typedef {{id: string, by: string, from: number, to: number, inserted: string, deleted: string}} Suggestion
 * @returns {Suggestion[]} in the order in which they stand in the text
 */
export function suggestionsIn(doc) {
  const found = new Map();
  doc.descendants((node, position) => {
    if (!node.isText) return;
    for (const { type, attrs } of node.marks) {
      if (type.name !== "insertion" && type.name !== "deletion") continue;
      const known = found.get(attrs.id) ?? { id: attrs.id, by: attrs.by, from: position, to: position, inserted: "", deleted: "" };
      known.to = position + node.nodeSize;
      known[type.name === "insertion" ? "inserted" : "deleted"] += node.text;
      found.set(attrs.id, known);
    }
  });
  return [...found.values()];
}

/** An empty block, with what is around it and would be empty without it; null when it is the only one of the text, or not empty. */
export function leftEmpty(doc, position) {
  const node = doc.nodeAt(position);
  if (!node?.isTextblock || node.content.size) return null;
  let $at = doc.resolve(position);
  while ($at.depth > 0 && $at.parent.childCount === 1) $at = doc.resolve($at.before());
  if ($at.depth === 0 && doc.childCount === 1) return null;
  return { from: $at.pos, to: $at.pos + doc.nodeAt($at.pos).nodeSize };
}
