"""From a signed-in person to the `Actor` that rules ask about, with the seats held at this moment."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from consult.db import Db
from consult.people.models import Member
from consult.permissions.actor import Actor
from consult.reference import mark_of
from consult.rooms.models import Seat

#: Duties in a room that let their holder decide for the room's record.
RECORDING = ("moderator", "rapporteur")


def actor_for(db: Db, user_id: int, consultation_id: int) -> Actor | None:
    """The person as an actor of the consultation; None when they take no part in it (any more)."""
    query = select(Member).where(
        Member.user_id == user_id, Member.consultation_id == consultation_id, Member.withdrawn_at.is_(None)
    )
    member = db.scalar(query.options(joinedload(Member.user), joinedload(Member.delegation)))
    return actor_of(db, member) if member else None


def actor_of(db: Db, member: Member) -> Actor:
    """The actor a member is at this moment."""
    seats = db.execute(
        select(Seat.room_id, Seat.duty).where(Seat.member_id == member.id, Seat.left_at.is_(None))
    ).all()
    return Actor(
        member_id=member.id,
        public_id=member.public_id,
        user_id=member.user_id,
        consultation_id=member.consultation_id,
        role=member.role,
        delegation_id=member.delegation_id,
        kind=member.delegation.kind,
        name=member.user.name,
        delegation_name=member.delegation.name,
        mark=mark_of(member.delegation.kind, member.delegation.group),
        seats=frozenset(room_id for room_id, _duty in seats),
        recording=frozenset(room_id for room_id, duty in seats if duty in RECORDING),
    )
