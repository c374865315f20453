import { Application } from "../../vendor/page.js";

/**
 * Starts Stimulus with the controllers a page uses.
 * @param {Record<string, any>} controllers  by identifier
 */
export function start(controllers) {
  const application = Application.start();
  for (const [name, controller] of Object.entries(controllers)) application.register(name, controller);
}
