"""A room asks for a facilitator: one flag per room, a queue that several facilitators share.

The database allows one live flag per room; taking one is conditional, so that of two facilitators who go at the same
moment one is told.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import func, select, update
from sqlalchemy.orm import joinedload

from consult import clock
from consult.announce import audiences, outbox
from consult.announce.events import HelpChanged
from consult.audit import service as audit
from consult.db import Db
from consult.errors import Conflict, Invalid, TooMany
from consult.people.models import Member
from consult.permissions.actor import Actor
from consult.permissions.check import require
from consult.permissions.names import Permission
from consult.programme.models import Consultation
from consult.rooms import locking
from consult.rooms.help_models import HelpRequest
from consult.rooms.models import Room, Round
from consult.rooms.notices import chain_of

CATEGORIES = ("procedure", "wording", "technical", "conduct")
#: Rule: a room asks again at the earliest this long after it last asked.
COOL_DOWN_SECONDS = 30


@dataclass(frozen=True)
class Waiting:
    """A flag as the queue shows it. `taken_by`: public id of the facilitator who goes there, with their name."""

    public_id: str
    room_id: int
    category: str
    since: datetime
    taken_by: str | None = None
    taken_by_name: str = ""


def seconds_to_wait(last: datetime | None, now: datetime) -> int:
    """Whole seconds until a room may ask again, rounded up; 0 when it may. `last`: when it asked before. Pure."""
    if last is None:
        return 0
    return max(0, ceil((last + timedelta(seconds=COOL_DOWN_SECONDS) - now).total_seconds()))


def ask(db: Db, actor: Actor, room: Room, *, category: str) -> HelpRequest:
    """Raise the room's flag.

    Raises:
        NotAllowed: not seated, or the room is not open.
        Invalid: `field.choice`.
        Conflict: `help.already` when the flag is up.
        TooMany: `help.too_soon`, with the seconds to wait.
    """
    locking.take(db, actor, Permission.HELP_ASK, room)
    if category not in CATEGORIES:
        raise Invalid("help.invalid", fields={"category": "field.choice"})
    if _live(db, room) is not None:
        raise Conflict("help.already")
    last = db.scalar(select(func.max(HelpRequest.raised_at)).where(HelpRequest.room_id == room.id))
    after = seconds_to_wait(last, clock.now())
    if after:
        raise TooMany("help.too_soon", after=after)
    request = HelpRequest(
        room_id=room.id, category=category, raised_by_id=actor.member_id, raised_at=clock.now()
    )
    db.add(request)
    db.flush()
    _record(db, actor, "help.asked", room, request)
    _tell(db, room)
    return request


def cancel(db: Db, actor: Actor, room: Room) -> None:
    """Take the room's flag down: by the room, which needs nobody any more, or by a facilitator, who helped.

    Raises:
        Conflict: `help.gone` when it is down already.
    """
    require(actor, Permission.HELP_CANCEL, room)
    if not _end(db, actor, room, "answered" if room.id not in actor.seats else "cancelled"):
        raise Conflict("help.gone")


def take(db: Db, actor: Actor, room: Room) -> None:
    """Say that one goes there; the room and the other facilitators see it. Saying it again changes nothing.

    Raises:
        Conflict: `help.taken` when somebody else goes there, with the `name`; `help.gone`.
    """
    require(actor, Permission.HELP_ANSWER, room)
    done = db.scalar(
        update(HelpRequest)
        .where(
            HelpRequest.room_id == room.id, HelpRequest.ended_at.is_(None), HelpRequest.taken_by_id.is_(None)
        )
        .values(taken_by_id=actor.member_id, taken_at=clock.now())
        .returning(HelpRequest.id)
    )
    request = _live(db, room)
    if request is None:
        raise Conflict("help.gone")
    if done is None:
        if request.taken_by_id == actor.member_id:
            return
        raise Conflict("help.taken", name=request.taken_by.user.name if request.taken_by else "")
    _record(db, actor, "help.taken", room, request)
    _tell(db, room)


def release(db: Db, actor: Actor, room: Room) -> None:
    """Give a flag one had taken back to the queue.

    Raises:
        Conflict: `help.gone` when it is down or not one's own.
    """
    require(actor, Permission.HELP_ANSWER, room)
    done = db.scalar(
        update(HelpRequest)
        .where(
            HelpRequest.room_id == room.id,
            HelpRequest.ended_at.is_(None),
            HelpRequest.taken_by_id == actor.member_id,
        )
        .values(taken_by_id=None, taken_at=None)
        .returning(HelpRequest.id)
    )
    if done is None:
        raise Conflict("help.gone")
    _record(db, actor, "help.released", room, db.get_one(HelpRequest, done))
    _tell(db, room)


def came(db: Db, actor: Actor, room: Room) -> bool:
    """A facilitator who does not sit there has entered the room: what it waited for has come.

    Returns:
        Whether there was a flag to take down.
    """
    if not actor.is_staff or room.id in actor.seats:
        return False
    require(actor, Permission.HELP_ANSWER, room)
    return _end(db, actor, room, "came")


def end_with_room(db: Db, room: Room) -> None:
    """Take down the flag of a room that closes."""
    _end(db, None, room, "closed")


def waiting_in(db: Db, room_ids: Collection[int]) -> list[Waiting]:
    """The flags that are up in these rooms, the oldest first."""
    query = (
        select(HelpRequest)
        .where(HelpRequest.room_id.in_(room_ids), HelpRequest.ended_at.is_(None))
        .options(joinedload(HelpRequest.taken_by).joinedload(Member.user))
        .order_by(HelpRequest.raised_at, HelpRequest.id)
    )
    return [
        Waiting(
            public_id=found.public_id,
            room_id=found.room_id,
            category=found.category,
            since=found.raised_at,
            taken_by=found.taken_by.public_id if found.taken_by else None,
            taken_by_name=found.taken_by.user.name if found.taken_by else "",
        )
        for found in db.scalars(query.execution_options(populate_existing=True))
    ]


def _live(db: Db, room: Room) -> HelpRequest | None:
    query = select(HelpRequest).where(HelpRequest.room_id == room.id, HelpRequest.ended_at.is_(None))
    return db.scalar(query.execution_options(populate_existing=True))


def _end(db: Db, actor: Actor | None, room: Room, outcome: str) -> bool:
    ended = db.scalar(
        update(HelpRequest)
        .where(HelpRequest.room_id == room.id, HelpRequest.ended_at.is_(None))
        .values(ended_at=clock.now(), outcome=outcome)
        .returning(HelpRequest.id)
    )
    if ended is None:
        return False
    request = db.get_one(HelpRequest, ended, populate_existing=True)
    _record(db, actor, "help.ended", room, request, {"how": outcome})
    _tell(db, room)
    return True


def _record(
    db: Db,
    actor: Actor | None,
    act: str,
    room: Room,
    request: HelpRequest,
    facts: dict[str, str] | None = None,
) -> None:
    facts = {"category": request.category, **(facts or {})}
    audit.record(db, actor, act, f"room:{room.public_id}", chain=chain_of(db, room), facts=facts)


def _tell(db: Db, room: Room) -> None:
    round_id = db.scalars(select(Round.public_id).where(Round.id == room.round_id)).one()
    staff = db.scalars(select(Consultation.public_id).where(Consultation.id == room.consultation_id)).one()
    outbox.add(
        db, HelpChanged(room.public_id, round_id), to=[audiences.room(room.public_id), audiences.staff(staff)]
    )
