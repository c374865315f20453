"""Seating as a facilitator meets it: wishes that contradict each other, locks, prices, a colleague at the same desk, a second round.

At a desk and on a phone, and once without any script.
"""

import json
import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect
from sqlalchemy import Engine, select

from consult.db import reading_session, sessions_for, unit_of_work
from consult.people.models import Member, Role, User
from consult.rooms import presence
from consult.rooms import service as rooms
from consult.rooms.actors import actor_for
from consult.rooms.models import Round
from consult.sample.build import PASSWORD, Sample, Stage
from consult.seating.models import SeatingPlan
from tests.journeys.people import Person
from tests.running import RunningServer


@pytest.fixture(scope="module")
def arranged() -> tuple[int, Stage]:
    return 60, Stage.SEATING


@pytest.fixture
def address(engine: Engine, sample: Sample) -> str:
    with reading_session(engine) as db:
        return f"/rounds/{db.scalar(select(Round.public_id))}/seating"


def in_room(page: Page, number: int) -> Locator:
    """The people of a room, in the order of the page."""
    return page.locator(f"#room-{number} li[data-person]")


def smallest_and_largest(page: Page) -> tuple[int, int]:
    """Numbers of two rooms: a move from the one to the other makes sizes uneven, and so costs something."""
    sizes = {number: in_room(page, number).count() for number in range(1, 7)}
    return min(sizes, key=lambda number: sizes[number]), max(sizes, key=lambda number: sizes[number])


def name_of(place: Locator) -> str:
    return place.get_attribute("data-name") or ""


