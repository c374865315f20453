"""The facilitator's console in browsers: people found, ticked, moved and exchanged; two facilitators on the same person; and a
facilitator who stops being one while it is open."""

import re
import time
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import Engine, select

from consult import clock
from consult.db import reading_session, sessions_for, unit_of_work
from consult.people.models import Member, Role, User
from consult.programme.models import Session
from consult.rooms.models import Room, Round, Seat
from consult.sample.build import Sample, Stage
from tests.journeys.people import Person, delegates_in
from tests.running import RunningServer, wait_until


@pytest.fixture(scope="module")
def arranged() -> tuple[int, Stage]:
    return 24, Stage.DRAFTING


@pytest.fixture
def console(engine: Engine, sample: Sample) -> str:
    with reading_session(engine) as db:
        return f"/rounds/{db.scalars(select(Round.public_id)).one()}/console"


def named(engine: Engine, email: str) -> str:
    with reading_session(engine) as db:
        return db.scalars(select(User.name).where(User.email == email)).one()


def room_of(engine: Engine, name: str) -> int | None:
    query = select(Room.number).join(Seat, Seat.room_id == Room.id).join(Member, Member.id == Seat.member_id)
    query = query.join(User, User.id == Member.user_id).where(Seat.left_at.is_(None), User.name == name)
    with reading_session(engine) as db:
        return db.scalar(query)


def move(facilitator: Person, name: str, *, to: str) -> None:
    facilitator.page.get_by_role("button", name=f"Move to… {name}", exact=True).last.click()
    dialog = facilitator.page.get_by_role("dialog")
    dialog.get_by_label("To", exact=True).select_option(to)
    dialog.get_by_role("button", name=re.compile("^Move")).click()


@pytest.mark.parametrize("width", [1280, 375])
def test_people_are_found_ticked_moved_and_exchanged(
    sample: Sample, server: RunningServer, browser: Browser, engine: Engine, console: str, width: int
) -> None:
    one, two = (named(engine, delegates_in(engine, number)[0]) for number in (1, 2))
    facilitator = Person(browser, server.url, sample.staff(Role.FACILITATOR).user.email, width=width)
    page = facilitator.page
    facilitator.go(console)
    expect(page.locator("#status")).to_have_text("Connected")

    # The server finds; who is ticked stays while somebody else is looked for.
    search, bar = page.get_by_role("searchbox", name="Find a person"), page.locator("#selected")
    expect(bar).to_be_hidden()
    search.fill(one)
    page.get_by_role("checkbox", name=f"Select {one}", exact=True).check()
    search.fill(two)
    page.get_by_role("checkbox", name=f"Select {two}", exact=True).check()
    expect(bar).to_contain_text("2 selected")

    # Two change places, with a reason, and back.
    facilitator.press("Exchange two")
    page.get_by_label("Reason, which the two read (optional)").fill("They asked for it")
    facilitator.press("Let them change places")
    expect(page.locator("#flashes")).to_contain_text("Exchanged:")
    expect(bar).to_be_hidden()
    assert (room_of(engine, one), room_of(engine, two)) == (2, 1)
    facilitator.press("Undo")
    expect(page.locator("#flashes")).to_contain_text("Taken back: 2.")
    assert (room_of(engine, one), room_of(engine, two)) == (1, 2)

    # Several are moved together; the price is said first.
    for name in (one, two):
        search.fill(name)
        page.get_by_role("checkbox", name=f"Select {name}", exact=True).check()
    page.get_by_role("button", name="Move 2 selected to…").click()
    page.get_by_role("dialog").get_by_label("To", exact=True).select_option("3")
    page.get_by_label("Reason, which the person reads (optional)").fill("One small room")
    page.get_by_role("dialog").get_by_role("button", name=re.compile("^Move")).click()
    expect(page.locator("#flashes")).to_contain_text("Moved to Room 3: 2.")
    assert (room_of(engine, one), room_of(engine, two)) == (3, 3)
    assert facilitator.problems == []


