import { Editor, Extension, TextSelection } from "../../vendor/editor.js";
import { Brackets } from "./brackets.js";
import { cleanedHtml } from "./paste.js";
import { quotation } from "./quote.js";
import { SCHEMA } from "./schema.js";
import { LinkDialog, Toolbar } from "./toolbar.js";
import { readSelection, UnreadSelection } from "./unread.js";

/**
 * A rich text field: editor, toolbar and link dialog together. `extensions` decide whether it is shared or alone.
 */
export class Surface {
  #parts;
  #toolbar = null;
  #isAllowed = false;
  #isClean = false;
  #wasFocused = false;

  /**
   * @param {{mount: HTMLElement, static?: HTMLElement, toolbar?: HTMLElement, dialog?: HTMLDialogElement,
   *   url?: HTMLInputElement, error?: HTMLElement, remove?: HTMLButtonElement}} parts
   * @param {{label: string, describedby?: string, extensions: any[], content?: object, isEditable: boolean, onChange?: () => void}} options
   */
  constructor(parts, { label, describedby, extensions, content, isEditable, onChange }) {
    this.#parts = parts;
    this.editor = new Editor({
      element: parts.mount,
      extensions: [...SCHEMA, Brackets, UnreadSelection, this.#keys(), ...extensions],
      content,
      editable: isEditable,
      injectCSS: false,
      enableInputRules: false,
      enablePasteRules: false,
      ...(onChange && { onUpdate: onChange }),
      editorProps: { attributes: attributes(label, describedby), transformPastedHTML: cleanedHtml },
    });
    this.link = parts.dialog && new LinkDialog(parts, this.editor);
    if (parts.toolbar) this.#toolbar = new Toolbar(parts.toolbar, this.editor, () => this.link?.open());
    if (parts.static) parts.static.hidden = true;
    this.editor.on("focus", () => { this.#wasFocused = true; });
    this.allow(isEditable);
  }

  /** Lets the person write, or only read. */
  allow(isEditable) {
    this.#isAllowed = isEditable;
    this.#show();
  }

  get isAllowed() {
    return this.#isAllowed;
  }

  /** Shows the text as if everything in brackets were agreed; nothing can be written meanwhile, and nothing is changed. */
  showClean(isClean) {
    this.#isClean = isClean;
    this.editor.view.dom.classList.toggle("editor__text--clean", isClean);
    this.#show();
  }

  /** To be called before others' changes are put into a shared text: the caret stays where the person has just moved it. */
  readCaret() {
    readSelection(this.editor.view);
  }

  /** Makes of what is written suggestions, or changes the text at once. */
  suggest(isOn) {
    if (this.editor.storage.suggesting) this.editor.storage.suggesting.isOn = isOn;
    this.editor.view.dom.classList.toggle("editor__text--suggesting", isOn);
  }

  /** Puts a quotation with its source after the block the caret is in, or at the end where nobody has written yet. */
  quote(source) {
    if (!this.editor.isEditable) return false;
    const { doc, selection } = this.editor.state;
    const at = this.#wasFocused ? selection.$to.after(1) : doc.content.size;
    const isBlank = doc.childCount === 1 && doc.firstChild.isTextblock && doc.firstChild.content.size === 0;
    return this.editor.commands.insertContentAt(isBlank ? { from: 0, to: doc.content.size } : at, quotation(source), { updateSelection: false });
  }

  /** Selects a passage and brings it into sight, also where nothing may be written. @param {{from: number, to: number}} passage */
  goTo({ from, to }) {
    const { view, state } = this.editor;
    if (this.editor.isEditable) {
      view.dispatch(state.tr.setSelection(TextSelection.create(state.doc, from, to)).scrollIntoView());
      return view.focus();
    }
    const [start, end] = [view.domAtPos(from, 1), view.domAtPos(to, -1)];
    const around = start.node instanceof Element ? start.node : start.node.parentElement;
    around.scrollIntoView({ block: "center" });
    return getSelection().setBaseAndExtent(start.node, start.offset, end.node, end.offset);
  }

  #show() {
    const isEditable = this.#isAllowed && !this.#isClean;
    if (this.editor.isEditable !== isEditable) this.editor.setEditable(isEditable, false);
    this.editor.view.dom.setAttribute("aria-readonly", String(!isEditable));
    if (!isEditable) this.editor.view.dom.tabIndex = 0;
    if (this.#parts.toolbar) this.#parts.toolbar.hidden = !isEditable;
  }

  remove() {
    this.#toolbar?.remove();
    this.editor.destroy();
  }

  #keys() {
    const toToolbar = () => {
      if (!this.#toolbar || this.#parts.toolbar.hidden) return false;
      this.#toolbar.focus();
      return true;
    };
    return Extension.create({
      name: "leaving",
      addKeyboardShortcuts: () => ({ Escape: toToolbar, "Alt-F10": toToolbar, "Mod-k": () => !!this.link && (this.link.open(), true) }),
    });
  }
}

function attributes(label, describedby) {
  return {
    class: "prose editor__text",
    role: "textbox",
    "aria-multiline": "true",
    "aria-label": label,
    dir: "auto",
    spellcheck: "true",
    ...(describedby && { "aria-describedby": describedby }),
  };
}
