"""Coming in: who has a seat in an open room and is somewhere else, and calling them again."""

from consult.announce import audiences, outbox
from consult.announce.events import SeatCalled
from consult.db import Db
from consult.errors import Conflict
from consult.permissions.actor import Actor
from consult.permissions.check import require
from consult.permissions.names import Permission
from consult.rooms.models import EDITABLE, Room
from consult.rooms.queries import Person, seated_in_room


def not_entered(people: list[Person], room: Room) -> list[Person]:
    """Of the people seated in an open room: those who are here, but on another page. Nobody while it is not open."""
    if room.state not in EDITABLE:
        return []
    return [person for person in people if person.is_here and person.in_room_id != room.id]


def nudge(db: Db, actor: Actor, room: Room) -> list[Person]:
    """Call those again who have a seat in this room and stayed elsewhere; their pages ask them once more.

    Raises:
        Conflict: `room.not_open`, `room.all_entered`.
    """
    require(actor, Permission.ROOM_RUN, room)
    if room.state not in EDITABLE:
        raise Conflict("room.not_open")
    found = not_entered(seated_in_room(db, room), room)
    if not found:
        raise Conflict("room.all_entered")
    outbox.add(db, SeatCalled(room.public_id), to=[audiences.member(person.public_id) for person in found])
    return found
