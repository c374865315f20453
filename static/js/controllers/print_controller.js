import { Controller } from "../../vendor/page.js";

/** A button that prints the page; without script there is the browser's own. */
export default class extends Controller {
  connect() {
    this.element.hidden = false;
  }

  print() {
    print();
  }
}
