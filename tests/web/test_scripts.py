"""The modules of a page in one file: the same modules, in an order that works, and nothing read wrongly in silence."""

import re
from pathlib import Path

import pytest
from flask import Flask

from consult.web import scripts

ROOT = Path(__file__).resolve().parents[2] / "static"
OURS = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in sorted((ROOT / "js").rglob("*.js"))
}
PAGES = sorted(name for name in scripts.joined(OURS) if not name.endswith(scripts.LATER))

HELPER = 'export const WORD = "a";\nexport function say(name) {\n  return WORD + name;\n}\n'
PAGE = """import { Controller } from "../../vendor/page.js";
import { say as speak } from "../helper.js";

export default class extends Controller {
  async connect() {
    const { Large } = await import("../large.js");
    const { Editor } = await import("../../vendor/editor.js");
    return [speak("b"), Large, Editor];
  }
}
"""
LARGE = 'import { say } from "./helper.js";\n\nexport class Large {\n  word = say("c");\n}\n'
FILES = {"js/helper.js": HELPER, "js/pages/room.js": PAGE, "js/large.js": LARGE}


def test_a_page_and_what_it_loads_later_are_two_files() -> None:
    assert set(scripts.joined(FILES)) == {"js/pages/room.js", "js/pages/room.later.js"}


def test_a_module_runs_after_what_it_needs_and_once() -> None:
    page = scripts.joined(FILES)["js/pages/room.js"]
    assert page.index("const js_helper = ") < page.index("const js_pages_room = ")
    later = scripts.joined(FILES)["js/pages/room.later.js"]
    assert "const js_helper = " not in later
    assert 'import { js_helper, js_pages_room } from "./room.js";' in later


def test_names_reach_their_users() -> None:
    page = scripts.joined(FILES)["js/pages/room.js"]
    assert 'import * as vendor_page from "../../vendor/page.js";' in page
    assert "const { say: speak } = js_helper;" in page
    assert "return { WORD, say };" in page
    assert "return { default: default_ };" in page
    assert 'import("./room.later.js").then((later) => later.js_large)' in page
    assert 'import("../../vendor/editor.js")' in page


def test_a_script_says_what_it_imports_before_it_runs() -> None:
    page = scripts.joined(FILES)["js/pages/room.js"]
    assert scripts.needs(page, "js/pages/room.js") == ["vendor/page.js"]


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"js/helper.js": 'import "./other.js";\n'}, "js/helper.js: cannot read"),
        ({"js/helper.js": 'export * from "./large.js";\n'}, "js/helper.js: cannot read"),
        ({"js/helper.js": "export let word = 1;\n"}, "js/helper.js: cannot read"),
        ({"js/helper.js": 'import * as all from "../vendor/page.js";\n'}, "js/helper.js: cannot read"),
        ({"js/helper.js": 'import { Large } from "./large.js";\n'}, "a circle"),
        ({"js/helper.js": 'import { x } from "./nowhere.js";\n'}, "nowhere.js (missing)"),
    ],
)
def test_what_cannot_be_joined_is_named(changed: dict[str, str], named: str) -> None:
    with pytest.raises(scripts.NotJoinable, match=re.escape(named)):
        scripts.joined(FILES | changed)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_script_of_the_product_is_complete(page: str) -> None:
    joined = scripts.joined(OURS)
    texts = [joined[page], joined.get(page.removesuffix(".js") + scripts.LATER, "")]
    defined = set(re.findall(r"^const (js_\w+) = ", "".join(texts), re.MULTILINE))
    used = set(re.findall(r"^const \{[^}]*\} = (js_\w+);$|later\.(js_\w+)\)", "".join(texts), re.MULTILINE))
    assert {name for pair in used for name in pair if name} <= defined


def test_pages_name_what_their_script_needs(app: Flask) -> None:
    html = app.test_client().get("/sign-in").text
    assert re.search(r'<link rel="modulepreload" href="/static/\w+/vendor/page.js">', html)
