import { start } from "../helpers/start.js";
import { LIVE_PAGE } from "./live_controllers.js";

start(LIVE_PAGE);
