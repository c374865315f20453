import confirm from "../controllers/confirm_controller.js";
import copy from "../controllers/copy_controller.js";
import copyText from "../controllers/copy_text_controller.js";
import dialog from "../controllers/dialog_controller.js";
import filter from "../controllers/filter_controller.js";
import menu from "../controllers/menu_controller.js";
import notice from "../controllers/notice_controller.js";
import signOut from "../controllers/sign_out_controller.js";

/** What every signed-in page uses. */
export const BASE = { confirm, copy, "copy-text": copyText, dialog, filter, menu, notice, "sign-out": signOut };
