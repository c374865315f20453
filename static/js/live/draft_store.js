import { IndexeddbPersistence, Y } from "../../vendor/editor.js";
import { stored, write } from "./unsent.js";

/**
 * Where a draft waits in this browser: one database per user, draft and epoch. Another epoch is another life of the
 * draft, whose text must not mix with this one.
 */

const LOAD_MS = 3_000;

export class DraftStore {
  #epochKey;
  #prefix;
  #persistence = null;

  constructor(user, draft) {
    this.#epochKey = `consult.epoch.${user}.${draft}`;
    this.#prefix = `consult.${user}.${draft}.`;
  }

  /** The epoch of what is kept here, or null when nothing is. */
  get epoch() {
    const text = stored(this.#epochKey);
    return text === null ? null : Number(text);
  }

  /** Does an edit survive a reload? */
  get isWorking() {
    return this.#persistence?.synced === true;
  }

  /** Fills a new document with what is kept. @returns {Promise<boolean>} false: this browser keeps nothing for us */
  async attach(doc, epoch) {
    write(this.#epochKey, String(epoch));
    try {
      this.#persistence = new IndexeddbPersistence(this.#prefix + epoch, doc);
      this.#persistence._db.catch(() => {});
      const late = new Promise((resolve) => setTimeout(resolve, LOAD_MS));
      await Promise.race([this.#persistence.whenSynced, late]);
    } catch {
      this.#persistence = null;
    }
    return this.isWorking;
  }

  /** Throws away what is kept of this epoch. */
  async clear() {
    const persistence = this.#persistence;
    this.#persistence = null;
    write(this.#epochKey, null);
    await persistence?.clearData().catch(() => {});
  }

  /** Closes the database and keeps it. */
  close() {
    this.#persistence?.destroy().catch(() => {});
    this.#persistence = null;
  }

  /** A document with nothing in it yet. */
  static blank() {
    return new Y.Doc({ gc: true });
  }
}