@pytest.mark.complaint(28)
@pytest.mark.parametrize("width", [1280, 375])
def test_a_seating_is_questioned_adjusted_and_applied(
    width: int, sample: Sample, server: RunningServer, browser: Browser, address: str, engine: Engine
) -> None:
    facilitator = Person(browser, server.url, sample.staff(Role.FACILITATOR).user.email, width=width)
    organizer = Person(browser, server.url, sample.staff(Role.ORGANIZER).user.email, width=1280)
    page = facilitator.page
    facilitator.go(address)
    organizer.go(address)
    expect(page.get_by_role("table", name="Proposed seating")).to_be_visible()

    # 1. Two people are to sit in different rooms and to stay together: the page says so, and what was given up.
    here, there = name_of(in_room(page, 1).first), name_of(in_room(page, 2).first)
    page.get_by_text("How to seat people").click()
    pins = page.get_by_role("group", name="Fixed seats")
    for name, room in ((here, "1"), (there, "2")):
        pins.get_by_role("combobox", name="Person").fill(name)
        pins.get_by_role("spinbutton", name="Room", exact=True).last.fill(room)
        pins.get_by_role("button", name="Add a fixed seat").click()
        expect(pins.get_by_role("checkbox", name=re.compile(f"^{re.escape(name)}"))).to_be_checked()
    together = page.get_by_role("group", name="Keep together", exact=True)
    together.get_by_role("combobox", name="Person").fill(here)
    together.get_by_role("combobox", name="And").fill(there)
    facilitator.press("Propose seating")
    contradiction = page.get_by_role("region", name="Not everything that was asked for is possible at once")
    first, second = f"{here} is to sit in Room 1 and {there} in", f"{there} is to sit in Room 2 and {here} in"
    expect(contradiction).to_contain_text(re.compile(f"{first}|{second}"))
    expect(contradiction.get_by_role("listitem").last).to_contain_text("Keep together")

    # 2. The group is taken away again: nothing is contradictory, and everybody has their fixed seat.
    page.get_by_text("How to seat people").click()
    group = page.get_by_role("group", name="Keep together: group 1")
    for box in group.get_by_role("checkbox").all():
        box.uncheck()
    facilitator.press("Propose seating")
    expect(contradiction).to_be_hidden()
    expect(page.get_by_role("region", name="Balance report")).to_contain_text("Every room has")
    assert here in [name_of(one) for one in in_room(page, 1).all()]

    # 3. Lock one, exchange two; the colleague's page follows by itself.
    one, other = name_of(in_room(page, 3).first), name_of(in_room(page, 4).first)
    facilitator.press(f"Lock {one}")
    expect(page.get_by_role("button", name=f"Locked {one}", exact=True)).to_be_visible()
    theirs = organizer.page.get_by_role("button", name=f"Locked {one}", exact=True, include_hidden=True)
    expect(theirs).to_be_attached()  # a list of people may be folded there
    page.get_by_label(f"Select {one}", exact=True).check()
    page.get_by_label(f"Select {other}", exact=True).check()
    bar = page.get_by_role("form", name="People who are ticked")
    expect(bar).to_contain_text("2 selected")
    bar.get_by_role("button", name="Exchange two").click()
    expect(page.locator(f'#room-4 li[data-name="{one}"]')).to_be_visible()
    expect(organizer.page.locator(f'#room-4 li[data-name="{one}"]')).to_be_attached()
    expect(page.get_by_role("button", name=re.compile("^Undo")).first).to_contain_text("exchanged")

    # 4. The colleague takes it back; both pages show it.
    organizer.page.get_by_role("button", name=re.compile("^Undo")).click()
    expect(page.locator(f'#room-3 li[data-name="{one}"]')).to_be_visible()

    # 5. A move that costs something says what, and is made all the same, with a reason that stands in the log.
    small, large = smallest_and_largest(page)
    mover = name_of(in_room(page, small).last)
    page.get_by_role("button", name=f"Move to… {mover}", exact=True).click()
    dialog = page.get_by_role("dialog", name=f"Move {mover}")
    dialog.get_by_role("combobox", name="To").select_option(str(large))
    expect(dialog.get_by_role("status")).to_contain_text("What this move would cost")
    dialog.get_by_role("textbox", name=re.compile("^Reason")).fill("Asked for it")
    dialog.get_by_role("button", name="Move anyway").click()
    expect(page.locator(f'#room-{large} li[data-name="{mover}"]')).to_be_visible()
    expect(page.get_by_role("button", name=f"Move to… {mover}", exact=True)).to_be_focused()
    page.get_by_text("What was done by hand").click()
    expect(page.get_by_role("listitem").filter(has_text="Asked for it")).to_contain_text(
        f"Room {small} to Room {large}"
    )

    # 6. Another proposal is set beside this one, used, checked and applied.
    page.get_by_role("link", name="Compare", exact=True).click()
    page.get_by_role("link", name="Compare with seed 4821").click()
    expect(page.get_by_role("table", name=re.compile("^Measures of both"))).to_be_visible()
    facilitator.press("Use seed 4821")
    expect(page.locator("#flashes")).to_contain_text("4821")
    facilitator.press("Check: run again from the stored input")
    expect(page.locator("#flashes")).to_contain_text("came out the same, seat by seat")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download CSV").click()
    assert b"regional_group" in Path(waiting.value.path()).read_bytes()
    facilitator.press("Apply seating")
    expect(page.get_by_role("link", name="Facilitator console").first).to_be_visible()
    for person in (facilitator, organizer):
        assert person.problems == [], person.email


