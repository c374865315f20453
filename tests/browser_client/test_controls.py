"""The small pieces: toolbar and keyboard, two-step forms, tabs, moving people, the summary's editor, signing out."""

import json
import re

from playwright.sync_api import Page, expect

from tests.browser_client import pages
from tests.browser_client.conftest import OpenPage
from tests.browser_client.site import Site

BALLOT = """<form method="post" action="/rooms/r1" data-controller="confirm" data-action="submit->confirm#ask change->confirm#reset">
<label><input type="radio" name="choice" value="in_favour" required> In favour</label><label><input type="radio" name="choice" value="against"> Against</label>
<div data-confirm-target="first"><button>Cast ballot</button></div><div data-confirm-target="second" hidden>
<p>You are about to cast: <strong data-confirm-target="echo"></strong></p><button name="confirmed" value="1" data-confirm-target="yes">Confirm</button>
<button type="button" data-action="confirm#reset">Change</button></div></form>"""
SEATING = """<div data-controller="moves" data-text-moved="{{name}} moved to {{room}}" data-text-moved-many="{{count}} people moved to {{room}}">
<section id="plan" data-controller="part" data-part-name-value="plan" data-part-events-value="round.changed">{plan}</section>
<button type="button" data-action="moves#chooseMany" data-moves-target="many" data-text="Move {{count}} selected to…" hidden>Move selected to…</button>
<dialog data-moves-target="dialog" aria-label="Move"><form method="post" action="/rooms/r1" data-action="submit->moves#send" data-moves-target="form">
<p>Move <bdi data-moves-target="name"></bdi></p><label for="to">To</label><select id="to" name="room" required data-moves-target="room"><option value="a">Room 1</option><option value="b">Room 2</option>
<option value="c">Room 3</option><option value="none">No room</option></select><button>Move</button></form></dialog></div>"""
PERSON = """<div data-room="{room}"><div data-person="{id}"><input type="checkbox" value="{id}" data-moves-target="pick" data-name="{name}" data-action="moves#count" aria-label="Select {name}">
<form method="get"><button name="move" value="{id}" data-action="moves#choose" data-moves-name-param="{name}" data-moves-room-param="{room}">Move to… {name}</button></form></div></div>"""


def test_the_toolbar_is_one_stop_and_tab_leaves_the_text(open_page: OpenPage) -> None:
    page = open_page()
    text = page.get_by_role("textbox", name="Text of the action item")
    expect(text).to_be_visible()
    text.click()
    page.get_by_role("button", name="bulletList").click()
    page.keyboard.type("one")
    page.keyboard.press("Enter")
    page.keyboard.type("two")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Clean view")).to_be_focused()
    expect(text.locator("ul ul")).to_have_count(0)
    text.focus()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="bulletList")).to_be_focused()
    page.keyboard.press("Home")
    expect(page.get_by_role("button", name="bold")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("button", name="redo")).to_be_focused()
    assert page.locator("[role=toolbar] button[tabindex='0']").count() == 1


def test_the_tab_stop_leaves_a_button_that_goes_with_the_list(open_page: OpenPage) -> None:
    page = open_page()
    text = page.get_by_role("textbox", name="Text of the action item")
    expect(text).to_be_visible()
    outdent = page.get_by_role("button", name="outdent")
    expect(outdent).to_be_hidden()
    text.click()
    page.get_by_role("button", name="bulletList").click()
    page.keyboard.type("one")
    page.keyboard.press("Escape")
    while outdent.get_attribute("tabindex") != "0":
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(text.locator("ul")).to_have_count(0)
    expect(outdent).to_be_hidden()
    expect(text).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="bold")).to_be_focused()


def test_arrows_in_the_toolbar_follow_the_direction_of_writing(open_page: OpenPage) -> None:
    page = open_page(dir="rtl")
    expect(page.get_by_role("toolbar")).to_be_visible()
    page.get_by_role("button", name="bold").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("button", name="italic")).to_be_focused()


def test_brackets_are_put_round_a_selection_and_taken_off(open_page: OpenPage) -> None:
    page = open_page()
    text = page.get_by_role("textbox", name="Text of the action item")
    text.click()
    page.keyboard.type("shall")
    page.keyboard.press("Control+a")
    bracket = page.get_by_role("button", name="bracket", exact=True)
    bracket.click()
    expect(text).to_have_text("[shall]")
    page.keyboard.press("Control+a")
    bracket.click()
    expect(text).to_have_text("shall")


