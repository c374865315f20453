import { isAllowedLink } from "./schema.js";

/** The buttons above a text: one Tab stop, arrows inside, pressed as the caret stands. */

const COMMANDS = {
  bold: { run: (chain) => chain.toggleBold(), active: ["bold"] },
  italic: { run: (chain) => chain.toggleItalic(), active: ["italic"] },
  underline: { run: (chain) => chain.toggleUnderline(), active: ["underline"] },
  strike: { run: (chain) => chain.toggleStrike(), active: ["strike"] },
  paragraph: { run: (chain) => chain.setParagraph(), active: ["paragraph"] },
  heading2: { run: (chain) => chain.toggleHeading({ level: 2 }), active: ["heading", { level: 2 }] },
  heading3: { run: (chain) => chain.toggleHeading({ level: 3 }), active: ["heading", { level: 3 }] },
  heading4: { run: (chain) => chain.toggleHeading({ level: 4 }), active: ["heading", { level: 4 }] },
  bulletList: { run: (chain) => chain.toggleBulletList(), active: ["bulletList"] },
  orderedList: { run: (chain) => chain.toggleOrderedList(), active: ["orderedList"] },
  blockquote: { run: (chain) => chain.toggleBlockquote(), active: ["blockquote"] },
  indent: { run: (chain) => chain.sinkListItem("listItem"), only: "listItem" },
  outdent: { run: (chain) => chain.liftListItem("listItem"), only: "listItem" },
  bracket: { run: (chain) => chain.toggleBrackets() },
  alternative: { run: (chain) => chain.offerAlternative() },
  undo: { run: (chain) => chain.undo() },
  redo: { run: (chain) => chain.redo() },
};

export class Toolbar {
  #element;
  #editor;
  #link;

  /**
   * @param {HTMLElement} element  role=toolbar, with buttons that carry `data-editor-command`
   * @param {import("../../vendor/editor.js").Editor} editor
   * @param {() => void} link  opens the link dialog
   */
  constructor(element, editor, link) {
    this.#element = element;
    this.#editor = editor;
    this.#link = link;
    element.addEventListener("click", this.#clicked);
    element.addEventListener("keydown", this.#moved);
    element.addEventListener("mousedown", keepSelection);
    editor.on("transaction", this.#show);
    this.#stopAt(this.#buttons[0]);
    this.#show();
  }

  remove() {
    this.#element.removeEventListener("click", this.#clicked);
    this.#element.removeEventListener("keydown", this.#moved);
    this.#element.removeEventListener("mousedown", keepSelection);
    this.#editor.off("transaction", this.#show);
  }

  focus() {
    this.#buttons.find((button) => button.tabIndex === 0)?.focus();
  }

  get #all() {
    return [...this.#element.querySelectorAll("[data-editor-command]")];
  }

  get #buttons() {
    return this.#all.filter((button) => !button.hidden);
  }

  #clicked = (event) => {
    const button = event.target.closest("[data-editor-command]");
    if (!button) return;
    this.#stopAt(button);
    const { editorCommand: name } = button.dataset;
    if (name === "link") return this.#link();
    COMMANDS[name]?.run(this.#editor.chain().focus()).run();
  };

  #moved = (event) => {
    if (event.key === "Escape") return void this.#editor.commands.focus();
    const buttons = this.#buttons;
    const at = buttons.indexOf(document.activeElement);
    const step = getComputedStyle(this.#element).direction === "rtl" ? -1 : 1;
    const next = { ArrowRight: at + step, ArrowLeft: at - step, Home: 0, End: buttons.length - 1 }[event.key];
    if (next === undefined || at < 0) return;
    event.preventDefault();
    const button = buttons.at(next % buttons.length);
    this.#stopAt(button);
    button.focus();
  };

  #stopAt(chosen) {
    for (const button of this.#all) button.tabIndex = button === chosen ? 0 : -1;
  }

  /** What makes sense in one place only, such as a list, is there only then; the Tab stop does not go with it. */
  #offer(button, isOffered) {
    button.hidden = !isOffered;
    if (!isOffered && button.tabIndex === 0) this.#stopAt(this.#buttons[0]);
  }

  #show = () => {
    for (const button of this.#all) {
      const { editorCommand: name } = button.dataset;
      const place = COMMANDS[name]?.only;
      if (place) this.#offer(button, this.#editor.isActive(place));
      const active = name === "link" ? ["link"] : COMMANDS[name]?.active;
      if (active) button.setAttribute("aria-pressed", String(this.#editor.isActive(...active)));
    }
  };
}

/** A press on a button must not take the selection out of the text. */
export function keepSelection(event) {
  event.preventDefault();
}

/** The dialog that asks for a link's address. */
export class LinkDialog {
  #parts;
  #editor;

  /** @param {{dialog: HTMLDialogElement, url: HTMLInputElement, error?: HTMLElement, remove?: HTMLButtonElement}} parts */
  constructor(parts, editor) {
    this.#parts = parts;
    this.#editor = editor;
  }

  open() {
    const { dialog, url, error, remove } = this.#parts;
    const href = this.#editor.getAttributes("link").href ?? "";
    url.value = href;
    if (remove) remove.hidden = href === "";
    if (error) error.hidden = true;
    url.removeAttribute("aria-invalid");
    dialog.addEventListener("close", () => this.#editor.commands.focus(), { once: true });
    dialog.showModal();
    url.select();
  }

  /** Answers the dialog: its form, or a button or Enter where a form cannot stand (inside another one). */
  submit(event) {
    event.preventDefault();
    const { dialog, url } = this.#parts;
    const button = event.submitter ?? event.target.closest("button");
    const act = button?.value || "save";
    const href = completed(url.value.trim());
    if (act === "save" && !isAllowedLink(href)) return this.#refuse();
    dialog.close();
    if (act === "remove") this.#editor.chain().extendMarkRange("link").unsetMark("link").run();
    if (act === "save") this.#save(href);
  }

  #refuse() {
    const { url, error } = this.#parts;
    url.setAttribute("aria-invalid", "true");
    if (error) error.hidden = false;
    url.focus();
  }

  #save(href) {
    const chain = this.#editor.chain().extendMarkRange("link");
    if (this.#editor.state.selection.empty && !this.#editor.isActive("link")) {
      chain.insertContent([{ type: "text", text: href, marks: [{ type: "link", attrs: { href } }] }]).run();
    } else {
      chain.setMark("link", { href }).run();
    }
  }
}

function completed(address) {
  if (/^[\w.+-]+@[\w-]+\.[\w.-]+$/.test(address)) return `mailto:${address}`;
  return /^[\w-]+(\.[\w-]+)+(\/|$)/.test(address) ? `https://${address}` : address;
}
