import { Controller } from "../../vendor/page.js";

/** Number of rooms and people to a room: each follows the other. */
export default class extends Controller {
  static targets = ["rooms", "size"];
  static values = { people: Number };

  connect() {
    if (!this.sizeTarget.value) this.fromRooms();
  }

  fromRooms() {
    this.#follow(this.roomsTarget, this.sizeTarget);
  }

  fromSize() {
    this.#follow(this.sizeTarget, this.roomsTarget);
  }

  #follow(given, other) {
    const number = given.valueAsNumber;
    other.value = number >= 1 ? Math.max(1, Math.ceil(this.peopleValue / number)) : "";
  }
}
