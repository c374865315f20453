import moves from "../controllers/moves_controller.js";
import { start } from "../helpers/start.js";
import { LIVE_PAGE } from "./live_controllers.js";

start({ ...LIVE_PAGE, moves });
