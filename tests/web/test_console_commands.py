"""The command bar, what can be taken back, and the log of acts."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

import consult
from consult import clock
from consult.db import Db
from consult.proceedings import regrouping
from consult.proceedings import service as proceedings
from consult.rooms import service as rooms
from consult.rooms.models import Room, Seat
from consult.web.console_log import words_for_acts
from tests.cast import World
from tests.conftest import post
from tests.web.conftest import Read

Browser = Callable[[str], FlaskClient]


@pytest.fixture
def address(world: World) -> str:
    return f"/rounds/{world.round.public_id}"


def typed(browser: FlaskClient, address: str, line: str) -> object:
    return post(browser, f"{address}/command", page=f"{address}/console", line=line)


def test_one_staged_room_is_opened_by_command(
    world: World, db: Db, client_for: Browser, address: str, read: Read
) -> None:
    for room in world.rooms:
        room.state, room.opened_at, room.deadline_at = "staged", None, None
    db.commit()
    browser = client_for("facilitator")
    states = select(Room.state).where(Room.round_id == world.round.id).order_by(Room.number)
    assert "or some: open 3" in browser.get(f"{address}/console").text
    assert typed(browser, address, "open 2").status_code == 303
    assert read(states) == ["staged", "open"]
    assert "Room 2 is open." in browser.get(f"{address}/console").text
    assert typed(browser, address, "open 2").status_code == 409
    assert typed(browser, address, "open 7").status_code == 422
    assert typed(browser, address, "open").status_code == 303
    assert read(states) == ["open", "open"]


def room_of(read: Read, world: World, name: str) -> list[int]:
    query = select(Room.number).join(Seat, Seat.room_id == Room.id).where(Seat.left_at.is_(None))
    return read(query.where(Seat.member_id == world.members[name].id))


def test_the_clock_obeys_and_the_act_can_be_taken_back(
    world: World, client_for: Browser, address: str, read: Read
) -> None:
    browser, deadline = client_for("facilitator"), select(Room.deadline_at).order_by(Room.id)
    query = deadline.where(Room.round_id == world.round.id)
    before = read(query)
    assert typed(browser, address, "+5").status_code == 303
    assert [(after - was).total_seconds() for after, was in zip(read(query), before, strict=True)] == [
        300,
        300,
    ]
    console = browser.get(f"{address}/console").text
    assert f'action="{address}/clock"' in console[console.index('class="undo"') :]
    assert typed(browser, address, "+1 2").status_code == 303
    assert [(after - was).total_seconds() for after, was in zip(read(query), before, strict=True)] == [
        300,
        360,
    ]


def undone(browser: FlaskClient, address: str) -> object:
    """Press Undo, as it is offered."""
    part = browser.get(f"{address}/console?part=undo").text
    assert 'class="undo"' in part
    target = re.search(r'action="([^"]+)"', part)
    assert target
    fields = dict(re.findall(r'name="([a-z_]+)" value="([^"]*)"', part))
    return browser.post(target.group(1), data=fields)


def minutes_moved(read: Read, world: World, before: datetime) -> list[float]:
    query = select(Room.deadline_at).where(Room.round_id == world.round.id).order_by(Room.number)
    return [(after - before).total_seconds() / 60 for after in read(query)]


@pytest.mark.parametrize(
    ("line", "moved"), [("+5 2", [0, 5]), ("-5 2", [0, -5]), ("+5", [5, 5]), ("pause 2", [0, 0])]
)
def test_what_is_taken_back_is_what_was_done_and_nothing_else(
    world: World, client_for: Browser, address: str, read: Read, db: Db, line: str, moved: list[float]
) -> None:
    """Undo acted on the whole round, whatever the act had been about."""
    browser, before = client_for("facilitator"), world.rooms[0].deadline_at
    assert before
    assert typed(browser, address, line).status_code == 303
    assert minutes_moved(read, world, before) == moved
    rooms.pause(db, world.actor(db, "cofacilitator"), [world.rooms[0]])
    db.commit()
    assert undone(browser, address).status_code == 303
    after = minutes_moved(read, world, before)
    assert after[0] == moved[0] - (moved[0] if line == "+5" else 0)
    assert abs(after[1]) < 0.1
    paused = read(select(Room.number).where(Room.paused_at.is_not(None), Room.round_id == world.round.id))
    assert paused == [1], "what somebody else did to the other room stands"
    assert 'class="undo"' not in browser.get(f"{address}/console?part=undo").text, "once is enough"


def test_a_press_on_the_strip_can_be_taken_back_as_well(
    world: World, client_for: Browser, address: str, read: Read
) -> None:
    browser, before = client_for("facilitator"), world.rooms[0].deadline_at
    assert before
    post(browser, f"{address}/clock", page=f"{address}/console", act="more", minutes="5", seen="open")
    assert undone(browser, address).status_code == 303
    assert minutes_moved(read, world, before) == [0, 0]


def test_taking_back_does_not_take_a_recall_back(
    world: World, client_for: Browser, address: str, db: Db, read: Read
) -> None:
    browser = client_for("facilitator")
    typed(browser, address, "-5")
    proceedings.recall(db, world.actor(db, "cofacilitator"), world.round)
    db.commit()
    assert undone(browser, address).status_code == 409
    assert set(read(select(Room.state).where(Room.round_id == world.round.id))) == {"closing"}
    typed(browser, address, "+5")
    assert 'class="undo"' not in browser.get(f"{address}/console?part=undo").text, "a recall is not an undo"


def test_opening_past_the_sessions_end_is_asked_about_and_done_when_confirmed(
    world: World, client_for: Browser, address: str, db: Db, read: Read
) -> None:
    for room in world.rooms:
        room.state, room.deadline_at = "staged", None
    world.session.ends_at = clock.now() + timedelta(minutes=10)
    db.commit()
    browser, states = client_for("facilitator"), select(Room.state).where(Room.round_id == world.round.id)
    asked = typed(browser, address, "open")
    assert (asked.status_code, "Run past the end of the session" in asked.text) == (409, True)
    assert f'action="{address}/command"' in asked.text
    assert set(read(states)) == {"staged"}
    assert post(browser, f"{address}/command", line="open", past_end="1").status_code == 303
    assert set(read(states)) == {"open"}


def test_a_person_is_moved_by_name_and_back(
    world: World, client_for: Browser, address: str, read: Read
) -> None:
    browser = client_for("facilitator")
    assert typed(browser, address, "move ken-1 to 2").status_code == 303
    assert room_of(read, world, "kenya") == [2]
    assert 'class="undo"' in browser.get(f"{address}/console?part=undo").text
    seat = f"{world.members['kenya'].public_id}.1.2"
    assert post(browser, f"{address}/moves/back", seat=seat).status_code == 303
    assert room_of(read, world, "kenya") == [1]


def test_a_move_is_not_taken_back_over_somebody_elses(
    world: World, client_for: Browser, address: str, db: Db, read: Read
) -> None:
    """Two facilitators at once: the second move stands, and the first is told."""
    browser = client_for("facilitator")
    typed(browser, address, "move chl-1 to 2")
    other = world.actor(db, "cofacilitator")
    rooms.move_member(db, other, world.rooms[0], world.members["late"])
    db.commit()
    answer = post(browser, f"{address}/moves/back", seat=f"{world.members['late'].public_id}.0.2")
    assert (answer.status_code, "somebody else moved them meanwhile" in answer.text) == (409, True)
    assert room_of(read, world, "late") == [1]


def test_after_ten_seconds_there_is_nothing_to_take_back(
    world: World, client_for: Browser, address: str
) -> None:
    browser, now = client_for("facilitator"), clock.now()
    typed(browser, address, "+5")
    clock.set_source(lambda: now + timedelta(seconds=60))
    assert 'class="undo"' not in browser.get(f"{address}/console?part=undo").text


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("fly", "That is not a command"),
        ("join 9", "Rooms are numbered 1 to 2 here"),
        ("move nobody to 1", "Nobody is called nobody here"),
        ("move delegate to 1", "Several people fit delegate"),
        ("+5 9", "Rooms are numbered 1 to 2 here"),
    ],
)
def test_what_cannot_be_done_is_said(client_for: Browser, address: str, line: str, words: str) -> None:
    answer = typed(client_for("facilitator"), address, line)
    assert (answer.status_code, words in answer.text) == (422, True)


def test_going_to_a_room_from_the_command_bar(world: World, client_for: Browser, address: str) -> None:
    browser, room = client_for("facilitator"), f"/rooms/{world.rooms[1].public_id}"
    assert typed(browser, address, "join 2").headers["Location"] == room
    assert typed(browser, address, "watch 2").headers["Location"] == f"{room}?as=observer"


def test_the_log_knows_every_act_on_rooms_and_seats(app: Flask) -> None:
    """An act whose name the log does not know would be missing from it without a word."""
    acts = set()
    for folder in ("rooms", "proceedings"):
        for path in (Path(consult.__file__).parent / folder).glob("*.py"):
            calls = re.findall(
                r"(?:audit\.record|_record)\((?:[^()]|\([^()]*\))*?\"([a-z]+\.[a-z_]+)\"", path.read_text()
            )
            acts |= {
                act
                for act in calls
                if act.partition(".")[0] in ("room", "rooms", "seat", "help", "broadcast")
            }
    assert {"rooms.merged", "room.split", "seat.moved", "rooms.paused"} <= acts
    with app.test_request_context():
        assert acts <= set(words_for_acts())


def test_the_log_names_a_merge_and_a_split(db: Db, world: World, client_for: Browser, address: str) -> None:
    staff = world.actor(db, "facilitator")
    regrouping.split_room(db, staff, world.rooms[0], people=[world.members["canada"]])
    regrouping.merge_rooms(db, staff, *world.rooms)
    db.commit()
    page = client_for("facilitator").get(f"{address}/console?log=1&part=sheet").text
    assert "split the room in two (Room 3)" in page
    assert "merged the room into another one (Room 2)" in page


def test_the_log_says_who_did_what_where(world: World, client_for: Browser, address: str) -> None:
    browser = client_for("facilitator")
    typed(browser, address, "move ken-1 to 2")
    typed(browser, address, "recall 1")
    page = browser.get(f"{address}/console?log=1&part=sheet").text
    assert page.index("recalled to plenary") < page.index("moved")
    assert "Delegate MEX-1" in page
    assert "Delegate KEN-1" in page
    assert "Room 2" in page