def test_a_second_round_mixes_again_and_follows_topics(
    sample: Sample, server: RunningServer, browser: Browser, address: str, engine: Engine
) -> None:
    facilitator = Person(browser, server.url, sample.staff(Role.FACILITATOR).user.email, width=1280)
    page = facilitator.page
    facilitator.go(address)
    facilitator.press("Apply seating")
    expect(page.get_by_role("link", name="Facilitator console").first).to_be_visible()
    with unit_of_work(sessions_for(engine)) as db:
        actor = actor_for(db, sample.staff(Role.FACILITATOR).user_id, sample.consultation.id)
        assert actor is not None
        session = db.merge(sample.session, load=False)
        second = rooms.create_round(db, actor, session, topic="Reintegration", minutes=20).public_id
    facilitator.go(f"/rounds/{second}/seating")
    expect(page.get_by_role("radio", name="Same rooms as round 1")).to_be_enabled()
    expect(page.get_by_role("radio", name="Follow topic wishes")).to_be_disabled()
    page.get_by_role("radio", name="Mix again").check()
    topics = page.get_by_role("group", name="Topics of rooms")
    topics.get_by_role("textbox", name="Rooms").nth(0).fill("1-3")
    topics.get_by_role("textbox", name="Topic 1").fill("Documents")
    topics.get_by_role("textbox", name="Rooms").nth(1).fill("4-6")
    topics.get_by_role("textbox", name="Topic 2").fill("Work at home")
    facilitator.press("Propose seating")
    expect(page.get_by_role("region", name="Balance report")).to_contain_text(
        re.compile("Repeated meetings|No two people meet again")
    )

    # A delegate ranks the topics in the lobby; the facilitator sees how many did.
    with reading_session(engine) as db:
        email = next(m.user.email for m in sample.members if m.role == Role.DELEGATE)
    delegate = Person(browser, server.url, email, width=375, scheme="dark")
    delegate.go(f"/rounds/{second}")
    delegate.page.get_by_role("combobox", name="Choice 1").select_option("Work at home")
    delegate.press("Save my wishes")
    expect(delegate.page.locator("#flashes")).to_contain_text("Your wishes are saved")
    facilitator.go(f"/rounds/{second}/seating")
    page.get_by_text("How to seat people").click()
    expect(page.get_by_role("radio", name="Follow topic wishes")).to_be_enabled()
    expect(page.get_by_text("1 of")).to_be_visible()
    page.get_by_role("radio", name="Follow topic wishes").check()
    facilitator.press("Propose seating")
    facilitator.press("Apply seating")
    delegate.go(f"/rounds/{second}")
    expect(delegate.page.get_by_role("heading", level=1)).to_contain_text("You are seated in Room")
    delegate.page.get_by_text("Why am I in this room?").click()
    expect(delegate.page.get_by_text("Each room is to have its fair share")).to_be_visible()
    for person in (facilitator, delegate):
        assert person.problems == [], person.email


def test_everything_works_without_script(
    sample: Sample, server: RunningServer, browser: Browser, address: str, engine: Engine
) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(f"{server.url}/sign-in")
    page.get_by_role("textbox", name="Email address").first.fill(sample.staff(Role.FACILITATOR).user.email)
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.goto(server.url + address)
    small, large = smallest_and_largest(page)
    one, other = name_of(in_room(page, small).first), name_of(in_room(page, large).first)

    page.get_by_role("button", name=f"Move to… {one}", exact=True).click()
    card = page.get_by_role("region", name=f"Move {one}")
    card.get_by_role("combobox", name="To").select_option(str(large))
    card.get_by_role("button", name="Move", exact=True).click()
    expect(card).to_contain_text("What this move would cost")
    card.get_by_role("button", name="Move anyway").click()
    expect(page.locator(f'#room-{large} li[data-name="{one}"]')).to_be_visible()
    page.get_by_role("button", name=re.compile("^Undo")).click()
    expect(page.locator(f'#room-{small} li[data-name="{one}"]')).to_be_visible()

    page.get_by_label(f"Select {one}", exact=True).check()
    page.get_by_label(f"Select {other}", exact=True).check()
    page.get_by_role("button", name="Exchange two").click()
    expect(page.locator(f'#room-{large} li[data-name="{one}"]')).to_be_visible()
    page.get_by_label(f"Select {one}", exact=True).check()
    page.get_by_label(f"Select {other}", exact=True).check()
    page.get_by_role("button", name="Keep apart…").click()
    group = page.get_by_role("group", name="Keep apart: group 1")
    expect(group.get_by_role("checkbox")).to_have_count(2)
    page.get_by_role("button", name="Propose seating").click()
    with reading_session(engine) as db:
        plan = db.scalars(select(SeatingPlan).order_by(SeatingPlan.id.desc())).first()
        assert plan is not None
        (apart,) = plan.constraints["apart"]
        assert plan.assignment[apart[0]] != plan.assignment[apart[1]]
    context.close()


#: Playwright looks at nothing while a page is being left, so the page itself notes what it says, and presses again.
WATCHED = """(form) => {
  const status = form.querySelector("[role=status]");
  const note = () => status.textContent && sessionStorage.setItem("said", JSON.stringify({
    text: status.textContent, isSeen: status.checkVisibility() && status.getBoundingClientRect().height > 0,
  }));
  new MutationObserver(note).observe(status, { childList: true });
  setTimeout(() => form.querySelector("button.btn").click(), 400);
}"""


