import { announce, textOf } from "../helpers/text.js";
import { stored, write } from "../live/unsent.js";
import { openBrackets } from "./brackets.js";
import { wordsIn } from "./reading.js";
import { keepSelection } from "./toolbar.js";

/** What stands under a text: how many words and open brackets it has, the way from one to the next, ways of looking at it, and the suggest mode. */

const COUNT_MS = 150;
const NUMBERS_KEY = "consult.numbers";

export class WritingBar {
  #element;
  #surface;
  #target;
  #onNote;
  #timer = 0;

  /**
   * @param {HTMLElement} element  with `data-bar-part="words|brackets"` outputs and `data-bar-act` buttons
   * @param {import("./surface.js").Surface} surface
   * @param {{target: number, onNote: () => void}} options  target: how many words the text should have; 0: not said
   */
  constructor(element, surface, { target, onNote }) {
    this.#element = element;
    this.#surface = surface;
    this.#target = target;
    this.#onNote = onNote;
    element.addEventListener("click", this.#clicked);
    element.addEventListener("mousedown", keepSelection);
    surface.editor.on("update", this.#countSoon);
    element.hidden = false;
    this.#press("numbers", stored(NUMBERS_KEY) === "1");
    this.#count();
  }

  remove() {
    clearTimeout(this.#timer);
    this.#element.removeEventListener("click", this.#clicked);
    this.#element.removeEventListener("mousedown", keepSelection);
    this.#surface.editor.off("update", this.#countSoon);
    this.#press("clean", false);
    this.#press("suggest", false);
    this.#element.hidden = true;
  }

  #clicked = (event) => {
    const button = event.target.closest("[data-bar-act]");
    if (!button) return;
    const { barAct: act } = button.dataset;
    if (act === "next" || act === "previous") return this.#goTo(act);
    if (act === "note") return this.#onNote();
    const isPressed = button.getAttribute("aria-pressed") !== "true";
    this.#press(act, isPressed);
    if (act === "numbers") write(NUMBERS_KEY, isPressed ? "1" : "0");
    if (act !== "numbers") announce(textOf(button, isPressed ? "on" : "off"));
  };

  #press(act, isPressed) {
    this.#element.querySelector(`[data-bar-act="${act}"]`)?.setAttribute("aria-pressed", String(isPressed));
    const { editor } = this.#surface;
    if (act === "clean") this.#surface.showClean(isPressed);
    if (act === "suggest") this.#surface.suggest(isPressed);
    if (act === "numbers") editor.view.dom.classList.toggle("prose--numbered", isPressed);
  }

  #goTo(act) {
    const { editor } = this.#surface;
    const chain = editor.chain().focus();
    if (!(act === "next" ? chain.nextBracket() : chain.previousBracket()).run()) return;
    const { from, to } = editor.state.selection;
    announce(editor.state.doc.textBetween(from, to, " "));
  }

  /** Also while people write without a pause. */
  #countSoon = () => {
    this.#timer ||= setTimeout(() => this.#count(), COUNT_MS);
  };

  #count() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    const { doc } = this.#surface.editor.state;
    const [words, brackets] = [wordsIn(doc), openBrackets(doc).length];
    this.#say("words", this.#target ? "target" : "count", { count: words, target: this.#target });
    this.#part("words")?.classList.toggle("editbar__count--over", this.#target > 0 && words > this.#target);
    this.#say("brackets", brackets ? "count" : "none", { count: brackets });
    this.#part("brackets")?.classList.toggle("brackets--none", brackets === 0);
    for (const act of ["next", "previous"]) this.#element.querySelector(`[data-bar-act="${act}"]`)?.toggleAttribute("disabled", brackets === 0);
  }

  #part(name) {
    return this.#element.querySelector(`[data-bar-part="${name}"]`);
  }

  #say(part, text, fields) {
    const element = this.#part(part);
    const words = element ? textOf(element, text, fields) : "";
    if (element && element.textContent !== words) element.textContent = words;
  }
}
