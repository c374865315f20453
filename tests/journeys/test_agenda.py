"""The steps of a round in a room: moved by who leads it, seen by everybody, on the console too."""

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

WRITING = (Role.DELEGATE, Role.PANELIST, Role.OBSERVER)


@pytest.fixture(scope="module")
def arranged() -> tuple[int, Stage]:
    return 24, Stage.DRAFTING


def test_who_leads_the_room_moves_it_on_and_everybody_sees_it(
    sample: Sample, server: RunningServer, browser: Browser, engine: Engine
) -> None:
    with reading_session(engine) as db:
        rooms = db.execute(
            select(Room.public_id, Room.number, Round.public_id).join(Round, Round.id == Room.round_id)
        ).all()
    room, number, round_, others = next(
        (*row, found) for row in rooms if (found := delegates_in(engine, row[0], WRITING, leading=False))
    )
    tile = f"#tile-{number} [data-slot=step]"
    facilitator = Person(browser, server.url, sample.staff(Role.FACILITATOR).user.email, width=1280)
    console = Person(browser, server.url, sample.staff(Role.ORGANIZER).user.email, width=1280)
    delegate = Person(browser, server.url, others[-1], width=375)
    for person in (facilitator, delegate):
        person.go(f"/rooms/{room}")
        expect(person.page.locator("#agenda [aria-current=step]")).to_contain_text("Draft")
    console.go(f"/rounds/{round_}/console")
    expect(console.page.locator(tile)).to_have_text("Draft")
    expect(delegate.page.locator("#agenda button")).to_have_count(0)

    facilitator.press("Back to: Choose")
    for person in (facilitator, delegate):
        expect(person.page.locator("#agenda [aria-current=step]")).to_contain_text("Choose")
    expect(console.page.locator(tile)).to_have_text("Choose", timeout=10_000)

    facilitator.press("Next: Draft")
    for person in (facilitator, delegate):
        expect(person.page.locator("#agenda [aria-current=step]")).to_contain_text(
            re.compile(r"Draft\s*0 of about \d+ min")
        )
    expect(delegate.page.locator("[data-announce=polite]")).to_contain_text(
        "Step 5 of 6: Draft.", timeout=10_000
    )
    expect(facilitator.page.get_by_role("button", name="Next: Read back")).to_be_focused()
    for person in (facilitator, console, delegate):
        assert person.problems == []
