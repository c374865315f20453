"""One delegate on a slow line uses little data; another has the full editor; both write the same item."""

import json
import re
from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, Locator, Request, Route, expect
from sqlalchemy import Engine, select

from consult import clock
from consult.db import reading_session, sessions_for, unit_of_work
from consult.rooms.models import Room
from consult.sample.build import Sample
from tests.journeys.people import Person, delegates_in
from tests.running import RunningServer, wait_until


def test_plain_words_and_the_live_editor_meet(
    sample: Sample, server: RunningServer, browser: Browser, engine: Engine
) -> None:
    with reading_session(engine) as db:
        room = db.scalars(select(Room.public_id).where(Room.number == 1)).one()
    emails = delegates_in(engine, room)[:2]
    slow = Person(browser, server.url, emails[0], width=375)
    fast = Person(browser, server.url, emails[1], width=1280)
    asked: list[str] = []
    slow.page.on("request", lambda request: asked.append(request.url))
    fast.go(f"/rooms/{room}")
    fast.sees_saved()
    slow.go(f"/rooms/{room}?low_data=1")
    slow.tab("Draft")
    text = slow.page.get_by_role("textbox", name="Text of the action item")
    expect(text).to_have_value(re.compile("Each session publishes:\n\n- the practices"))
    assert not any("editor.js" in url for url in asked), "the editor is most of what a room weighs"

    text.press("Control+End")
    text.type(" Written on a slow line.", delay=5)
    fast.write(" Written in the editor.")
    slow.sees_saved()
    expect(text).to_have_value(re.compile(r"Written in the editor\..*Written on a slow line\."))
    wait_until(lambda: "Written on a slow line." in fast.text, what="the plain words to arrive")
    assert fast.page.locator(".ProseMirror ul > li").count() == 3, "the list is still a list"

    # Cut off: what is typed stays in this browser, also through a reload, and goes to the server afterwards.
    def cut(request: Request) -> bool:
        return request.method == "POST" and request.url.endswith("/text")

    slow.page.route(
        re.compile("/text$"), lambda route: route.abort() if cut(route.request) else route.continue_()
    )
    text.type(" Written in a tunnel.", delay=5)
    text.blur()
    expect(slow.page.locator("#status")).to_contain_text("Not connected")
    kept = slow.page.evaluate(
        "Object.entries(localStorage).find(([key]) => key.startsWith('consult.plain'))[1]"
    )
    assert "Written in a tunnel." in json.loads(kept)["text"]
    slow.page.unroute(re.compile("/text$"))
    slow.page.reload()
    slow.tab("Draft")
    slow.sees_saved()
    wait_until(lambda: "Written in a tunnel." in fast.text, what="the kept words to arrive")
    assert fast.text.count("Written on a slow line.") == 1
    assert not slow.problems
    assert not fast.problems

    slow.page.get_by_role("link", name="Use the full editor").click()
    slow.tab("Draft")
    expect(slow.page.get_by_role("toolbar", name="Text style")).to_be_visible()


DETAILS = "Details: who acts, until when, means"
WRITES = re.compile("/text$")
KEPT = """Object.entries(localStorage).filter(([key]) => key.startsWith("consult.plain")).map(([, kept]) => JSON.parse(kept))"""


@pytest.fixture
def room(sample: Sample, engine: Engine) -> str:
    with reading_session(engine) as db:
        return db.scalars(select(Room.public_id).where(Room.number == 1)).one()


@pytest.fixture
def slow(browser: Browser, server: RunningServer, engine: Engine, room: str) -> Iterator[Person]:
    found = Person(browser, server.url, delegates_in(engine, room)[0], width=1280)
    found.go(f"/rooms/{room}?low_data=1")
    yield found
    assert not found.problems


def words(person: Person) -> Locator:
    return person.page.get_by_role("textbox", name="Text of the action item")


def fail(route: Route) -> None:
    """What is written does not arrive."""
    route.abort() if route.request.method == "POST" else route.continue_()


def pause(person: Person) -> None:
    """Type nothing until what was typed has been sent and answered."""
    with person.page.expect_response(lambda response: bool(WRITES.search(response.url)) and response.ok):
        pass
    person.sees_saved()


