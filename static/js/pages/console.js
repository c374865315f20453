import age from "../controllers/age_controller.js";
import busy from "../controllers/busy_controller.js";
import command from "../controllers/command_controller.js";
import consoleNews from "../controllers/console_news_controller.js";
import drag from "../controllers/drag_controller.js";
import hearing from "../controllers/hearing_controller.js";
import moves from "../controllers/moves_controller.js";
import search from "../controllers/search_controller.js";
import sheet from "../controllers/sheet_controller.js";
import wall from "../controllers/wall_controller.js";
import { start } from "../helpers/start.js";
import { LIVE_PAGE } from "./live_controllers.js";

start({ ...LIVE_PAGE, age, busy, command, "console-news": consoleNews, drag, hearing, moves, search, sheet, wall });
