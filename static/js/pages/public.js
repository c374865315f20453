import menu from "../controllers/menu_controller.js";
import { start } from "../helpers/start.js";

/** Signed-out pages: as little as possible. */
start({ menu });
