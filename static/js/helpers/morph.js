import { Idiomorph } from "../../vendor/page.js";

/** Takes over HTML the server rendered, in place: focus, typed text, open menus and editors stay as they are. */

const FRESH_MS = 1_200;
/** What the filter has hidden stays so: it is the reader's, not the server's. */
const NARROWED = "[data-filter-target]";
const FIELDS = "input, textarea, select";

/** Replaces what is inside `element`, or `element` itself when the HTML begins with an element of the same id. */
export function morphInto(element, html) {
  const content = document.createElement("template");
  content.innerHTML = html;
  morphNodes(element, forScript(content.content));
}

/** Takes the elements with these ids over from a whole page. @returns {Document} the page */
export function morphFromPage(html, ids) {
  const page = forScript(new DOMParser().parseFromString(html, "text/html"));
  for (const id of ids) {
    const element = document.getElementById(id);
    const next = page.getElementById(id);
    if (element && next) Idiomorph.morph(element, next, options("outerHTML"));
  }
  return page;
}

/**
 * What is meant for pages without script is text in a page that loads, and would be elements with controllers here.
 * @template {ParentNode} Root  @param {Root} root  @returns {Root}
 */
function forScript(root) {
  for (const part of root.querySelectorAll("noscript")) part.replaceChildren();
  return root;
}

function morphNodes(element, fragment) {
  const first = fragment.firstElementChild;
  if (first?.id && first.id === element.id) Idiomorph.morph(element, first, options("outerHTML"));
  else Idiomorph.morph(element, [...fragment.childNodes], options("innerHTML"));
}

function options(morphStyle) {
  return { morphStyle, restoreFocus: true, callbacks: { beforeNodeMorphed, beforeNodeRemoved, afterNodeAdded, beforeAttributeUpdated } };
}

function beforeNodeMorphed(old, next) {
  if (!(old instanceof Element)) return true;
  if (isTypedInto(old)) return old.type === next.type && old.value === next.value && old.checked === next.checked;
  return !old.hasAttribute("data-keep");
}

function beforeNodeRemoved(old) {
  if (!(old instanceof Element)) return true;
  const typed = [...old.querySelectorAll(FIELDS), ...(old.matches(FIELDS) ? [old] : [])].some(isTypedInto);
  return !typed && !old.hasAttribute("data-keep") && !old.querySelector("[data-keep]");
}

function afterNodeAdded(node) {
  if (!(node instanceof Element)) return;
  node.setAttribute("data-fresh", "");
  setTimeout(() => node.removeAttribute("data-fresh"), FRESH_MS);
}

function beforeAttributeUpdated(name, node) {
  if (name === "hidden") return !node.matches(NARROWED);
  if (name === "open") return !node.matches("details, dialog");
  if (name === "data-fresh") return false;
  return true;
}

function isTypedInto(field) {
  if (!field.matches(FIELDS) || field.type === "hidden") return false;
  if (field instanceof HTMLSelectElement) return isSelectChanged(field);
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  return field.value !== field.defaultValue;
}

function isSelectChanged(select) {
  const options = [...select.options];
  const initial = options.filter((option) => option.defaultSelected);
  if (initial.length === 0) return select.selectedIndex > 0;
  return options.some((option) => option.selected !== option.defaultSelected);
}
