import { WIRE } from "./events.js";

/** What a page asks by HTTP POST where no websocket gets through. The answers are those of the websocket. */

const PROBE_MS = 5_000;
/** How often a page that hears everything by itself makes sure of it, until the server says how often. */
const CHECK_MS = 30_000;
/** How often one that has to ask does so: while something happens, when nothing did for a while, in the background. */
const POLL_MS = 3_000;
const QUIET_MS = 10_000;
const HIDDEN_MS = 30_000;
const QUIET_AFTER_MS = 60_000;
/** Nobody has written for so long: what is deleted can be compared too. */
const REST_MS = 5_000;

/** The server did not answer, or something between answered in its place. */
export class NotReached extends Error {}

/** The server does not know this person any more. */
export class SignedOut extends Error {}

/** Does the server itself answer by HTTP? A network's own page instead of it does not count. @returns {Promise<boolean>} */
export async function isReachable() {
  try {
    const response = await fetch("/healthz", { cache: "no-store", headers: { Accept: "application/json" }, signal: AbortSignal.timeout(PROBE_MS) });
    return (await response.json()).ok === true;
  } catch {
    return false;
  }
}

/** When a draft is to be looked at again: a page that hears by itself compares now and then; one that does not joins, to hear. */
export class JoinAgain {
  #connection;
  #changedAt = Date.now();
  #joinedAt = 0;
  #timer = 0;
  #checkMs = CHECK_MS;
  #act = () => {};

  /** @param {import("./socket.js").Connection} connection */
  constructor(connection) {
    this.#connection = connection;
  }

  /** @param {() => void} act  called when it is due  @returns {() => void} stops */
  start(act) {
    this.#act = act;
    this.#later();
    document.addEventListener("visibilitychange", this.#look);
    return () => {
      clearTimeout(this.#timer);
      document.removeEventListener("visibilitychange", this.#look);
    };
  }

  /** Somebody wrote in it. */
  changed() {
    this.#changedAt = Date.now();
  }

  /** @param {number} [checkMs]  how often the server wants to be asked */
  joined(checkMs = this.#checkMs) {
    this.#checkMs = checkMs;
    this.#joinedAt = Date.now();
    this.#later();
  }

  /** Has nobody written for a while? */
  get isAtRest() {
    return Date.now() - this.#changedAt >= REST_MS;
  }

  get isDue() {
    return Date.now() - this.#joinedAt >= this.#wait;
  }

  get #wait() {
    if (!this.#connection.isPosting) return this.#checkMs;
    if (document.visibilityState !== "visible") return HIDDEN_MS;
    return Date.now() - this.#changedAt < QUIET_AFTER_MS ? POLL_MS : QUIET_MS;
  }

  #look = () => {
    const isWanted = this.#connection.isPosting || document.visibilityState === "visible";
    if (isWanted && this.isDue) this.#act();
    this.#later();
  };

  #later() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#look, this.#wait);
  }
}

/**
 * Joins a draft, or sends an update of it.
 *
 * @param {string} name  WIRE.JOIN or WIRE.UPDATE
 * @param {any[]} args  as on the websocket
 * @param {Record<string, string>} query  that of the connection: it brings the request to the room's process
 * @param {number} within  ms
 */
export async function post(name, args, query, within) {
  const [draft, fields] = name === WIRE.JOIN ? joining(args[0]) : [args[1], { update: args[0] }];
  const csrf = document.querySelector("input[name=csrf_token]")?.value ?? "";
  let response;
  let answer;
  try {
    response = await fetch(`/drafts/${draft}/sync?${new URLSearchParams(query)}`, {
      method: "POST",
      body: new URLSearchParams({ csrf_token: csrf, ...fields }),
      headers: { Accept: "application/json" },
      signal: AbortSignal.timeout(within),
    });
    answer = await response.json();
  } catch {
    throw new NotReached("no answer");
  }
  if (response.status === 401) throw new SignedOut("sign in");
  if (answer?.ok !== 1 && typeof answer?.code !== "string") throw new NotReached("not an answer to this");
  return answer;
}

function joining({ draft, sv, epoch }) {
  return [draft, { sv, ...(epoch === undefined ? {} : { epoch }) }];
}
