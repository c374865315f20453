import history from "../controllers/history_controller.js";
import { start } from "../helpers/start.js";
import { BASE } from "./base_controllers.js";

start({ ...BASE, history });
