import { announce } from "../helpers/text.js";

/** Plain words in a field: the server keeps neither spaces at the ends of lines nor empty lines at the end. */

/** Do two texts say the same, but for spaces and the number of empty lines? */
export function isSameText(one, other) {
  return one === other || squeezed(one) === squeezed(other);
}

function squeezed(text) {
  const lines = text.split("\n").map((line) => line.replace(/\s+/g, " ").trim());
  return lines.join("\n").replace(/\n{3,}/g, "\n\n").trim();
}

/** Is somebody about to go on behind a space, in an empty line or behind the mark of a list? Other words put in would take that away. */
export function isBeingBegun(field) {
  if (document.activeElement !== field || field.value.trim() === "") return false;
  const { selectionStart: at, value } = field;
  const line = value.slice(value.lastIndexOf("\n", at - 1) + 1, at);
  return (at === value.length || value[at] === "\n") && (/\s$/.test(line) || /^\s*(-|\d+\.)?$/.test(line));
}

/** Other words in a field; the caret stays at the letters where it was. */
export function replaceWords(field, value) {
  const before = field.value;
  if (before === value) return;
  const { selectionStart, selectionEnd } = field;
  let same = 0;
  while (same < before.length && before[same] === value[same]) same += 1;
  field.value = value;
  if (document.activeElement !== field) return;
  const shift = (at) => (at <= same ? at : Math.max(same, at + value.length - before.length));
  field.setSelectionRange(shift(selectionStart), shift(selectionEnd));
}

/**
 * Says what is wrong with the words, beside them; nothing when there is no error.
 *
 * @param {HTMLElement[]} places  each names its field in `data-field`
 * @param {{message?: string, fields?: Record<string, string>}} error
 */
export function showErrors(places, { message = "", fields = {} }) {
  const isNamed = places.some((place) => fields[place.dataset.field]);
  for (const place of places) {
    const field = place.closest("form").elements.namedItem(place.dataset.field);
    const text = fields[field.name] ?? (field.name === "text" && !isNamed ? message : "");
    place.textContent = text;
    place.hidden = text === "";
    if (text) {
      field.setAttribute("aria-invalid", "true");
      field.setAttribute("aria-errormessage", place.id);
    } else {
      field.removeAttribute("aria-invalid");
      field.removeAttribute("aria-errormessage");
    }
    announce(text, { assertive: true });
  }
}
