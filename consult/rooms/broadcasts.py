"""What facilitators write to all rooms of a round, or to some; and how many people confirmed that they read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import joinedload

from consult import clock, richtext
from consult.announce import audiences, outbox
from consult.announce.events import BroadcastRead, BroadcastSent
from consult.audit import service as audit
from consult.db import Db
from consult.errors import Conflict, Invalid, NotFound
from consult.people.models import Member
from consult.permissions.actor import Actor
from consult.permissions.check import require
from consult.permissions.names import Permission
from consult.programme.models import Consultation
from consult.rooms.broadcast_models import Broadcast, BroadcastReceipt, BroadcastRoom
from consult.rooms.models import Room, RoomState, Round, Seat
from consult.rooms.notices import chain_of

LONGEST = 500
#: Rooms in which there is still somebody to read it.
REACHED = frozenset(state.value for state in RoomState) - {RoomState.DRAFT.value, RoomState.CLOSED.value}


@dataclass(frozen=True)
class Sent:
    """A message as the console shows it. `people`: seated in its rooms when it was sent; `rooms`: numbers."""

    public_id: str
    text: str
    by: str
    at: datetime
    rooms: tuple[int, ...]
    people: int
    readers: int


@dataclass(frozen=True)
class Received:
    """A message as a room shows it to one of its people."""

    public_id: str
    text: str
    by: str
    at: datetime


def send(db: Db, actor: Actor, round_: Round, rooms: Sequence[Room], *, text: str) -> Broadcast:
    """Write to the people of these rooms of the round, as plain text without control characters.

    Raises:
        Invalid: `broadcast.invalid` when there are no words, or more than 500 characters.
        Conflict: `broadcast.no_rooms` when none of the rooms is staged or open.
    """
    require(actor, Permission.BROADCAST_SEND, round_)
    words = richtext.clean(text).strip()
    if not words:
        raise Invalid("broadcast.invalid", fields={"text": "field.required"})
    if len(words) > LONGEST:
        raise Invalid("broadcast.invalid", fields={"text": "field.too_long"}, limit=LONGEST)
    reached = [room for room in rooms if room.round_id == round_.id and room.state in REACHED]
    if not reached:
        raise Conflict("broadcast.no_rooms")
    message = Broadcast(round_id=round_.id, sent_by_id=actor.member_id, text=words, at=clock.now())
    db.add(message)
    db.flush()
    seated = _seated(db, reached)
    db.add_all(
        BroadcastRoom(broadcast_id=message.id, room_id=room.id, people=seated.get(room.id, 0))
        for room in reached
    )
    db.flush()
    facts = {"rooms": [room.public_id for room in reached], "characters": len(words)}
    audit.record(
        db, actor, "broadcast.sent", f"round:{round_.public_id}", chain=chain_of(db, round_), facts=facts
    )
    event = BroadcastSent(message.public_id, round_.public_id)
    names = [audiences.room(room.public_id) for room in reached]
    outbox.add_each(db, dict.fromkeys([*names, _staff(db, round_)], event))
    return message


def confirm(db: Db, actor: Actor, room: Room, message_id: str) -> None:
    """Say that one has read a message to one's room. Saying it again changes nothing.

    Raises:
        NotFound: there is no such message to this room.
    """
    query = select(Broadcast).join(BroadcastRoom, BroadcastRoom.broadcast_id == Broadcast.id)
    message = db.scalar(query.where(Broadcast.public_id == message_id, BroadcastRoom.room_id == room.id))
    if message is None:
        raise NotFound()
    require(actor, Permission.BROADCAST_READ, room)
    known = select(BroadcastReceipt.id).where(
        BroadcastReceipt.broadcast_id == message.id, BroadcastReceipt.member_id == actor.member_id
    )
    if db.scalar(known) is not None:
        return
    db.add(
        BroadcastReceipt(broadcast_id=message.id, member_id=actor.member_id, room_id=room.id, at=clock.now())
    )
    db.flush()
    round_ = db.get_one(Round, room.round_id)
    outbox.add(db, BroadcastRead(message.public_id, round_.public_id), to=[_staff(db, round_)])


def sent_in(db: Db, round_: Round, *, most: int = 5) -> list[Sent]:
    """The newest messages of a round with how many have read them."""
    query = select(Broadcast).where(Broadcast.round_id == round_.id).order_by(Broadcast.id.desc()).limit(most)
    messages = db.scalars(query.options(joinedload(Broadcast.sent_by).joinedload(Member.user))).all()
    ids = [message.id for message in messages]
    rooms: dict[int, list[tuple[int, int]]] = {}
    places = select(BroadcastRoom.broadcast_id, Room.number, BroadcastRoom.people)
    places = places.join(Room, Room.id == BroadcastRoom.room_id).where(BroadcastRoom.broadcast_id.in_(ids))
    for message_id, number, people in db.execute(places.order_by(Room.number)) if ids else ():
        rooms.setdefault(message_id, []).append((number, people))
    counted = select(BroadcastReceipt.broadcast_id, func.count()).where(
        BroadcastReceipt.broadcast_id.in_(ids)
    )
    readers = dict(db.execute(counted.group_by(BroadcastReceipt.broadcast_id)).all()) if ids else {}
    return [
        Sent(
            public_id=message.public_id,
            text=message.text,
            by=message.sent_by.user.name,
            at=message.at,
            rooms=tuple(number for number, _people in rooms[message.id]),
            people=sum(people for _number, people in rooms[message.id]),
            readers=readers.get(message.id, 0),
        )
        for message in messages
    ]


def unread_in(db: Db, actor: Actor, room: Room) -> list[Received]:
    """Every message to a room that `actor` has not confirmed, the newest first."""
    confirmed = exists().where(
        BroadcastReceipt.broadcast_id == Broadcast.id, BroadcastReceipt.member_id == actor.member_id
    )
    query = (
        select(Broadcast)
        .join(BroadcastRoom, BroadcastRoom.broadcast_id == Broadcast.id)
        .where(BroadcastRoom.room_id == room.id, ~confirmed)
        .options(joinedload(Broadcast.sent_by).joinedload(Member.user))
        .order_by(Broadcast.id.desc())
    )
    return [
        Received(message.public_id, message.text, message.sent_by.user.name, message.at)
        for message in db.scalars(query)
    ]


def _seated(db: Db, rooms: Sequence[Room]) -> dict[int, int]:
    query = select(Seat.room_id, func.count()).where(
        Seat.room_id.in_([room.id for room in rooms]), Seat.left_at.is_(None)
    )
    return dict(db.execute(query.group_by(Seat.room_id)).all())


def _staff(db: Db, round_: Round) -> str:
    query = select(Consultation.public_id).where(Consultation.id == round_.consultation_id)
    return audiences.staff(db.scalars(query).one())
