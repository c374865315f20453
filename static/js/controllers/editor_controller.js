import { Controller } from "../../vendor/page.js";
import { surfaceParts } from "../helpers/parts.js";
import { announce, textOf } from "../helpers/text.js";
import { draftAround } from "../live/drafts.js";

const ROOT = "default";

/** The shared text of a draft. Until it is there, what the server rendered stands in its place. */
export default class extends Controller {
  static targets = ["toolbar", "static", "mount", "bar", "suggestions", "linkDialog", "linkUrl", "linkError", "linkRemove"];
  static values = { label: String, describedby: String, words: Number, writers: String };

  #draft = null;
  #surface = null;
  #bar = null;
  #list = null;
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
    ]);
    if (this.#isGone) return;
    this.#draft = draft;
    draft.addEventListener("replaced", this.#mount);
    draft.addEventListener("state", this.#permit);
    addEventListener("consult:quote", this.#quote);
    if (draft.isOpen) this.#mount();
  }

  disconnect() {
    this.#isGone = true;
    this.#draft?.removeEventListener("replaced", this.#mount);
    this.#draft?.removeEventListener("state", this.#permit);
    removeEventListener("consult:quote", this.#quote);
    this.#remove();
    if (this.hasStaticTarget) this.staticTarget.hidden = false;
  }

  saveLink(event) {
    this.#surface?.link.submit(event);
  }

  #mount = () => {
    const [{ Collaboration }, { Surface }, { carets }, { WritingBar }, { Insertion, Deletion, suggesting }, { SuggestionList }, { Steady }] = this.modules;
    const hadFocus = this.#surface?.editor.isFocused;
    this.#remove();
    const { doc, awareness, edit } = this.#draft;
    this.#surface = new Surface(surfaceParts(this), {
      label: this.labelValue,
      describedby: this.describedbyValue,
      isEditable: edit,
      extensions: [
        Collaboration.configure({ fragment: doc.getXmlFragment(ROOT) }),
        carets(awareness, this.#me),
        Steady,
        Insertion,
        Deletion,
        suggesting({ by: () => String(doc.clientID), onRefusal: () => announce(textOf(this.element, "words-only"), { assertive: true }) }),
      ],
    });
    if (this.hasBarTarget) this.#bar = new WritingBar(this.barTarget, this.#surface, { target: this.wordsValue });
    if (this.hasSuggestionsTarget) this.#list = new SuggestionList(this.suggestionsTarget, this.#surface, { doc, awareness, url: this.writersValue });
    if (hadFocus) this.#surface.editor.commands.focus();
  };

  #remove() {
    this.#bar?.remove();
    this.#list?.remove();
    this.#surface?.remove();
    this.#bar = this.#list = this.#surface = null;
  }

  #quote = ({ detail }) => this.#surface?.quote(detail);

  #permit = () => {
    this.#surface?.allow(this.#draft.edit);
    this.#list?.show();
  };

  get #me() {
    return JSON.parse(this.element.closest("[data-draft-me-value]")?.dataset.draftMeValue ?? "{}");
  }
}
