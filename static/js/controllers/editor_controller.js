import { Controller } from "../../vendor/page.js";
import { surfaceParts } from "../helpers/parts.js";
import { announce, textOf } from "../helpers/text.js";
import { draftAround } from "../live/drafts.js";

const ROOT = "default";

/** The shared text of a draft. Until it is there, what the server rendered stands in its place. */
export default class extends Controller {
  static targets = ["toolbar", "static", "mount", "bar", "suggestions", "notes", "linkDialog", "linkUrl", "linkError", "linkRemove"];
  static values = { label: String, describedby: String, words: Number, writers: String };

  #draft = null;
  #surface = null;
  #bar = null;
  #list = null;
  #notes = null;
  #isGone = false;

  async connect() {
    this.#isGone = false;
    const draft = await draftAround(this.element);
    this.modules = await Promise.all([
      import("../../vendor/editor.js"),
      import("../editing/surface.js"),
      import("../editing/carets.js"),
      import("../editing/bar.js"),
      import("../editing/suggesting.js"),
      import("../editing/suggestion_list.js"),
      import("../editing/steady.js"),
      import("../editing/note_marks.js"),
      import("../editing/note_margin.js"),
    ]);
    if (this.#isGone) return;
    this.#draft = draft;
    draft.addEventListener("replaced", this.#mount);
    draft.addEventListener("state", this.#permit);
    draft.addEventListener("hearing", this.#keepCaret);
    addEventListener("consult:quote", this.#quote);
    if (draft.isOpen) this.#mount();
  }

  disconnect() {
    this.#isGone = true;
    this.#draft?.removeEventListener("replaced", this.#mount);
    this.#draft?.removeEventListener("state", this.#permit);
    this.#draft?.removeEventListener("hearing", this.#keepCaret);
    removeEventListener("consult:quote", this.#quote);
    this.#remove();
    if (this.hasStaticTarget) this.staticTarget.hidden = false;
  }

  saveLink(event) {
    this.#surface?.link.submit(event);
  }

  #mount = () => {
    const [{ Collaboration }, { Surface }, { carets }, { WritingBar }, { Insertion, Deletion, suggesting }, { SuggestionList }, { Steady }, { noteMarks }, { NoteMargin }] = this.modules;
    const hadFocus = this.#surface?.editor.isFocused;
    this.#remove();
    const { doc, awareness, edit } = this.#draft;
    const fragment = doc.getXmlFragment(ROOT);
    const begin = () => this.#notes?.begin() ?? false;
    this.#surface = new Surface(surfaceParts(this), {
      label: this.labelValue,
      describedby: this.describedbyValue,
      isEditable: edit,
      extensions: [
        Collaboration.configure({ fragment }),
        carets(awareness, this.#me),
        Steady,
        Insertion,
        Deletion,
        suggesting({ by: () => String(doc.clientID), onRefusal: () => announce(textOf(this.element, "words-only"), { assertive: true }) }),
        noteMarks({ fragment, onMoved: (id, anchor) => this.#notes?.moved(id, anchor), onChange: () => this.#notes?.changed(), onAsk: begin }),
      ],
    });
    if (this.hasBarTarget) this.#bar = new WritingBar(this.barTarget, this.#surface, { target: this.wordsValue, onNote: begin });
    if (this.hasSuggestionsTarget) this.#list = new SuggestionList(this.suggestionsTarget, this.#surface, { doc, awareness, url: this.writersValue });
    if (this.hasNotesTarget) this.#notes = new NoteMargin(this.notesTarget, this.#surface, { draft: this.#draft, fragment, button: this.element.querySelector("[data-bar-act=note]") });
    if (hadFocus) this.#surface.editor.commands.focus();
  };

  #remove() {
    this.#bar?.remove();
    this.#list?.remove();
    this.#notes?.remove();
    this.#surface?.remove();
    this.#bar = this.#list = this.#notes = this.#surface = null;
  }

  #quote = ({ detail }) => this.#surface?.quote(detail);

  #keepCaret = () => this.#surface?.readCaret();

  #permit = () => {
    this.#surface?.allow(this.#draft.edit);
    this.#list?.show();
    this.#notes?.show();
  };

  get #me() {
    return JSON.parse(this.element.closest("[data-draft-me-value]")?.dataset.draftMeValue ?? "{}");
  }
}
