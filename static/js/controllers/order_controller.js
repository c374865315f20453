import { Controller } from "../../vendor/page.js";
import { sendForm } from "../helpers/forms.js";
import { announce } from "../helpers/text.js";

const REGIONS = ["flashes", "list"];

/** Dragging an item to another place in its list with a mouse; everybody else has "Put in order". Where it was dropped is
    sent as the item it stands behind. */
export default class extends Controller {
  static targets = ["item"];
  static values = { form: String };

  #dragged = null;

  connect() {
    for (const [name, act] of this.#acts) this.element.addEventListener(name, act);
  }

  disconnect() {
    for (const [name, act] of this.#acts) this.element.removeEventListener(name, act);
  }

  get #acts() {
    return [
      ["pointerdown", this.#prepare],
      ["dragstart", this.#start],
      ["dragover", this.#over],
      ["drop", this.#drop],
      ["dragend", this.#end],
    ];
  }

  /** The line is dragged, not the address of its link; by touch the list scrolls. */
  #prepare = ({ target, pointerType }) => {
    const item = this.#itemAt(target);
    if (!item) return;
    item.draggable = pointerType === "mouse";
    item.querySelectorAll("a").forEach((link) => (link.draggable = false));
  };

  #start = (event) => {
    const item = this.#itemAt(event.target);
    if (!item) return;
    this.#dragged = item;
    item.dataset.dragging = "";
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", item.textContent.trim());
  };

  #over = (event) => {
    const item = this.#dragged && this.#itemAt(event.target);
    this.#mark(item, event);
    if (!item) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "move";
  };

  #drop = async (event) => {
    const dragged = this.#dragged;
    const item = dragged && this.#itemAt(event.target);
    if (!item) return;
    event.preventDefault();
    const after = this.#isBefore(item, event) ? this.#itemBefore(item) : item;
    this.#end();
    if (after === dragged || (after ?? null) === this.#itemBefore(dragged)) return;
    await this.#send(dragged.dataset.item, after?.dataset.item ?? "");
  };

  #end = () => {
    if (this.#dragged) {
      delete this.#dragged.dataset.dragging;
      this.#dragged.removeAttribute("draggable");
    }
    this.#dragged = null;
    this.#mark(null);
  };

  async #send(item, after) {
    const form = document.getElementById(this.formValue);
    if (!form) return;
    form.action = `/items/${item}/place`;
    form.elements.namedItem("after").value = after;
    const outcome = await sendForm(form, null, REGIONS);
    if (outcome !== "left") announce(document.getElementById("flashes")?.textContent.trim() ?? "", { assertive: outcome !== "done" });
  }

  #itemAt(place) {
    return this.itemTargets.find((item) => item.contains(place)) ?? null;
  }

  #itemBefore(item) {
    return this.itemTargets[this.itemTargets.indexOf(item) - 1] ?? null;
  }

  #isBefore(item, { clientY }) {
    const { top, height } = item.getBoundingClientRect();
    return clientY < top + height / 2;
  }

  #mark(over, event) {
    for (const item of this.itemTargets) {
      if (item === over && item !== this.#dragged) item.dataset.drop = this.#isBefore(item, event) ? "before" : "after";
      else delete item.dataset.drop;
    }
  }
}
