"""Duties inside a room: taken on where nobody has them, handed over by who has them. Facilitators assign them in `seats`."""

from sqlalchemy import select

from consult.db import Db
from consult.errors import Conflict, Invalid, NotAllowed
from consult.people.models import Member
from consult.permissions.actor import Actor
from consult.permissions.check import require
from consult.permissions.names import Permission
from consult.rooms.deadlines import locked
from consult.rooms.models import Room, Seat
from consult.rooms.seats import ROOM_DUTIES, give_duty


def may_hand_over(mine: str | None, duty: str) -> bool:
    """Rule: a duty is handed over by who has it, by the moderator, or by the deputy who stands in for either. Pure."""
    return mine is not None and mine in (duty, "moderator", "deputy")


def take(db: Db, actor: Actor, room: Room, member: Member, *, duty: str) -> None:
    """Pick somebody of the room, oneself or another, for a duty that nobody there has.

    Raises:
        Invalid: `field.choice`.
        NotFound: the member has no seat in this room.
        Conflict: `duty.held`.
    """
    require(actor, Permission.DUTY_TAKE, room)
    _check(duty)
    locked(db, [room])
    if _holder(db, room, duty) is not None:
        raise Conflict("duty.held")
    give_duty(db, actor, room, member, duty=duty)


def hand_over(db: Db, actor: Actor, room: Room, member: Member, *, duty: str) -> None:
    """Give a duty to somebody else of the room; who had it is free of it.

    Raises:
        Invalid: `field.choice`.
        NotFound: the member has no seat in this room.
        NotAllowed: `room.rapporteurs_only` when the duty is not the actor's to give.
    """
    require(actor, Permission.DUTY_HAND_OVER, room)
    _check(duty)
    locked(db, [room])
    mine = db.scalar(
        select(Seat.duty).where(
            Seat.room_id == room.id, Seat.member_id == actor.member_id, Seat.left_at.is_(None)
        )
    )
    if not actor.is_staff and not may_hand_over(mine, duty):
        raise NotAllowed("room.rapporteurs_only")
    give_duty(db, actor, room, member, duty=duty)


def _check(duty: str) -> None:
    if duty not in ROOM_DUTIES:
        raise Invalid("form.invalid", fields={"duty": "field.choice"})


def _holder(db: Db, room: Room, duty: str) -> int | None:
    query = select(Seat.member_id).where(Seat.room_id == room.id, Seat.duty == duty, Seat.left_at.is_(None))
    return db.scalar(query)
