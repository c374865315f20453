"""The clock's routes: of one room and of all, and the question before rooms run past the session's end."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from consult import clock
from consult.db import Db
from consult.rooms.models import Room
from tests.cast import World
from tests.conftest import post
from tests.web.conftest import Read

Browser = Callable[[str], FlaskClient]


@pytest.mark.complaint(1, 3)
def test_one_room_or_all_get_more_less_and_other_time(world: World, client_for: Browser, read: Read) -> None:
    browser, round_ = client_for("facilitator"), f"/rounds/{world.round.public_id}"
    console, room = f"{round_}/console", f"/rooms/{world.rooms[0].public_id}"
    before = world.rooms[0].deadline_at
    assert before
    for address, fields in (
        (round_, {"act": "more", "minutes": "5"}),
        (round_, {"act": "less", "minutes": "3"}),
        (room, {"act": "more", "minutes": "1"}),
    ):
        assert post(browser, f"{address}/clock", page=console, **fields).headers["Location"] == console
    deadlines = read(select(Room.deadline_at).where(Room.round_id == world.round.id).order_by(Room.number))
    assert deadlines == [before + timedelta(minutes=3), before + timedelta(minutes=2)]


def test_a_pause_is_shown_in_the_room_and_ends_again(world: World, client_for: Browser, read: Read) -> None:
    browser, room = client_for("facilitator"), f"/rooms/{world.rooms[0].public_id}"
    answer = post(browser, f"{room}/clock", page=room, act="pause", back="room")
    assert answer.headers["Location"] == room
    page = client_for("kenya").get(room).text
    assert 'data-phase="paused"' in page
    assert "Paused at 30:00" in page or "Paused at 29:" in page
    post(browser, f"{room}/clock", page=room, act="resume", back="room")
    assert 'data-phase="calm"' in client_for("kenya").get(room).text


def test_room_and_console_ask_what_one_wants_to_hear_and_have_one_clock_that_sounds(
    world: World, client_for: Browser
) -> None:
    for address in (f"/rooms/{world.rooms[0].public_id}", f"/rounds/{world.round.public_id}/console?room=1"):
        page = client_for("facilitator").get(address).text
        assert page.count("data-clock-sounds-value") == 1
        assert page.count('data-controller="hearing"') == 1
        assert "Mute time announcements" in page


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"act": "stop"},
        {"act": "more"},
        {"act": "more", "minutes": "-5"},
        {"act": "set", "minutes": "999"},
    ],
)
def test_a_forged_form_changes_no_clock(
    world: World, client_for: Browser, read: Read, fields: dict[str, str]
) -> None:
    round_ = f"/rounds/{world.round.public_id}"
    answer = post(client_for("facilitator"), f"{round_}/clock", page=f"{round_}/console", **fields)
    assert answer.status_code == 422
    assert set(read(select(Room.deadline_at).where(Room.round_id == world.round.id))) == {
        world.rooms[0].deadline_at
    }


def test_the_page_asks_before_rooms_run_past_the_end_of_the_session(
    db: Db, world: World, client_for: Browser, read: Read
) -> None:
    world.session.ends_at = clock.now() + timedelta(minutes=31)
    db.commit()
    browser, address = client_for("facilitator"), f"/rounds/{world.round.public_id}/clock"
    console = f"/rounds/{world.round.public_id}/console"
    before = world.rooms[0].deadline_at
    assert before
    asked = post(browser, address, page=console, act="more", minutes="5")
    assert asked.status_code == 409
    assert "Run past the end of the session" in asked.text
    for kept in ('name="act" value="more"', 'name="minutes" value="5"', 'name="past_end" value="1"'):
        assert kept in asked.text
    assert set(read(select(Room.deadline_at).where(Room.round_id == world.round.id))) == {before}
    sure = post(browser, address, page=console, act="more", minutes="5", past_end="1")
    assert sure.status_code == 303
    assert set(read(select(Room.deadline_at).where(Room.round_id == world.round.id))) == {
        before + timedelta(minutes=5)
    }


def test_every_form_on_the_clock_says_what_the_page_showed(
    world: World, client_for: Browser, read: Read
) -> None:
    """Two facilitators at once: the guard is of no use when no page sends what it showed."""
    round_, room = f"/rounds/{world.round.public_id}", f"/rooms/{world.rooms[0].public_id}"
    browser = client_for("facilitator")

    def shown(address: str) -> list[str]:
        found = re.findall(r'name="seen"(?: form="[a-z-]+")? value="([^"]*)"', browser.get(address).text)
        return [seen for seen in found if "." not in seen]  # with a dot: where a person sits

    assert shown(f"{round_}/console") == ["open"] * 5
    assert set(shown(f"{round_}/console?room=1&part=sheet")) == {"open"}
    post(client_for("cofacilitator"), f"{room}/recall", page=f"{round_}/console")
    assert shown(f"{round_}/console") == ["closing 1"] * 5
    assert set(shown(f"{round_}/console?room=1&part=sheet")) == {"closing"}
    more = {"act": "more", "minutes": "5"}
    stale = post(browser, f"{room}/clock", page=f"{round_}/console", seen="open", **more)
    assert (stale.status_code, "recalled meanwhile" in stale.text) == (409, True)
    assert post(browser, f"{round_}/clock", page=f"{round_}/console", seen="open", **more).status_code == 303
    states = select(Room.state).where(Room.round_id == world.round.id).order_by(Room.number)
    assert read(states) == ["closing", "open"], "the others get their time"
    post(browser, f"{round_}/clock", page=f"{round_}/console", seen="closing 1", **more)
    assert read(states) == ["open", "open"]


@pytest.mark.parametrize("fields", [{"rooms": "9"}, {"rooms": "x"}])
def test_a_clock_that_is_not_there_is_not_taken_for_all(
    world: World, client_for: Browser, read: Read, fields: dict[str, str]
) -> None:
    round_ = f"/rounds/{world.round.public_id}"
    answer = post(client_for("facilitator"), f"{round_}/clock", act="more", minutes="5", **fields)
    assert answer.status_code == 422


def test_who_saw_open_rooms_does_not_take_a_recall_back_unawares(
    world: World, client_for: Browser, read: Read
) -> None:
    round_ = f"/rounds/{world.round.public_id}"
    post(client_for("cofacilitator"), f"{round_}/recall", page=f"{round_}/console")
    fields = {"act": "more", "minutes": "5", "seen": "open"}
    answer = post(client_for("facilitator"), f"{round_}/clock", page=f"{round_}/console", **fields)
    assert answer.status_code == 409
    assert "recalled meanwhile" in answer.text
    assert set(read(select(Room.state).where(Room.round_id == world.round.id))) == {"closing"}


@pytest.mark.parametrize("by", ["form", "command", "one room"])
def test_a_recall_is_taken_back_with_the_minutes_that_were_left(
    world: World, client_for: Browser, read: Read, by: str
) -> None:
    browser, round_ = client_for("facilitator"), f"/rounds/{world.round.public_id}"
    console, before = f"{round_}/console", world.rooms[0].deadline_at
    assert before
    if by == "command":
        post(browser, f"{round_}/command", page=console, line="recall")
    else:
        address = round_ if by == "form" else f"/rooms/{world.rooms[0].public_id}"
        post(browser, f"{address}/recall", page=console)
    recalled = select(Room.state).where(Room.round_id == world.round.id).order_by(Room.number)
    assert read(recalled) == ["closing", "open" if by == "one room" else "closing"]
    offered = browser.get(f"{console}?part=undo").text
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', offered))
    assert (fields["act"], fields["minutes"]) == ("set", "30")
    post(browser, f"{round_}/clock", page=console, **{k: v for k, v in fields.items() if k != "csrf_token"})
    assert read(recalled) == ["open", "open"]
    deadlines = read(select(Room.deadline_at).where(Room.round_id == world.round.id))
    assert all(abs(deadline - before) < timedelta(minutes=1) for deadline in deadlines)
    assert "Undo" not in browser.get(f"{console}?part=undo").text


def test_a_recall_is_not_taken_back_where_rooms_would_not_get_their_own_time_again(
    world: World, client_for: Browser
) -> None:
    browser, round_ = client_for("facilitator"), f"/rounds/{world.round.public_id}"
    console = f"{round_}/console"
    for act in ({"act": "more", "minutes": "7"}, {"act": "pause"}):
        post(browser, f"/rooms/{world.rooms[0].public_id}/clock", page=console, **act)
        post(browser, f"{round_}/recall", page=console)
        assert "Undo" not in browser.get(f"{console}?part=undo").text
        post(browser, f"{round_}/clock", page=console, act="set", minutes="20", seen="closing")
    post(browser, f"{round_}/recall", page=console, immediately="1")
    assert "Undo" not in browser.get(f"{console}?part=undo").text
