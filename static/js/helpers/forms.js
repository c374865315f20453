import { morphFromPage } from "./morph.js";
import { ownPage } from "./person.js";

/**
 * Posts a form and takes over parts of the page that answers.
 *
 * @param {HTMLFormElement} form
 * @param {HTMLElement|null} submitter
 * @param {string[]} ids  regions to take over; by default the flashes and every live part
 * @returns {Promise<"done"|"refused"|"lost"|"left">} refused: the server said no and the page shows why;
 *   lost: no answer, nothing changed; left: the browser is on its way to another page
 */
export async function sendForm(form, submitter, ids = []) {
  dispatchEvent(new Event("consult:acting"));
  const answer = {};
  try {
    return await post(form, submitter, ids, answer);
  } finally {
    dispatchEvent(new CustomEvent("consult:acted", { detail: answer }));
  }
}

async function post(form, submitter, ids, answer, isAgain = false) {
  let response;
  let page;
  try {
    const action = submitter?.getAttribute("formaction") ?? form.getAttribute("action") ?? location.href;
    const data = new FormData(form, submitter);
    response = await fetch(action, {
      method: "POST",
      body: form.enctype === "multipart/form-data" ? data : new URLSearchParams(data),
      headers: { Accept: "text/html", ...ownPage },
    });
    page = await response.text();
  } catch {
    return "lost";
  }
  if (response.status === 400 && !isAgain && renewTokens(page)) return post(form, submitter, ids, answer, true);
  if (response.ok && response.redirected && new URL(response.url).pathname !== location.pathname) {
    location.assign(response.url);
    return "left";
  }
  if (response.ok) form.reset();
  const own = !response.ok && form.id ? [form.id] : [];
  answer.page = morphFromPage(page, [...(ids.length ? ids : everyPart()), ...own]);
  if (response.ok) return "done";
  const place = refusalPlace(form);
  showRefusal(answer.page, place);
  showError(form, place);
  return response.status >= 500 ? "lost" : "refused";
}

/** Signing in again, in another tab, ends the tokens of a page that stays open; the refusal for that carries one that is good. */
function renewTokens(page) {
  const token = new DOMParser().parseFromString(page, "text/html").querySelector("template#refusal")?.dataset.token;
  if (token) for (const field of document.querySelectorAll("input[name=csrf_token]")) field.value = token;
  return Boolean(token);
}

/** A part that shows what somebody looks for is not in the page that answers, and asks for itself. */
function everyPart() {
  return ["flashes", ...[...document.querySelectorAll("[data-controller~=part][id]:not([data-part-own])")].map(({ id }) => id)];
}

/** Behind an open dialog nobody sees or reaches the flashes, so a dialog with forms has a place of its own. */
function refusalPlace(form) {
  return form.closest("dialog[open]")?.querySelector("[data-refusal]") ?? document.getElementById("flashes");
}

/** The server's general refusal page carries its sentence for pages that stay where they are. */
function showRefusal(page, place) {
  const refusal = page.querySelector("template#refusal");
  if (refusal) place?.replaceChildren(document.importNode(refusal.content, true));
}

function showError(form, place) {
  const wrong = form.querySelector("[aria-invalid=true]") ?? place?.querySelector("[role=alert]") ?? document.querySelector("[data-error-summary]");
  wrong?.focus({ preventScroll: false });
}
