"""What facilitators complain about elsewhere, tried in browsers: many people moved at once, late joiners placed blindly, a console
that covers the meeting, rooms closed by a slip."""

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from sqlalchemy import Engine, func, select

from consult.db import reading_session
from consult.people.models import Member, Role, User
from consult.rooms.models import Room, Round, Seat
from consult.sample.build import Sample, Stage
from tests.journeys.people import Person, delegates_in
from tests.running import RunningServer

EVERYBODY = tuple(Role)


@pytest.fixture(scope="module")
def arranged() -> tuple[int, Stage]:
    return 24, Stage.DRAFTING


@pytest.fixture
def console(engine: Engine) -> str:
    with reading_session(engine) as db:
        return f"/rounds/{db.scalars(select(Round.public_id)).one()}/console"


@pytest.fixture
def facilitator(sample: Sample, server: RunningServer, browser: Browser, console: str) -> Person:
    found = Person(browser, server.url, sample.staff(Role.FACILITATOR).user.email, width=1280)
    found.go(console)
    expect(found.page.locator("#status")).to_have_text("Connected")
    return found


def seats(engine: Engine) -> dict[str, list[int]]:
    """E-mail address -> numbers of the rooms in which somebody has a seat."""
    query = select(User.email, Room.number).join(Member, Member.user_id == User.id)
    query = query.join(Seat, Seat.member_id == Member.id).join(Room, Room.id == Seat.room_id)
    found: dict[str, list[int]] = {}
    with reading_session(engine) as db:
        for email, number in db.execute(query.where(Seat.left_at.is_(None))):
            found.setdefault(email, []).append(number)
    return found


def room_page(engine: Engine, number: int) -> str:
    with reading_session(engine) as db:
        return f"/rooms/{db.scalars(select(Room.public_id).where(Room.number == number)).one()}"


def tick_room(page: Page, engine: Engine, number: int) -> int:
    """Tick everybody whom the console finds in a room; how many."""
    count = len(delegates_in(engine, number, EVERYBODY))
    page.get_by_role("searchbox", name="Find a person").fill(str(number))
    lines = page.locator(f'#found li[data-room="{number}"]')
    expect(lines).to_have_count(count)
    for line in range(count):
        lines.nth(line).get_by_role("checkbox").check()
    return count


