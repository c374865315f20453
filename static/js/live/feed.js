import { WIRE } from "./events.js";

/**
 * Live events of the audiences a page follows, in order and without holes. Every audience counts its events; a jump
 * means something was missed, and then the server is asked for it. When it is too far back, listeners are told to fetch
 * what they show; and so they are every 20 seconds where the network lets no websocket through.
 */

const RETRY_MS = 3_000;
const RETRY_MOST_MS = 60_000;
const BLIND_MS = 20_000;

/** @typedef {import("./events.js").LiveEvent} LiveEvent */

export class Feed {
  #connection = null;
  #seqs = {};
  #listeners = new Set();
  #gapListeners = new Set();
  #asking = null;
  #again = false;
  #timer = 0;
  #wait = RETRY_MS;

  /**
   * @param {import("./socket.js").Connection} connection
   * @param {Record<string, number>} audiences  name → sequence number the page was rendered at
   * @returns {() => void} stops
   */
  start(connection, audiences) {
    this.#connection = connection;
    this.#seqs = { ...audiences };
    const stops = [
      connection.on(WIRE.EVENT, (event) => this.#receive(event)),
      connection.onState((state) => state === "connected" && this.#catchUp()),
    ];
    if (connection.isConnected) this.#catchUp();
    const blind = setInterval(() => connection.isPosting && this.#tellGap(), BLIND_MS);
    return () => {
      clearTimeout(this.#timer);
      clearInterval(blind);
      stops.forEach((stop) => stop());
    };
  }

  /** @param {(event: LiveEvent) => void} listener  @returns {() => void} stops */
  onEvent(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls when events were missed for good. @returns {() => void} stops */
  onGap(listener) {
    this.#gapListeners.add(listener);
    return () => this.#gapListeners.delete(listener);
  }

  #receive(event) {
    const known = this.#seqs[event.audience];
    if (event.seq == null || known === undefined) return this.#deliver(event);
    if (event.seq <= known) return;
    if (event.seq > known + 1 || this.#asking) return this.#catchUp();
    this.#seqs[event.audience] = event.seq;
    this.#deliver(event);
  }

  #catchUp() {
    if (this.#asking) {
      this.#again = true;
      return;
    }
    clearTimeout(this.#timer);
    this.#again = false;
    this.#asking = this.#ask().finally(() => {
      this.#asking = null;
      if (this.#again) this.#catchUp();
    });
  }

  async #ask() {
    let answer;
    try {
      answer = await this.#connection.ask(WIRE.FOLLOW, [{ audiences: this.#seqs }]);
    } catch {
      return; // Lost again: the next connection asks again.
    }
    if (!answer?.ok) return this.#refused();
    this.#wait = RETRY_MS;
    for (const event of answer.missed ?? []) this.#take(event);
    this.#seqs = { ...this.#seqs, ...answer.seqs };
    if (answer.missed === null) this.#tellGap();
  }

  /** Perhaps this person may not hear everything any more: let the page look at once, and ask again later. */
  #refused() {
    if (this.#wait === RETRY_MS) this.#tellGap();
    this.#timer = setTimeout(() => this.#connection.isConnected && this.#catchUp(), this.#wait);
    this.#wait = Math.min(this.#wait * 2, RETRY_MOST_MS);
  }

  #tellGap() {
    this.#gapListeners.forEach((listener) => listener());
  }

  #take(event) {
    if (event.seq != null && event.seq <= (this.#seqs[event.audience] ?? -1)) return;
    if (event.seq != null) this.#seqs[event.audience] = event.seq;
    this.#deliver(event);
  }

  #deliver(event) {
    for (const listener of [...this.#listeners]) listener(event);
  }
}

export const feed = new Feed();
