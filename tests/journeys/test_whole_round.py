"""A whole round with sixty people at their sockets and three in browsers: a facilitator at the console, the rapporteur of a room,
a delegate on a phone. After every act nobody is lost: the database knows where everybody is, and the console says the same."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Engine, func, select

from consult import clock
from consult.db import reading_session
from consult.drafting.models import DraftUpdate
from consult.people.models import Member, Role, User
from consult.rooms.models import Room, Round, Seat
from consult.rooms.presence import present_members
from consult.sample.build import PASSWORD, Sample, Stage
from tests.journeys.people import Person
from tests.running import RunningServer, wait_until

#: As many as it takes for sixty simulated people in the rooms, beside those in browsers.
PARTICIPANTS = 80
#: Plays everybody in the file, and leaves nobody's seat free. Asking for help and marking ready they leave to those in browsers:
#: a moderator who was quicker would take the button from the rapporteur, and a room asks for help once at a time.
_PLAY = """
import asyncio, json, sys
from consult.rehearsal.__main__ import company, rehearse
from consult.rehearsal.person import Person
async def leave_it(*_): ...
Person._judge = Person._look_after_help = leave_it
url, parts = sys.argv[1], json.load(open(sys.argv[2]))
asyncio.run(rehearse(url, company(url, parts, seed=1, pace=6.0), parent=None))
"""


@pytest.fixture(scope="module")
def arranged() -> tuple[int, Stage]:
    return PARTICIPANTS, Stage.SEATING


@pytest.fixture
def server_settings() -> dict[str, str]:
    return {"recall_seconds": "8"}


class Meeting:
    """Where everybody sits and where their pages are, as the database has it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        with reading_session(engine) as db:
            self.round = db.scalars(select(Round.public_id)).one()
            self.consultation = db.scalars(select(Round.consultation_id)).one()

    @property
    def seats(self) -> Mapping[str, tuple[int, str | None]]:
        """Number of the room and duty there, by e-mail address."""
        query = (
            select(User.email, Room.number, Seat.duty)
            .join(Member, Member.user_id == User.id)
            .join(Seat, Seat.member_id == Member.id)
            .join(Room, Room.id == Seat.room_id)
            .where(Seat.left_at.is_(None))
        )
        with reading_session(self.engine) as db:
            return {email: (number, duty) for email, number, duty in db.execute(query)}

    @property
    def places(self) -> Mapping[str, int | None]:
        """Number of the room where somebody's page is, None in the lobby or in plenary, by e-mail address of who is here."""
        with reading_session(self.engine) as db:
            here = present_members(db, self.consultation, now=clock.now())
            numbers = dict(db.execute(select(Room.id, Room.number)).all())
            emails = db.execute(select(Member.id, User.email).join(User, User.id == Member.user_id))
            return {email: numbers.get(here[member] or 0) for member, email in emails if member in here}

    @property
    def rooms(self) -> list[tuple[str, str, datetime | None]]:
        """Public id, state and deadline of each room."""
        with reading_session(self.engine) as db:
            query = select(Room.public_id, Room.state, Room.deadline_at).order_by(Room.number)
            return [(name, state, deadline) for name, state, deadline in db.execute(query)]

    @property
    def rows(self) -> int:
        """Rows that live typing left in the logs of the drafts."""
        with reading_session(self.engine) as db:
            return db.scalar(select(func.count()).select_from(DraftUpdate)) or 0


def everybody_is_in_their_room(meeting: Meeting, console: Page) -> None:
    seats = meeting.seats
    due = {email: number for email, (number, _) in seats.items()}

    def astray() -> dict[str, tuple[int, object]]:
        places = meeting.places
        return {
            email: (number, places.get(email, "gone"))
            for email, number in due.items()
            if places.get(email, "gone") != number
        }

    wait_until(lambda: not astray(), seconds=45, what="everybody to be in their room")
    for number in set(due.values()):
        count = sum(seat == number for seat in due.values())
        tile = console.locator(f"#tile-{number} [data-slot=count]")
        expect(tile).to_have_text(f"{count} of {count}")
    expect(console.locator("#people-title .label__count")).to_have_text(f"{len(due)} of {len(due)} here")


