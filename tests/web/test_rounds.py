"""The lobby, the console and what is done there."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from consult import clock
from consult.announce.models import OutboxEvent
from consult.db import Db
from consult.rooms.models import Presence, Room, Seat
from tests import cast
from tests.cast import World
from tests.conftest import post
from tests.web.conftest import Read

Browser = Callable[[str], FlaskClient]


@pytest.fixture
def address(world: World) -> str:
    return f"/rounds/{world.round.public_id}"


@pytest.fixture
def staged(world: World, db: Db) -> World:
    for room in world.rooms:
        room.state, room.opened_at, room.deadline_at = "staged", None, None
    db.commit()
    return world


def states(read: Read, world: World) -> list[str]:
    return read(select(Room.state).where(Room.round_id == world.round.id).order_by(Room.number))


@pytest.mark.complaint(24)
def test_the_lobby_tells_people_their_room_and_takes_them_there(
    world: World, client_for: Browser, address: str
) -> None:
    page = client_for("kenya").get(address).text
    assert "You are seated in Room 1" in page
    assert f'data-goto-now-value="/rooms/{world.rooms[0].public_id}"' in page
    rules = json.loads(unescape(re.findall(r"data-goto-rules-value='([^']*)'", page)[0]))
    called = next(rule for rule in rules if rule["event"] == "seat.called")
    assert (called["url"], called["after"]) == ("/rooms/{room}", 10), "asked first, for ten seconds"
    back = next(rule for rule in rules if rule["event"] == "room.state_changed")
    assert back["when"] == {"room": world.rooms[0].public_id, "state": "closed"}, (
        "nobody is left between places"
    )
    assert back["url"] == f"/s/{world.session.public_id}"


def test_who_stayed_elsewhere_is_seen_in_the_room_and_called_again(
    db: Db, world: World, client_for: Browser, read: Read
) -> None:
    room = world.rooms[0]
    db.add_all(
        Presence(
            member_id=world.members[name].id,
            consultation_id=world.consultation.id,
            room_id=inside,
            seen_at=clock.now(),
        )
        for name, inside in (("kenya", room.id), ("canada", None))
    )
    db.commit()
    address, browser = f"/rooms/{room.public_id}", client_for("facilitator")
    assert "Call in 1 person who is not in the room" in browser.get(address).text
    assert "Call in" not in client_for("kenya").get(address).text
    assert post(browser, f"{address}/nudge", page=address).status_code == 303
    called = read(select(OutboxEvent.audience).where(OutboxEvent.name == "seat.called"))
    assert called == [f"member:{world.members['canada'].public_id}"], "nobody who is there or gone"


def test_before_the_rooms_open_the_lobby_waits(staged: World, client_for: Browser, address: str) -> None:
    page = client_for("kenya").get(address).text
    assert "You do not need to do anything" in page
    assert 'data-goto-now-value=""' in page


@pytest.mark.complaint(22)
def test_somebody_without_a_seat_is_told_so(world: World, client_for: Browser, address: str) -> None:
    assert "You have no seat in this round" in client_for("late").get(address).text
    assert client_for(cast.STRANGER).get(address).status_code == 404


def test_the_console_is_for_staff(world: World, client_for: Browser, address: str) -> None:
    for name in cast.CAST:
        expected = 200 if name in ("organizer", "facilitator", "cofacilitator") else 403
        assert client_for(name).get(f"{address}/console").status_code == expected, name


def test_the_console_shows_every_room_and_who_is_not_seated(
    world: World, client_for: Browser, address: str
) -> None:
    page = client_for("facilitator").get(f"{address}/console").text
    assert "Room 1" in page
    assert "Room 2" in page
    waiting = page[page.index("Not seated") : page.index("Seated, not here")]
    assert "Delegate CHL-1" in waiting
    assert "Seat in Room 2" in waiting
    assert "Person PRESS-1" not in page


def test_the_parts_of_the_console_are_served_alone(world: World, client_for: Browser, address: str) -> None:
    for part in ("strip", "wall", "people"):
        answer = client_for("facilitator").get(f"{address}/console?part={part}")
        assert f'id="{part}"' in answer.text
        assert "<body" not in answer.text


def test_one_staged_room_is_opened_from_its_sheet(
    staged: World, client_for: Browser, address: str, read: Read
) -> None:
    browser, other = client_for("facilitator"), client_for("cofacilitator")
    console, two = f"{address}/console", f"/rooms/{staged.rooms[1].public_id}"
    assert f'action="{two}/open"' in browser.get(f"{console}?room=2").text
    assert post(browser, f"{two}/open", page=console).status_code == 303
    assert states(read, staged) == ["staged", "open"]
    late = post(other, f"{two}/open", page=console)
    assert late.status_code == 409
    assert "Another facilitator has opened the room meanwhile." in late.text
    page = browser.get(console).text
    assert "Room 2 is open." in page
    assert "Open 1 more room<" in page
    assert f'action="{two}/open"' not in browser.get(f"{console}?room=2").text
    assert "opened: Room 2" in browser.get(f"{console}?log").text.replace("</bdi>", "").replace("<bdi>", "")
    # Who is in the room that waits is told so, without the clock of the others.
    lobby = client_for("kenya").get(address).text
    assert "This page takes you to your room when the facilitator opens it." in lobby
    assert 'role="timer"' not in lobby[lobby.index('id="place"') : lobby.index('id="topics"')]
    waiting = client_for("kenya").get(f"/s/{staged.session.public_id}").text
    assert "You will sit in Room 1. It opens soon." in waiting
    assert post(browser, f"{address}/open", page=console).status_code == 303
    assert states(read, staged) == ["open", "open"]


def test_a_room_that_nobody_opened_holds_nothing_up(
    staged: World, db: Db, client_for: Browser, address: str, read: Read
) -> None:
    staged.rooms[0].state = "closed"
    db.commit()
    browser, session = client_for("facilitator"), f"/s/{staged.session.public_id}"
    console = browser.get(f"{address}/console").text
    assert "Open 1 more room<" in console
    assert "Open the report-back" in console
    assert "Open the report-back" in browser.get(session).text
    assert "It opens soon" in client_for("philippines").get(session).text
    assert post(browser, f"{session}/report-back/open", page=session).status_code == 303
    assert "The rooms report back." in client_for("philippines").get(session).text
    assert post(browser, f"{address}/open", page=session).status_code == 303, "it can still be opened"
    assert "Your room is open: Room 2." in client_for("philippines").get(session).text


def test_opening_a_room_past_the_end_of_the_session_is_asked_first(
    staged: World, db: Db, client_for: Browser, address: str, read: Read
) -> None:
    staged.session.ends_at = clock.now() + timedelta(minutes=10)
    db.commit()
    browser, one = client_for("facilitator"), f"/rooms/{staged.rooms[0].public_id}/open"
    asked = post(browser, one, page=f"{address}/console")
    assert asked.status_code == 409
    assert f'action="{one}"' in asked.text
    assert states(read, staged) == ["staged", "staged"]
    assert post(browser, one, page=f"{address}/console", past_end="1").status_code == 303
    assert states(read, staged) == ["open", "staged"]


@pytest.mark.complaint(3, 4)
def test_rooms_are_opened_extended_and_recalled(
    staged: World, client_for: Browser, address: str, read: Read
) -> None:
    browser, console = client_for("facilitator"), f"{address}/console"
    assert post(browser, f"{address}/open", page=console).status_code == 303
    assert states(read, staged) == ["open", "open"]
    before = read(select(Room.deadline_at).where(Room.id == staged.rooms[0].id))[0]
    post(browser, f"{address}/clock", page=console, act="more", minutes="5")
    after = read(select(Room.deadline_at).where(Room.id == staged.rooms[0].id))[0]
    assert (after - before).total_seconds() == 300
    post(browser, f"{address}/recall", page=console)
    assert states(read, staged) == ["closing", "closing"]
    left = read(select(Room.deadline_at).where(Room.id == staged.rooms[0].id))[0] - clock.now()
    assert 55 < left.total_seconds() <= 60
    post(browser, f"{address}/recall", page=console, immediately="1")
    assert read(select(Room.deadline_at).where(Room.id == staged.rooms[0].id))[0] <= clock.now()


def test_who_opens_rooms_that_another_has_just_opened_is_told(
    staged: World, client_for: Browser, address: str, read: Read
) -> None:
    assert post(client_for("facilitator"), f"{address}/open").status_code == 303
    deadlines = read(select(Room.deadline_at).where(Room.round_id == staged.round.id))
    answer = post(client_for("cofacilitator"), f"{address}/open")
    assert (answer.status_code, "are already open" in answer.text) == (409, True)
    assert read(select(Room.deadline_at).where(Room.round_id == staged.round.id)) == deadlines


def test_a_wrong_number_of_minutes_keeps_what_was_typed(
    world: World, client_for: Browser, address: str, read: Read
) -> None:
    fields = {"act": "more", "minutes": "9000"}
    answer = post(client_for("facilitator"), f"{address}/clock", page=f"{address}/console", **fields)
    assert answer.status_code == 422
    assert "9000" in answer.text
    assert "from 1 to 240" in answer.text


def test_one_room_gets_more_time_is_closed_and_reopened(
    world: World, client_for: Browser, address: str, db: Db, read: Read
) -> None:
    browser, room = client_for("facilitator"), f"/rooms/{world.rooms[0].public_id}"
    more = {"act": "more", "minutes": "5"}
    assert post(browser, f"{room}/clock", page=f"{address}/console", **more).status_code == 303
    assert post(browser, f"{room}/recall", page=f"{address}/console").status_code == 303
    assert states(read, world) == ["closing", "open"]
    db.refresh(world.rooms[0])
    world.rooms[0].state = "closed"
    db.commit()
    assert post(browser, f"{room}/reopen", page=f"{address}/console", minutes="10").status_code == 303
    assert states(read, world) == ["reopened", "open"]


@pytest.mark.complaint(11)
def test_people_are_moved_seated_and_unseated(
    world: World, client_for: Browser, address: str, read: Read
) -> None:
    browser = client_for("facilitator")
    kenya, late = (world.members[name].public_id for name in ("kenya", "late"))
    query = select(Room.number).join(Seat, Seat.room_id == Room.id).where(Seat.left_at.is_(None))
    post(
        browser, f"{address}/moves", page=f"{address}/console", member=[kenya, late], room="2", back="console"
    )
    for name in ("kenya", "late"):
        assert read(query.where(Seat.member_id == world.members[name].id)) == [2]
    post(browser, f"{address}/moves", page=f"{address}/console", member=kenya, room="none")
    assert read(query.where(Seat.member_id == world.members["kenya"].id)) == []


def test_nobody_is_moved_by_a_forged_form(world: World, client_for: Browser, address: str) -> None:
    browser = client_for("facilitator")
    for fields, status in (
        ({"member": "nosuchmember", "room": "2"}, 404),
        ({"room": "2"}, 404),
        ({"member": world.members["kenya"].public_id, "room": "99"}, 422),
        ({"member": world.members["kenya"].public_id, "room": "²"}, 422),
    ):
        assert post(browser, f"{address}/moves", page=f"{address}/console", **fields).status_code == status


def test_late_joiners_are_seated_with_one_button(
    world: World, client_for: Browser, address: str, read: Read
) -> None:
    answer = post(
        client_for("facilitator"), f"{address}/late-joiners", page=f"{address}/console", back="console"
    )
    assert answer.headers["Location"] == f"{address}/console"
    seats = select(Seat.room_id).where(Seat.member_id == world.members["late"].id)
    assert read(seats) == [world.rooms[1].id]


def test_duties_are_assigned(world: World, client_for: Browser, address: str, read: Read) -> None:
    room, canada = f"/rooms/{world.rooms[0].public_id}", world.members["canada"]
    browser = client_for("facilitator")
    fields = {"member": canada.public_id, "duty": "rapporteur"}
    assert post(browser, f"{room}/duty", page=f"{address}/console", **fields).status_code == 303
    assert read(
        select(Seat.member_id).where(Seat.duty == "rapporteur", Seat.room_id == world.rooms[0].id)
    ) == [canada.id]
    assert (
        post(browser, f"{room}/duty", page=f"{address}/console", member="", duty="moderator").status_code
        == 404
    )


@pytest.mark.parametrize("name", ["kenya", "panelist", "observer", "viewer"])
def test_only_staff_runs_a_round(world: World, client_for: Browser, address: str, name: str) -> None:
    browser, room = client_for(name), f"/rooms/{world.rooms[0].public_id}"
    acts = [f"{address}/{act}" for act in ("open", "clock", "recall", "late-joiners", "moves")]
    for act in [*acts, *(f"{room}/{act}" for act in ("clock", "recall", "reopen", "duty"))]:
        assert post(browser, act).status_code == 403, act
