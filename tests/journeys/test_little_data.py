"""One delegate on a slow line uses little data; another has the full editor; both write the same item."""

import json
import re

import pytest
from playwright.sync_api import Browser, Request, expect
from sqlalchemy import Engine, select

from consult.db import reading_session, sessions_for, unit_of_work
from consult.rooms.models import Room
from consult.sample.build import Sample, Stage, build
from tests.journeys.people import Person, delegates_in
from tests.running import RunningServer, wait_until


@pytest.fixture
def sample(engine: Engine) -> Sample:
    with unit_of_work(sessions_for(engine)) as db:
        return build(db, number=60, stage=Stage.DRAFTING)


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
