import { Controller } from "../../vendor/page.js";
import { sendForm } from "../helpers/forms.js";
import { announce, filled, textOf } from "../helpers/text.js";

/** Moving people between rooms: a button per person, or several at once, and one dialog that asks where to. */
export default class extends Controller {
  static targets = ["dialog", "form", "name", "room", "pick", "many"];

  #people = [];

  connect() {
    this.count();
  }

  choose(event) {
    event.preventDefault();
    const { name, room } = event.params;
    this.#ask([{ id: event.currentTarget.value, name }], room);
  }

  chooseMany() {
    this.#ask(this.#picked.map(({ value, dataset }) => ({ id: value, name: dataset.name })), "");
  }

  close() {
    this.dialogTarget.close();
  }

  count() {
    const count = this.#picked.length;
    for (const button of this.manyTargets) {
      button.hidden = count === 0;
      if (count) button.textContent = filled(button.dataset.text ?? "", { count });
    }
  }

  pickTargetConnected() {
    this.count();
  }

  pickTargetDisconnected() {
    this.count();
  }

  async send(event) {
    event.preventDefault();
    const people = this.#people;
    const room = this.roomTarget.selectedOptions[0]?.textContent.trim() ?? "";
    this.#fill(people);
    const outcome = await sendForm(this.formTarget, event.submitter);
    this.dialogTarget.close();
    this.#tell(outcome, people, room);
    this.#focus(people[0].id);
  }

  get #picked() {
    return this.pickTargets.filter(({ checked }) => checked);
  }

  #ask(people, room) {
    if (people.length === 0) return;
    this.#people = people;
    const list = new Intl.ListFormat(document.documentElement.lang || "en");
    this.nameTarget.textContent = list.format(people.map(({ name }) => name));
    const elsewhere = [...this.roomTarget.options].find(({ value }) => value !== room);
    for (const option of this.roomTarget.options) option.disabled = option.value === room && room !== "";
    if (elsewhere) this.roomTarget.value = elsewhere.value;
    this.dialogTarget.addEventListener("close", () => this.#focus(people[0].id), { once: true });
    this.dialogTarget.showModal();
    this.roomTarget.focus();
  }

  #fill(people) {
    this.formTarget.querySelectorAll("input[name=member]").forEach((field) => field.remove());
    for (const { id } of people) {
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name: "member", value: id });
      this.formTarget.append(field);
    }
  }

  #tell(outcome, people, room) {
    if (outcome === "done") {
      for (const pick of this.#picked) if (people.some(({ id }) => id === pick.value)) pick.checked = false;
      this.count();
      const name = people.length > 1 ? "moved-many" : "moved";
      announce(textOf(this.element, name, { name: people[0].name, count: people.length, room }));
    } else if (outcome !== "left") {
      const reason = document.querySelector("#flashes")?.textContent.trim() ?? "";
      announce(textOf(this.element, "failed", { reason }), { assertive: true });
    }
  }

  /** Back to the person, in whatever room they are now. */
  #focus(id) {
    const place = this.element.querySelector(`[data-person="${CSS.escape(id)}"]`);
    (place?.querySelector("button[name=move]") ?? place)?.focus();
  }
}
