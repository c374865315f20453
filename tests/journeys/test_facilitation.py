"""A facilitator while rooms work: seats who comes late, looks on in a room, closes, reopens and splits one room from its sheet, and
calls everybody back at once: the rows Late joiner, Facilitator move, Single room and Recall of the breakout table."""

import re

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import Engine, delete, select

from consult.db import reading_session, sessions_for, unit_of_work
from consult.people.models import Member, Role, User
from consult.rooms.models import Room, Round, Seat
from consult.sample.build import Sample, Stage
from tests.journeys.people import Person, delegates_in
from tests.running import RunningServer

WRITING = (Role.DELEGATE, Role.PANELIST, Role.OBSERVER)


@pytest.fixture(scope="module")
def arranged() -> tuple[int, Stage]:
    return 36, Stage.DRAFTING


@pytest.fixture
def server_settings() -> dict[str, str]:
    return {"recall_seconds": "3"}


@pytest.fixture
def console(engine: Engine, sample: Sample) -> str:
    with reading_session(engine) as db:
        return f"/rounds/{db.scalars(select(Round.public_id)).one()}/console"


def never_seated(engine: Engine, email: str) -> str:
    """Somebody who comes late: as if they had never had a seat. Their name."""
    with unit_of_work(sessions_for(engine)) as db:
        row = select(Member.id, User.name).join(User, User.id == Member.user_id).where(User.email == email)
        member, name = db.execute(row).one()
        db.execute(delete(Seat).where(Seat.member_id == member))
    return name


@pytest.mark.complaint(22)
def test_who_comes_late_is_seated_and_a_room_sees_who_looks_on(
    sample: Sample, server: RunningServer, browser: Browser, engine: Engine, console: str
) -> None:
    emails = [delegates_in(engine, number)[0] for number in (1, 2)]
    names = [never_seated(engine, email) for email in emails]
    facilitator = Person(browser, server.url, sample.staff(Role.FACILITATOR).user.email, width=1280)
    page = facilitator.page
    facilitator.go(console)
    people = page.locator("#people")
    expect(people).to_contain_text("Not seated 2")
    suggested, balanced = (Person(browser, server.url, email, width=375) for email in emails)
    for person in (suggested, balanced):
        person.go(f"/s/{sample.session.public_id}")
        expect(
            person.page.get_by_text("You have no seat in it; a facilitator can give you one.")
        ).to_be_visible()
        person.follow("Wait in the lobby")
        expect(person.page.get_by_role("heading", level=1)).to_have_text("You have no seat in this round")
        expect(person.page.locator("#status")).to_have_text("Connected")

    # One is given the seat that is suggested, the other whichever serves balance best; their pages take both there.
    offer = people.get_by_role("button", name=re.compile(f"^Seat in Room \\d+ ?: {names[0]}$"))
    number = re.search(r"\d+", offer.inner_text())
    assert number is not None
    offer.click()
    expect(page.locator("#flashes")).to_contain_text(f"Moved to Room {number.group()}: 1.")
    expect(people).to_contain_text("Not seated 1")
    facilitator.press("Seat them for balance")
    expect(page.locator("#flashes")).to_contain_text("Seated for balance: 1. Nobody else was moved.")
    expect(page.get_by_role("heading", name="Not seated")).to_have_count(0)
    for person in (suggested, balanced):
        person.page.get_by_role("link", name="Go now").click()
        expect(person.page).to_have_url(re.compile("/rooms/"))
    expect(suggested.page.get_by_role("heading", level=1)).to_contain_text(f"Room {number.group()}")

    # The room reads that a facilitator looks on; who looks on cannot write there; and the room reads that they left.
    page.get_by_role("link", name=f"Room {number.group()}", exact=True).click()
    page.get_by_role("dialog").get_by_role("link", name="Look on").click()
    expect(page.get_by_text("You look on. Text can be read, not changed.")).to_be_visible()
    seen = suggested.page.get_by_text("(facilitator) is looking on")
    expect(seen).to_be_visible()
    expect(page.get_by_role("button", name="New action item")).to_have_count(0)
    facilitator.go(console)
    expect(seen).to_have_count(0, timeout=20_000)
    for person in (facilitator, suggested, balanced):
        assert person.problems == []


@pytest.mark.complaint(26)
def test_one_room_is_closed_reopened_and_split_and_all_are_called_back_at_once(
    sample: Sample, server: RunningServer, browser: Browser, engine: Engine, console: str
) -> None:
    facilitator = Person(browser, server.url, sample.staff(Role.FACILITATOR).user.email, width=1280)
    goes, stays = (
        Person(browser, server.url, email, width=width)
        for email, width in zip(delegates_in(engine, 1, WRITING)[:2], (1280, 375), strict=True)
    )
    page, sheet = facilitator.page, facilitator.page.get_by_role("dialog")
    with reading_session(engine) as db:
        one = db.scalars(select(Room.public_id).where(Room.number == 1)).one()
        going = db.scalars(select(User.name).where(User.email == goes.email)).one()
    facilitator.go(console)
    for person in (goes, stays):
        person.go(f"/rooms/{one}")
        expect(person.page.locator("#status")).to_have_text(re.compile("Connected|All changes saved"))

    # Close one room: its people are back at the session, the others go on.
    page.get_by_role("link", name="Room 1", exact=True).click()
    sheet.get_by_role("button", name="Close this room").click()
    expect(page.locator("#tile-1")).to_have_attribute("data-state", "closed", timeout=15_000)
    expect(page.locator("#tile-2")).to_have_attribute("data-state", "open")
    for person in (goes, stays):
        person.page.get_by_role("link", name="Go now").click()
        expect(person.page).to_have_url(re.compile(f"/s/{sample.session.public_id}"))
        expect(person.page.locator("#status")).to_have_text("Connected")

    # Reopen it: they are called in again.
    sheet.get_by_role("button", name="Reopen for 10 minutes").click()
    expect(page.locator("#tile-1")).to_have_attribute("data-state", "reopened")
    for person in (goes, stays):
        person.page.get_by_role("link", name="Go now").click()
        expect(person.page).to_have_url(re.compile(f"/rooms/{one}"))

    # Split it: who is chosen is taken to the new room, the others stay.
    sheet.get_by_role("link", name="Merge or split…").click()
    page.get_by_role("group", name="Who goes").get_by_role("checkbox", name=going).check()
    facilitator.press("Split Room 1")
    expect(page.locator("#flashes")).to_contain_text("Room 7 is open beside Room 1.")
    expect(goes.page.get_by_role("heading", level=1)).to_contain_text("Room 7", timeout=30_000)
    expect(stays.page.get_by_role("heading", level=1)).to_contain_text("Room 1")

    # Everybody back at once: asked first; who says no changes nothing.
    facilitator.go(console)
    page.get_by_role("button", name="Immediately… call everybody back").click()
    expect(sheet.get_by_role("heading", name="Close the rooms now?")).to_be_visible()
    sheet.get_by_role("button", name="Keep them open").click()
    expect(page.locator("#tile-2")).to_have_attribute("data-state", "open")
    page.get_by_role("button", name="Immediately… call everybody back").click()
    sheet.get_by_role("button", name="Close all rooms immediately").click()
    for number in range(1, 8):
        expect(page.locator(f"#tile-{number}")).to_have_attribute("data-state", "closed")
    for person in (goes, stays):
        person.page.get_by_role("link", name="Go now").click()
        expect(person.page).to_have_url(re.compile(f"/s/{sample.session.public_id}"))
    for person in (facilitator, goes, stays):
        assert person.problems == []
