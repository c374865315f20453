/** Two people wrote in one detail at the same time: what the other one has, under the field, until this person chooses. */
export class FactChoice {
  #element;

  /**
   * @param {HTMLTemplateElement} template
   * @param {HTMLElement} field  keeps what this person wrote
   * @param {{label: string, onTheirs: () => void, onMine: () => void}} options
   */
  constructor(template, field, { label, onTheirs, onMine }) {
    this.#element = template.content.firstElementChild.cloneNode(true);
    this.#element.setAttribute("aria-label", label);
    this.#slot("use-theirs").addEventListener("click", onTheirs);
    this.#slot("keep-mine").addEventListener("click", onMine);
    field.after(this.#element);
  }

  /** @param {string} says  who did what, in words  @param {string} theirs  their words; empty when they emptied the field */
  show(says, theirs) {
    this.#slot("says").textContent = says;
    this.#slot("theirs").textContent = theirs;
    this.#slot("theirs").hidden = theirs === "";
  }

  remove() {
    this.#element.remove();
  }

  #slot(name) {
    return this.#element.querySelector(`[data-slot=${name}]`);
  }
}
