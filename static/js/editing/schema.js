import {
  Blockquote, Bold, BulletList, Document, HardBreak, Heading, Italic, ListItem, Mark, OrderedList, Paragraph, Strike,
  Text, Underline,
} from "../../vendor/editor.js";

/** What a text may hold: the browser's side of the schema that the server checks (`consult/richtext`). */

const HEADING_LEVELS = [2, 3, 4];
const LINK = /^(?:https?:\/\/|mailto:)[^\x00-\x20"<>\\^`{}|\x7f]{1,2000}$/i;

/** Is this an address a text may link to? */
export function isAllowedLink(href) {
  return typeof href === "string" && LINK.test(href);
}

const Link = Mark.create({
  name: "link",
  inclusive: false,
  exitable: true,
  addAttributes: () => ({ href: { default: null } }),
  parseHTML: () => [{ tag: "a[href]", getAttrs: (element) => isAllowedLink(element.getAttribute("href")) && null }],
  renderHTML: ({ HTMLAttributes: { href } }) => ["a", { ...(isAllowedLink(href) && { href }), rel: "noopener nofollow" }, 0],
});

const PlainOrderedList = OrderedList.extend({
  addAttributes: () => ({
    start: {
      default: 1,
      parseHTML: (element) => Math.max(1, Number.parseInt(element.getAttribute("start") ?? "1", 10) || 1),
    },
  }),
});

/** Tab always leaves the editor; lists are indented by other keys. */
const QuietListItem = ListItem.extend({
  addKeyboardShortcuts() {
    return {
      Enter: () => this.editor.commands.splitListItem(this.name),
      "Mod-]": () => this.editor.commands.sinkListItem(this.name),
      "Mod-[": () => this.editor.commands.liftListItem(this.name),
    };
  },
});

export const SCHEMA = [
  Document, Paragraph, Text, HardBreak, BulletList, PlainOrderedList, QuietListItem, Blockquote,
  Heading.configure({ levels: HEADING_LEVELS }),
  Bold, Italic, Underline, Strike, Link,
];
