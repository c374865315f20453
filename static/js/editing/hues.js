const HUES = new Set(["af", "ap", "ee", "la", "we", "ob", "st"]);

/** The class that gives a person's regional colour and pattern. @param {{hue?: string}} user */
export function hueClass({ hue }) {
  return HUES.has(hue) ? `hue-${hue}` : "hue-ob";
}
