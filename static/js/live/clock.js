import { WIRE } from "./events.js";

/**
 * The server's time in this page. It runs on the browser's monotonic clock, so that a wrong or jumping computer clock
 * does not matter; the answer with the shortest way there and back counts.
 */

const SAMPLES = 3;
const SAMPLE_GAP_MS = 400;
const RESYNC_MS = 5 * 60_000;
const TICK_MS = 1_000;
const CARRIED = "consult.clock";
const CARRIED_MOST_MS = 30_000;

export class ServerClock {
  #base = Date.now() - performance.now();
  #bestTrip = Infinity;
  #listeners = new Set();
  #timer = 0;

  /** Milliseconds since the epoch, UTC, by the server's clock. */
  now() {
    return this.#base + performance.now();
  }

  /** @param {number} now  what the server wrote into the page; good to a second or so until `sync` has answers */
  startFrom(now) {
    if (this.#bestTrip === Infinity && now > 0) this.#base = Math.max(now, carriedOver()) - performance.now();
  }

  /** Lets the next page know the time: one that was fetched ahead was written some seconds before it is shown. */
  carryOver() {
    sessionStorage.setItem(CARRIED, JSON.stringify({ server: this.now(), here: Date.now() }));
  }

  /** Asks the server a few times whenever the connection is there. @returns {() => void} stops */
  follow(connection) {
    let timer = 0;
    const sync = async () => {
      clearTimeout(timer);
      if (!connection.isConnected) return;
      this.#bestTrip = Infinity;
      for (let i = 0; i < SAMPLES; i += 1) {
        await this.#sample(connection);
        await new Promise((resolve) => setTimeout(resolve, SAMPLE_GAP_MS));
      }
      timer = setTimeout(sync, RESYNC_MS);
    };
    const stop = connection.onState(sync);
    sync();
    return () => {
      clearTimeout(timer);
      stop();
    };
  }

  /** Calls at every full server second. @param {(now: number) => void} listener  @returns {() => void} stops */
  onTick(listener) {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) this.#schedule();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) clearTimeout(this.#timer);
    };
  }

  async #sample(connection) {
    const asked = performance.now();
    try {
      const { now } = await connection.ask(WIRE.CLOCK, [{}]);
      const answered = performance.now();
      const trip = answered - asked;
      if (!Number.isFinite(now) || trip > this.#bestTrip) return;
      this.#bestTrip = trip;
      this.#base = now - (asked + answered) / 2;
    } catch {
      // The next connection asks again.
    }
  }

  #schedule() {
    clearTimeout(this.#timer);
    const wait = TICK_MS - (this.now() % TICK_MS) + 5;
    this.#timer = setTimeout(() => {
      for (const listener of [...this.#listeners]) listener(this.now());
      if (this.#listeners.size) this.#schedule();
    }, wait);
  }
}

/** The server's time by what the last page knew; 0 when it left nothing, or long ago. */
function carriedOver() {
  const kept = JSON.parse(sessionStorage.getItem(CARRIED) ?? "null");
  sessionStorage.removeItem(CARRIED);
  const since = kept ? Date.now() - kept.here : -1;
  return since >= 0 && since <= CARRIED_MOST_MS ? kept.server + since : 0;
}

export const serverClock = new ServerClock();
