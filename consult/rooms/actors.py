"""From a signed-in person to the `Actor` that rules ask about, with the seats held at this moment."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from consult.db import Db
from consult.people.models import Member
from consult.permissions.actor import Actor
from consult.reference import mark_of
from consult.rooms.models import Seat

#: Duties in a room that let their holder decide for the room's record.
RECORDING = ("moderator", "rapporteur", "deputy")
#: Those whose holder leads the talk there.
MODERATING = ("moderator", "deputy")


def actor_for(db: Db, user_id: int, consultation_id: int) -> Actor | None:
    """The person as an actor of the consultation; None when they take no part in it (any more)."""
    return actors_for(db, [user_id], consultation_id).get(user_id)


def actors_for(db: Db, user_ids: Collection[int], consultation_id: int) -> dict[int, Actor]:
    """The same for several people at once, by account; who takes no part is not in it."""
    query = select(Member).where(
        Member.user_id.in_(user_ids),
        Member.consultation_id == consultation_id,
        Member.withdrawn_at.is_(None),
    )
    members = db.scalars(query.options(joinedload(Member.user), joinedload(Member.delegation))).all()
    return {actor.user_id: actor for actor in _actors(db, members)}


def actor_of(db: Db, member: Member) -> Actor:
    """The actor a member is at this moment."""
    return _actors(db, [member])[0]


def _actors(db: Db, members: Sequence[Member]) -> list[Actor]:
    rooms: dict[int, list[tuple[int, str | None]]] = {member.id: [] for member in members}
    seats = select(Seat.member_id, Seat.room_id, Seat.duty)
    for member_id, room_id, duty in db.execute(
        seats.where(Seat.member_id.in_(list(rooms)), Seat.left_at.is_(None))
    ):
        rooms[member_id].append((room_id, duty))
    return [
        Actor(
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
            seats=frozenset(room_id for room_id, _duty in rooms[member.id]),
            recording=frozenset(room_id for room_id, duty in rooms[member.id] if duty in RECORDING),
            moderating=frozenset(room_id for room_id, duty in rooms[member.id] if duty in MODERATING),
        )
        for member in members
    ]
