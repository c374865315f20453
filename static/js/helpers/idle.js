/** Resolves once the page has been drawn, so that what the server rendered can be read before heavier scripts load. */
export function afterFirstPaint() {
  if (document.visibilityState !== "visible") return new Promise((resolve) => setTimeout(resolve));
  return new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
}
