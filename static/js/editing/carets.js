import { CollaborationCaret } from "../../vendor/editor.js";
import { hueClass } from "./hues.js";

/** Other people's carets, styled by class only; their names are also in the page as text. */

export function carets(awareness, user) {
  return CollaborationCaret.configure({ provider: { awareness }, user, render, selectionRender });
}

/** The words are attributes that CSS shows: a caret adds no text to the text. */
function render(user) {
  const caret = piece("caret", hueClass(user));
  const label = piece("caret__label");
  const mark = piece("caret__mark");
  const name = piece("caret__name");
  mark.dataset.text = user.mark ?? "";
  name.dataset.text = user.delegation || user.name || "";
  name.dir = "auto";
  label.append(mark, name);
  caret.append(label);
  caret.setAttribute("aria-hidden", "true");
  return caret;
}

function selectionRender(user) {
  return { class: `caret-selection ${hueClass(user)}` };
}

function piece(...classes) {
  const span = document.createElement("span");
  span.classList.add(...classes);
  return span;
}
