/** Lengths of time in the words of the page's language. */

const MINUTE = 60;

/** Whole seconds up to two minutes, then whole minutes: "40 seconds". @param {number} seconds */
export function inWords(seconds) {
  const [value, unit] = seconds < 2 * MINUTE ? [seconds, "second"] : [seconds / MINUTE, "minute"];
  return new Intl.NumberFormat(document.documentElement.lang || "en", { style: "unit", unit, unitDisplay: "long" }).format(Math.floor(value));
}
