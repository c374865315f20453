"""What a room is asked to do: a few sentences of the secretariat for this room alone, before it opens and while it works."""

from consult import richtext
from consult.announce.events import RoomBriefed
from consult.audit import service as audit
from consult.db import Db
from consult.errors import Conflict, Invalid
from consult.permissions.actor import Actor
from consult.permissions.check import require
from consult.permissions.names import Permission
from consult.rooms import locking
from consult.rooms.models import Room, RoomState
from consult.rooms.notices import chain_of, tell

LONGEST = 2000


def write(db: Db, actor: Actor, room: Room, *, text: str, seen: str) -> None:
    """Give a room its brief, as plain text without control characters; empty takes it away.

    Args:
        seen: the brief the actor's page showed.

    Raises:
        Invalid: `form.invalid`, more than 2,000 characters.
        Conflict: `room.brief_changed` when somebody else wrote one meanwhile, `room.closed` when the room has closed.
    """
    locking.locked(db, [room])
    require(actor, Permission.ROOM_RUN, room)
    words = richtext.clean(text).strip()
    if len(words) > LONGEST:
        raise Invalid("form.invalid", fields={"text": "field.too_long"}, limit=LONGEST)
    if room.state == RoomState.CLOSED.value:
        raise Conflict("room.closed")
    if room.brief == words:
        return
    if room.brief != richtext.clean(seen).strip():
        raise Conflict("room.brief_changed")
    room.brief = words
    db.flush()
    place = f"room:{room.public_id}"
    audit.record(db, actor, "room.briefed", place, chain=chain_of(db, room), facts={"brief": words})
    tell(db, room, RoomBriefed(room.public_id))
