"""The speaking queue of a room: hand up, called, done; and who has not been heard yet.

Hands are served in the order they went up; the moderator may call anybody. Each act locks the room, so that of two
people who call at once the second sees what the first did.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update

from consult import clock, reference
from consult.announce import audiences, outbox
from consult.announce.events import QueueChanged
from consult.db import Db
from consult.errors import Conflict, Invalid, NotFound
from consult.people.models import Delegation, Member, User
from consult.permissions.actor import Actor
from consult.permissions.names import Permission
from consult.rooms import locking
from consult.rooms.models import Room, Seat
from consult.rooms.queue_models import Hand

LEAST_TALK_MINUTES, MOST_TALK_MINUTES = 1, 15


@dataclass(frozen=True)
class Turn:
    """One hand as the queue shows it. Times are UTC; `called_at`: None while waiting."""

    public_id: str
    name: str
    delegation: str
    mark: str
    raised_at: datetime
    called_at: datetime | None = None


@dataclass(frozen=True)
class Queue:
    """Who speaks until when, who waits in which order, and whose groups sit here and have not been heard."""

    speaking: Turn | None
    ends_at: datetime | None
    waiting: Sequence[Turn]
    not_heard: Sequence[str]


def not_yet_heard(seated: Iterable[str], heard: Iterable[str]) -> list[str]:
    """Marks of the groups that sit in a room and of which nobody has spoken yet, in the order they are seated. Pure."""
    spoken = set(heard)
    return [mark for mark in dict.fromkeys(seated) if mark not in spoken]


def queue_of(db: Db, room: Room) -> Queue:
    """The queue of a room as it stands now."""
    query = (
        select(
            Member.public_id,
            User.name,
            Delegation.name.label("delegation"),
            Delegation.kind,
            Delegation.group,
        )
        .add_columns(Hand.raised_at, Hand.called_at, Hand.ended_at)
        .join(Hand, Hand.member_id == Member.id)
        .join(User, User.id == Member.user_id)
        .join(Delegation, Delegation.id == Member.delegation_id)
        .where(Hand.room_id == room.id)
        .order_by(Hand.raised_at, Hand.id)
    )
    rows = db.execute(query).all()
    turns = [
        Turn(
            row.public_id,
            row.name,
            row.delegation,
            reference.mark_of(row.kind, row.group),
            row.raised_at,
            row.called_at,
        )
        for row in rows
        if row.ended_at is None
    ]
    speaking = next((turn for turn in turns if turn.called_at), None)
    heard = [reference.mark_of(row.kind, row.group) for row in rows if row.called_at]
    seated = db.execute(
        select(Delegation.kind, Delegation.group)
        .join(Member, Member.delegation_id == Delegation.id)
        .join(Seat, Seat.member_id == Member.id)
        .where(Seat.room_id == room.id, Seat.left_at.is_(None))
        .order_by(Seat.id)
    )
    return Queue(
        speaking,
        speaking.called_at + timedelta(seconds=room.talk_seconds)
        if speaking and speaking.called_at
        else None,
        [turn for turn in turns if turn.called_at is None],
        not_yet_heard((reference.mark_of(row.kind, row.group) for row in seated), heard),
    )


def raise_hand(db: Db, actor: Actor, room: Room) -> None:
    """Ask to speak. A hand that is up already stays where it is in the queue."""
    locking.take(db, actor, Permission.HAND_RAISE, room)
    if _live(db, room, actor.member_id) is None:
        db.add(Hand(room_id=room.id, member_id=actor.member_id, raised_at=clock.now()))
        _tell(db, room)


def lower_hand(db: Db, actor: Actor, room: Room, member: Member | None = None) -> None:
    """Take a hand down, or end the turn: one's own, or as moderator anybody's.

    Raises:
        Conflict: `hand.gone` when it is down already.
    """
    mine = member is None or member.id == actor.member_id
    locking.take(db, actor, Permission.HAND_RAISE if mine else Permission.HAND_CALL, room)
    found = _live(db, room, actor.member_id if member is None else member.id)
    if found is None:
        raise Conflict("hand.gone")
    found.ended_at = clock.now()
    _tell(db, room)


def call(db: Db, actor: Actor, room: Room, member: Member | None = None) -> None:
    """Give somebody the floor, whose hand is up or not; who speaks now is done. Nobody named: the next in the queue.

    Raises:
        NotFound: the member has no seat in this room.
        Conflict: `hand.nobody` when the queue is empty.
    """
    locking.take(db, actor, Permission.HAND_CALL, room)
    now = clock.now()
    chosen = _live(db, room, member.id) if member else _next(db, room)
    if chosen is None and member is None:
        raise Conflict("hand.nobody")
    if member is not None and not _is_seated(db, room, member):
        raise NotFound()
    if chosen is not None and chosen.called_at:
        return
    speaking = update(Hand).where(
        Hand.room_id == room.id, Hand.called_at.is_not(None), Hand.ended_at.is_(None)
    )
    db.execute(speaking.values(ended_at=now))
    if chosen is None and member is not None:
        chosen = Hand(room_id=room.id, member_id=member.id, raised_at=now)
        db.add(chosen)
    if chosen is not None:
        chosen.called_at = now
    _tell(db, room)


def set_talk_time(db: Db, actor: Actor, room: Room, *, minutes: int) -> None:
    """How long a turn is to be; the timer of who speaks now follows.

    Raises:
        Invalid: not from 1 to 15 minutes.
    """
    locking.take(db, actor, Permission.HAND_CALL, room)
    if not LEAST_TALK_MINUTES <= minutes <= MOST_TALK_MINUTES:
        fields = {"minutes": "field.number"}
        raise Invalid("form.invalid", fields=fields, low=LEAST_TALK_MINUTES, high=MOST_TALK_MINUTES)
    room.talk_seconds = minutes * 60
    _tell(db, room)


def leave(db: Db, room_id: int, member_id: int | None = None) -> None:
    """Take down the hand of somebody whose seat is gone, or all hands of a room that closes. Without announcement."""
    hands = update(Hand).where(Hand.room_id == room_id, Hand.ended_at.is_(None))
    if member_id is not None:
        hands = hands.where(Hand.member_id == member_id)
    db.execute(hands.values(ended_at=clock.now()))


def _live(db: Db, room: Room, member_id: int) -> Hand | None:
    return db.scalar(
        select(Hand).where(Hand.room_id == room.id, Hand.member_id == member_id, Hand.ended_at.is_(None))
    )


def _next(db: Db, room: Room) -> Hand | None:
    waiting = select(Hand).where(Hand.room_id == room.id, Hand.called_at.is_(None), Hand.ended_at.is_(None))
    return db.scalar(waiting.order_by(Hand.raised_at, Hand.id).limit(1))


def _is_seated(db: Db, room: Room, member: Member) -> bool:
    query = select(Seat.id).where(
        Seat.room_id == room.id, Seat.member_id == member.id, Seat.left_at.is_(None)
    )
    return db.scalar(query) is not None


def _tell(db: Db, room: Room) -> None:
    db.flush()
    outbox.add(db, QueueChanged(room.public_id), to=[audiences.room(room.public_id)])
