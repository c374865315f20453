import { Controller } from "../../vendor/page.js";
import { inWords } from "../helpers/durations.js";
import { person } from "../helpers/person.js";
import { announce, textOf } from "../helpers/text.js";
import { serverClock } from "../live/clock.js";
import { onPhase, pagePhase, unsavedSince } from "../live/drafts.js";
import { WIRE } from "../live/events.js";
import { feed } from "../live/feed.js";
import { connection } from "../live/socket.js";
import { hasWords, isHeld } from "../live/unsent.js";

const HERE_MS = 20_000;
const LOST_AFTER_MS = 2_000;
const RELOAD_GAP_MS = 30_000;
const RELOADED = "consult.reloaded";
const POLITE = new Set(["connected", "saved", "readonly", "late"]);
const ASSERTIVE = new Set(["lost", "blocked", "unsent", "refused", "signedout", "signedout-typed"]);
/** States whose words count how long text has not been saved, and the ages in seconds at which that is also said; then every minute. */
const COUNTING = new Set(["unsaved", "unsent"]);
const SAID_AT = [5, 30, 60];

/** Connects the page, follows its audiences and says in words how things stand. On the body. */
export default class extends Controller {
  static targets = ["status", "blocked"];
  static values = { audiences: Object, query: String, now: Number };

  #stops = [];
  #said = "";
  #troubled = false;
  #here = 0;
  #lostTimer = 0;
  #countTimer = 0;
  #ageSaid = 0;

  connect() {
    serverClock.startFrom(this.nowValue);
    if (!this.queryValue) return;
    connection.open({ ...Object.fromEntries(new URLSearchParams(this.queryValue)), ...(person && { person }) });
    this.#stops = [
      connection.onState(() => this.#stateChanged()),
      onPhase(() => {
        this.#showBlocked();
        this.#show();
      }),
      feed.start(connection, this.audiencesValue),
      serverClock.follow(connection),
    ];
    this.#here = setInterval(() => this.#sayHere(), HERE_MS);
    addEventListener("pageshow", this.#returned);
    this.#show();
  }

  disconnect() {
    this.#stops.forEach((stop) => stop());
    clearInterval(this.#here);
    clearTimeout(this.#lostTimer);
    clearTimeout(this.#countTimer);
    removeEventListener("pageshow", this.#returned);
    connection.close();
  }

  statusTargetConnected() {
    this.#said = "";
    this.#show();
  }

  #stateChanged() {
    if (connection.state === "refused") this.#reload();
    clearTimeout(this.#lostTimer);
    // A connection that is back within two seconds is nothing to tell; text that is not saved always is.
    if (connection.state === "lost") this.#lostTimer = setTimeout(() => this.#show({ isLost: true }), LOST_AFTER_MS);
    this.#showBlocked();
    this.#show();
  }

  blockedTargetConnected() {
    this.#showBlocked();
  }

  /** The strip about the network, where there is text to write; elsewhere the status says it. */
  #showBlocked() {
    for (const strip of this.blockedTargets) {
      const isHidden = connection.state !== "blocked" || pagePhase() === null;
      if (!isHidden && strip.hidden) announce(strip.textContent.trim());
      strip.hidden = isHidden;
    }
  }

  /** A page out of the browser's back cache is old: everything it shows is fetched again. */
  #returned = (event) => {
    if (event.persisted && !hasWords()) location.reload();
  };

  /** The server does not know this person any more: the page itself will say why. Not in a circle, and never with words unsent. */
  #reload() {
    const last = Number(sessionStorage.getItem(RELOADED) ?? 0);
    if (hasWords() || Date.now() - last < RELOAD_GAP_MS) return;
    sessionStorage.setItem(RELOADED, String(Date.now()));
    location.reload();
  }

  #sayHere() {
    const { room, session } = Object.fromEntries(new URLSearchParams(this.queryValue));
    if (connection.isConnected) connection.ask(WIRE.HERE, [room ? { room } : { session }]).catch(() => {});
  }

  #show({ isLost = false } = {}) {
    if (!this.hasStatusTarget) return;
    const name = this.#signedOutName() ?? pagePhase() ?? this.#connectionName(isLost);
    if (name) this.#count(name);
    if (!name || name === this.#said) return;
    this.#said = name;
    this.statusTarget.dataset.state = name;
    if (!COUNTING.has(name)) this.statusTarget.textContent = textOf(this.statusTarget, name);
    this.#announce(name);
  }

  /** The number runs on for the eye; it is spoken seldom. */
  #count(name) {
    clearTimeout(this.#countTimer);
    const since = unsavedSince();
    if (!COUNTING.has(name)) {
      this.#ageSaid = 0;
      return;
    }
    const age = since === null ? 0 : Date.now() - since;
    const seconds = Math.floor(age / 1_000);
    const isLong = name === "unsaved" || seconds >= SAID_AT[0];
    const text = isLong ? textOf(this.statusTarget, `${name}-for`, { time: inWords(seconds) }) : textOf(this.statusTarget, name);
    if (this.statusTarget.textContent !== text) this.statusTarget.textContent = text;
    if (since !== null) this.#countTimer = setTimeout(() => this.#show(), 1_000 - (age % 1_000));
    const due = spokenAge(seconds);
    if (due > this.#ageSaid) {
      this.#troubled = true;
      announce(text);
    }
    this.#ageSaid = due;
  }

  /** Words of a form are nowhere but here; others this browser has kept. */
  #signedOutName() {
    if (connection.state !== "refused" || !hasWords()) return null;
    return isHeld() ? "signedout" : "signedout-typed";
  }

  #connectionName(isLost) {
    // The status is there before the connection is opened; then there is nothing to tell.
    if (connection.state === "off") return null;
    if (connection.state === "lost" && !isLost && this.#said) return null;
    return { connecting: "connecting", connected: "connected", blocked: "blocked" }[connection.state] ?? "lost";
  }

  /** Good news is told only after bad. */
  #announce(name) {
    const text = textOf(this.statusTarget, name);
    if (ASSERTIVE.has(name)) {
      this.#troubled = true;
      announce(text, { assertive: true });
    } else if (POLITE.has(name) && this.#troubled) {
      this.#troubled = false;
      announce(text);
    }
  }
}

/** The last age, in seconds, at which people are told. */
function spokenAge(seconds) {
  const last = SAID_AT.at(-1);
  return seconds >= last ? seconds - (seconds % last) : (SAID_AT.findLast((age) => age <= seconds) ?? 0);
}
