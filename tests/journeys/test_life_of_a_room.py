"""A room from the call to the recall, with people in browsers of their own: the rows Open, Time, Disconnect, Single room and
Recall of the breakout table, and what users of other systems complain about: people left between rooms and plenary."""

import re

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import Engine, select

from consult.db import reading_session
from consult.people.models import Role
from consult.rooms.models import Room, Round
from consult.sample.build import Sample, Stage
from tests.journeys.people import Person, delegates_in
from tests.running import RunningServer

ROOM = re.compile(r"/rooms/")
#: Who sits where is drawn by lot: a room may have one delegate only.
WRITING = (Role.DELEGATE, Role.PANELIST, Role.OBSERVER)


@pytest.fixture(scope="module")
def arranged() -> tuple[int, Stage]:
    return 36, Stage.SEATING


@pytest.fixture
def server_settings() -> dict[str, str]:
    return {"recall_seconds": "5"}


def rooms_of(engine: Engine) -> list[str]:
    with reading_session(engine) as db:
        return list(db.scalars(select(Room.public_id).order_by(Room.number)))


@pytest.mark.complaint(10, 24)
def test_nobody_is_left_between_plenary_and_the_rooms(
    sample: Sample, server: RunningServer, browser: Browser, engine: Engine
) -> None:
    with reading_session(engine) as db:
        round_ = db.scalars(select(Round.public_id)).one()
    console, session = f"/rounds/{round_}/console", f"/s/{sample.session.public_id}"
    facilitator = Person(browser, server.url, sample.staff(Role.FACILITATOR).user.email, width=1280)
    facilitator.go(f"/rounds/{round_}/seating")
    facilitator.press("Apply seating")
    expect(facilitator.page.get_by_role("link", name="Facilitator console")).to_be_visible()
    one, two, *_ = rooms_of(engine)
    goes, stays = (
        Person(browser, server.url, email, width=width)
        for email, width in zip(delegates_in(engine, 1, WRITING)[:2], (1280, 375), strict=True)
    )
    for person in (goes, stays):
        person.go(f"/rounds/{round_}")
        expect(person.page.locator("#status")).to_have_text("Connected")

    # Open: everybody is asked; who does not answer is taken there on the same page, who says no stays in plenary.
    facilitator.go(console)
    facilitator.press("Open rooms")
    message = stays.page.locator("[data-goto-target=message]")
    expect(message).to_have_text(re.compile(r"Your room is open\. You are taken there in \d+ s\."))
    stays.press("Stay here")
    expect(message).to_be_hidden()
    expect(goes.page).to_have_url(ROOM, timeout=40_000)
    assert len(goes.context.pages) == 1, "the same page, no new one"
    fetched = "performance.getEntriesByType('navigation')[0].transferSize"
    assert goes.page.evaluate(fetched) == 0, "the room's page was there already: it was fetched ahead"
    assert f"/rounds/{round_}" in stays.page.url

    # Who stayed is seen on the console as not in their room, and one click asks again; so it is in the room.
    outside = facilitator.page.get_by_role("region", name=re.compile("^Seated, not in their room"))
    expect(outside).to_contain_text(stays.page.locator(".menu__who").inner_text(), timeout=20_000)
    outside.get_by_role("button", name=re.compile("^Call in")).click()
    expect(message).to_be_visible()
    stays.press("Stay here")
    facilitator.go(f"/rooms/{one}")
    facilitator.page.get_by_role("button", name=re.compile("^Call in")).click()
    expect(message).to_be_visible()
    stays.press("Stay here")
    stays.go(f"/rooms/{one}")

    # Time: every change is seen in the room, on every screen.
    facilitator.go(console)
    facilitator.press("+1 min for all open rooms")
    for person in (goes, stays):
        expect(person.page.locator(".clocknews")).to_have_text("A facilitator gave the room 1 minute more")
    facilitator.press("Pause the clock of all open rooms")
    for person in (goes, stays):
        expect(person.page.get_by_role("timer").first).to_have_text(re.compile("^Paused at 30:"))
        expect(person.page.get_by_text("The clock stands still. You can go on writing;")).to_be_visible()
    facilitator.press("Resume the clock of all open rooms")
    expect(goes.page.get_by_role("timer").first).to_have_text(re.compile(r"^30:\d\d left$"))

    # The speaking queue is live, and while the clock stood still people went on writing.
    goes.press("Raise my hand")
    expect(goes.page.get_by_role("button", name="Take my hand down")).to_be_visible()
    goes.press("New action item")
    expect(goes.page).to_have_url(re.compile("item="))
    goes.write("Nobody is lost on the way.")
    goes.sees_saved()

    # Disconnect: the seat is held, and coming back leads to the same room.
    stays.go("/")
    stays.go(session)
    expect(stays.page.get_by_role("link", name="Go to Room 1")).to_be_visible()

    # Single room: merged into another one, people are taken along and the draft goes on there.
    facilitator.go(f"/rooms/{one}/regroup")
    facilitator.page.get_by_label("Into").select_option("2")
    facilitator.press("Merge Room 1 into the other")
    expect(goes.page).to_have_url(re.compile(f"/rooms/{two}"), timeout=40_000)
    expect(goes.page.get_by_role("heading", level=1)).to_contain_text("Room 2")
    expect(goes.page.get_by_role("textbox", name="Text of the action item")).to_contain_text(
        "Nobody is lost on the way."
    )
    expect(stays.page).to_have_url(re.compile(f"/rooms/{two}"), timeout=40_000)

    # Recall: a countdown, then everybody is back in plenary.
    facilitator.go(console)
    facilitator.press("Recall to plenary")
    for person in (goes, stays):
        expect(person.page).to_have_url(re.compile(re.escape(session)), timeout=60_000)
    for person in (facilitator, goes, stays):
        assert person.problems == []