def test_links_are_checked(open_page: OpenPage) -> None:
    page = open_page()
    text = page.get_by_role("textbox", name="Text of the action item")
    text.click()
    page.keyboard.type("source")
    page.keyboard.press("Control+a")
    page.get_by_role("button", name="link", exact=True).click()
    page.get_by_label("Address").fill("javascript:alert(1)")
    page.get_by_role("button", name="Save link").click()
    expect(page.get_by_text("Not an address")).to_be_visible()
    page.get_by_label("Address").fill("example.org/paper")
    page.get_by_role("button", name="Save link").click()
    expect(text.locator("a")).to_have_attribute("href", "https://example.org/paper")
    expect(text).to_be_focused()


def test_a_ballot_is_cast_in_two_steps(site: Site, open_page: OpenPage) -> None:
    site.render = lambda *_: pages.shell(BALLOT, "decision")
    page = open_page()
    page.get_by_label("Against").check()
    page.get_by_role("button", name="Cast ballot").click()
    expect(page.locator("strong")).to_have_text("Against")
    expect(page.get_by_role("button", name="Confirm")).to_be_focused()
    page.get_by_label("In favour").check()
    expect(page.get_by_role("button", name="Confirm")).to_be_hidden()
    page.get_by_role("button", name="Cast ballot").click()
    assert site.posts == []
    page.get_by_role("button", name="Confirm").click()
    page.wait_for_load_state()
    assert site.posts == [{"choice": ["in_favour"], "confirmed": ["1"]}]


def test_people_are_moved_one_by_one_and_together(site: Site, open_page: OpenPage) -> None:
    rooms = {"k": "a", "p": "a"}

    def render() -> str:
        people = [PERSON.format(id=who, name=who.upper(), room=room) for who, room in rooms.items()]
        return pages.shell(SEATING.format(plan="".join(people)), "seating")

    def moved(fields: dict[str, list[str]]) -> tuple[int, str]:
        rooms.update(dict.fromkeys(fields["member"], fields["room"][0]))
        return 200, render()

    site.render, site.post_answer = lambda *_: render(), moved
    page = open_page()
    page.get_by_role("button", name="Move to… K").click()
    dialog = page.get_by_role("dialog", name="Move")
    expect(dialog).to_contain_text("Move K")
    expect(page.get_by_label("To", exact=True)).to_have_value("b")
    dialog.get_by_role("button", name="Move").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("button", name="Move to… K")).to_be_focused()
    expect(page.locator("[data-announce=polite]")).to_contain_text("K moved to Room 2")
    assert rooms == {"k": "b", "p": "a"}

    page.get_by_label("Select K").check()
    page.get_by_label("Select P").check()
    page.get_by_role("button", name="Move 2 selected to…").click()
    expect(page.get_by_label("To", exact=True)).to_have_value("c")
    page.get_by_label("To", exact=True).select_option("a")
    dialog.get_by_role("button", name="Move").click()
    expect(dialog).to_be_hidden()
    assert rooms == {"k": "a", "p": "a"}
    expect(page.get_by_role("button", name="Move 2 selected to…")).to_be_hidden()


def test_no_room_is_suggested_where_each_has_one_of_those_who_move(open_page: OpenPage, site: Site) -> None:
    people = [
        PERSON.format(id=who, name=who.upper(), room=room) for who, room in zip("kpq", "abc", strict=True)
    ]
    site.render = lambda *_: pages.shell(SEATING.format(plan="".join(people)), "seating")
    page = open_page()
    for name in "KPQ":
        page.get_by_label(f"Select {name}").check()
    page.get_by_role("button", name="Move 3 selected to…").click()
    choice = page.get_by_label("To", exact=True)
    expect(choice).to_have_value("")
    page.get_by_role("dialog", name="Move").get_by_role("button", name="Move").click()
    expect(choice).to_be_focused()  # the browser asks for a room; nothing was sent
    assert site.posts == []
    choice.select_option("b")
    page.get_by_role("dialog", name="Move").get_by_role("button", name="Move").click()
    expect(page.get_by_role("dialog", name="Move")).to_be_hidden()
    assert [post["room"] for post in site.posts] == [["b"]]


