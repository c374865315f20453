"""Facilitators write to rooms; people confirm that they read it; facilitators see how many did."""

import pytest

from consult.db import Db
from consult.errors import Conflict, Invalid, NotAllowed, NotFound
from consult.rooms import broadcasts
from tests.cast import World
from tests.rooms.test_seats import told_to


def test_all_rooms_hear_it_and_readers_are_counted_once(db: Db, world: World) -> None:
    facilitator = world.actor(db, "facilitator")
    message = broadcasts.send(db, facilitator, world.round, world.rooms, text="  Two minutes.\x07 ")
    assert message.text == "Two minutes."
    for room in world.rooms:
        assert told_to(db, f"room:{room.public_id}")[-1] == "broadcast.sent"
    for name in ("kenya", "kenya", "canada"):
        broadcasts.confirm(db, world.actor(db, name), world.rooms[0], message.public_id)
    (sent,) = broadcasts.sent_in(db, world.round)
    assert (sent.rooms, sent.people, sent.readers, sent.by) == ((1, 2), 5, 2, "Delegate MEX-1")
    assert told_to(db, f"staff:{world.consultation.public_id}") == ["broadcast.sent"] + ["broadcast.read"] * 2


def test_only_the_rooms_that_were_chosen_receive_it(db: Db, world: World) -> None:
    facilitator = world.actor(db, "facilitator")
    message = broadcasts.send(db, facilitator, world.round, world.rooms[:1], text="Room 1 only")
    (received,) = broadcasts.unread_in(db, world.actor(db, "kenya"), world.rooms[0])
    assert received.text == "Room 1 only"
    assert broadcasts.unread_in(db, world.actor(db, "philippines"), world.rooms[1]) == []
    with pytest.raises(NotFound):
        broadcasts.confirm(db, world.actor(db, "philippines"), world.rooms[1], message.public_id)
    broadcasts.confirm(db, world.actor(db, "kenya"), world.rooms[0], message.public_id)
    assert broadcasts.unread_in(db, world.actor(db, "kenya"), world.rooms[0]) == []
    assert broadcasts.unread_in(db, world.actor(db, "canada"), world.rooms[0])


def test_newer_messages_hide_no_older_one_that_is_unread(db: Db, world: World) -> None:
    facilitator, kenya = world.actor(db, "facilitator"), world.actor(db, "kenya")
    sent = [
        broadcasts.send(db, facilitator, world.round, world.rooms, text=f"Message {number}")
        for number in range(1, 7)
    ]
    for message in sent[2:]:
        broadcasts.confirm(db, kenya, world.rooms[0], message.public_id)
    assert [found.text for found in broadcasts.unread_in(db, kenya, world.rooms[0])] == [
        "Message 2",
        "Message 1",
    ]


def test_five_hundred_characters_and_no_more(db: Db, world: World) -> None:
    facilitator = world.actor(db, "facilitator")
    broadcasts.send(db, facilitator, world.round, world.rooms, text="w" * 500)
    for text in ("w" * 501, " \n "):
        with pytest.raises(Invalid):
            broadcasts.send(db, facilitator, world.round, world.rooms, text=text)


def test_only_staff_writes_to_rooms_and_only_to_rooms_with_people(db: Db, world: World) -> None:
    with pytest.raises(NotAllowed):
        broadcasts.send(db, world.actor(db, "kenya"), world.round, world.rooms, text="Hello")
    for room in world.rooms:
        room.state = "closed"
    with pytest.raises(Conflict, match=r"broadcast\.no_rooms"):
        broadcasts.send(db, world.actor(db, "facilitator"), world.round, world.rooms, text="Hello")
