/**
 * What a source says, as a quotation that keeps the way back to it.
 * @param {{words: string, reference: string, href: string}} source
 * @returns {object} ProseMirror JSON
 */
export function quotation({ words, reference, href }) {
  const link = { type: "text", text: reference, marks: [{ type: "link", attrs: { href } }] };
  return {
    type: "blockquote",
    content: [
      { type: "paragraph", content: [{ type: "text", text: words }] },
      { type: "paragraph", content: [{ type: "text", text: "— " }, link] },
    ],
  };
}
