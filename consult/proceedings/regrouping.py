"""Two rooms become one, one becomes two: people and their items go along, nothing they wrote is lost.

An item goes on as a new item of the other room, beside the items there; the old one stays in the record and says what
became of it. Both rooms are locked first, so that neither closes in between. Where people write at this moment, both acts
run inside the drafting engine's writer (its barrier), as a close does: what was received before goes along, and what comes
after is late, and decided where the item goes on. Of several processes it is the writer of the one that acts: what another one,
which has the room's drafts, has received and not written at that moment is late as well.
"""

from collections.abc import Collection

from sqlalchemy import select

from consult import clock
from consult.audit import service as audit
from consult.db import Db
from consult.errors import Conflict, Invalid
from consult.items.combining import bring_over
from consult.items.models import ActionItem
from consult.items.queries import drafted_in
from consult.people.models import Member
from consult.permissions.actor import Actor
from consult.permissions.check import require
from consult.permissions.names import Permission
from consult.rooms import chat, queue
from consult.rooms import help as help_calls
from consult.rooms import service as rooms
from consult.rooms.models import Room, RoomState, Round, Seat
from consult.rooms.notices import chain_of, tell_state
from consult.rooms.timing import EDITABLE
from consult.seating import service as seating


def merge_rooms(db: Db, actor: Actor, room: Room, into: Room, *, reason: str = "") -> list[ActionItem]:
    """Move everybody of a room, and the items they are drafting, into another room of the round; the room closes.

    Args:
        reason: one line that those who move read.

    Returns:
        The items as they go on in the other room.

    Raises:
        Invalid: `room.merge_itself`, `item.too_many` when they do not fit there.
        Conflict: `room.not_open` when one of the two is not open any more, `room.recall_running`.
    """
    for one in (room, into):
        require(actor, Permission.ROOM_RUN, one)
    if room.id == into.id or room.round_id != into.round_id:
        raise Invalid("room.merge_itself")
    _lock(db, room, into)
    brought = [bring_over(db, actor, item, into) for item in drafted_in(db, room.id)]
    people = _seated(db, room)
    _move(db, actor, people, into, reason=reason)
    now = clock.now()
    room.state, room.closed_at, room.deadline_at, room.paused_at = RoomState.CLOSED.value, now, now, None
    room.epoch += 1
    queue.leave(db, room.id)
    chat.close(db, room)
    help_calls.end_with_room(db, room)
    db.flush()
    facts = {"into": into.public_id, "people": len(people), "items": [item.public_id for item in brought]}
    audit.record(db, actor, "rooms.merged", f"room:{room.public_id}", chain=chain_of(db, room), facts=facts)
    tell_state(db, room)
    return brought


def split_room(
    db: Db, actor: Actor, room: Room, *, people: Collection[Member], items: Collection[ActionItem] = ()
) -> Room:
    """Move some people of a room, and some of its items, into a new room of the round with the same clock.

    Raises:
        Invalid: `room.split_nobody` unless somebody goes and somebody stays; `seating.too_many_rooms`.
        Conflict: `room.not_open`, `room.recall_running`, `item.changed_meanwhile` when an item was submitted meanwhile.
    """
    require(actor, Permission.ROOM_RUN, room)
    _lock(db, room)
    seated = {member.id: member for member in _seated(db, room)}
    going = [seated[member.id] for member in people if member.id in seated]
    if not going or len(going) == len(seated):
        raise Invalid("room.split_nobody", fields={"member": "room.split_nobody"})
    chosen = {item.id for item in items}
    drafted = [item for item in drafted_in(db, room.id) if item.id in chosen]
    if len(drafted) != len(chosen):
        raise Conflict("item.changed_meanwhile")
    made = rooms.add_room(db, actor, room)
    brought = [bring_over(db, actor, item, made) for item in drafted]
    _move(db, actor, going, made)
    facts = {"into": made.public_id, "people": len(going), "items": [item.public_id for item in brought]}
    audit.record(db, actor, "room.split", f"room:{room.public_id}", chain=chain_of(db, room), facts=facts)
    tell_state(db, made)
    return made


def _move(db: Db, actor: Actor, people: Collection[Member], to: Room, *, reason: str = "") -> None:
    """Move people to another room of the round; the record of its seating writes it down as one act."""
    round_ = db.get_one(Round, to.round_id)
    seating.move_seats(db, actor, round_, [(member, to.number) for member in people], reason=reason)


def _lock(db: Db, *found: Room) -> None:
    # The round first, as whoever moves people takes it first.
    seating.hold(db, db.get_one(Round, found[0].round_id))
    states = [room.state for room in rooms.locked(db, found)]
    if RoomState.CLOSING in states:
        raise Conflict("room.recall_running")
    if any(state not in EDITABLE for state in states):
        raise Conflict("room.not_open")


def _seated(db: Db, room: Room) -> list[Member]:
    query = select(Member).join(Seat, Seat.member_id == Member.id)
    return list(db.scalars(query.where(Seat.room_id == room.id, Seat.left_at.is_(None)).order_by(Seat.id)))
