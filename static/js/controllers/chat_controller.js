import { Controller } from "../../vendor/page.js";
import { sendForm } from "../helpers/forms.js";
import { announce, textOf } from "../helpers/text.js";
import { stored, write } from "../live/unsent.js";

const SEEN = "consult.setting.chat_seen";
const NEAR_END_PX = 40;
/** The command bar covers what stands at the lower edge. */
const ABOVE_COMMANDS = "0px 0px -15% 0px";

/** The chat of a room: sends without waiting, stays at the newest line, and counts what its reader has not had in sight. */
export default class extends Controller {
  static targets = ["log", "end", "line", "input", "form", "unread"];
  static values = { room: String };

  #sight = null;
  #isInSight = false;
  #isAtEnd = true;
  #isDue = false;
  #counted = 0;
  #sending = Promise.resolve();

  connect() {
    this.#counted = this.#unread().length;
    this.#sight = new IntersectionObserver((entries) => this.#looked(entries.at(-1)), { rootMargin: ABOVE_COMMANDS });
    this.#sight.observe(this.endTarget);
    this.logTarget.addEventListener("scroll", this.#scrolled, { passive: true });
    document.addEventListener("visibilitychange", this.#changed);
    this.#changed();
  }

  disconnect() {
    this.#sight.disconnect();
    this.logTarget.removeEventListener("scroll", this.#scrolled);
    document.removeEventListener("visibilitychange", this.#changed);
  }

  lineTargetConnected() {
    if (!this.#sight || this.#isDue) return;
    this.#isDue = true;
    queueMicrotask(this.#changed);
  }

  /** The field is free for the next message at once; what does not get through comes back into it. */
  send(event) {
    event.preventDefault();
    const sent = this.formTarget.cloneNode(true);
    const words = this.inputTarget.value;
    this.inputTarget.value = "";
    this.#isAtEnd = true;
    this.#sending = this.#sending.then(async () => {
      const outcome = await sendForm(sent, null, ["flashes", "chat"]);
      if (outcome === "lost") announce(textOf(this.element.querySelector("form[data-text-failed]") ?? sent, "failed"), { assertive: true });
      if (outcome !== "done" && this.hasInputTarget && !this.inputTarget.value) this.inputTarget.value = words;
    });
  }

  /** Where the newest line is in sight, neither scrolled away in the log nor below the edge of its column. */
  #looked({ isIntersecting }) {
    this.#isInSight = isIntersecting;
    this.#changed();
  }

  #scrolled = () => {
    const { scrollTop, scrollHeight, clientHeight } = this.logTarget;
    if (clientHeight) this.#isAtEnd = scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
  };

  #changed = () => {
    this.#isDue = false;
    if (this.#isAtEnd) this.logTarget.scrollTop = this.logTarget.scrollHeight;
    const isShown = this.element.checkVisibility();
    if (document.visibilityState === "visible" && this.#isInSight) this.#see();
    const unread = this.#unread().length;
    if (unread > this.#counted && !isShown) announce(textOf(this.element, "came"));
    this.#counted = unread;
    this.#show(unread);
  };

  #see() {
    const last = this.lineTargets.at(-1)?.dataset.at;
    if (last && Number(last) > this.#seenUpTo) write(this.#key, last);
  }

  get #key() {
    return `${SEEN}.${this.roomValue}`;
  }

  get #seenUpTo() {
    return Number(stored(this.#key) ?? 0);
  }

  #unread() {
    const upTo = this.#seenUpTo;
    return this.lineTargets.filter(({ dataset }) => Number(dataset.at) > upTo && !("mine" in dataset) && !("removed" in dataset));
  }

  #show(unread) {
    const words = textOf(this.element, "unread", { n: unread });
    for (const place of this.unreadTargets) {
      place.hidden = unread === 0;
      place.textContent = words;
    }
    for (const place of document.querySelectorAll("[data-chat-unread]")) {
      place.hidden = unread === 0;
      place.querySelector("[data-slot=count]").textContent = String(unread);
    }
  }
}
