"""Duties inside a room: taken on where nobody has them, handed over by who has them. Facilitators assign them in `seats`."""

from sqlalchemy import select

from consult.db import Db
from consult.errors import Conflict, Invalid, NotAllowed
from consult.people.models import Member
from consult.permissions.actor import Actor
from consult.permissions.names import Permission
from consult.rooms import locking
from consult.rooms.models import Room, Seat
from consult.rooms.seats import DUTIES, ROOM_DUTIES, give_duty


def may_hand_over(mine: str | None, duty: str) -> bool:
    """Rule: a duty is handed over by who has it, by the moderator, or by the deputy who stands in for either. Pure."""
    return mine is not None and mine in (duty, "moderator", "deputy")


def may_receive(held: str | None) -> bool:
    """Rule: giving somebody a duty never takes one from the room: who moderates or reports is not given another. Pure."""
    return held not in DUTIES


def take(db: Db, actor: Actor, room: Room, member: Member, *, duty: str) -> None:
    """Pick somebody of the room, oneself or another, as the moderator or rapporteur that it lacks.

    A deputy is not picked but named (`hand_over`), as one can do all that the moderator can.

    Raises:
        Invalid: `field.choice`.
        NotFound: the member has no seat in this room.
        Conflict: `duty.held`, `duty.busy` when the member has another one.
    """
    locking.take(db, actor, Permission.DUTY_TAKE, room)
    _check(duty, DUTIES)
    held = _held(db, room)
    if duty in held.values():
        raise Conflict("duty.held")
    _check_free(held.get(member.id))
    give_duty(db, actor, room, member, duty=duty)


def hand_over(db: Db, actor: Actor, room: Room, member: Member, *, duty: str) -> None:
    """Give a duty to somebody else of the room; who had it is free of it.

    Raises:
        Invalid: `field.choice`.
        NotFound: the member has no seat in this room.
        NotAllowed: `room.rapporteurs_only` when the duty is not the actor's to give.
        Conflict: `duty.busy` when the member has another duty.
    """
    locking.take(db, actor, Permission.DUTY_HAND_OVER, room)
    _check(duty, ROOM_DUTIES)
    held = _held(db, room)
    if not actor.is_staff and not may_hand_over(held.get(actor.member_id), duty):
        raise NotAllowed("room.rapporteurs_only")
    if held.get(member.id) != duty:
        _check_free(held.get(member.id))
    give_duty(db, actor, room, member, duty=duty)


def _check(duty: str, known: tuple[str, ...]) -> None:
    if duty not in known:
        raise Invalid("form.invalid", fields={"duty": "field.choice"})


def _check_free(held: str | None) -> None:
    if not may_receive(held):
        raise Conflict("duty.busy")


def _held(db: Db, room: Room) -> dict[int, str]:
    """Who has which duty in the room, by row id of the member."""
    query = select(Seat.member_id, Seat.duty).where(
        Seat.room_id == room.id, Seat.duty.is_not(None), Seat.left_at.is_(None)
    )
    return {member: duty for member, duty in db.execute(query) if duty}
