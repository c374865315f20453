"""The way of a room through its round: suggested minutes, who moves it on, how long a step takes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from consult import clock
from consult.announce.models import OutboxEvent
from consult.db import Db
from consult.errors import Conflict, Invalid, NotAllowed
from consult.proceedings import service as proceedings
from consult.proceedings.regrouping import split_room
from consult.rooms import agenda, steps
from consult.rooms import service as rooms
from tests.cast import World

START = datetime(2017, 6, 19, 13, 0, tzinfo=UTC)
seconds = st.integers(min_value=0, max_value=20_000).map(lambda n: timedelta(seconds=n))


@given(minutes=st.integers(min_value=1, max_value=240))
def test_suggested_minutes_add_up_to_the_round_in_proportion(minutes: int) -> None:
    found = steps.suggested(minutes)
    assert list(found) == list(steps.STEPS)
    assert sum(found.values()) == minutes
    for step, share in steps.SHARES.items():
        exact = minutes * share / 100
        assert abs(found[step] - exact) < 1 or (found[step] == 1 and exact < 1) or minutes < 20, step
    assert minutes < 6 or min(found.values()) >= 1


def test_an_hour_and_shorter_rounds() -> None:
    assert sum(steps.SHARES.values()) == 100
    assert list(steps.suggested(60).values()) == [3, 9, 15, 6, 21, 6]
    assert list(steps.suggested(6).values()) == [1, 1, 1, 1, 1, 1]
    assert sum(steps.suggested(2).values()) == 2


def test_steps_follow_each_other() -> None:
    assert steps.step_before(steps.FIRST) is None
    assert steps.next_step("read_back") is None
    for step in steps.STEPS[:-1]:
        following = steps.next_step(step)
        assert following
        assert steps.step_before(following) == step


@given(before=seconds, pause=seconds, after=seconds)
def test_a_pause_does_not_count(before: timedelta, pause: timedelta, after: timedelta) -> None:
    paused = START + before
    now = paused + pause
    assert steps.seconds_taken(START, now, paused=paused) == before.total_seconds()
    began = steps.began_after_pause(START, paused, now)
    assert steps.seconds_taken(began, now + after) == (before + after).total_seconds()


@given(pause=seconds, into=seconds)
def test_a_step_begun_during_a_pause_starts_with_the_clock(pause: timedelta, into: timedelta) -> None:
    began, now = START + into, START + into + pause
    assert steps.seconds_taken(began, now, paused=START) == 0
    assert steps.began_after_pause(began, START, now) == now


@pytest.fixture
def moment() -> list[datetime]:
    """The time of the test; replace its one entry to let time pass."""
    now = [clock.now()]
    clock.set_source(lambda: now[0])
    return now


def lead(db: Db, world: World, name: str, duty: str = "moderator") -> None:
    rooms.assign_duty(db, world.actor(db, "facilitator"), world.rooms[0], world.members[name], duty=duty)


def test_a_room_begins_with_names_when_it_opens_and_who_leads_it_moves_it(
    db: Db, world: World, moment: list[datetime]
) -> None:
    lead(db, world, "canada")
    room = world.rooms[0]
    assert room.opened_at
    moment[0] = room.opened_at + timedelta(minutes=4)
    assert agenda.standing_of(room, minutes=30).step == "names"
    assert agenda.standing_of(room, minutes=30).taken == 240
    agenda.move(db, world.actor(db, "canada"), room, to="ideas", seen="names")
    moment[0] += timedelta(seconds=30)
    assert (room.step, agenda.standing_of(room, minutes=30).taken) == ("ideas", 30)
    agenda.move(db, world.actor(db, "facilitator"), room, to="names", seen="ideas")
    assert (room.step, agenda.standing_of(room, minutes=30).taken) == ("names", 0)
    told = db.execute(
        select(OutboxEvent.audience, OutboxEvent.data).where(OutboxEvent.name == "step.changed")
    ).all()
    assert {audience.partition(":")[0] for audience, _data in told} == {"room", "session"}
    assert [data["step"] for _audience, data in told] == ["ideas", "ideas", "names", "names"]


def test_two_who_press_at_once_move_it_once_and_an_old_page_moves_nothing(db: Db, world: World) -> None:
    room, facilitator = world.rooms[0], world.actor(db, "facilitator")
    for _press in range(2):
        agenda.move(db, facilitator, room, to="ideas", seen="names")
    assert room.step == "ideas"
    agenda.move(db, facilitator, room, to="discuss", seen="ideas")
    with pytest.raises(Conflict, match=r"step\.moved"):
        agenda.move(db, facilitator, room, to="ideas", seen="names")
    for to, seen in (("draft", "discuss"), ("dance", "discuss"), ("names", "dance")):
        with pytest.raises(Invalid):
            agenda.move(db, facilitator, room, to=to, seen=seen)
    assert room.step == "discuss"


@pytest.mark.parametrize("name", ["kenya", "ngo", "philippines", "viewer", "late"])
def test_nobody_else_moves_it(db: Db, world: World, name: str) -> None:
    with pytest.raises(NotAllowed):
        agenda.move(db, world.actor(db, name), world.rooms[0], to="ideas", seen="names")


def test_a_deputy_stands_in(db: Db, world: World) -> None:
    lead(db, world, "ngo", "deputy")
    agenda.move(db, world.actor(db, "ngo"), world.rooms[0], to="ideas", seen="names")
    assert world.rooms[0].step == "ideas"


def test_pauses_do_not_count_and_a_reopened_room_starts_its_step_anew(
    db: Db, world: World, moment: list[datetime]
) -> None:
    room, facilitator = world.rooms[0], world.actor(db, "facilitator")
    assert room.opened_at
    moment[0] = room.opened_at + timedelta(minutes=2)
    rooms.pause(db, facilitator, [room])
    moment[0] += timedelta(minutes=5)
    assert agenda.standing_of(room, minutes=30).taken == 120
    rooms.resume(db, facilitator, [room])
    moment[0] += timedelta(minutes=1)
    assert agenda.standing_of(room, minutes=30).taken == 180
    agenda.move(db, facilitator, room, to="ideas", seen="names")
    proceedings.recall(db, facilitator, world.round, immediately=True)
    proceedings.close_due(db, clock.now())
    db.refresh(room)
    with pytest.raises(NotAllowed, match=r"room\.closed"):
        agenda.move(db, facilitator, room, to="discuss", seen="ideas")
    moment[0] += timedelta(hours=1)
    assert agenda.standing_of(room, minutes=30).taken == 0
    proceedings.reopen_room(db, facilitator, room, minutes=10)
    moment[0] += timedelta(minutes=3)
    assert (room.step, agenda.standing_of(room, minutes=30).taken) == ("ideas", 180)


def test_a_room_that_is_split_off_is_where_its_room_was(db: Db, world: World) -> None:
    room, facilitator = world.rooms[0], world.actor(db, "facilitator")
    agenda.move(db, facilitator, room, to="ideas", seen="names")
    made = split_room(db, facilitator, room, people=[world.members["canada"]])
    assert (made.step, made.step_at) == ("ideas", room.step_at)
