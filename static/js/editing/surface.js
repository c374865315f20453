import { Editor, Extension } from "../../vendor/editor.js";
import { Brackets } from "./brackets.js";
import { SCHEMA } from "./schema.js";
import { LinkDialog, Toolbar } from "./toolbar.js";

/**
 * A rich text field: editor, toolbar and link dialog together. `extensions` decide whether it is shared or alone.
 */
export class Surface {
  #parts;
  #toolbar = null;

  /**
   * @param {{mount: HTMLElement, static?: HTMLElement, toolbar?: HTMLElement, dialog?: HTMLDialogElement,
   *   url?: HTMLInputElement, error?: HTMLElement, remove?: HTMLButtonElement}} parts
   * @param {{label: string, describedby?: string, extensions: any[], content?: object, isEditable: boolean, onChange?: () => void}} options
   */
  constructor(parts, { label, describedby, extensions, content, isEditable, onChange }) {
    this.#parts = parts;
    this.editor = new Editor({
      element: parts.mount,
      extensions: [...SCHEMA, Brackets, this.#keys(), ...extensions],
      content,
      editable: isEditable,
      injectCSS: false,
      enableInputRules: false,
      enablePasteRules: false,
      ...(onChange && { onUpdate: onChange }),
      editorProps: { attributes: attributes(label, describedby), transformPastedHTML: withoutStyles },
    });
    this.link = parts.dialog && new LinkDialog(parts, this.editor);
    if (parts.toolbar) this.#toolbar = new Toolbar(parts.toolbar, this.editor, () => this.link?.open());
    if (parts.static) parts.static.hidden = true;
    this.allow(isEditable);
  }

  /** Lets the person write, or only read. */
  allow(isEditable) {
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

/** The schema drops styles and handlers anyway; without them the parser has nothing to complain about to the content policy. */
function withoutStyles(html) {
  const unwanted = /[\s"'](?:style|on\w+)\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]+)/gi;
  return html.replace(/<style[\s\S]*?<\/style>/gi, "").replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(unwanted, " "));
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
