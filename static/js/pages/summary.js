import autosave from "../controllers/autosave_controller.js";
import summary from "../controllers/summary_controller.js";
import { start } from "../helpers/start.js";
import { LIVE_PAGE } from "./live_controllers.js";

start({ ...LIVE_PAGE, autosave, summary });
