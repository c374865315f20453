import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate, removeAwarenessStates } from "../../vendor/editor.js";
import { WIRE } from "./events.js";
import { fromBase64, toBase64 } from "./updates.js";

const SAY_MS = 200;

/** Where the others are in one draft, and where we are: `awareness` is what the editor shows and changes. */
export class DraftCarets {
  #draft;
  #connection;
  #mayTell;
  #timer = 0;

  /**
   * @param {string} draft  its id
   * @param {import("./socket.js").Connection} connection
   * @param {Y.Doc} doc
   * @param {() => boolean} mayTell  whether the server would take our caret now
   */
  constructor(draft, connection, doc, mayTell) {
    this.#draft = draft;
    this.#connection = connection;
    this.#mayTell = mayTell;
    this.awareness = new Awareness(doc);
    this.awareness.on("update", this.#onUpdate);
  }

  /** Tells the others where we are. */
  say() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    const { awareness } = this;
    if (!this.#mayTell() || !awareness.getLocalState()) return;
    this.#connection.tell(WIRE.AWARENESS, toBase64(encodeAwarenessUpdate(awareness, [awareness.clientID])), this.#draft);
  }

  /** @param {string} states  what the server told of the others */
  apply(states) {
    applyAwarenessUpdate(this.awareness, fromBase64(states), this);
  }

  /** Nobody is known to be anywhere; the server told the others, one step ahead of our count, that our caret is gone: count past it. */
  cutOff() {
    const { awareness } = this;
    removeAwarenessStates(awareness, [...awareness.getStates().keys()].filter((client) => client !== awareness.clientID), this);
    const state = awareness.getLocalState();
    if (!state) return;
    awareness.setLocalState(state);
    awareness.setLocalState(state);
  }

  destroy() {
    clearTimeout(this.#timer);
    this.awareness.destroy();
  }

  #onUpdate = ({ added, updated, removed }, origin) => {
    if (origin === this || ![...added, ...updated, ...removed].includes(this.awareness.clientID)) return;
    this.#timer ||= setTimeout(() => this.say(), SAY_MS);
  };
}
