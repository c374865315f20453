"""Late joiners: seated where they serve balance best, and nobody else is moved."""

from collections.abc import Mapping

from consult.db import Db
from consult.errors import Invalid
from consult.people.models import Member
from consult.permissions.actor import Actor
from consult.permissions.check import require
from consult.permissions.names import Permission
from consult.rooms.models import Round
from consult.seating.acts import ActKind
from consult.seating.adjusting import carry_out
from consult.seating.allocation import place
from consult.seating.constraints import ALWAYS
from consult.seating.gathering import case_now, members_to_seat
from consult.seating.plans import seats_now


def late_joiners(db: Db, round_: Round) -> dict[str, int]:
    """People who should be seated and are not, each with the room where they serve balance best.

    Returns:
        Member public id -> room number; empty when there is nothing to seat them in. Who finds every room full is
        left out.
    """
    return {name: number for name, (_member, number) in _places(db, round_).items()}


def seat_late_joiners(db: Db, actor: Actor, round_: Round, *, revision: int | None = None) -> int:
    """Seat everybody who came late in the room where they serve balance best; nobody else moves.

    Returns:
        How many were seated.

    Raises:
        Conflict: `seating.changed_meanwhile`.
    """
    require(actor, Permission.SEAT_MOVE, round_)
    found = _places(db, round_)
    if found:
        carry_out(db, actor, round_, ActKind.SEATED, list(found.values()), revision=revision)
    return len(found)


def _places(db: Db, round_: Round) -> Mapping[str, tuple[Member, int]]:
    seats, numbers = seats_now(db, round_)
    waiting = [member for member in members_to_seat(db, round_, ALWAYS) if member.public_id not in seats]
    if not waiting or not numbers:
        return {}
    case, taken = case_now(db, round_, joining=waiting)
    people = {person.id: person for person in case.people}
    found = {}
    for member in waiting:
        try:
            taken[member.public_id] = place(people[member.public_id], case.people, case.rooms, taken)
        except Invalid:
            continue
        found[member.public_id] = (member, int(taken[member.public_id]))
    return found
