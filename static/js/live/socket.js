import { io } from "../../vendor/socket.js";
import { WIRE } from "./events.js";
import { SignedOut, isReachable, post } from "./posting.js";

/**
 * The one live connection of a page. States: `off` (never opened), `connecting`, `connected`, `lost` (trying again),
 * `blocked` (the server answers by HTTP, websockets do not get through: drafts are asked for by POST), `refused` (the
 * server does not know this person any more).
 */

const ACK_MS = 10_000;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 8_000;
const RETURN_MS = 2_000;
/** The network blocks websockets when so many attempts in a row failed, or all for so long, while HTTP worked. */
const SIGNS_UNTIL_BLOCKED = 3;
const BLOCKED_AFTER_MS = 10_000;
const BLOCKED_RETRY_MS = 20_000;
const LOOK_MS = 3_000;
const POSTED = new Set([WIRE.JOIN, WIRE.UPDATE]);

export class ConnectionLost extends Error {}

export class Connection extends EventTarget {
  #socket = null;
  #query = {};
  #failures = 0;
  #returnTimer = 0;
  #lookTimer = 0;
  /** Attempts that failed while HTTP worked, and when the first of them began. */
  #signs = 0;
  #signsSince = null;
  #triedAt = 0;
  #isKnownBlocked = false;
  state = "off";

  /** @param {Record<string, string>} query  sent with the handshake, so that a proxy can route it to the room's owner */
  open(query) {
    if (this.#socket) return;
    this.#query = query;
    this.#triedAt = Date.now();
    this.#socket = io({
      transports: ["websocket"],
      query,
      reconnectionDelay: FIRST_RETRY_MS,
      reconnectionDelayMax: LAST_RETRY_MS,
      randomizationFactor: 0.5,
      timeout: ACK_MS,
    });
    this.#become("connecting");
    this.#socket.on("connect", () => this.#connected());
    this.#socket.on("disconnect", (reason) => this.#disconnected(reason));
    this.#socket.on("connect_error", () => this.#failed());
    this.#socket.io.on("reconnect_attempt", () => (this.#triedAt = Date.now()));
    addEventListener("online", this.#hurry);
    document.addEventListener("visibilitychange", this.#hurry);
  }

  close() {
    clearTimeout(this.#returnTimer);
    clearTimeout(this.#lookTimer);
    removeEventListener("online", this.#hurry);
    document.removeEventListener("visibilitychange", this.#hurry);
    this.#socket?.disconnect();
    this.#socket = null;
    this.state = "off";
  }

  get isConnected() {
    return this.state === "connected";
  }

  /** Do drafts have to be asked for what the others wrote? */
  get isPosting() {
    return this.state === "blocked";
  }

  /** Can drafts be joined and written? */
  get reachesDrafts() {
    return this.isConnected || this.isPosting;
  }

  /**
   * Sends an event and waits for its answer.
   * @returns {Promise<any>} rejects with ConnectionLost when there is no connection or no answer in time
   */
  async ask(name, args = [], { within = ACK_MS } = {}) {
    if (this.isPosting && POSTED.has(name)) return this.#post(name, args, within);
    const socket = this.#socket;
    if (!socket?.connected) throw new ConnectionLost("not connected");
    const lost = new Promise((_, reject) => socket.once("disconnect", () => reject(new ConnectionLost("cut off"))));
    lost.catch(() => {});
    try {
      return await Promise.race([socket.timeout(within).emitWithAck(name, ...args), lost]);
    } catch {
      throw new ConnectionLost("no answer");
    }
  }

  /** Sends without an answer; dropped when there is no connection or the line is busy. */
  tell(name, ...args) {
    if (this.#socket?.connected) this.#socket.volatile.emit(name, ...args);
  }

  /** @returns {() => void} stops listening */
  on(name, listener) {
    this.#socket?.on(name, listener);
    return () => this.#socket?.off(name, listener);
  }

  /** @param {(state: string) => void} listener  @returns {() => void} stops listening */
  onState(listener) {
    const handler = () => listener(this.state);
    this.addEventListener("state", handler);
    return () => this.removeEventListener("state", handler);
  }

  #connected() {
    this.#failures = 0;
    this.#noSigns();
    this.#isKnownBlocked = false;
    clearTimeout(this.#lookTimer);
    this.#become("connected");
  }

  #disconnected(reason) {
    this.#become("lost");
    if (reason === "io server disconnect") this.#returnSoon();
  }

  #failed() {
    this.#failures += 1;
    if (!this.#socket.active) {
      this.#become("refused");
      this.#returnSoon();
      return;
    }
    if (!this.isPosting) this.#become("lost");
    this.#look();
  }

  // ── where the network lets no websocket through ──

  async #look() {
    const isReached = await isReachable();
    if (!this.#socket || this.#socket.connected || this.state === "refused") return;
    if (!isReached) {
      if (this.#isKnownBlocked) this.#lookSoon();
      else this.#noSigns();
      this.#become("lost");
      return;
    }
    this.#signs += 1;
    this.#signsSince ??= this.#triedAt;
    this.#isKnownBlocked ||= this.#signs >= SIGNS_UNTIL_BLOCKED || Date.now() - this.#signsSince >= BLOCKED_AFTER_MS;
    if (this.#isKnownBlocked) this.#become("blocked");
  }

  #noSigns() {
    this.#signs = 0;
    this.#signsSince = null;
  }

  #lookSoon() {
    clearTimeout(this.#lookTimer);
    this.#lookTimer = setTimeout(() => this.#look(), LOOK_MS);
  }

  async #post(name, args, within) {
    try {
      return await post(name, args, this.#query, within);
    } catch (error) {
      if (this.isPosting) {
        this.#become(error instanceof SignedOut ? "refused" : "lost");
        if (error instanceof SignedOut) this.#returnSoon();
        else this.#lookSoon();
      }
      throw new ConnectionLost(error.message);
    }
  }

  #returnSoon() {
    clearTimeout(this.#returnTimer);
    const wait = Math.min(RETURN_MS * 2 ** Math.min(this.#failures, 4), LAST_RETRY_MS * 4);
    this.#returnTimer = setTimeout(() => this.#socket?.connect(), wait * (0.75 + Math.random() / 2));
  }

  #hurry = () => {
    const socket = this.#socket;
    if (!socket || socket.connected || document.visibilityState !== "visible" || this.state === "refused") return;
    if (socket.io.engine?.readyState === "opening") return;
    socket.disconnect().connect();
  };

  #become(state) {
    if (state === this.state) return;
    this.state = state;
    this.#socket?.io.reconnectionDelayMax(state === "blocked" ? BLOCKED_RETRY_MS : LAST_RETRY_MS);
    this.dispatchEvent(new Event("state"));
  }
}

/** The page's connection, opened by the `live` controller. */
export const connection = new Connection();
