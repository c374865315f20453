import { Controller } from "../../vendor/page.js";
import { announce, textOf } from "../helpers/text.js";
import { serverClock } from "../live/clock.js";
import { onPhase, pagePhase } from "../live/drafts.js";
import { WIRE } from "../live/events.js";
import { feed } from "../live/feed.js";
import { connection } from "../live/socket.js";
import { isHeld } from "../live/unsent.js";

const HERE_MS = 20_000;
const LOST_AFTER_MS = 2_000;
const RELOAD_GAP_MS = 30_000;
const RELOADED = "consult.reloaded";
const POLITE = new Set(["connected", "saved", "readonly", "late"]);
const ASSERTIVE = new Set(["lost", "blocked", "unsent", "refused", "signedout"]);

/** Connects the page, follows its audiences and says in words how things stand. On the body. */
export default class extends Controller {
  static targets = ["status"];
  static values = { audiences: Object, query: String, now: Number };

  #stops = [];
  #said = "";
  #troubled = false;
  #here = 0;
  #lostTimer = 0;

  connect() {
    serverClock.startFrom(this.nowValue);
    if (!this.queryValue) return;
    connection.open(Object.fromEntries(new URLSearchParams(this.queryValue)));
    this.#stops = [
      connection.onState(() => this.#stateChanged()),
      onPhase(() => this.#show()),
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
    this.#show();
  }

  /** A page out of the browser's back cache is old: everything it shows is fetched again. */
  #returned = (event) => {
    if (event.persisted && !isHeld()) location.reload();
  };

  /** The server does not know this person any more: the page itself will say why. Not in a circle, and never with text unsent. */
  #reload() {
    const last = Number(sessionStorage.getItem(RELOADED) ?? 0);
    if (isHeld() || Date.now() - last < RELOAD_GAP_MS) return;
    sessionStorage.setItem(RELOADED, String(Date.now()));
    location.reload();
  }

  #sayHere() {
    const { room, session } = Object.fromEntries(new URLSearchParams(this.queryValue));
    if (connection.isConnected) connection.ask(WIRE.HERE, [room ? { room } : { session }]).catch(() => {});
  }

  #show({ isLost = false } = {}) {
    if (!this.hasStatusTarget) return;
    const isOut = connection.state === "refused" && isHeld();
    const name = isOut ? "signedout" : (pagePhase() ?? this.#connectionName(isLost));
    if (!name || name === this.#said) return;
    this.#said = name;
    this.statusTarget.dataset.state = name;
    this.statusTarget.textContent = textOf(this.statusTarget, name);
    this.#announce(name);
  }

  #connectionName(isLost) {
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