def test_a_pause_takes_no_space_no_paragraph_and_no_mark_of_a_list(slow: Person) -> None:
    text = words(slow)
    text.fill("")
    text.press_sequentially("The States ")
    pause(slow)
    text.press_sequentially("shall")
    text.press("Enter")
    text.press("Enter")
    pause(slow)
    text.press_sequentially("meet.")
    text.press("Enter")
    text.press("Enter")
    text.press_sequentially("- ")
    pause(slow)
    text.press_sequentially("yearly")
    text.blur()
    pause(slow)
    expect(text).to_have_value("The States shall\n\nmeet.\n\n- yearly")


def test_words_whose_answer_got_lost_are_sent_again_and_stand_once(slow: Person) -> None:
    text = words(slow)
    bodies: list[dict[str, list[str]]] = []

    def lose_the_answer(route: Route) -> None:
        if route.request.method != "POST":
            return route.continue_()
        bodies.append(parse_qs(route.request.post_data or ""))
        if len(bodies) > 1:
            return route.continue_()
        route.fetch()
        return route.abort()

    slow.page.route(WRITES, lose_the_answer)
    text.press("Control+End")
    text.press_sequentially(" Written once")
    text.blur()
    expect(slow.page.locator("#status")).to_contain_text("Not connected")
    assert slow.page.evaluate(KEPT)[0]["after"] == bodies[0]["save"]
    text.press("Control+End")
    text.press_sequentially(" and for all.")
    text.blur()
    slow.sees_saved()
    assert "after" not in bodies[0]
    assert bodies[1]["after"] == bodies[0]["save"]
    assert bodies[1]["page"] == bodies[0]["page"]
    assert re.fullmatch("[0-9a-f]{32}", bodies[1]["save"][0])
    assert bodies[1]["save"] != bodies[0]["save"]
    expect(text).to_have_value(re.compile(r"Written once and for all\.$"))
    assert text.input_value().count("Written once") == 1
    assert slow.page.evaluate(KEPT) == []


def test_words_a_closed_room_no_longer_takes_are_offered_for_copying(
    slow: Person, room: str, engine: Engine
) -> None:
    slow.page.route(WRITES, fail)
    text = words(slow)
    text.press("Control+End")
    text.press_sequentially(" Written too late.")
    text.blur()
    expect(slow.page.locator("#status")).to_contain_text("Not connected")
    slow.page.goto("about:blank")
    slow.page.unroute(WRITES)
    with unit_of_work(sessions_for(engine)) as db:
        closing = db.scalars(select(Room).where(Room.public_id == room)).one()
        closing.state, closing.closed_at, closing.deadline_at = "closed", clock.now(), clock.now()
    slow.go(f"/rooms/{room}")
    expect(slow.page.get_by_role("dialog")).to_contain_text("This text was not saved")
    expect(slow.page.get_by_label("Your text")).to_have_value(re.compile("Written too late"))
    assert slow.page.evaluate(KEPT) == []


def test_the_full_editor_waits_for_the_words_and_takes_those_left_behind(slow: Person, room: str) -> None:
    slow.page.route(WRITES, fail)
    text = words(slow)
    text.press("Control+End")
    text.press_sequentially(" Not to be left.")
    slow.follow("Use the full editor")
    expect(slow.page.get_by_text("Your text could not be saved yet").first).to_be_visible()
    expect(text).to_have_value(re.compile("Not to be left"))
    assert "low_data=0" not in slow.page.url
    slow.page.goto("about:blank")
    slow.page.unroute(WRITES)
    # As in a new tab, after the old one was closed for good.
    slow.go("/accessibility")
    slow.page.evaluate("sessionStorage.clear()")
    slow.go(f"/rooms/{room}?low_data=0")
    wait_until(lambda: "Not to be left." in slow.text, what="the words left behind to arrive")
    assert slow.page.evaluate(KEPT) == []


def test_signing_out_offers_words_that_did_not_arrive(slow: Person) -> None:
    slow.page.route(WRITES, fail)
    text = words(slow)
    text.press("Control+End")
    text.press_sequentially(" Not sent yet.")
    slow.page.locator("summary", has_text="Account").click()
    slow.press("Sign out")
    expect(slow.page.get_by_label("Your text")).to_have_value(re.compile("Not sent yet"))
    slow.press("Keep it here for now")
    expect(slow.page).to_have_url(re.compile("signed-out|sign-in"))
    assert len(slow.page.evaluate(KEPT)) == 1


