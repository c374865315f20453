import { Controller } from "../../vendor/page.js";
import { announce, textOf } from "../helpers/text.js";
import { tone } from "../helpers/tone.js";
import { serverClock } from "../live/clock.js";
import { hearing } from "../live/hearing.js";

const SOON_S = 300;
const LAST_S = 60;
const WARNINGS_S = [600, 300, 60, 10];
const ON_TIME_S = 5;
/** How often a tone sounds at a mark, for those who want one. */
const TONES = { [LAST_S]: 1, 10: 2 };

/** The time left by the server's clock, the same on every screen; said aloud only at the marks. */
export default class extends Controller {
  static targets = ["time", "bar"];
  static values = { deadline: String, paused: String, total: Number, quiet: Boolean, sounds: Boolean };

  #stop = null;
  #lastLeft = null;

  connect() {
    this.#stop = serverClock.onTick(() => this.#show());
    this.#show();
  }

  disconnect() {
    this.#stop();
  }

  deadlineValueChanged() {
    const before = this.#lastLeft;
    this.#lastLeft = null;
    if (!this.#stop) return;
    this.#show();
    // A recall takes away the time in which the mark would have come.
    if (before > LAST_S && this.#lastLeft > 0 && this.#lastLeft <= LAST_S) this.#sound(LAST_S);
  }

  pausedValueChanged() {
    if (this.#stop) this.#show();
  }

  #show() {
    const deadline = Date.parse(this.deadlineValue);
    if (Number.isNaN(deadline)) return this.#phase("none");
    const paused = Date.parse(this.pausedValue);
    const left = Math.max(0, Math.round((deadline - (Number.isNaN(paused) ? serverClock.now() : paused)) / 1000));
    if (Number.isNaN(paused)) {
      this.#phase(left === 0 ? "over" : left <= LAST_S ? "last" : left <= SOON_S ? "soon" : "calm");
      this.#write(left === 0 ? "over" : "left", left);
      this.#warn(left);
    } else {
      this.#phase("paused");
      this.#write("paused", left);
    }
    this.#lastLeft = left;
  }

  #phase(name) {
    if (this.element.dataset.phase !== name) this.element.dataset.phase = name;
  }

  #write(name, left) {
    const text = textOf(this.element, name, { time: clockFace(left) });
    for (const time of this.timeTargets) if (time.textContent !== text) time.textContent = text;
    for (const bar of this.barTargets) {
      bar.max = this.totalValue || bar.max;
      bar.value = left;
    }
  }

  #warn(left) {
    const before = this.#lastLeft;
    if (before === null || this.quietValue) return;
    const marks = WARNINGS_S.filter((seconds) => before > seconds && left <= seconds);
    if (left === 0 && before > 0) this.#say(textOf(this.element, "over"));
    else if (marks.length) this.#say(this.#words(marks.at(-1), left));
    if (left > 0) this.#sound(marks.at(-1));
  }

  /** Only the clock of the room, or of the whole round, is heard: a page may show others. */
  #sound(mark) {
    if (this.soundsValue && hearing.sounds && TONES[mark]) tone(TONES[mark]);
  }

  /** A browser wakes pages nobody looks at once a minute: what it missed is said as it stands now. */
  #words(mark, left) {
    return left > mark - ON_TIME_S ? textOf(this.element, `warn-${mark}`) : textOf(this.element, "left", { time: clockFace(left) });
  }

  #say(text) {
    if (!hearing.isMuted) announce(text);
    dispatchEvent(new CustomEvent("consult:warning", { detail: text }));
  }
}

/** @param {number} seconds  @returns {string} 23:41 or 1:02:03 */
function clockFace(seconds) {
  const two = (value) => String(value).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}
