import { Controller } from "../../vendor/page.js";
import { afterFirstPaint } from "../helpers/idle.js";
import { textOf } from "../helpers/text.js";
import { offerDraft, withdrawDraft } from "../live/drafts.js";
import { connection } from "../live/socket.js";

/** One action item written together: opens its draft after the page is readable and shows how it stands. */
export default class extends Controller {
  static targets = ["notice"];
  static values = { id: String, user: String };

  #draft = null;
  #isGone = false;

  async connect() {
    this.#isGone = false;
    this.element.dataset.state = "loading";
    await afterFirstPaint();
    const { Draft } = await import("../live/draft.js");
    if (this.#isGone) return;
    const { textTitle: title, textText: text } = this.element.dataset;
    this.#draft = new Draft({ id: this.idValue, user: this.userValue, connection, words: { title, text } });
    this.#draft.addEventListener("state", this.#show);
    this.#draft.addEventListener("refused", this.#refused);
    this.#draft.addEventListener("moved", this.#moved);
    addEventListener("consult:write-down", this.#writeDown);
    offerDraft(this.#draft);
    await this.#draft.start();
  }

  disconnect() {
    this.#isGone = true;
    removeEventListener("consult:write-down", this.#writeDown);
    if (!this.#draft) return;
    withdrawDraft(this.#draft);
    this.#draft.stop();
    this.#draft = null;
  }

  #show = () => {
    const { edit, phase, reason, full } = this.#draft;
    this.element.dataset.state = phase === "loading" ? "loading" : edit ? "live" : "readonly";
    const words = full ? textOf(this.element, "full", { percent: Math.round(full * 100) }) : "";
    this.#notice(edit || phase === "loading" ? words : reason);
  };

  #refused = () => dispatchEvent(new Event("consult:refused"));

  #moved = ({ detail }) => this.#notice(detail.reason ?? "");

  #writeDown = () => this.#draft.writeDown();

  #notice(text) {
    for (const notice of this.noticeTargets) {
      if (notice.textContent !== text) notice.textContent = text;
      notice.hidden = text === "";
    }
  }
}
