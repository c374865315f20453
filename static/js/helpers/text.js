/** Words come from the HTML; this finds them, fills them in and says them. */

const POLITE_GAP_MS = 5_000;

/** @returns {string} the element's `data-text-<name>` with `{field}` replaced, or an empty string */
export function textOf(element, name, fields = {}) {
  return filled(element.getAttribute(`data-text-${name}`) ?? "", fields);
}

/** @param {string} pattern  @param {Record<string, unknown>} fields */
export function filled(pattern, fields) {
  return pattern.replace(/\{(\w+)\}/g, (all, name) => (name in fields ? String(fields[name]) : all));
}

/** Without accents and case, for comparing what people type. */
export function folded(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

let politeAt = 0;
let politeTimer = 0;
const waiting = [];

/** Says a text to screen readers: politely (batched, at most one message every 5 seconds), or at once. */
export function announce(text, { assertive = false } = {}) {
  if (!text) return;
  if (assertive) return say("assertive", text);
  if (!waiting.includes(text)) waiting.push(text);
  if (politeTimer) return;
  const wait = Math.max(50, politeAt + POLITE_GAP_MS - Date.now());
  politeTimer = setTimeout(() => {
    politeTimer = 0;
    politeAt = Date.now();
    say("polite", waiting.splice(0).reduce((all, one) => `${all}${/[.!?]$/.test(all) ? "" : "."} ${one}`));
  }, wait);
}

function say(kind, text) {
  const dialog = [...document.querySelectorAll("dialog[open]")].at(-1);
  const region = dialog ? regionIn(dialog, kind) : document.querySelector(`[data-announce="${kind}"]`);
  if (!region) return;
  // The same words twice would not be spoken: a trailing space makes them new.
  region.textContent = region.textContent === text ? `${text}\u00a0` : text;
}

/** What stands behind an open dialog is not spoken, so a dialog says things itself. */
function regionIn(dialog, kind) {
  const found = dialog.querySelector(`:scope > [data-announce-here="${kind}"]`);
  if (found) return found;
  const region = document.createElement("div");
  region.className = "visually-hidden";
  region.setAttribute("aria-live", kind);
  region.dataset.announceHere = kind;
  dialog.append(region);
  return region;
}