def test_what_is_to_be_confirmed_is_asked_where_it_was_typed(
    sample: Sample, server: RunningServer, browser: Browser, engine: Engine, console: str
) -> None:
    """In the open dialog: what stands behind it can be neither seen nor reached."""
    with unit_of_work(sessions_for(engine)) as db:
        session = db.get_one(Session, sample.session.id)
        session.ends_at = clock.now() + timedelta(minutes=40)
    facilitator = Person(browser, server.url, sample.staff(Role.FACILITATOR).user.email, width=1280)
    page = facilitator.page
    facilitator.go(console)
    expect(page.locator("#status")).to_have_text("Connected")
    page.get_by_role("button", name="Command /").click()
    page.get_by_role("textbox", name="What is to be done?").fill("+30 2")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("That is later than the end of the session")).to_be_visible()
    dialog.get_by_role("button", name="Run past the end of the session").click()
    expect(page.locator("#flashes")).to_contain_text("Room 2: 30 minutes more.")

    # In the sheet of a room as well.
    page.get_by_role("link", name="Room 3", exact=True).click()
    page.get_by_role("dialog").get_by_text("Clock of this room").click()
    page.get_by_role("dialog").get_by_label("Minutes left from now").fill("90")
    page.get_by_role("dialog").get_by_role("button", name="Set", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Run past the end of the session").click()
    expect(page.locator("#flashes")).to_contain_text("Room 3: 90 minutes left.")
    assert facilitator.problems == []


def test_what_can_be_taken_back_stays_when_the_page_fetches_its_parts(
    sample: Sample, server: RunningServer, browser: Browser, engine: Engine, console: str
) -> None:
    facilitator = Person(browser, server.url, sample.staff(Role.FACILITATOR).user.email, width=1280)
    page = facilitator.page
    facilitator.go(console)
    expect(page.locator("#status")).to_have_text("Connected")
    page.keyboard.press("/")
    page.keyboard.type(f"move {named(engine, delegates_in(engine, 1)[0])} to 4")
    page.keyboard.press("Enter")
    expect(page.locator("#undo button")).to_be_visible()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate("dispatchEvent(new Event('consult:refresh'))")
    wait_until(lambda: page.wait_for_timeout(50) or any("part=queue" in url for url in asked))
    page.wait_for_timeout(800)  # each part asks within its own third of a second
    assert [url for url in asked if "part=undo" in url] == []


def test_the_console_is_worked_by_keys_alone(
    sample: Sample, server: RunningServer, browser: Browser, engine: Engine, console: str
) -> None:
    one, two = (named(engine, delegates_in(engine, number)[0]) for number in (1, 2))
    facilitator = Person(browser, server.url, sample.staff(Role.FACILITATOR).user.email, width=1280)
    page, keys = facilitator.page, facilitator.page.keyboard
    facilitator.go(console)
    expect(page.locator("#status")).to_have_text("Connected")
    flashes, spoken = page.locator("#flashes"), page.locator("[data-announce=polite]")

    # A command moves; one key takes it back within the ten seconds, from wherever one is.
    keys.press("/")
    keys.type(f"move {one} to 4")
    keys.press("Enter")
    expect(flashes).to_contain_text("moved to Room 4.")
    assert room_of(engine, one) == 4
    keys.press("u")
    expect(flashes).to_contain_text("Taken back: 1.")
    assert room_of(engine, one) == 1

    # Written to the rooms, and what happened is said.
    keys.press("b")
    keys.type("Two minutes to go")
    keys.press("Tab")
    keys.press("Tab")
    keys.press("Enter")
    expect(flashes).to_contain_text("Sent to 6 rooms")
    expect(spoken).to_contain_text("Sent to 6 rooms", timeout=15_000)

    # Found and moved; the keyboard comes back to where it was.
    page.locator("#broadcast-title").focus()
    keys.press("f")
    keys.type(two)
    choose = page.locator("#found").get_by_role("button", name=f"Move to… {two}")
    expect(choose).to_be_visible()
    keys.press("Tab")
    keys.press("Tab")
    expect(choose).to_be_focused()
    keys.press("Enter")
    expect(page.get_by_role("dialog").get_by_label("To", exact=True)).to_be_focused()
    keys.type("Room 5")
    keys.press("Tab")
    keys.type("Balance")
    keys.press("Tab")
    keys.press("Enter")
    anyway = page.get_by_role("button", name="Move anyway")
    expect(flashes.get_by_text("Moved to Room 5: 1.").or_(anyway)).to_be_visible()
    if anyway.is_visible():
        keys.press("Enter")
    expect(flashes).to_contain_text("Moved to Room 5: 1.")
    assert room_of(engine, two) == 5

    # More time for one room from its sheet, said in the dialog, as what stands behind it is not spoken.
    keys.press("w")
    while not page.get_by_role("link", name="Room 1", exact=True).evaluate(
        "link => link === document.activeElement"
    ):
        keys.press("Tab")
    keys.press("Enter")
    expect(page.get_by_role("dialog").get_by_role("heading", name="Room 1")).to_be_focused()
    for _ in range(3):
        keys.press("Tab")
    keys.press("Enter")
    expect(page.get_by_role("dialog").locator("[aria-live=polite]")).to_contain_text(
        "Room 1: 5 minutes more.", timeout=15_000
    )
    keys.press("Escape")
    expect(page.get_by_role("link", name="Room 1", exact=True)).to_be_focused()

    # Recalled, and on second thoughts not.
    keys.press("/")
    keys.type("recall 3")
    keys.press("Enter")
    expect(page.locator("#tile-3")).to_have_attribute("data-state", "closing")
    expect(page.locator("dialog[open]")).to_have_count(
        0
    )  # the wall may say so before the command is answered
    keys.press("u")
    expect(page.locator("#tile-3")).to_have_attribute("data-state", "open")
    assert facilitator.problems == []


def test_a_room_is_told_what_it_is_asked_and_has_at_hand_what_was_picked(
    sample: Sample, server: RunningServer, browser: Browser, engine: Engine, console: str
) -> None:
    facilitator = Person(browser, server.url, sample.staff(Role.FACILITATOR).user.email, width=1280)
    delegate = Person(browser, server.url, delegates_in(engine, 2)[0], width=1280)
    facilitator.go(console)
    delegate.go("/")
    delegate.follow("Go to Room 2")
    page, room = facilitator.page, delegate.page
    expect(room.locator("#status")).to_have_text("All changes saved")
    page.get_by_role("link", name="Room 2", exact=True).click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_text("What this room is asked").click()
    sheet.get_by_label("Brief for this room alone").fill("Find two practices")
    sheet.get_by_role("button", name="Save brief").click()
    expect(room.get_by_role("region", name="What this room is asked")).to_contain_text("Find two practices")
    sheet.get_by_text("Documents at hand").click()
    boxes = sheet.get_by_role("group", name="What this room has at hand").get_by_role("checkbox")
    title = boxes.nth(2).locator("xpath=../span/span").first.inner_text()
    boxes.nth(2).check()
    sheet.get_by_role("button", name="Save choice").click()
    at_hand = room.get_by_role("region", name="At hand for this room")
    expect(at_hand.get_by_role("link")).to_contain_text(title)
    expect(room.get_by_role("region", name="Sources").get_by_role("listitem").first).to_contain_text(title)
    expect(sheet.get_by_text("Documents at hand")).to_contain_text("1")
    boxes.nth(2).uncheck()
    sheet.get_by_role("button", name="Save choice").click()
    expect(at_hand).to_have_count(0)
    for person in (facilitator, delegate):
        assert person.problems == []


def test_a_facilitator_who_moves_whom_another_has_just_moved_is_told(
    sample: Sample, server: RunningServer, browser: Browser, engine: Engine, console: str
) -> None:
    name = named(engine, delegates_in(engine, 1)[0])
    first, second = (
        Person(browser, server.url, sample.staff(role).user.email, width=1280)
        for role in (Role.FACILITATOR, Role.ORGANIZER)
    )
    for person in (first, second):
        person.go(f"{console}?q={name}")
    # What the second one's page shows stays as it is from here on.
    second.page.route("**/*part=*", lambda route: route.abort())
    move(first, name, to="2")
    expect(first.page.locator("#flashes")).to_contain_text("Moved to Room 2: 1.")
    move(second, name, to="3")
    expect(second.page.locator("#flashes")).to_contain_text(f"{name} sits in Room 2 by now")
    assert room_of(engine, name) == 2


def test_words_that_a_room_drafts_are_counted_on_its_tile(
    sample: Sample, server: RunningServer, browser: Browser, engine: Engine, console: str
) -> None:
    facilitator = Person(browser, server.url, sample.staff(Role.FACILITATOR).user.email, width=1280)
    facilitator.go(console)
    counted = facilitator.page.locator("#tile-1 [data-slot=words]")
    expect(facilitator.page.locator("#status")).to_have_text("Connected")
    expect(counted).to_be_hidden()
    with reading_session(engine) as db:
        room = db.scalars(select(Room.public_id).where(Room.number == 1)).one()
    delegate = Person(browser, server.url, delegates_in(engine, 1)[0], width=1280)
    delegate.go(f"/rooms/{room}")
    delegate.sees_saved()
    delegate.write(" Five words are added here.")
    expect(counted).to_have_text("5 words in 5 min", timeout=30_000)
    facilitator.page.reload()
    expect(counted).to_have_text("5 words in 5 min")
    expect(facilitator.page.locator("#tile-2 [data-slot=words]")).to_be_hidden()
    assert facilitator.problems == []


def test_a_facilitator_who_is_demoted_loses_the_open_console_within_two_seconds(
    sample: Sample, server: RunningServer, browser: Browser, console: str
) -> None:
    facilitator = Person(browser, server.url, sample.staff(Role.FACILITATOR).user.email, width=1280)
    organizer = Person(browser, server.url, sample.staff(Role.ORGANIZER).user.email, width=1280)
    facilitator.go(console)
    expect(facilitator.page.locator("#status")).to_have_text("Connected")
    recall = facilitator.page.get_by_role("button", name="Recall to plenary")
    expect(recall).to_be_visible()
    member = sample.staff(Role.FACILITATOR).public_id
    organizer.go(f"/c/{sample.consultation.public_id}/people/{member}")
    organizer.page.get_by_label("Role", exact=True).select_option("delegate")
    organizer.press("Change role")
    expect(organizer.page.locator("#flashes")).to_contain_text("is now")
    since = time.monotonic()
    expect(recall).to_have_count(0, timeout=2_000)
    expect(facilitator.page.get_by_text("Only facilitators and the secretariat can do this.")).to_be_visible(
        timeout=2_000
    )
    assert time.monotonic() - since < 2