def test_a_seating_that_takes_long_says_so_and_is_asked_for_once(
    sample: Sample, server: RunningServer, browser: Browser, address: str
) -> None:
    facilitator = Person(browser, server.url, sample.staff(Role.FACILITATOR).user.email, width=375)
    page = facilitator.page
    facilitator.go(address)
    sent: list[str] = []

    def slowly(route: Route) -> None:
        if route.request.method == "POST":
            sent.append(route.request.url)
            time.sleep(1)
        route.continue_()

    page.route(f"**{address}", slowly)
    asking = page.get_by_role("form", name="What to propose")
    asking.evaluate(WATCHED)
    facilitator.press("Propose seating")
    expect(page.locator("#flashes")).to_contain_text("is proposed")
    said = json.loads(page.evaluate("sessionStorage.getItem('said')"))
    assert re.fullmatch(r"Seating \d+ people…", said["text"])
    assert said["isSeen"]
    assert len(sent) == 1
    assert facilitator.problems == []


@pytest.mark.complaint(20)
def test_who_sits_where_is_loaded_from_a_list(
    sample: Sample, server: RunningServer, browser: Browser, address: str, engine: Engine
) -> None:
    with reading_session(engine) as db:
        query = select(User.name, User.email).join(Member, Member.user_id == User.id)
        query = query.where(Member.role == Role.DELEGATE).order_by(Member.id).limit(12)
        (first, _), *others = db.execute(query).all()
    rows = [
        "person;room",
        f"{first};5",
        *(f"{email};{place % 6 + 1}" for place, (_, email) in enumerate(others)),
    ]
    facilitator = Person(browser, server.url, sample.staff(Role.FACILITATOR).user.email, width=1280)
    page = facilitator.page
    facilitator.go(address)
    page.get_by_text("How to seat people").click()
    page.get_by_label("Or a list").set_input_files(
        {"name": "rooms.csv", "mimeType": "text/csv", "buffer": "\n".join(rows).encode()}
    )
    facilitator.press("Add the list")
    expect(page.get_by_text("12 fixed seats were read from the list.")).to_be_visible()
    facilitator.press("Propose seating")
    expect(page.locator("#flashes")).to_contain_text("is proposed")
    expect(in_room(page, 5).filter(has_text=first)).to_have_count(1)
    expect(page.get_by_text("Everybody with a fixed seat has it.")).to_be_visible()
    assert facilitator.problems == []


@pytest.mark.parametrize("width", [1280, 375])
def test_a_move_is_offered_when_people_did_not_come(
    width: int, sample: Sample, server: RunningServer, browser: Browser, address: str, engine: Engine
) -> None:
    facilitator = Person(browser, server.url, sample.staff(Role.FACILITATOR).user.email, width=width)
    organizer = Person(browser, server.url, sample.staff(Role.ORGANIZER).user.email, width=1280)
    page = facilitator.page
    facilitator.go(address)
    facilitator.press("Apply seating")
    expect(page.get_by_role("link", name="Facilitator console").first).to_be_visible()
    facilitator.go(address)
    organizer.go(address)
    absent = {one.get_attribute("data-person") for one in in_room(page, 1).all()[3:]}
    with unit_of_work(sessions_for(engine)) as db:
        everybody = db.scalars(select(Member).where(Member.consultation_id == sample.consultation.id))
        came = {m.id: presence.Whereabouts(m.consultation_id) for m in everybody if m.public_id not in absent}
        presence.seen(db, came)

    page.get_by_role("link", name="Look for moves that would help").click()
    offered = page.get_by_role("region", name="Moves that would help now")
    act = offered.get_by_role("button", name=re.compile("^Do this")).first
    words = re.findall(r"(?:^Do this: |, )(.+?): Room (\d) to Room (\d)", act.text_content() or "")
    assert words
    for name, before, _after in words:
        expect(page.locator(f'#room-{before} li[data-name="{name}"]')).to_have_count(1)
    act.click()
    expect(page.locator("#flashes")).to_contain_text("Moved as offered")
    for person in (facilitator, organizer):
        for name, _before, after in words:
            expect(person.page.locator(f'#room-{after} li[data-name="{name}"]')).to_be_attached()
        assert person.problems == [], person.email
