"""Counting people where a page needs no names: who is here by group, seats by room. One statement each, however many there are. No effects."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import case, func, select

from consult import clock, reference
from consult.db import Db
from consult.people.models import Delegation, Member
from consult.permissions.actor import Actor
from consult.rooms.models import Presence, Room, Seat
from consult.rooms.presence import is_here, present_members


@dataclass(frozen=True)
class Attendance:
    """How many take part in a consultation, and how many of them are here, also by mark of their group. `members`: row ids of those here."""

    everybody: int
    here: int
    by_mark: Mapping[str, int]
    members: frozenset[int]

    def read_by(self, reader: Actor) -> "Attendance":
        """The same to somebody who reads it: they are here by that, before their presence is written down."""
        if reader.member_id in self.members:
            return self
        by_mark = Counter(self.by_mark)
        by_mark[reader.mark] += 1
        return replace(self, here=self.here + 1, by_mark=by_mark, members=self.members | {reader.member_id})


@dataclass(frozen=True)
class Share:
    """Of one group in one room: how many of it sit in the room and in the round, and how many people sit in each."""

    here: int
    in_round: int
    room_size: int
    round_size: int


def attendance(db: Db, consultation_id: int) -> Attendance:
    """Who is here."""
    now = clock.now()
    fresh = select(Presence.member_id).where(Presence.consultation_id == consultation_id, is_here(now))
    counted = case((Member.id.in_(fresh), 1), else_=0)
    query = select(Delegation.kind, Delegation.group, func.count(), func.sum(counted))
    query = query.join(Member, Member.delegation_id == Delegation.id)
    query = query.where(Member.consultation_id == consultation_id, Member.withdrawn_at.is_(None))
    rows = db.execute(query.group_by(Delegation.kind, Delegation.group)).all()
    by_mark: Counter[str] = Counter()
    for kind, group, _all, here in rows:
        by_mark[reference.mark_of(kind, group)] += here
    members = frozenset(present_members(db, consultation_id, now=now))
    return Attendance(sum(row[2] for row in rows), by_mark.total(), by_mark, members)


def seats_by_room(db: Db, round_ids: Collection[int]) -> dict[int, int]:
    """How many people sit in each room of some rounds, by row id; a room without anybody is not in it."""
    query = select(Seat.room_id, func.count()).where(Seat.round_id.in_(round_ids), Seat.left_at.is_(None))
    return dict(db.execute(query.group_by(Seat.room_id)).all())


def groups_by_room(db: Db, round_id: int) -> dict[int, Counter[str]]:
    """How many people of each group sit in each room of a round, by row id and mark; a room without anybody is not in it."""
    query = select(Seat.room_id, Delegation.kind, Delegation.group, func.count())
    query = query.join(Member, Member.id == Seat.member_id)
    query = query.join(Delegation, Delegation.id == Member.delegation_id)
    query = query.where(Seat.round_id == round_id, Seat.left_at.is_(None))
    found: dict[int, Counter[str]] = {}
    for room, kind, group, count in db.execute(
        query.group_by(Seat.room_id, Delegation.kind, Delegation.group)
    ):
        found.setdefault(room, Counter())[reference.mark_of(kind, group)] += count
    return found


def share_of(db: Db, room: Room, mark: str) -> Share:
    """How the people of one group are spread over the rooms of a round, seen from one of its rooms."""
    inside = func.sum(case((Seat.room_id == room.id, 1), else_=0))
    query = select(Delegation.kind, Delegation.group, func.count(), inside)
    query = query.select_from(Seat).join(Member, Member.id == Seat.member_id)
    query = query.join(Delegation, Delegation.id == Member.delegation_id)
    query = query.where(Seat.round_id == room.round_id, Seat.left_at.is_(None))
    rows = db.execute(query.group_by(Delegation.kind, Delegation.group)).all()
    mine = [row for row in rows if reference.mark_of(row[0], row[1]) == mark]
    return Share(
        here=sum(row[3] for row in mine),
        in_round=sum(row[2] for row in mine),
        room_size=sum(row[3] for row in rows),
        round_size=sum(row[2] for row in rows),
    )
