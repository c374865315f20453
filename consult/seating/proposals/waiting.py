"""Late joiners by rule: who waits for a seat while rooms are open, and seating those who have waited long enough.

Rule: where the round says so, somebody who came late is seated by itself after so many seconds, in the room where they
serve balance best; where every room is full, in the smallest, and the record says why. Who had a seat and lost it by a
facilitator's act is not seated again by itself.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import exists, select

from consult import clock
from consult.audit.service import SERVER
from consult.db import Db
from consult.messages import message
from consult.people.models import Member
from consult.rooms import service as rooms_service
from consult.rooms.models import Room, RoomState, Round, Seat
from consult.rooms.presence import present_members
from consult.seating.proposals.acts import ActKind, Entry
from consult.seating.proposals.adjusting import write_in_rooms
from consult.seating.proposals.constraints import ALWAYS
from consult.seating.proposals.gathering import members_to_seat
from consult.seating.proposals.late import places_of
from consult.seating.proposals.plans import hold, real_seats

#: Rooms that are being recalled take nobody in any more.
TAKING_IN = (RoomState.OPEN.value, RoomState.REOPENED.value)


@dataclass
class Patience:
    """Since when people wait, as the process that looks has seen it. Moments are seconds of its own clock."""

    since: dict[tuple[int, str], float] = field(default_factory=dict)

    def due(self, round_id: int, waiting: Iterable[str], *, after: float, now: float) -> list[str]:
        """Those of the people waiting for a seat in a round who have waited at least `after` seconds by `now`."""
        here = {(round_id, name) for name in waiting}
        for key in [key for key in self.since if key[0] == round_id and key not in here]:
            del self.since[key]
        for key in here:
            self.since.setdefault(key, now)
        return sorted(name for _round, name in here if now - self.since[round_id, name] >= after)

    def forget_all_but(self, round_ids: Collection[int]) -> None:
        """Rounds that do not seat people by themselves any more."""
        for key in [key for key in self.since if key[0] not in round_ids]:
            del self.since[key]


def rounds_with_the_rule(db: Db) -> list[Round]:
    """The rounds that seat late joiners by themselves and have a room that takes people in."""
    is_open = exists().where(Room.round_id == Round.id, Room.state.in_(TAKING_IN))
    return list(db.scalars(select(Round).where(Round.place_late_after.is_not(None), is_open)))


def waiting_for_a_seat(db: Db, round_: Round) -> list[str]:
    """Public ids of the people who are here, should be seated and never had a seat in this round."""
    had = set(db.scalars(select(Seat.member_id).where(Seat.round_id == round_.id)))
    here = present_members(db, round_.consultation_id, now=clock.now())
    return [
        member.public_id
        for member in members_to_seat(db, round_, ALWAYS)
        if member.id in here and member.id not in had
    ]


def places_by_rule(db: Db, round_: Round, names: Collection[str]) -> dict[str, tuple[int, bool]]:
    """The number of the room for each of these people, and whether it is the smallest because every room is full."""
    numbers = _taking_in(db, round_)
    found = {name: (number, False) for name, (_, number) in places_of(db, round_, numbers, names).items()}
    sizes = Counter(real_seats(db, round_).values()) + Counter(number for number, _full in found.values())
    for name in sorted(set(names) - set(found)) if numbers else ():
        smallest = min(numbers, key=lambda number: (sizes[number], number))
        sizes[smallest] += 1
        found[name] = (smallest, True)
    return found


def seat_by_rule(db: Db, round_: Round, places: Mapping[str, tuple[int, bool]]) -> int:
    """Seat people in the rooms that `places_by_rule` found, as far as they still wait and the rooms still take them in.

    Returns:
        How many were seated.
    """
    hold(db, round_)
    rooms = {room.number: room for room in rooms_service.rooms_of(db, round_) if room.state in TAKING_IN}
    waiting = set(waiting_for_a_seat(db, round_))
    going = {name: place for name, place in places.items() if name in waiting and place[0] in rooms}
    query = select(Member).where(Member.public_id.in_(going)).order_by(Member.public_id)
    full = message("seating.placed_full", "en")
    for member in db.scalars(query).all():
        number, is_full = going[member.public_id]
        reason = full if is_full else ""
        rooms_service.seat_by_rule(db, rooms[number], member, reason=reason)
        entry = Entry(member.public_id, None, number)
        write_in_rooms(db, round_, ActKind.SEATED, [entry], by=SERVER, reason=reason)
    return len(going)


def _taking_in(db: Db, round_: Round) -> list[int]:
    return [room.number for room in rooms_service.rooms_of(db, round_) if room.state in TAKING_IN]
