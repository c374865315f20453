import { keepWords, leftWords, newId, takeOver } from "./plain_words.js";
import { keepText } from "./unsent.js";

const ANSWER_MS = 30_000;
const AGAIN_MS = 30_000;
/** So many sends without an answer are named at most. */
const MOST_AFTER = 20;
const FINAL = new Set(["room.closed", "item.not_drafting"]);
const SIGN_IN = new Set(["form.expired", "sign_in.required"]);

/** @typedef {import("./plain_words.js").Words} Words */
/** @typedef {{kind: "saved"|"final"|"invalid"|"signedout"|"lost", answer?: any}} Outcome  lost: nobody knows whether it arrived, or it may later */

/**
 * Sends the words of an item.
 *
 * @param {string} action  where to
 * @param {Words} words
 * @param {string} save  the id of this send
 * @returns {Promise<Outcome>}
 */
export async function sendWords(action, { title, text, base_title, base_text, page, after }, save, token) {
  const body = { csrf_token: token, title, text, base_title, base_text, page, save, after: after.filter((id) => id !== save).slice(-MOST_AFTER).join(" ") };
  let response;
  let answer;
  try {
    response = await fetch(action, { method: "POST", body: new URLSearchParams(body), headers: { Accept: "application/json" }, signal: AbortSignal.timeout(ANSWER_MS) });
    if (response.redirected && new URL(response.url).pathname.startsWith("/sign-in")) return { kind: "signedout" };
    answer = await response.json();
  } catch {
    return { kind: response?.status === 401 ? "signedout" : "lost" };
  }
  return { kind: kindOf(response, answer), answer };
}

function kindOf({ ok, status }, answer) {
  const code = answer?.error?.code ?? "";
  if (ok && answer?.ok) return "saved";
  if (status === 401 || SIGN_IN.has(code)) return "signedout";
  if (FINAL.has(code) || ((status === 403 || status === 404) && code)) return "final";
  return [413, 422].includes(status) ? "invalid" : "lost";
}

/** Words as they are offered for copying. */
export function asOneText({ title, text }) {
  return `${title}\n\n${text}`.trim();
}

/**
 * What pages that are closed now left behind goes to the server, whatever page is open; what it will never take is
 * offered for copying.
 *
 * @returns {() => void} stops
 */
export function sendLeftWords(user) {
  let timer = 0;
  const look = async () => {
    const kinds = new Set();
    for (const { item, words } of leftWords(user)) kinds.add(await sendLeft(user, item, words));
    if (kinds.has("saved")) dispatchEvent(new Event("consult:words-arrived"));
    if (kinds.has("final") || kinds.has("invalid")) dispatchEvent(new Event("consult:refused"));
    if (kinds.has("lost") || kinds.has("kept")) timer = setTimeout(look, AGAIN_MS);
  };
  // The forms of this page say first which words are theirs.
  timer = setTimeout(look, 1_000);
  return () => clearTimeout(timer);
}

async function sendLeft(user, item, words) {
  const token = document.querySelector("input[name=csrf_token]")?.value;
  const release = token ? await takeOver(words) : null;
  if (!release) return "kept";
  const save = newId();
  const sent = { ...words, after: [...words.after, save] };
  keepWords(user, item, words.page, sent);
  const { kind, answer } = await sendWords(`/items/${item}/text`, sent, save, token);
  if (kind === "final" || kind === "invalid") keepText(user, item, asOneText(words), answer?.error?.message ?? "");
  if (kind !== "lost" && kind !== "signedout") keepWords(user, item, words.page, null);
  release();
  return kind;
}
