import agenda from "../controllers/agenda_controller.js";
import chat from "../controllers/chat_controller.js";
import clockNews from "../controllers/clock_news_controller.js";
import draft from "../controllers/draft_controller.js";
import editor from "../controllers/editor_controller.js";
import factList from "../controllers/fact_list_controller.js";
import facts from "../controllers/facts_controller.js";
import hearing from "../controllers/hearing_controller.js";
import order from "../controllers/order_controller.js";
import plain from "../controllers/plain_controller.js";
import presence from "../controllers/presence_controller.js";
import quote from "../controllers/quote_controller.js";
import shortcut from "../controllers/shortcut_controller.js";
import tabs from "../controllers/tabs_controller.js";
import title from "../controllers/title_controller.js";
import { start } from "../helpers/start.js";
import { LIVE_PAGE } from "./live_controllers.js";

start({ ...LIVE_PAGE, agenda, chat, "clock-news": clockNews, draft, editor, facts, "fact-list": factList, hearing, order, plain, presence, quote, shortcut, tabs, title });
