"""The speaking queue: hand up, called, done; who has not been heard."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from consult import clock
from consult.announce.models import OutboxEvent
from consult.db import Db
from consult.errors import Conflict, Invalid, NotAllowed, NotFound
from consult.proceedings import service as proceedings
from consult.rooms import queue
from consult.rooms import service as rooms
from tests.cast import World

marks = st.lists(st.sampled_from(["AF", "AP", "EE", "LA", "WE", "OB", "ST"]), max_size=12)


@pytest.fixture(autouse=True)
def ticking() -> None:
    """Every look at the clock is a second later, so that hands have an order."""
    start, looks = clock.now(), iter(range(10_000))
    clock.set_source(lambda: start + timedelta(seconds=next(looks)))


def waiting(db: Db, world: World) -> list[str]:
    return [turn.name for turn in queue.queue_of(db, world.rooms[0]).waiting]


def speaking(db: Db, world: World) -> str | None:
    found = queue.queue_of(db, world.rooms[0]).speaking
    return found.name if found else None


@given(seated=marks, heard=marks)
def test_a_group_is_not_heard_exactly_while_it_sits_there_and_nobody_of_it_spoke(
    seated: list[str], heard: list[str]
) -> None:
    missing = queue.not_yet_heard(seated, heard)
    assert set(missing) == set(seated) - set(heard)
    assert len(missing) == len(set(missing))


def test_hands_are_served_in_the_order_they_went_up(db: Db, world: World) -> None:
    room, moderator = world.rooms[0], world.actor(db, "kenya")
    for name in ("canada", "ngo", "canada"):
        queue.raise_hand(db, world.actor(db, name), room)
    assert waiting(db, world) == ["Delegate CAN-1", "Person NGO-1"], "a hand that is up stays where it is"
    queue.call(db, moderator, room)
    assert (speaking(db, world), waiting(db, world)) == ("Delegate CAN-1", ["Person NGO-1"])
    queue.call(db, moderator, room)
    assert (speaking(db, world), waiting(db, world)) == ("Person NGO-1", [])
    queue.lower_hand(db, world.actor(db, "ngo"), room)
    assert speaking(db, world) is None
    with pytest.raises(Conflict, match=r"hand.nobody"):
        queue.call(db, moderator, room)
    with pytest.raises(Conflict, match=r"hand.gone"):
        queue.lower_hand(db, world.actor(db, "ngo"), room)


def test_the_moderator_may_call_anybody_of_the_room(db: Db, world: World) -> None:
    room, moderator = world.rooms[0], world.actor(db, "kenya")
    queue.raise_hand(db, world.actor(db, "canada"), room)
    queue.call(db, moderator, room, world.members["ngo"])
    assert (speaking(db, world), waiting(db, world)) == ("Person NGO-1", ["Delegate CAN-1"])
    with pytest.raises(NotFound):
        queue.call(db, moderator, room, world.members["philippines"])


def test_a_turn_lasts_as_long_as_the_moderator_set(db: Db, world: World) -> None:
    room, moderator = world.rooms[0], world.actor(db, "kenya")
    queue.call(db, moderator, room, world.members["canada"])
    for minutes in (3, 2):
        queue.set_talk_time(db, moderator, room, minutes=minutes)
        found = queue.queue_of(db, room)
        assert found.speaking
        assert found.speaking.called_at
        assert found.ends_at == found.speaking.called_at + timedelta(minutes=minutes)
    for minutes in (0, 16):
        with pytest.raises(Invalid):
            queue.set_talk_time(db, moderator, room, minutes=minutes)


def test_groups_that_were_not_heard_are_known_until_one_of_them_speaks(db: Db, world: World) -> None:
    room, moderator = world.rooms[0], world.actor(db, "kenya")
    assert queue.queue_of(db, room).not_heard == ["AF", "WE", "ST"]
    queue.raise_hand(db, world.actor(db, "canada"), room)
    assert queue.queue_of(db, room).not_heard == ["AF", "WE", "ST"], "a hand is not a word"
    queue.call(db, moderator, room)
    queue.lower_hand(db, world.actor(db, "canada"), room)
    assert queue.queue_of(db, room).not_heard == ["AF", "ST"]


def test_who_moves_to_another_room_takes_the_hand_down_and_so_does_the_close(db: Db, world: World) -> None:
    room, facilitator = world.rooms[0], world.actor(db, "facilitator")
    for name in ("canada", "ngo"):
        queue.raise_hand(db, world.actor(db, name), room)
    rooms.move_member(db, facilitator, world.rooms[1], world.members["canada"])
    assert waiting(db, world) == ["Person NGO-1"]
    proceedings.recall(db, facilitator, world.round, immediately=True)
    proceedings.close_due(db, clock.now())
    assert waiting(db, world) == []


def test_the_room_and_nobody_else_is_told(db: Db, world: World) -> None:
    queue.raise_hand(db, world.actor(db, "canada"), world.rooms[0])
    told = db.scalars(select(OutboxEvent.audience).where(OutboxEvent.name == "queue.changed")).all()
    assert told == [f"room:{world.rooms[0].public_id}"]


@pytest.mark.complaint(16)
@pytest.mark.parametrize("name", ["canada", "ngo", "philippines", "viewer"])
def test_only_moderator_rapporteur_and_facilitators_give_the_floor(db: Db, world: World, name: str) -> None:
    queue.raise_hand(db, world.actor(db, "canada"), world.rooms[0])
    actor = world.actor(db, name)
    for act in (
        lambda: queue.call(db, actor, world.rooms[0]),
        lambda: queue.set_talk_time(db, actor, world.rooms[0], minutes=2),
        lambda: queue.lower_hand(db, actor, world.rooms[0], world.members["kenya"]),
    ):
        with pytest.raises(NotAllowed):
            act()


@pytest.mark.parametrize("name", ["philippines", "panelist", "viewer", "late"])
def test_only_who_sits_in_the_room_raises_a_hand(db: Db, world: World, name: str) -> None:
    with pytest.raises(NotAllowed):
        queue.raise_hand(db, world.actor(db, name), world.rooms[0])
