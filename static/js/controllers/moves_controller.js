import { Controller } from "../../vendor/page.js";
import { sendForm } from "../helpers/forms.js";
import { announce, filled, textOf } from "../helpers/text.js";

const NO_ROOM = "none";

/** Moving people between rooms: a button per person, several at once, or dragged; and one dialog that asks where to
    and says what it would cost. */
export default class extends Controller {
  static targets = ["dialog", "form", "name", "room", "pick", "many", "bar", "total", "clear", "price", "go", "exchange", "pair"];
  static values = { price: String };

  #people = [];
  #asked = 0;
  #plain = "";
  #isCounting = false;

  connect() {
    if (this.hasGoTarget) this.#plain = this.goTarget.textContent;
    this.count();
  }

  choose(event) {
    event.preventDefault();
    const button = event.currentTarget;
    const name = event.params.name ?? button.closest("[data-person]")?.dataset.name;
    const room = event.params.room ?? button.closest("[data-room]")?.dataset.room ?? "";
    this.#ask([{ id: button.value, name, room: String(room) }]);
  }

  chooseMany(event) {
    event.preventDefault();
    this.#ask(this.#chosen);
  }

  /** Asks for the reason before two change places; of another number the server says that it takes two. */
  exchange(event) {
    const people = this.#chosen;
    if (people.length !== 2 || !this.hasExchangeTarget) return;
    event.preventDefault();
    this.pairTarget.textContent = namesOf(people);
    this.exchangeTarget.showModal();
  }

  closeExchange() {
    this.exchangeTarget.close();
  }

  /** Somebody was dragged to a room: at once when it costs nothing; all who are ticked go along. */
  async drop({ detail: { id, name, room } }) {
    const chosen = this.#chosen;
    this.#people = chosen.some((person) => person.id === id) ? chosen : [{ id, name, room: this.#roomOf(id) }];
    this.roomTarget.value = room;
    if (await this.#hasPrice()) this.#open(this.#people);
    else await this.#carryOut();
  }

  close() {
    this.dialogTarget.close();
  }

  clear() {
    for (const pick of this.#picked) pick.checked = false;
    this.count();
  }

  count() {
    const count = this.#chosen.length;
    for (const button of this.manyTargets) {
      if (!this.hasBarTarget) button.hidden = count === 0;
      if (count) button.textContent = filled(button.dataset.text ?? "", { count });
    }
    for (const bar of this.barTargets) bar.hidden = count === 0;
    for (const button of this.clearTargets) button.hidden = count === 0;
    for (const total of this.totalTargets) total.textContent = filled(total.dataset.text ?? "", { count });
  }

  /** The boxes were cleared with their form. */
  recount() {
    this.#countSoon();
  }

  pickTargetConnected() {
    this.#countSoon();
  }

  pickTargetDisconnected() {
    this.#countSoon();
  }

  barTargetConnected() {
    this.#countSoon();
  }

  /** What the move would cost, shown before it is made. */
  async price() {
    await this.#hasPrice();
  }

  async send(event) {
    event.preventDefault();
    await this.#carryOut(event.submitter);
  }

  /** Hundreds of people appear at once, and are counted once. */
  #countSoon() {
    if (this.#isCounting) return;
    this.#isCounting = true;
    queueMicrotask(() => {
      this.#isCounting = false;
      this.count();
    });
  }

  get #picked() {
    return this.pickTargets.filter(({ checked }) => checked);
  }

  /** Who is ticked, each once: the same person may be in two lists. */
  get #chosen() {
    const found = this.#picked.map((pick) => ({
      id: pick.value,
      name: pick.dataset.name ?? pick.closest("[data-person]")?.dataset.name,
      room: pick.closest("[data-room]")?.dataset.room ?? "",
    }));
    return [...new Map(found.map((person) => [person.id, person])).values()];
  }

  #roomOf(id) {
    const place = this.element.querySelector(`[data-person="${CSS.escape(id)}"]`);
    return place?.closest("[data-room]")?.dataset.room ?? "";
  }

  /** A room in which none of them sits is suggested. Where there is none, the question stays open: losing the seat is never
      suggested to people who have one. */
  #ask(people) {
    if (people.length === 0) return;
    this.#people = people;
    const rooms = new Set(people.map(({ room }) => room));
    const options = [...this.roomTarget.options];
    for (const option of options) option.disabled = rooms.size === 1 && rooms.has(option.value);
    this.roomTarget.selectedIndex = options.findIndex(({ value }) => value !== NO_ROOM && !rooms.has(value));
    this.#open(people);
    this.price();
  }

  #open(people) {
    this.nameTarget.textContent = namesOf(people);
    this.dialogTarget.addEventListener("close", () => this.#closed(people[0].id), { once: true });
    this.dialogTarget.showModal();
    this.roomTarget.focus();
  }

  /** A choice that is left standing would keep the rooms from being shown as they are by then. */
  #closed(id) {
    for (const option of this.roomTarget.options) option.selected = option.defaultSelected;
    if (this.roomTarget.selectedIndex < 0) this.roomTarget.selectedIndex = 0;
    this.#focus(id);
  }

  async #hasPrice() {
    if (!this.hasPriceTarget || !this.priceValue) return false;
    const number = ++this.#asked;
    const room = this.roomTarget.value;
    const query = new URLSearchParams({ member: this.#people.map(({ id }) => id).join("."), room });
    let html = "";
    try {
      const response = !room || room === NO_ROOM ? null : await fetch(`${this.priceValue}?${query}`, { headers: { Accept: "text/html" } });
      if (response?.ok) html = await response.text();
    } catch {
      html = "";
    }
    if (number !== this.#asked) return false;
    this.priceTarget.innerHTML = html;
    const costs = this.priceTarget.querySelector("[data-price]") !== null;
    if (this.hasGoTarget) this.goTarget.textContent = costs ? textOf(this.goTarget, "anyway") : this.#plain;
    return costs;
  }

  async #carryOut(submitter = null) {
    const people = this.#people;
    const chosen = this.roomTarget.selectedOptions[0];
    const room = chosen?.dataset.name ?? chosen?.textContent.trim() ?? "";
    this.#fill(people);
    for (const pick of this.#picked) if (people.some(({ id }) => id === pick.value)) pick.checked = false;
    const outcome = await sendForm(this.formTarget, submitter);
    if (this.dialogTarget.open) this.dialogTarget.close();
    this.#tell(outcome, people, room);
    this.#focus(people[0].id);
  }

  /** Who is moved, and where the page shows them: who sits elsewhere by now is not moved unawares. */
  #fill(people) {
    this.formTarget.querySelectorAll("input[name=member], input[name=seen]").forEach((field) => field.remove());
    for (const { id, room } of people) {
      for (const [name, value] of [["member", id], ["seen", `${id}.${room || 0}`]]) {
        const field = document.createElement("input");
        Object.assign(field, { type: "hidden", name, value });
        this.formTarget.append(field);
      }
    }
  }

  #tell(outcome, people, room) {
    this.count();
    if (outcome === "done") {
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

function namesOf(people) {
  return new Intl.ListFormat(document.documentElement.lang || "en").format(people.map(({ name }) => name));
}
