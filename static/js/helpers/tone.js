/** A quiet tone made by the browser itself: no file is fetched, and where the browser refuses audio nothing is heard. */

const HERTZ = 660;
const LOUDNESS = 0.08;
const SECONDS = 0.2;
const GAP_S = 0.35;
const RISE_S = 0.02;
const PATIENCE_MS = 500;

let context = null;

/** Whether this browser makes sounds at all. */
export function canSound() {
  return typeof globalThis.AudioContext === "function";
}

/** @param {number} times  how often, one after the other */
export async function tone(times = 1) {
  if (!canSound()) return;
  try {
    context ??= new AudioContext();
    if (context.state !== "running") await Promise.race([context.resume(), patience()]);
    // A browser that waits for a click would sound long after it matters.
    if (context.state !== "running") return;
    for (let turn = 0; turn < times; turn += 1) sound(context.currentTime + turn * GAP_S);
  } catch {
    // Refused: what is seen and spoken says the same.
  }
}

function sound(at) {
  const swing = context.createOscillator();
  const volume = context.createGain();
  swing.frequency.value = HERTZ;
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(LOUDNESS, at + RISE_S);
  volume.gain.linearRampToValueAtTime(0, at + SECONDS);
  swing.connect(volume).connect(context.destination);
  swing.start(at);
  swing.stop(at + SECONDS);
}

function patience() {
  return new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
}