def test_an_ended_sign_in_is_told_and_the_words_are_kept(slow: Person) -> None:
    slow.context.clear_cookies()
    text = words(slow)
    text.press("Control+End")
    text.press_sequentially(" Kept until I am back.")
    text.blur()
    expect(slow.page.locator("#status")).to_contain_text("You are signed out")
    assert "Kept until I am back." in slow.page.evaluate(KEPT)[0]["text"]


def test_two_tabs_keep_their_words_apart(slow: Person, room: str) -> None:
    other = slow.context.new_page()
    other.goto(slow.page.url)
    for page, said in ((slow.page, " From the first."), (other, " From the second.")):
        page.route(WRITES, fail)
        text = page.get_by_role("textbox", name="Text of the action item")
        text.press("Control+End")
        text.press_sequentially(said)
        text.blur()
        expect(page.locator("#status")).to_contain_text("Not connected")
    assert len(slow.page.evaluate(KEPT)) == 2
    for page in (slow.page, other):
        page.unroute(WRITES)
        page.reload()
        expect(page.locator("#status")).to_have_text("All changes saved", timeout=30_000)
    expect(other.get_by_role("textbox", name="Text of the action item")).to_have_value(
        re.compile("From the first.*From the second|From the second.*From the first")
    )
    other.close()


def test_what_is_wrong_is_said_beside_the_text_and_holds_back_only_what_acts_on_it(slow: Person) -> None:
    answer = {"ok": False, "error": {"code": "form.invalid", "message": "", "fields": {"text": "Too long."}}}

    def refuse(route: Route) -> None:
        if route.request.method == "POST":
            route.fulfill(status=422, json=answer)
        else:
            route.continue_()

    slow.page.route(WRITES, refuse)
    text = words(slow)
    text.press("Control+End")
    text.press_sequentially(" More than fits.")
    text.blur()
    expect(slow.page.get_by_text("Too long.").first).to_be_visible()
    expect(text).to_be_editable()
    expect(text).to_have_attribute("aria-invalid", "true")
    slow.press("Raise my hand")
    expect(slow.page.get_by_role("button", name="Take my hand down")).to_be_visible()
    slow.page.unroute(WRITES)
    text.press_sequentially(" Now it does.")
    expect(slow.page.get_by_text("Too long.")).to_have_count(0)
    slow.page.goto(slow.page.url)
    expect(words(slow)).to_have_value(re.compile("Now it does"))
    slow.sees_saved()


def test_what_is_done_with_the_item_takes_the_words_just_typed(slow: Person) -> None:
    sent: list[str] = []
    slow.page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    slow.page.route(WRITES, fail)
    text = words(slow)
    text.press("Control+End")
    text.press_sequentially(" Said last.")
    slow.press("Not ready yet")
    expect(slow.page.get_by_text("Your text could not be saved yet").first).to_be_visible()
    assert not any(url.endswith("/ready") for url in sent)
    slow.page.unroute(WRITES)
    slow.press("Not ready yet")
    expect(slow.page.get_by_text("is no longer marked ready").first).to_be_visible()
    assert [url.rsplit("/", 1)[1] for url in sent][-2:] == ["text", "ready"]
    expect(words(slow)).to_have_value(re.compile("Said last"))


def test_the_details_of_an_item_wait_for_the_words_just_typed(slow: Person) -> None:
    slow.page.route(WRITES, fail)
    text = words(slow)
    text.press("Control+End")
    text.press_sequentially(" Said before the details.")
    slow.follow(DETAILS)
    expect(slow.page.get_by_text("Your text could not be saved yet").first).to_be_visible()
    assert "/details" not in slow.page.url
    slow.page.unroute(WRITES)
    slow.follow(DETAILS)
    expect(slow.page.get_by_role("heading", name="Details of item")).to_be_visible()
    slow.page.get_by_label("Means of implementation").fill("A fund")
    slow.press("Save details")
    expect(slow.page.get_by_text("The details are saved.").first).to_be_visible()
    expect(words(slow)).to_have_value(re.compile("Said before the details"))
