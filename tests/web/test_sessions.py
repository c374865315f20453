"""The session page, opening and closing a session, the report-back, beginning a round."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from consult.db import Db
from consult.programme.models import Session
from consult.rooms.models import Room, Round, Seat
from consult.seating.models import SeatingPlan
from tests import cast
from tests.cast import World
from tests.conftest import post
from tests.web.conftest import Read

Browser = Callable[[str], FlaskClient]
ACTS = ("open", "close", "report-back/open", "rounds")


@pytest.fixture
def address(world: World) -> str:
    return f"/s/{world.session.public_id}"


def test_everybody_who_takes_part_reads_the_session(world: World, client_for: Browser, address: str) -> None:
    for name in cast.CAST:
        page = client_for(name).get(address)
        assert page.status_code == 200, name
        assert "How can returns be agreed" in page.text
        assert ("Open a breakout round" in page.text) == (
            name in ("organizer", "facilitator", "cofacilitator")
        ), name


def test_a_stranger_is_told_there_is_no_such_page(world: World, client_for: Browser, address: str) -> None:
    assert client_for(cast.STRANGER).get(address).status_code == 404
    assert client_for("facilitator").get("/s/nosuchsessio").status_code == 404


def test_people_may_enter_the_room_where_they_sit_and_no_other(
    world: World, client_for: Browser, address: str
) -> None:
    one, two = (f'href="/rooms/{room.public_id}"' for room in world.rooms)
    kenya = client_for("kenya").get(address).text
    assert one in kenya
    assert two not in kenya
    assert "you sit here" in kenya
    staff = client_for("facilitator").get(address).text
    assert one in staff
    assert two in staff


def test_the_page_says_where_one_should_be(world: World, client_for: Browser, address: str) -> None:
    assert "Your room is open: Room 1." in client_for("kenya").get(address).text
    assert "You have no seat in it" in client_for("late").get(address).text
    assert "Watch the rooms" in client_for("facilitator").get(address).text


def test_the_page_says_what_comes_after_the_rooms(
    db: Db, world: World, client_for: Browser, address: str
) -> None:
    for room in world.rooms:
        room.state = "closed"
    db.commit()
    assert "Round 1 is over. The report-back comes next." in client_for("kenya").get(address).text
    assert "Round 1 is over. Open the report-back" in client_for("facilitator").get(address).text


def test_the_contracts_links_stand_once(world: World, client_for: Browser, address: str) -> None:
    page = client_for("facilitator").get(address).text
    for name in ("Seating", "Facilitator console", "Report-back", "Summary"):
        assert page.count(f">{name}</a>") == 1, name


def test_the_rounds_are_served_as_a_part(world: World, client_for: Browser, address: str) -> None:
    for part in ("head", "where", "rounds", "desk", "here"):
        answer = client_for("kenya").get(f"{address}?part={part}")
        assert answer.status_code == 200
        assert f'id="{part}"' in answer.text
        assert "<body" not in answer.text


def test_a_facilitator_begins_a_round_with_the_first_question(
    world: World, client_for: Browser, address: str, read: Read
) -> None:
    answer = post(client_for("facilitator"), f"{address}/rounds", page=address)
    made = read(select(Round).where(Round.session_id == world.session.id).order_by(Round.number.desc()))[0]
    assert answer.headers["Location"] == f"/rounds/{made.public_id}/seating"
    assert (made.number, made.topic) == (2, "How can returns be agreed, documented and humane?")


@pytest.fixture
def prepared(world: World, db: Db) -> World:
    """The session on the day before: its rooms and seats are ready."""
    world.session.state = "planned"
    for room in world.rooms:
        room.state, room.opened_at, room.deadline_at = "staged", None, None
    db.commit()
    return world


def test_before_the_session_a_facilitator_is_led_to_prepare_it(
    world: World, db: Db, client_for: Browser, address: str, read: Read
) -> None:
    world.session.state = "planned"
    db.execute(delete(Seat))
    db.execute(delete(Room))
    db.execute(delete(Round))
    db.commit()
    browser = client_for("facilitator")
    page = browser.get(address).text
    assert "Prepare its rooms now" in page
    assert '<button class="btn btn--primary">Prepare a breakout round</button>' in page
    assert "Prepare" not in client_for("kenya").get(f"{address}?part=desk").text
    answer = post(browser, f"{address}/rounds", page=address)
    assert answer.headers["Location"].endswith("/seating")
    seating = answer.headers["Location"]
    page = browser.get(address).text
    assert "Round 1 has no rooms yet" in page
    assert f'<a class="btn btn--primary" href="{seating}">Seating</a>' in page
    asked = {"rooms": "2", "minutes": "25", "topic": "Documents"}
    assert post(browser, seating, page=seating, **asked).status_code == 303
    plan = read(select(SeatingPlan))[0]
    form = {"plan": plan.public_id, "revision": plan.revision}
    assert post(browser, f"{seating}/apply", page=seating, **form).status_code == 303
    page = browser.get(address).text
    assert "Round 1 is prepared" in page
    assert '<button class="btn btn--primary">Open the session</button>' in page
    main = page[page.index("<main") : page.index("</main>")]
    assert main.count("btn--primary") == 1, "one primary button"


def test_before_the_session_nobody_is_shown_seats_or_sent_to_a_lobby(
    prepared: World, client_for: Browser, address: str
) -> None:
    for name in ("kenya", "observer", "panelist", "viewer"):
        page = client_for(name).get(address).text
        assert "The session has not begun." in page
        assert "Who sits where is shown here when the session is open." in page
        for shown in ("you sit here", "Room 1", "It opens soon"):
            assert shown not in page, (name, shown)
        assert "It opens soon" not in client_for(name).get("/").text
        lobby = client_for(name).get(f"/rounds/{prepared.round.public_id}").text
        assert "The rooms open when the session is open." in lobby
        for shown in ("You are seated", "Room 1", "With you in the room", "Why am I in this room?"):
            assert shown not in lobby, (name, shown)
    page = client_for("facilitator").get(address).text
    assert "Room 1" in page


def test_when_the_session_opens_people_see_their_seats(
    prepared: World, client_for: Browser, address: str
) -> None:
    console = f"/rounds/{prepared.round.public_id}/console"
    browser = client_for("facilitator")
    assert "Rooms can be opened when the session is open." in browser.get(console).text
    early = post(browser, f"/rounds/{prepared.round.public_id}/open", page=console)
    assert early.status_code == 409
    assert "The session is not open. Open it first." in early.text
    answer = post(browser, f"{address}/open", page=console, back="console")
    assert answer.headers["Location"] == console
    assert "Open rooms" in browser.get(console).text
    assert "You will sit in Room 1. It opens soon." in client_for("kenya").get(address).text
    lobby = client_for("kenya").get(f"/rounds/{prepared.round.public_id}").text
    assert "You are seated in Room 1" in lobby


def test_the_session_is_opened_reported_and_closed(
    world: World, client_for: Browser, address: str, db: Db, read: Read
) -> None:
    world.session.state = "planned"
    for room in world.rooms:
        room.state = "closed"
    db.commit()
    browser = client_for("facilitator")
    for act, state in (("open", "open"), ("report-back/open", "report_back"), ("close", "closed")):
        assert post(browser, f"{address}/{act}", page=address).status_code == 303
        assert read(select(Session.state).where(Session.id == world.session.id)) == [state]


@pytest.mark.complaint(7)
def test_a_session_with_open_rooms_is_not_closed(world: World, client_for: Browser, address: str) -> None:
    answer = post(client_for("facilitator"), f"{address}/close", page=address)
    assert answer.status_code == 409
    assert "still open" in answer.text


@pytest.mark.parametrize("name", ["kenya", "panelist", "observer", "viewer"])
def test_only_staff_runs_a_session(world: World, client_for: Browser, address: str, name: str) -> None:
    browser = client_for(name)
    for act in ACTS:
        assert post(browser, f"{address}/{act}").status_code == 403, act


def test_the_reader_is_counted_as_here(world: World, client_for: Browser, address: str) -> None:
    assert "1 of 11" in client_for("kenya").get(f"{address}?part=here").text
