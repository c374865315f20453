"""Everything is staged before the meeting: the round, who sits where, a topic and a brief. On the day the session is opened, then
its rooms, and people are called."""

import re

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import Engine

from consult.people.models import Role
from consult.sample.build import Sample, Stage
from tests.journeys.people import Person, delegates_in
from tests.running import RunningServer


@pytest.fixture(scope="module")
def arranged() -> tuple[int, Stage]:
    return 24, Stage.REGISTRATION


@pytest.mark.complaint(21)
def test_a_round_is_staged_the_day_before_and_opened_on_the_day(
    sample: Sample, server: RunningServer, browser: Browser, engine: Engine
) -> None:
    session = f"/s/{sample.session.public_id}"
    facilitator = Person(browser, server.url, sample.staff(Role.FACILITATOR).user.email, width=1280)
    page = facilitator.page

    # The day before: the session's page leads to the round, its seating, and the briefs of its rooms.
    facilitator.go(session)
    expect(page.locator("#where")).to_contain_text("Prepare its rooms now")
    facilitator.press("Prepare a breakout round")
    page.get_by_role("spinbutton", name="Number of rooms").fill("3")
    facilitator.press("Propose seating")
    facilitator.press("Apply seating")
    facilitator.follow("Facilitator console")
    expect(page.locator("#strip")).to_contain_text("Rooms can be opened when the session is open.")
    expect(page.get_by_role("button", name="Open rooms")).to_have_count(0)
    page.get_by_role("link", name="Room 1", exact=True).click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_text("What this room is asked").click()
    sheet.get_by_label("Brief for this room alone").fill("Find two practices")
    sheet.get_by_role("button", name="Save brief").click()
    expect(page.locator("#flashes")).to_contain_text("The brief of Room 1 is saved.")
    page.keyboard.press("Escape")

    # A delegate who looks in meanwhile is told that something is prepared, and not where anybody sits.
    delegate = Person(browser, server.url, delegates_in(engine, 1)[0], width=375)
    delegate.go("/")
    expect(delegate.page.get_by_text("It opens soon")).to_have_count(0)
    delegate.go(session)
    expect(delegate.page.get_by_text("The session has not begun.")).to_be_visible()
    expect(delegate.page.locator("#rounds")).not_to_contain_text("Room 1")
    delegate.follow("Lobby of round 1")
    expect(delegate.page.get_by_role("heading", level=1)).to_have_text("The seating is being prepared")
    expect(delegate.page.get_by_text("The rooms open when the session is open.")).to_be_visible()
    expect(delegate.page.locator("#status")).to_have_text("Connected")

    # On the day: the session is opened, and those who wait see their seats; the rooms are opened, one before the others, and
    # they are called. Of two facilitators who open the same room one is told.
    facilitator.press("Open the session")
    expect(page.locator("#flashes")).to_contain_text("is open.")
    expect(delegate.page.get_by_role("heading", level=1)).to_have_text("You are seated in Room 1")
    expect(page.get_by_role("button", name="Open rooms")).to_be_visible()
    second = Person(browser, server.url, sample.staff(Role.ORGANIZER).user.email, width=1280)
    second.go(page.url.removeprefix(server.url))
    for person in (facilitator, second):
        person.page.get_by_role("link", name="Room 1", exact=True).click()
        expect(person.page.get_by_role("button", name="Open this room")).to_be_visible()
    # What the second one's page shows stays as it is from here on.
    second.page.route("**/*part=*", lambda route: route.abort())
    facilitator.press("Open this room")
    expect(page.locator("#tile-1")).to_have_attribute("data-state", "open")
    expect(sheet.get_by_role("button", name="Open this room")).to_have_count(0)
    second.press("Open this room")
    expect(second.page.get_by_text("Another facilitator has opened the room meanwhile.")).to_be_visible()
    expect(page.locator("#tile-2")).to_have_attribute("data-state", "staged")
    page.keyboard.press("Escape")
    facilitator.press("Open 2 more rooms")
    expect(page.locator("#tile-2")).to_have_attribute("data-state", "open")
    expect(delegate.page).to_have_url(re.compile("/rooms/"), timeout=40_000)
    delegate.tab("Items")
    brief = delegate.page.get_by_role("region", name="What this room is asked")
    expect(brief).to_contain_text("Find two practices")
    for person in (facilitator, second, delegate):
        assert person.problems == []
