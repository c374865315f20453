import { io } from "../../vendor/socket.js";

/**
 * The one live connection of a page. States: `off` (never opened), `connecting`, `connected`, `lost` (trying again),
 * `blocked` (websockets never worked here), `refused` (the server does not know this person any more).
 */

const ACK_MS = 10_000;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 8_000;
const RETURN_MS = 2_000;
const FAILURES_UNTIL_BLOCKED = 4;

export class ConnectionLost extends Error {}

export class Connection extends EventTarget {
  #socket = null;
  #failures = 0;
  #everConnected = false;
  #returnTimer = 0;
  state = "off";

  /** @param {Record<string, string>} query  sent with the handshake, so that a proxy can route it to the room's owner */
  open(query) {
    if (this.#socket) return;
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
    addEventListener("online", this.#hurry);
    document.addEventListener("visibilitychange", this.#hurry);
  }

  close() {
    clearTimeout(this.#returnTimer);
    removeEventListener("online", this.#hurry);
    document.removeEventListener("visibilitychange", this.#hurry);
    this.#socket?.disconnect();
    this.#socket = null;
    this.state = "off";
  }

  get isConnected() {
    return this.state === "connected";
  }

  /**
   * Sends an event and waits for its answer.
   * @returns {Promise<any>} rejects with ConnectionLost when there is no connection or no answer in time
   */
  async ask(name, args = [], { within = ACK_MS } = {}) {
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
    this.#everConnected = true;
    this.#failures = 0;
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
    } else if (!this.#everConnected && this.#failures >= FAILURES_UNTIL_BLOCKED) {
      this.#become("blocked");
    } else {
      this.#become("lost");
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
    this.dispatchEvent(new Event("state"));
  }
}

/** The page's connection, opened by the `live` controller. */
export const connection = new Connection();
