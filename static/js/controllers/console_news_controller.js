import { Controller } from "../../vendor/page.js";
import { announce, textOf } from "../helpers/text.js";
import { LIVE } from "../live/events.js";
import { feed } from "../live/feed.js";
import { hearing } from "../live/hearing.js";

const GATHER_MS = 1_500;
const MOST_NAMED = 5;
const MOST_KEPT = 20;
const MOVED = "moved";
const OPENED = "state-open";

/** What other facilitators do to clocks, rooms and seats, said briefly on the console: one line for what comes together. What was
    done on this page itself is said by it already. */
export default class extends Controller {
  static values = { round: String };

  #stops = [];
  #timer = 0;
  #heard = [];
  #seqs = {};
  #acting = 0;
  #before = {};
  #own = [];

  connect() {
    this.#seqs = audiencesOf(document.body) ?? {};
    this.#stops = [feed.onEvent((event) => this.#hear(event))];
    addEventListener("consult:acting", this.#begun);
    addEventListener("consult:acted", this.#done);
  }

  disconnect() {
    this.#stops.forEach((stop) => stop());
    clearTimeout(this.#timer);
    removeEventListener("consult:acting", this.#begun);
    removeEventListener("consult:acted", this.#done);
  }

  #hear(event) {
    const { audience, seq } = event;
    if (seq != null) this.#seqs[audience] = Math.max(seq, this.#seqs[audience] ?? 0);
    const news = this.#newsOf(event);
    if (!news || this.#isOwn({ audience, seq })) return;
    this.#heard.push({ ...news, audience, seq });
    this.#timer ||= setTimeout(this.#tell, GATHER_MS);
  }

  /** @returns {{kind: string, minutes?: number, number?: string, isTime?: boolean}|null} null: nothing that is said */
  #newsOf({ name, data }) {
    if (name === LIVE.ROUND_CHANGED) return data.round === this.roundValue ? { kind: MOVED } : null;
    if (name !== LIVE.ROOM_DEADLINE_CHANGED && name !== LIVE.ROOM_STATE_CHANGED) return null;
    const number = document.querySelector(`[data-room-id="${CSS.escape(data.room)}"]`)?.dataset.room;
    if (!number) return null;
    if (name === LIVE.ROOM_STATE_CHANGED) return { kind: `state-${data.state}`, number };
    return { kind: data.change, minutes: data.minutes, number, isTime: true };
  }

  #tell = () => {
    this.#timer = 0;
    if (this.#acting) return; // What comes with the answer may be this page's own.
    const heard = this.#heard.splice(0);
    const timed = new Set(heard.filter(({ isTime }) => isTime).map(({ number }) => number));
    // More time takes a recall back; that the room is open again goes without saying.
    const news = heard.filter(({ kind, number, isTime }) => (kind !== OPENED || !timed.has(number)) && !(isTime && hearing.isMuted));
    const groups = new Map();
    for (const one of news) {
      const key = `${one.kind} ${one.minutes}`;
      groups.set(key, [...(groups.get(key) ?? []), one]);
    }
    for (const group of groups.values()) announce(this.#words(group));
  };

  #words(group) {
    const [{ kind, minutes }] = group;
    const numbers = [...new Set(group.map(({ number }) => Number(number)))].sort((one, other) => one - other);
    const rooms = kind === MOVED ? "" : this.#roomsSaid(numbers);
    const name = minutes === 1 && this.element.hasAttribute(`data-text-${kind}-one`) ? `${kind}-one` : kind;
    return textOf(this.element, name, { minutes, rooms });
  }

  #roomsSaid(numbers) {
    if (numbers.length > 1 && numbers.length === document.querySelectorAll("[data-room-id]").length) return textOf(this.element, "all");
    if (numbers.length > MOST_NAMED) return textOf(this.element, "several", { count: numbers.length });
    return textOf(this.element, numbers.length > 1 ? "rooms" : "room", { list: numbers.join(", ") });
  }

  #begun = () => {
    if (this.#acting === 0) this.#before = { ...this.#seqs };
    this.#acting += 1;
  };

  /** All that came between the question and the page that answers it was done here. */
  #done = ({ detail }) => {
    this.#acting -= 1;
    const seqs = audiencesOf(detail.page?.body);
    if (seqs) this.#own = [...this.#own.slice(-MOST_KEPT), { before: this.#before, seqs }];
    this.#heard = this.#heard.filter((news) => !this.#isOwn(news));
    if (this.#heard.length) this.#timer ||= setTimeout(this.#tell, GATHER_MS);
  };

  #isOwn({ audience, seq }) {
    return this.#own.some(({ before, seqs }) => seq != null && seq > (before[audience] ?? 0) && seq <= (seqs[audience] ?? 0));
  }
}

/** Up to which event of each audience a page was rendered. @returns {Record<string, number>|null} */
function audiencesOf(body) {
  const text = body?.dataset.liveAudiencesValue;
  return text ? JSON.parse(text) : null;
}
