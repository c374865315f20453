import { Controller } from "../../vendor/page.js";
import { announce, textOf } from "../helpers/text.js";
import { WIRE } from "../live/events.js";
import { connection } from "../live/socket.js";
import { stored, write } from "../live/unsent.js";

const SORT = "consult.setting.wall_sort";
const NUMBER = "number";
const OPEN = new Set(["open", "closing", "reopened"]);

/** The draft wall: tiles that follow the digest in place, in the order in which rooms need a facilitator. */
export default class extends Controller {
  static targets = ["list", "tile", "sort"];

  #stop = null;
  #order = [];
  #shown = [];
  #isDue = false;
  #watch = new MutationObserver(() => this.#replaced());

  initialize() {
    this.#order = this.#numbers;
  }

  connect() {
    this.#stop = connection.on(WIRE.DIGEST, (digest) => this.#take(digest));
    this.element.addEventListener("pointerleave", this.#settle);
    this.element.addEventListener("focusout", this.#left);
  }

  disconnect() {
    this.#stop();
    this.#watch.disconnect();
    this.element.removeEventListener("pointerleave", this.#settle);
    this.element.removeEventListener("focusout", this.#left);
  }

  listTargetConnected(list) {
    this.#shown = this.#numbers;
    this.#watch.observe(list, { childList: true });
  }

  sortTargetConnected(select) {
    select.value = stored(SORT) ?? select.value;
    if (select.value === NUMBER) this.#arrange();
  }

  sort() {
    write(SORT, this.sortTarget.value);
    this.#arrange();
    if (this.sortTarget.value !== NUMBER) announce(textOf(this.element, "sorted"));
  }

  #take({ rooms = [], order = null }) {
    const tiles = new Map(this.tileTargets.map((tile) => [Number(tile.dataset.room), tile]));
    if (rooms.some(({ n }) => !tiles.has(n))) return dispatchEvent(new Event("consult:refresh"));
    for (const room of rooms) this.#draw(tiles.get(room.n), room);
    if (!order) return;
    this.#order = order;
    this.#isDue = true;
    this.#settle();
  }

  #draw(tile, room) {
    const [ready, wanted, items] = room.i;
    set(tile, "state", room.s);
    set(tile, "need", room.r);
    fill(tile, "count", textOf(this.element, "count", { here: room.h, all: room.e }));
    fill(tile, "items", items ? textOf(this.element, "ready", { ready, wanted }) : textOf(this.element, "no-item"));
    show(tile, "step", OPEN.has(room.s));
    fill(tile, "step", textOf(this.element, `step-${room.a}`));
    fill(tile, "line", room.x || textOf(this.element, items ? "untitled" : "nothing"));
    show(tile, "need", room.r !== "");
    fill(tile, "need-word", room.r && textOf(this.element, `need-${room.r}`));
    show(tile, "hands", room.q > 0);
    fill(tile, "hands-word", textOf(this.element, room.q === 1 ? "hand" : "hands", { n: room.q }));
    show(tile, "late", room.t > 0);
    fill(tile, "late-word", textOf(this.element, room.t === 1 ? "late" : "lates", { n: room.t }));
    show(tile, "writers", room.w > 0);
    fill(tile, "writers", textOf(this.element, "writers", { n: room.w }));
    show(tile, "words", room.d > 0);
    fill(tile, "words", textOf(this.element, room.d === 1 ? "word" : "words", { n: room.d }));
    show(tile, "edit", room.l > 0);
    slot(tile, "edit-age")?.setAttribute("data-age-since-value", room.l);
    show(tile, "call", room.f !== null);
    if (room.f) this.#drawCall(tile, room.f);
  }

  #drawCall(tile, [category, since, who]) {
    const about = textOf(this.element, `about-${category}`);
    fill(tile, "call-word", textOf(this.element, "call", { about, who: who || textOf(this.element, "call-open") }));
    slot(tile, "call-age")?.setAttribute("data-age-since-value", since);
  }

  /** From one tile to the next the focus does not leave the wall. */
  #left = ({ relatedTarget }) => {
    if (!relatedTarget || !this.hasListTarget || !this.listTarget.contains(relatedTarget)) this.#settle();
  };

  #settle = () => {
    if (!this.#isDue) return;
    queueMicrotask(() => this.#isDue && this.hasListTarget && !this.#isInUse && this.#arrange());
  };

  /** Nothing moves under the pointer or away from the focus. */
  get #isInUse() {
    return this.listTarget.matches(":hover") || this.listTarget.contains(document.activeElement);
  }

  get #numbers() {
    return this.tileTargets.map(({ dataset: { room } }) => Number(room));
  }

  get #isByNumber() {
    return this.hasSortTarget && this.sortTarget.value === NUMBER;
  }

  /** The server rendered the wall anew, in its order: that is the newest, and shown when nobody is at the wall. */
  #replaced() {
    const order = this.#numbers;
    if (order.join() === this.#shown.join()) return;
    this.#order = order;
    this.#isDue = true;
    if (this.#isInUse) this.#put(this.#shown);
    else this.#arrange();
  }

  #arrange() {
    this.#isDue = false;
    if (this.hasListTarget) this.#put(this.#isByNumber ? [] : this.#order);
  }

  /** Those named first, in this order, then the others by number; the tile that has the focus is left where it is, and the others are put around it. */
  #put(order) {
    const place = new Map(order.map((number, position) => [number, position]));
    const rank = ({ dataset: { room } }) => place.get(Number(room)) ?? order.length + Number(room);
    const tiles = this.tileTargets;
    const sorted = [...tiles].sort((one, other) => rank(one) - rank(other));
    if (sorted.some((tile, position) => tile !== tiles[position])) {
      const focused = sorted.findIndex((tile) => tile.contains(document.activeElement));
      if (focused > 0) sorted[focused].before(...sorted.slice(0, focused));
      this.listTarget.append(...sorted.slice(focused + 1));
    }
    this.#shown = this.#numbers;
    this.#watch.takeRecords();
  }
}

function slot(tile, name) {
  return tile.querySelector(`[data-slot="${name}"]`);
}

function show(tile, name, isShown) {
  const element = slot(tile, name);
  if (element && element.hidden === isShown) element.hidden = !isShown;
}

function fill(tile, name, text) {
  const element = slot(tile, name);
  if (element && element.textContent !== text) element.textContent = text;
}

function set(tile, name, value) {
  if (tile.dataset[name] !== value) tile.dataset[name] = value;
}