def everybody_is_outside_the_rooms(meeting: Meeting, console: Page, what: str) -> None:
    seats = set(meeting.seats)
    wait_until(
        lambda: seats <= {email for email, number in meeting.places.items() if number is None},
        seconds=45,
        what=f"everybody to be in {what}",
    )
    expect(console.locator("#people-title .label__count")).to_have_text(f"{len(seats)} of {len(seats)} here")


@pytest.fixture
def meeting(
    sample: Sample, server: RunningServer, browser: Browser, engine: Engine
) -> tuple[Meeting, Person]:
    """The seating is applied, and the facilitator is at the console."""
    found = Meeting(engine)
    facilitator = Person(browser, server.url, sample.staff(Role.FACILITATOR).user.email, width=1280)
    facilitator.go(f"/rounds/{found.round}/seating")
    facilitator.press("Apply seating")
    facilitator.follow("Facilitator console")
    expect(facilitator.page.locator("#status")).to_have_text("Connected")
    return found, facilitator


@pytest.fixture
def in_browsers(meeting: tuple[Meeting, Person]) -> tuple[str, str]:
    """Who writes for Room 1, and a delegate of another room."""
    seats = meeting[0].seats
    rapporteur = next(email for email, seat in seats.items() if seat == (1, "rapporteur"))
    delegate = next(email for email, (number, duty) in sorted(seats.items()) if number == 2 and not duty)
    return rapporteur, delegate


@pytest.fixture
def sixty(
    meeting: tuple[Meeting, Person], in_browsers: tuple[str, str], server: RunningServer, tmp_path: Path
) -> Iterator[list[str]]:
    """Everybody else with a seat, simulated; e-mail addresses."""
    parts = [
        {"email": email, "password": PASSWORD, "room": number}
        for email, (number, _) in meeting[0].seats.items()
        if email not in in_browsers
    ]
    file, log = tmp_path / "parts.json", tmp_path / "people.log"
    file.write_text(json.dumps(parts), encoding="utf-8")
    with log.open("wb") as out:
        playing = subprocess.Popen(
            [sys.executable, "-c", _PLAY, server.url, str(file)], stdout=out, stderr=out
        )
    yield [part["email"] for part in parts]
    playing.terminate()
    try:
        assert playing.wait(30) == 0
    finally:
        playing.kill()
        playing.wait()
    assert "Traceback" not in log.read_text(errors="replace")


