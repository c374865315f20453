import clock from "../controllers/clock_controller.js";
import goto from "../controllers/goto_controller.js";
import live from "../controllers/live_controller.js";
import part from "../controllers/part_controller.js";
import post from "../controllers/post_controller.js";
import { BASE } from "./base_controllers.js";

/** What every live page uses. */
export const LIVE_PAGE = { ...BASE, clock, goto, live, part, post };
