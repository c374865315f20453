/** Says something in the title of a page nobody looks at, turn by turn with the title itself, until somebody does. */

const TURN_MS = 1_000;

let title = "";
let timer = 0;

/** @param {string} text  does nothing while the page is looked at */
export function flashTitle(text) {
  if (!text || document.visibilityState === "visible") return;
  if (!timer) {
    title = document.title;
    document.addEventListener("visibilitychange", stop);
  }
  clearInterval(timer);
  document.title = `${text} – ${title}`;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  timer = setInterval(() => {
    if (!still) document.title = document.title === title ? `${text} – ${title}` : title;
  }, TURN_MS);
}

function stop() {
  if (document.visibilityState !== "visible" || !timer) return;
  clearInterval(timer);
  timer = 0;
  document.title = title;
  document.removeEventListener("visibilitychange", stop);
}
