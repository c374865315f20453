"""Late joiners: seated where they serve balance best, and nobody else is moved."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from consult.db import Db
from consult.errors import Invalid
from consult.people.models import Member
from consult.permissions.actor import Actor
from consult.permissions.check import require
from consult.permissions.names import Permission
from consult.rooms.models import Round
from consult.seating.allocation import seat
from consult.seating.case import Case
from consult.seating.proposals.acts import ActKind
from consult.seating.proposals.adjusting import carry_out
from consult.seating.proposals.constraints import ALWAYS
from consult.seating.proposals.gathering import case_now, members_to_seat
from consult.seating.proposals.plans import rooms_to_seat_in, seats_now
from consult.seating.proposals.running import off_hub
from consult.seating.repair import place

#: More late joiners than this are placed together: each one alone costs a look at everybody.
ONE_BY_ONE = 20


def late_joiners(db: Db, round_: Round) -> dict[str, int]:
    """People who should be seated and are not, each with the room where they serve balance best.

    Returns:
        Member public id -> room number; empty when there is nothing to seat them in. Who finds every room full is
        left out.
    """
    numbers = rooms_to_seat_in(db, round_)
    return {name: number for name, (_member, number) in places_of(db, round_, numbers).items()}


def seat_late_joiners(db: Db, actor: Actor, round_: Round, *, revision: int | None = None) -> int:
    """Seat everybody who came late in the room where they serve balance best; nobody else moves.

    Returns:
        How many were seated.

    Raises:
        Conflict: `seating.changed_meanwhile`.
    """
    require(actor, Permission.SEAT_MOVE, round_)
    found = places_of(db, round_, rooms_to_seat_in(db, round_))
    if found:
        carry_out(db, actor, round_, ActKind.SEATED, list(found.values()), revision=revision)
    return len(found)


def places_of(
    db: Db, round_: Round, numbers: Collection[int], among: Collection[str] | None = None
) -> Mapping[str, tuple[Member, int]]:
    """Where people without a seat would serve balance best.

    Args:
        numbers: of the rooms they can be seated in.
        among: public ids of those who count; None for everybody who should be seated.
    """
    seats = seats_now(db, round_)[0]
    waiting = [
        member
        for member in members_to_seat(db, round_, ALWAYS)
        if member.public_id not in seats and (among is None or member.public_id in among)
    ]
    if not waiting or not numbers:
        return {}
    case, seated = case_now(db, round_, joining=waiting, within=numbers)
    names = [member.public_id for member in waiting]
    found = off_hub(lambda: _placed(case, seated, names), people=len(case.people))
    return {m.public_id: (m, found[m.public_id]) for m in waiting if m.public_id in found}


def _placed(case: Case, seated: Mapping[str, str], waiting: Sequence[str]) -> dict[str, int]:
    """The few one after the other, each where they serve balance best with those before; a crowd in one search."""
    if len(waiting) > ONE_BY_ONE and len(waiting) <= _free_seats(case, seated):
        pins = tuple(pin for pin in case.wishes.pins if pin.person in waiting)
        around = replace(
            case,
            rooms=tuple(replace(room, minimum=0) for room in case.rooms),
            wishes=replace(case.wishes, pins=pins),
            seated=(dict(seated),),
        )
        found = seat(around, seed=0).rounds[0]
        return {name: int(found[name]) for name in waiting}
    people, taken, numbers = {person.id: person for person in case.people}, dict(seated), {}
    for name in waiting:
        try:
            taken[name] = place(case, taken, people[name])
        except Invalid:  # every room is full
            continue
        numbers[name] = int(taken[name])
    return numbers


def _free_seats(case: Case, seated: Mapping[str, str]) -> int:
    inside = Counter(seated.values())
    everybody = len(case.people)
    return sum(
        everybody if room.capacity is None else max(0, room.capacity - inside[room.id]) for room in case.rooms
    )
