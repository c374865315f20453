import { start } from "../helpers/start.js";
import { BASE } from "./base_controllers.js";

start(BASE);
