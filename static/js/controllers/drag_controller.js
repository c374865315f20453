import { Controller } from "../../vendor/page.js";

const TAKES_PART = "button, input, a, summary";

/** Dragging a person to a room with a mouse; everybody else has the button. Says `drag:drop` with id, name and room. */
export default class extends Controller {
  static targets = ["room"];

  #dragged = null;

  connect() {
    this.element.addEventListener("pointerdown", this.#prepare);
    this.element.addEventListener("dragstart", this.#start);
    this.element.addEventListener("dragover", this.#over);
    this.element.addEventListener("drop", this.#drop);
    this.element.addEventListener("dragend", this.#end);
  }

  disconnect() {
    this.element.removeEventListener("pointerdown", this.#prepare);
    this.element.removeEventListener("dragstart", this.#start);
    this.element.removeEventListener("dragover", this.#over);
    this.element.removeEventListener("drop", this.#drop);
    this.element.removeEventListener("dragend", this.#end);
  }

  /** Only what is pressed becomes draggable, so that names can still be selected elsewhere. */
  #prepare = (event) => {
    const person = event.target.closest("[data-person]");
    if (person) person.draggable = event.pointerType === "mouse" && !event.target.closest(TAKES_PART);
  };

  #start = (event) => {
    const person = event.target instanceof Element ? event.target.closest("[data-person]") : null;
    if (!person) return;
    this.#dragged = person;
    person.dataset.dragging = "";
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", person.dataset.name ?? "");
  };

  #over = (event) => {
    const room = this.#dragged && this.#roomAt(event.target);
    this.#mark(room);
    if (!room) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "move";
  };

  #drop = (event) => {
    const room = this.#dragged && this.#roomAt(event.target);
    if (!room) return;
    event.preventDefault();
    const { person: id, name } = this.#dragged.dataset;
    const isElsewhere = !room.contains(this.#dragged);
    this.#end();
    if (isElsewhere) this.dispatch("drop", { detail: { id, name, room: room.dataset.room } });
  };

  #end = () => {
    if (this.#dragged) {
      delete this.#dragged.dataset.dragging;
      this.#dragged.removeAttribute("draggable");
    }
    this.#dragged = null;
    this.#mark(null);
  };

  #roomAt(place) {
    return this.roomTargets.find((room) => room.contains(place)) ?? null;
  }

  #mark(over) {
    for (const room of this.roomTargets) {
      if (room === over) room.dataset.over = "";
      else delete room.dataset.over;
    }
  }
}
