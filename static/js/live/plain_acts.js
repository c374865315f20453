/** What is done to an item, or shown of it, with the text as it stands. */
const ACTS = "ready|copy|split|merge|withdraw|quotes|history|versions|details";

/**
 * The act that a submitted form or a followed link is, when it is about the text of this item as it stands.
 *
 * @param {Event} event  submit or click
 * @param {string} item
 * @returns {(() => void)|null} does it
 */
export function actOn(event, item) {
  const act = event.type === "submit" ? formAct(event) : linkAct(event);
  if (!act) return null;
  const { pathname, searchParams } = act.url;
  if (new RegExp(`^/items/${item}/(${ACTS})$`).test(pathname)) return act.go;
  const isOurs = event.type === "submit" ? /^\/rooms\/[^/]+\/submit$/.test(pathname) : searchParams.get("low_data") === "0";
  return isOurs ? act.go : null;
}

function formAct({ target: form, submitter }) {
  if (form.method !== "post") return null;
  const url = new URL(submitter?.getAttribute("formaction") ?? form.getAttribute("action") ?? "", location.href);
  return { url, go: () => form.isConnected && form.requestSubmit(submitter?.isConnected ? submitter : undefined) };
}

function linkAct(event) {
  const link = event.target.closest?.("a[href]");
  if (!link || link.target || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return null;
  return { url: new URL(link.href), go: () => location.assign(link.href) };
}
