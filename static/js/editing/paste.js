import { isAllowedLink } from "./schema.js";

/**
 * Cleans what is pasted from Word, LibreOffice, Google Docs or a web page, before the schema reads it: Word's paragraphs that
 * look like lists become lists, rows of tables become paragraphs, styles that mean bold or italic become marks, and
 * what nobody typed (markers, comments, tracked deletions, hidden text) goes. The schema drops everything else.
 */

const UNWANTED = "script, style, meta, link, title, xml, template, object, embed, iframe, svg, math, img, picture, video, audio, canvas, form, select, textarea, button, input, del, [hidden]";
const BLOCKS = "p, h1, h2, h3, h4, h5, h6, ul, ol, li, blockquote, pre, div, section, article, td, th, table";
const LEVELS = { H1: "h2", H5: "h4", H6: "h4" };
const STYLE = "data-pasted-style";

/** @param {string} html  @returns {string} */
export function cleanedHtml(html) {
  const quiet = withoutStyles(html);
  // What was copied in one of our own editors is ours already.
  if (/\sdata-pm-slice\s*=/.test(html)) return quiet;
  const { body } = new DOMParser().parseFromString(quiet, "text/html");
  dropUnwanted(body);
  for (const table of [...body.querySelectorAll("table")].reverse()) table.replaceWith(...rowsOf(table));
  makeLists(body);
  for (const element of [...body.querySelectorAll("*")]) restyle(element);
  for (const anchor of body.querySelectorAll("a")) if (!isAllowedLink(anchor.getAttribute("href"))) unwrap(anchor);
  for (const block of body.querySelectorAll("p, h2, h3, h4")) if (!/\S/.test(block.textContent) && !block.closest("li")) block.remove();
  return body.innerHTML;
}

/** Moves styles out of the way and drops handlers: a parser that met them would complain to the content policy. */
function withoutStyles(html) {
  const attribute = /([\s"'])(style|on\w+)\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)/gi;
  const renamed = (_all, gap, name, value) => (/^on/i.test(name) ? gap : `${gap} ${STYLE}=${value}`);
  return html
    .replace(/<style[\s\S]*?<\/style>/gi, "")
    .replace(/<[a-z](?:"[^"]*"|'[^']*'|[^'">])*>/gi, (tag) => tag.replace(attribute, renamed));
}

function styleOf(element) {
  return element.getAttribute(STYLE) ?? "";
}

function dropUnwanted(body) {
  body.querySelectorAll(UNWANTED).forEach((element) => element.remove());
  for (const element of [...body.querySelectorAll("*")]) {
    if (/mso-element:\s*comment|mso-hide:\s*all|display:\s*none/i.test(styleOf(element)) || element.matches(".MsoCommentReference")) element.remove();
    else if (element.tagName.includes(":")) unwrap(element);
  }
  const everything = document.createTreeWalker(body, NodeFilter.SHOW_COMMENT | NodeFilter.SHOW_TEXT);
  const comments = [];
  while (everything.nextNode()) {
    const node = everything.currentNode;
    if (node.nodeType === Node.COMMENT_NODE) comments.push(node);
    else node.data = node.data.replace(/\u00a0/g, " ").replace(/[\u200b\ufeff]/g, "");
  }
  comments.forEach((comment) => comment.remove());
}

/** One paragraph for each row, its cells apart by a stroke. */
function rowsOf(table) {
  return [...table.rows].map((row) => {
    const line = document.createElement("p");
    const cells = [...row.cells].filter((cell) => /\S/.test(cell.textContent));
    cells.forEach((cell, index) => line.append(...(index ? [" | "] : []), ...inlineOf(cell)));
    return line;
  });
}

/** What a cell says, without the paragraphs it says it in. */
function inlineOf(element) {
  for (const block of [...element.querySelectorAll(BLOCKS)].reverse()) block.replaceWith(...block.childNodes, " ");
  return [...element.childNodes];
}

/** Word writes a list as paragraphs that name their level, each with its marker as text. */
function makeLists(body) {
  const levelOf = (element) => Number(/mso-list:[^;"]*\blevel(\d)/i.exec(styleOf(element))?.[1] ?? 0);
  let open = [];
  let last = null;
  for (const paragraph of [...body.querySelectorAll("p, h1, h2, h3, h4, h5, h6")]) {
    const level = levelOf(paragraph);
    if (!level) continue;
    if (last === null || paragraph.previousElementSibling !== last) open = [];
    const marker = takeMarker(paragraph);
    while (open.length && open.at(-1).level > level) open.pop();
    const isNumbered = /^\(?(?:\d+|[a-z]|[ivxlc]+)[.)]/i.test(marker);
    if (open.at(-1)?.level !== level) open.push(newList(paragraph, open.at(-1)?.list, level, isNumbered, marker));
    const item = document.createElement("li");
    const text = document.createElement("p");
    text.append(...paragraph.childNodes);
    item.append(text);
    open.at(-1).list.append(item);
    last = open[0].list;
    paragraph.remove();
  }
}

function newList(paragraph, outer, level, isNumbered, marker) {
  const list = document.createElement(isNumbered ? "ol" : "ul");
  const start = Number.parseInt(marker.replace(/^\(/, ""), 10);
  if (isNumbered && start > 1) list.setAttribute("start", String(start));
  if (outer?.lastElementChild) outer.lastElementChild.append(list);
  else paragraph.before(list);
  return { list, level };
}

function takeMarker(paragraph) {
  const ignored = [...paragraph.querySelectorAll(`[${STYLE}*="mso-list" i]`)].filter((element) => /mso-list:\s*ignore/i.test(styleOf(element)));
  const marker = ignored.map((element) => element.textContent).join("").trim();
  ignored.forEach((element) => element.remove());
  return marker;
}

/** Styles that mean something as elements the schema knows. */
function restyle(element) {
  const style = styleOf(element);
  element.removeAttribute(STYLE);
  if (element.matches(".MsoTitle")) return rename(element, "h2");
  if (element.tagName in LEVELS) return rename(element, LEVELS[element.tagName]);
  // Google Docs puts everything into a bold that is not bold.
  if (element.matches("b, strong") && /(?<![\w-])font-weight:\s*(?:normal|400)/i.test(style)) return unwrap(element);
  if (!element.matches("span, font")) return;
  const marks = [];
  if (/(?<![\w-])font-weight:\s*(?:bold|[6-9]00)/i.test(style)) marks.push("strong");
  if (/(?<![\w-])font-style:\s*italic/i.test(style)) marks.push("em");
  if (/text-decoration[^;]*underline/i.test(style) && !element.closest("a")) marks.push("u");
  if (/text-decoration[^;]*line-through/i.test(style)) marks.push("s");
  for (const name of marks) {
    const mark = document.createElement(name);
    mark.append(...element.childNodes);
    element.append(mark);
  }
}

function rename(element, name) {
  const other = document.createElement(name);
  other.append(...element.childNodes);
  element.replaceWith(other);
}

function unwrap(element) {
  element.replaceWith(...element.childNodes);
}
