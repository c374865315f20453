"""Coming in: who is called again, and who is not."""

import pytest
from sqlalchemy import select

from consult.announce.models import OutboxEvent
from consult.db import Db
from consult.errors import Conflict, NotAllowed
from consult.rooms import entering, presence
from consult.rooms import queries as rooms
from consult.rooms.models import Room
from consult.rooms.presence import Whereabouts
from tests.cast import World


def put(db: Db, world: World, **where: int | None) -> None:
    """Where people are: a room's row id, None for another page. Who is not named is away."""
    places = {
        world.members[name].id: Whereabouts(world.consultation.id, room) for name, room in where.items()
    }
    presence.seen(db, places, process="alpha")
    db.flush()


def called(db: Db) -> dict[str, str]:
    rows = db.execute(select(OutboxEvent).where(OutboxEvent.name == "seat.called")).scalars()
    return {entry.audience: entry.data["room"] for entry in rows}


def test_all_rooms_are_called_in_at_once_each_to_its_own(db: Db, world: World) -> None:
    one, two = world.rooms
    put(db, world, kenya=one.id, canada=None, philippines=one.id, late=None)
    found = entering.nudge(db, world.actor(db, "facilitator"), world.rooms)
    assert {person.name for person in found} == {"Delegate CAN-1", "Delegate PHL-1"}, (
        "one who is in their room, one away and one without a seat are left alone"
    )
    assert called(db) == {
        f"member:{world.members['canada'].public_id}": one.public_id,
        f"member:{world.members['philippines'].public_id}": two.public_id,
    }


def test_one_room_calls_its_own_people(db: Db, world: World) -> None:
    put(db, world, canada=None, philippines=None)
    entering.nudge(db, world.actor(db, "facilitator"), world.rooms[1:])
    assert list(called(db)) == [f"member:{world.members['philippines'].public_id}"]


def test_nobody_is_called_who_is_there_nor_into_a_room_that_is_not_open(db: Db, world: World) -> None:
    facilitator = world.actor(db, "facilitator")
    put(db, world, canada=world.rooms[0].id, philippines=None)
    with pytest.raises(Conflict, match="all_entered"):
        entering.nudge(db, facilitator, world.rooms[:1])
    world.rooms[1].state = "closed"
    for chosen in (world.rooms, world.rooms[1:], list[Room]()):
        with pytest.raises(Conflict, match="not_open"):
            entering.nudge(db, facilitator, chosen)
    people = rooms.people_of_round(db, world.round)
    assert entering.not_entered(people, world.rooms) == []
    assert called(db) == {}


def test_only_who_runs_the_rooms_calls_people_in(db: Db, world: World) -> None:
    put(db, world, canada=None)
    with pytest.raises(NotAllowed):
        entering.nudge(db, world.actor(db, "kenya"), world.rooms)