def _summary(site: Site) -> str:
    text = {"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": "Draft"}]}]}
    form = f"""<form method="post" action="/rooms/r1" data-controller="autosave" data-autosave-every-value="0.2" data-autosave-key-value="s1"
 data-action="input->autosave#changed change->autosave#changed rich-text:changed->autosave#changed submit->autosave#finish"
 data-text-saved="Saved" data-text-saving="Saving" data-text-failed="Not saved yet" data-text-conflict="Newer version" data-text-restored="Shown again">
<div data-controller="summary" data-summary-label-value="Summary text"><textarea name="body" hidden data-summary-target="source">{json.dumps(text)}</textarea>
{pages.toolbar("summary")}<div data-summary-target="static"><p>Draft</p></div><div data-summary-target="mount"></div>{pages.link_dialog("summary")}</div>
<p data-autosave-target="status" id="state"></p><input type="hidden" name="base" value="1" data-autosave-target="base">
<button type="button" data-action="autosave#discard" data-autosave-target="discard" hidden>Give up my text</button></form>
<form method="post" action="/rooms/publish"><input type="hidden" name="version" value="1" data-autosave-base><button>Publish</button></form>"""
    return pages.shell(form, "summary")


def _typed(page: Page, words: str) -> None:
    page.get_by_role("textbox", name="Summary text").click()
    page.keyboard.press("Control+End")
    page.keyboard.type(words)


def test_the_summary_is_saved_as_one_writes(site: Site, open_page: OpenPage) -> None:
    site.render = lambda *_: _summary(site)
    site.post_answer = lambda fields: (200, json.dumps({"ok": True, "base": "2"}))
    page = open_page()
    _typed(page, " edited")
    expect(page.locator("#state")).to_have_text("Saved")
    assert "Draft edited" in site.posts[-1]["body"][0]
    assert page.locator("[name=base]").input_value() == "2"


def test_the_summary_survives_a_reload_before_it_is_saved(site: Site, open_page: OpenPage) -> None:
    site.render = lambda *_: _summary(site)
    site.post_answer = lambda fields: (503, "down")
    page = open_page()
    _typed(page, " unsaved")
    expect(page.locator("#state")).to_have_text("Not saved yet")
    page.reload()
    expect(page.get_by_role("textbox", name="Summary text")).to_have_text("Draft unsaved")
    site.post_answer = lambda fields: (409, json.dumps({"ok": False, "error": {"code": "x", "message": "y"}}))
    _typed(page, "!")
    expect(page.locator("#state")).to_have_text("Newer version", timeout=10_000)
    expect(page.get_by_role("textbox", name="Summary text")).to_have_text("Draft unsaved!")
    page.get_by_role("button", name="Give up my text").click()
    expect(page.get_by_role("textbox", name="Summary text")).to_have_text("Draft")


def test_publishing_waits_until_what_is_typed_is_saved(site: Site, open_page: OpenPage) -> None:
    site.render = lambda *_: _summary(site)
    site.post_answer = lambda fields: (200, json.dumps({"ok": True, "base": "7"}))
    page = open_page()
    _typed(page, " last words")
    page.get_by_role("button", name="Publish").click()
    page.wait_for_url("**/rooms/publish")
    assert "last words" in site.posts[-2]["body"][0]
    assert site.posts[-1] == {"version": ["7"]}


def test_signing_out_asks_about_unsent_text_and_then_forgets(site: Site, open_page: OpenPage) -> None:
    way_out = """<form method="post" action="/sign-out" data-controller="sign-out" data-action="submit->sign-out#ask" data-sign-out-user-value="userA"><button>Sign out</button></form>"""
    site.render = lambda site, query: pages.room(site, query).replace("</main>", way_out + "</main>")
    page = open_page()
    expect(page.get_by_role("status")).to_have_text("All changes saved")
    site.refusal = "retry"
    page.get_by_role("textbox", name="Text of the action item").click()
    page.keyboard.type("not sent")
    expect(page.get_by_role("status")).to_have_text(re.compile("^Not saved for "))
    page.get_by_role("button", name="Sign out").click()
    dialog = page.get_by_role("dialog", name="Unsaved text")
    expect(dialog).to_be_visible()
    assert "not sent" in page.get_by_label("Your text").input_value()
    assert site.posts == []
    page.get_by_role("button", name="I have my text").click()
    page.wait_for_url("**/sign-out")
    kept = page.evaluate("Object.keys(localStorage).filter((key) => key.includes('userA'))")
    assert kept == []
