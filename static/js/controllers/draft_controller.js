import { Controller } from "../../vendor/page.js";
import { afterFirstPaint } from "../helpers/idle.js";
import { textOf } from "../helpers/text.js";
import { offerDraft, withdrawDraft } from "../live/drafts.js";
import { connection } from "../live/socket.js";
import { isHeld, whenFree } from "../live/unsent.js";

const PATIENCE_MS = 5_000;

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
    const { textTitle: title, textText: text, textFacts } = this.element.dataset;
    const words = { title, text, facts: JSON.parse(textFacts ?? "{}") };
    this.#draft = new Draft({ id: this.idValue, user: this.userValue, connection, words });
    this.#draft.addEventListener("state", this.#show);
    this.#draft.addEventListener("refused", this.#refused);
    this.#draft.addEventListener("moved", this.#moved);
    addEventListener("consult:write-down", this.#writeDown);
    document.addEventListener("submit", this.#beforeForms, { capture: true });
    offerDraft(this.#draft);
    await this.#draft.start();
  }

  disconnect() {
    this.#isGone = true;
    removeEventListener("consult:write-down", this.#writeDown);
    document.removeEventListener("submit", this.#beforeForms, { capture: true });
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

  /** "Mark ready", "Submit" and the like are about the text as it stands here: they go when it is saved. */
  #beforeForms = async (event) => {
    const { target: form, submitter } = event;
    if (form.method !== "post" || form.matches("[data-controller~=sign-out]") || !isHeld()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
    await Promise.race([whenFree(), patience]);
    if (form.isConnected) this.#send(form, submitter);
  };

  #send(form, submitter) {
    document.removeEventListener("submit", this.#beforeForms, { capture: true });
    form.requestSubmit(submitter);
    document.addEventListener("submit", this.#beforeForms, { capture: true });
  }

  #notice(text) {
    for (const notice of this.noticeTargets) {
      if (notice.textContent !== text) notice.textContent = text;
      notice.hidden = text === "";
    }
  }
}
