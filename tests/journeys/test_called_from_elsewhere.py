"""Called to a room from wherever one reads: the page that is open takes its person there, and loses no words."""

import re

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import Engine, select

from consult.db import reading_session
from consult.items.models import ActionItem
from consult.people.models import Role
from consult.rooms.models import Room, Round
from consult.sample.build import Sample, Stage
from tests.journeys.people import Person, delegates_in
from tests.running import RunningServer

WRITING = (Role.DELEGATE, Role.PANELIST, Role.OBSERVER)


@pytest.fixture(scope="module")
def arranged() -> tuple[int, Stage]:
    return 48, Stage.REPORT_BACK


def test_readers_are_taken_to_their_room_and_who_types_is_asked(
    sample: Sample, server: RunningServer, browser: Browser, engine: Engine
) -> None:
    session = f"/s/{sample.session.public_id}"
    with reading_session(engine) as db:
        round_ = db.scalars(select(Round.public_id)).one()
        room = db.scalars(select(Room.public_id).where(Room.number == 1)).one()
        item = db.scalars(select(ActionItem.public_id).order_by(ActionItem.id)).first()
    facilitator = Person(browser, server.url, sample.staff(Role.FACILITATOR).user.email, width=1280)
    reads, types, shows = (
        Person(browser, server.url, email, width=width)
        for email, width in zip(delegates_in(engine, 1, WRITING)[:3], (1280, 375, 1280), strict=True)
    )
    reads.go(f"{session}/report-back")
    types.go(f"/items/{item}")
    shows.go(f"{session}/projector")
    for person in (reads, types, shows):
        expect(person.page.locator("#status")).to_have_attribute("data-state", "connected")
    comment = types.page.get_by_label("Your comment", exact=True)
    comment.fill("Who pays for the attestation?")

    facilitator.go(f"/rounds/{round_}/console?room=1")
    facilitator.press("Reopen for 10 minutes")
    message = "[data-goto-target=message]"
    expect(reads.page.locator(message)).to_have_text(re.compile(r"You are taken there in \d+ s\."))
    held = "Your room is open. You have text that is not sent yet. Go when you are ready:"
    expect(types.page.locator(message)).to_have_text(held)
    expect(shows.page.locator(message)).to_have_text("Your room is open.")
    expect(reads.page).to_have_url(re.compile(f"/rooms/{room}$"), timeout=40_000)
    types.page.wait_for_timeout(4_000)
    expect(comment).to_have_value("Who pays for the attestation?")
    expect(types.page.locator(message)).to_be_in_viewport()
    assert types.page.url.endswith(f"/items/{item}")
    assert shows.page.url.endswith("/projector")
    types.page.get_by_role("link", name="Go now").click()
    expect(types.page).to_have_url(re.compile(f"/rooms/{room}$"))
    for person in (facilitator, reads, types, shows):
        assert person.problems == []