def move_ticked(page: Page, count: int, *, to: int) -> None:
    page.get_by_role("button", name=f"Move {count} selected to…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("To", exact=True).select_option(str(to))
    dialog.get_by_role("button", name=re.compile("^Move")).click()
    expect(page.locator("#flashes")).to_contain_text(f"Moved to Room {to}: {count}.")


def slowly(seconds: float) -> Callable[[Route], None]:
    def wait(route: Route) -> None:
        time.sleep(seconds)
        route.continue_()

    return wait


@pytest.mark.complaint(12)
def test_everybody_who_is_ticked_arrives_in_an_empty_room_on_a_slow_line(
    facilitator: Person, server: RunningServer, browser: Browser, engine: Engine
) -> None:
    page, before = facilitator.page, seats(engine)
    people = [Person(browser, server.url, delegates_in(engine, number)[0], width=375) for number in (1, 2)]
    for person in people:
        person.go("/")
        person.page.get_by_role("link", name=re.compile("^Go to Room")).first.click()
        expect(person.page.get_by_role("heading", level=1)).to_contain_text("Room")
    move_ticked(page, tick_room(page, engine, 6), to=5)
    page.route("**/moves", slowly(1.5))
    count = sum(tick_room(page, engine, number) for number in (1, 2, 3, 4))
    expect(page.locator("#selected")).to_contain_text(f"{count} selected")
    move_ticked(page, count, to=6)
    for person in people:
        expect(person.page.get_by_role("heading", level=1)).to_contain_text("Room 6", timeout=40_000)
    after = seats(engine)
    assert set(after) == set(before), "nobody is left without a seat"
    assert (
        sorted(number for numbers in after.values() for number in numbers)
        == [5] * (len(before) - count) + [6] * count
    ), "each has one seat"
    for person in (facilitator, *people):
        assert person.problems == []


@pytest.mark.complaint(23)
def test_whoever_places_a_late_joiner_reads_who_is_in_each_room(facilitator: Person, engine: Engine) -> None:
    page = facilitator.page
    name = page.locator("#waiting ~ ul li, #found li").first
    if name.count() == 0:
        page.get_by_role("searchbox", name="Find a person").fill("1")
    name.get_by_role("button", name=re.compile("^Move to…")).click()
    dialog = page.get_by_role("dialog")
    options = dialog.get_by_label("To", exact=True).get_by_role("option")
    with reading_session(engine) as db:
        query = select(Room.number, func.count()).join(Seat, Seat.room_id == Room.id)
        sizes = dict(db.execute(query.where(Seat.left_at.is_(None)).group_by(Room.number)).all())
    for number, size in sizes.items():
        said = re.sub("[\u2068\u2069]", "", options.nth(number - 1).inner_text())
        assert re.fullmatch(rf"Room {number} – {size}: [A-Z]{{2}} \d+(, [A-Z]{{2}} \d+)*", said), said
        assert sum(map(int, re.findall(r"[A-Z]{2} (\d+)", said))) == size
    dialog.get_by_role("button", name="Cancel").click()

    # What was looked at and left alone follows the next move.
    count = tick_room(page, engine, 6)
    move_ticked(page, count, to=5)
    expect(page.locator("#move-room option").nth(5)).to_have_text("Room 6 – nobody")
    expect(page.locator("#move-room option").nth(4)).to_contain_text(f"Room 5 – {sizes[5] + sizes[6]}: ")
    assert facilitator.problems == []


@pytest.mark.complaint(33)
def test_the_console_stands_beside_the_meeting_and_neither_covers_the_other(
    facilitator: Person, sample: Sample, server: RunningServer, browser: Browser, engine: Engine, console: str
) -> None:
    page, meeting = facilitator.page, facilitator.context.new_page()
    meeting.goto(server.url + room_page(engine, 2))
    expect(meeting.get_by_role("heading", level=1)).to_have_text("Room 2")
    colleague = Person(browser, server.url, sample.staff(Role.ORGANIZER).user.email, width=1280)

    # In the middle of moving somebody, with the dialog open: both windows go on.
    page.get_by_role("searchbox", name="Find a person").fill("1")
    page.locator("#found").get_by_role("button", name=re.compile("^Move to…")).first.click()
    page.get_by_role("dialog").get_by_label("To", exact=True).select_option("4")
    colleague.go(console)
    expect(page.get_by_role("timer").first).to_have_text(re.compile(r"^2\d:\d\d left$"))
    colleague.press("Extend by 5 minutes")
    for window in (page, meeting):
        expect(window.get_by_role("timer").first).to_have_text(re.compile(r"^3[0-5]:\d\d left$"))
    expect(page.get_by_role("dialog").get_by_label("To", exact=True)).to_have_value("4")
    colleague.page.get_by_label("Message to all rooms").fill("Ten minutes more")
    colleague.press("Broadcast")
    expect(page.locator("#messages")).to_contain_text("Ten minutes more")
    page.get_by_role("dialog").get_by_role("button", name=re.compile("^Move")).click()
    expect(page.locator("#flashes")).to_contain_text("Moved to Room 4: 1.")
    meeting.close()
    for person in (facilitator, colleague):
        assert person.problems == []


@pytest.mark.complaint(4)
def test_rooms_are_closed_at_once_only_by_who_confirms_it(facilitator: Person, engine: Engine) -> None:
    def states() -> set[str]:
        with reading_session(engine) as db:
            return set(db.scalars(select(Room.state)))

    page = facilitator.page
    page.get_by_role("button", name=re.compile("^Immediately…")).click()
    expect(page.get_by_role("dialog")).to_contain_text("without the 60 editable seconds")
    facilitator.press("Keep them open")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert states() == {"open"}
    facilitator.press("Recall to plenary")
    expect(page.locator("#tile-1")).to_have_attribute("data-state", "closing")
    assert states() == {"closing"}, "people can write for a minute"


LISTENING = """globalThis.heard = []; addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-announce]").forEach((region) =>
  new MutationObserver(() => globalThis.heard.push(region.textContent)).observe(region, { childList: true, characterData: true })))"""


def test_who_listens_to_the_console_hears_what_a_colleague_does_and_ones_own_acts_once(
    facilitator: Person, sample: Sample, server: RunningServer, browser: Browser, console: str
) -> None:
    colleague = Person(browser, server.url, sample.staff(Role.ORGANIZER).user.email, width=1280)
    for person in (facilitator, colleague):
        person.page.add_init_script(LISTENING)
        person.go(console)
        expect(person.page.locator("#status")).to_have_text("Connected")
    said = facilitator.page.locator("[data-announce=polite]")
    command(colleague.page, "+5")
    expect(said).to_contain_text("5 minutes more: all rooms", timeout=15_000)
    command(colleague.page, "pause")
    expect(said).to_contain_text("Clock stopped: all rooms", timeout=15_000)
    colleague.page.get_by_role("searchbox", name="Find a person").fill("1")
    colleague.page.locator("#found").get_by_role("checkbox").first.check()
    move_ticked(colleague.page, 1, to=6)
    expect(said).to_contain_text("Seats or duties have changed", timeout=15_000)
    command(facilitator.page, "resume")
    expect(colleague.page.locator("[data-announce=polite]")).to_contain_text(
        "Clock runs again: all rooms", timeout=15_000
    )
    heard = " ".join(colleague.page.evaluate("globalThis.heard"))
    assert "moved to Room 6" in heard
    for words in ("5 minutes more: all rooms", "Clock stopped", "Seats or duties"):
        assert words not in heard, heard
    for person in (facilitator, colleague):
        assert person.problems == []


def command(page: Page, line: str) -> None:
    page.locator("body").press("/")
    page.get_by_role("textbox", name="What is to be done?").fill(line)
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