@pytest.mark.complaint(10, 27)
def test_sixty_people_go_through_a_whole_round_and_nobody_is_lost(
    sample: Sample,
    server: RunningServer,
    browser: Browser,
    meeting: tuple[Meeting, Person],
    in_browsers: tuple[str, str],
    sixty: list[str],
) -> None:
    found, facilitator = meeting
    console, session = facilitator.page, f"/s/{sample.session.public_id}"
    rapporteur = Person(browser, server.url, in_browsers[0], width=1280)
    delegate = Person(browser, server.url, in_browsers[1], width=375)
    assert 58 <= len(sixty) <= 64

    # Lobby: everybody waits there, and the console counts them.
    for person in (rapporteur, delegate):
        person.go(f"/rounds/{found.round}")
        expect(person.page.get_by_role("heading", level=1)).to_have_text(re.compile("You are seated in Room"))
    everybody_is_outside_the_rooms(found, console, "the lobby")

    # Open: asked, and taken to their rooms by the page they have open.
    facilitator.press("Open rooms")
    for person in (rapporteur, delegate):
        expect(person.page.locator("[data-goto-target=message]")).to_have_text(
            re.compile(r"Your room is open\. You are taken there in \d+ s\.")
        )
    for person in (rapporteur, delegate):
        expect(person.page).to_have_url(re.compile("/rooms/"), timeout=30_000)
    everybody_is_in_their_room(found, console)

    # Drafting: in every room.
    rapporteur.press("New action item")
    expect(rapporteur.page).to_have_url(re.compile("item="))
    rapporteur.page.get_by_role("textbox", name="Title").fill("Nobody is lost on the way")
    rapporteur.write("Rooms count who comes and who goes.")
    rapporteur.sees_saved()
    wait_until(lambda: found.rows > 300, seconds=30, what="the rooms to write")
    wall = console.locator(".tile:not(:has([data-slot=writers][hidden]))")
    expect(wall).to_have_count(len(found.rooms))

    # Help: asked on a phone, seen at the console, taken, and over when the facilitator comes in.
    delegate.page.get_by_text("Ask for help").click()
    delegate.press("Wording")
    call = console.locator("[data-help='2']")
    expect(call).to_contain_text("Wording")
    call.get_by_role("button", name="Take").click()
    expect(delegate.page.locator("#help")).to_contain_text("Help is on the way")
    call.get_by_role("link", name="Go in").click()
    expect(delegate.page.locator("#help")).to_contain_text("(facilitator) is with you")
    expect(delegate.page.locator("#help")).not_to_contain_text("Help is on the way")
    facilitator.follow("Leave for the console")
    everybody_is_in_their_room(found, console)

    # One person is moved: they alone, and to where they are to be.
    before = found.seats
    moved = next(email for email in sixty if before[email] == (3, None))
    console.get_by_role("searchbox", name="Find a person").fill("3")
    console.locator("#found").get_by_role("button", name=f"Move to… {name_of(found, moved)}").click()
    console.get_by_role("dialog").get_by_label("To", exact=True).select_option("4")
    console.get_by_role("dialog").get_by_role("button", name=re.compile("^Move")).click()
    expect(console.locator("#flashes")).to_contain_text("Moved to Room 4: 1.")
    assert found.seats == {**before, moved: (4, None)}
    everybody_is_in_their_room(found, console)

    # Extended: all rooms alike, and everybody is told.
    ends = [deadline for _, _, deadline in found.rooms]
    facilitator.press("Extend by 5 minutes")
    for person in (rapporteur, delegate):
        expect(person.page.locator(".clocknews")).to_have_text("A facilitator gave the room 5 minutes more")
    for was, (_, _, now) in zip(ends, found.rooms, strict=True):
        assert was is not None
        assert now is not None
        assert (now - was).total_seconds() == 300

    # Submitted, then recalled: a countdown in which one can write, then everybody is back in plenary.
    rapporteur.press("Mark ready")
    expect(rapporteur.page.get_by_role("button", name="Not ready yet")).to_be_visible()
    rapporteur.press("Submit to plenary")
    expect(rapporteur.page.locator("#flashes")).to_contain_text("was submitted to plenary.")
    everybody_is_in_their_room(found, console)
    facilitator.press("Recall to plenary")
    expect(delegate.page.locator("#head")).to_contain_text("The facilitator calls everybody back to plenary.")
    for person in (rapporteur, delegate):
        expect(person.page).to_have_url(re.compile(re.escape(session)), timeout=40_000)
    everybody_is_outside_the_rooms(found, console, "plenary")
    assert {state for _, state, _ in found.rooms} == {"closed"}

    # Report-back: what was submitted stands there for everybody.
    facilitator.press("Open the report-back")
    for person in (facilitator, rapporteur, delegate):
        person.go(f"{session}/report-back")
        expect(person.page.get_by_role("main")).to_contain_text("Nobody is lost on the way")
    facilitator.go(f"/rounds/{found.round}/console")
    everybody_is_outside_the_rooms(found, console, "the report-back")
    for person in (facilitator, rapporteur, delegate):
        assert person.problems == []


def name_of(meeting: Meeting, email: str) -> str:
    with reading_session(meeting.engine) as db:
        return db.scalars(select(User.name).where(User.email == email)).one()
