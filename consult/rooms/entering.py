"""Coming in: who has a seat in an open room and is somewhere else, and calling them again."""

from collections.abc import Collection, Iterable

from consult.announce import audiences, outbox
from consult.announce.events import SeatCalled
from consult.db import Db
from consult.errors import Conflict
from consult.permissions.actor import Actor
from consult.permissions.check import require
from consult.permissions.names import Permission
from consult.rooms.models import EDITABLE, Room
from consult.rooms.queries import Person, seated_in


def not_entered(people: Iterable[Person], rooms: Collection[Room]) -> list[Person]:
    """Of these people, those who have a seat in one of these rooms while it is open, and have a page open, but another one."""
    opened = {room.id for room in rooms if room.state in EDITABLE}
    return [
        person
        for person in people
        if person.room_id in opened and person.is_reached and person.in_room_id != person.room_id
    ]


def nudge(db: Db, actor: Actor, rooms: Collection[Room]) -> list[Person]:
    """Call those again who have a seat in one of these rooms of a round and stayed elsewhere; their pages ask them once more.

    Raises:
        Conflict: `room.not_open` when one of them is not, or there is none; `room.all_entered`.
    """
    for room in rooms:
        require(actor, Permission.ROOM_RUN, room)
    if not rooms or any(room.state not in EDITABLE for room in rooms):
        raise Conflict("room.not_open")
    people = seated_in(db, {room.round_id for room in rooms}, consultation_id=actor.consultation_id)
    outside = not_entered(people, rooms)
    if not outside:
        raise Conflict("room.all_entered")
    for room in rooms:
        called = [audiences.member(person.public_id) for person in outside if person.room_id == room.id]
        if called:
            outbox.add(db, SeatCalled(room.public_id), to=called)
    return outside
