"""Taking a room for an act: nobody else changes it before the act is done, and whether people may still act there.

Rule: who acts in a room has the right to, and the room is open, both as they stand once the room is taken; what was read
before is not asked again. What "open" means, a pause included, is said in `timing.is_open_at` and nowhere else.
"""

from collections.abc import Iterable

from sqlalchemy import select

from consult import clock
from consult.db import Db
from consult.errors import NotAllowed
from consult.permissions.actor import Actor
from consult.permissions.check import require
from consult.permissions.names import Permission
from consult.rooms.models import Room


def locked(db: Db, rooms: Iterable[Room]) -> list[Room]:
    """These rooms as they stand now, by number; nobody else changes them before this act is done."""
    query = select(Room).where(Room.id.in_([room.id for room in rooms])).order_by(Room.id)
    found = db.scalars(query.with_for_update().execution_options(populate_existing=True))
    return sorted(found, key=lambda room: room.number)


def take(db: Db, actor: Actor, permission: Permission, room: Room) -> None:
    """Take a room for an act of somebody in it.

    Raises:
        NotAllowed: the actor may not; `room.closed` when its time is over.
    """
    locked(db, [room])
    require(actor, permission, room)
    require_time(room)


def require_time(room: Room) -> None:
    """Refuse what comes after the room's deadline.

    Raises:
        NotAllowed: `room.closed`.
    """
    if not room.is_open_at(clock.now()):
        raise NotAllowed("room.closed")
