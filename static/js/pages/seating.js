import busy from "../controllers/busy_controller.js";
import drag from "../controllers/drag_controller.js";
import moves from "../controllers/moves_controller.js";
import print from "../controllers/print_controller.js";
import sizes from "../controllers/sizes_controller.js";
import { start } from "../helpers/start.js";
import { LIVE_PAGE } from "./live_controllers.js";

start({ ...LIVE_PAGE, busy, drag, moves, print, sizes });
