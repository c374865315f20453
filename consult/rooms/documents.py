"""What a room has at hand: all sources of its session, or those that the secretariat picked for this room alone."""

from collections.abc import Collection, Sequence

from consult.announce.events import RoomDocumentsPicked
from consult.audit import service as audit
from consult.db import Db
from consult.errors import Conflict, Invalid
from consult.library.models import Source
from consult.library.service import sources_of
from consult.permissions.actor import Actor
from consult.permissions.check import require
from consult.permissions.names import Permission
from consult.rooms import locking
from consult.rooms.models import Room, RoomState
from consult.rooms.notices import chain_of, tell

#: Of more, nobody in a room would know where to begin.
MOST_PICKED = 20


def pick(db: Db, actor: Actor, room: Room, names: Collection[str], *, seen: Collection[str]) -> None:
    """Put these sources of the session first in a room; nothing picked: all of them are at hand alike.

    Args:
        names: public ids.
        seen: those picked on the actor's page.

    Raises:
        Invalid: `room.documents`, more than 20, or one that is not of this session.
        Conflict: `room.documents_changed` when somebody else picked meanwhile, `room.closed` when the room has closed.
    """
    locking.locked(db, [room])
    require(actor, Permission.ROOM_RUN, room)
    offered = sources_of(db, room.consultation_id, session_id=room.session_id)
    picked = [source.public_id for source in offered if source.public_id in names]
    if len(picked) != len(set(names)) or len(picked) > MOST_PICKED:
        raise Invalid("room.documents", fields={"source": "field.choice"}, limit=MOST_PICKED)
    if room.state == RoomState.CLOSED.value:
        raise Conflict("room.closed")
    if room.documents == picked:
        return
    if set(room.documents) != set(seen):
        raise Conflict("room.documents_changed")
    room.documents = picked
    db.flush()
    place = f"room:{room.public_id}"
    audit.record(
        db, actor, "room.documents_picked", place, chain=chain_of(db, room), facts={"sources": picked}
    )
    tell(db, room, RoomDocumentsPicked(room.public_id))


def at_hand(room: Room, sources: Sequence[Source]) -> list[Source]:
    """Of the sources of its session those picked for this room, in the order of the library; none when none was picked."""
    return [source for source in sources if source.public_id in room.documents]
