"""Repair, not reshuffle: voluntary moves that serve balance after no-shows, and what a move by hand would cost.

Offers are about the people who are here now. None is ever carried out by itself: a facilitator accepts one, and is told
when the seats have changed since it was made. Declared gender takes no part: what a single move does to the balance of it
would tell what one person declared.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from consult import clock
from consult.db import Db
from consult.errors import Conflict, NotFound
from consult.people.models import Member
from consult.permissions.actor import Actor
from consult.permissions.check import require
from consult.permissions.names import Permission
from consult.rooms.models import Round
from consult.rooms.presence import present_members
from consult.seating import repair
from consult.seating.casefile.writing import without_gender
from consult.seating.proposals.acts import ActKind
from consult.seating.proposals.adjusting import carry_out
from consult.seating.proposals.constraints import SEATABLE
from consult.seating.proposals.gathering import case_now, members_to_seat, room_key
from consult.seating.proposals.plans import hold, rooms_to_seat_in, seats_now
from consult.seating.proposals.running import off_hub
from consult.seating.sentences import Sentence


@dataclass(frozen=True)
class VoluntaryMove:
    """One person to a free seat, or two who exchange: what `accept_offer` takes back from the page."""

    #: Public ids of members.
    people: tuple[str, ...]
    #: Where each of them would sit: numbers of rooms.
    rooms: tuple[int, ...]
    #: Where each of them sits now.
    come_from: tuple[int, ...]
    #: What the weighted measures gain; more is better.
    gain: int
    #: What gets better most.
    sentence: Sentence
    #: Stands for the seats that the offer was made for.
    seen: str


def voluntary_moves(db: Db, round_: Round, k: int = 3) -> list[VoluntaryMove]:
    """The best moves that people who are here could agree to, the best first; people who are locked are left alone."""
    here = present_members(db, round_.consultation_id, now=clock.now())
    names = {m.public_id for m in members_to_seat(db, round_, SEATABLE) if m.id in here}
    case, seats = case_now(db, round_, among=names, within=rooms_to_seat_in(db, round_))
    case = without_gender(case)
    offers = off_hub(lambda: repair.voluntary_moves(case, seats, k=k), people=len(case.people))
    seen = _seen(db, round_)
    return [
        VoluntaryMove(
            offer.people,
            tuple(int(room) for room in offer.to),
            tuple(int(seats[person]) for person in offer.people),
            offer.gain,
            offer.sentence,
            seen,
        )
        for offer in offers
    ]


def accept_offer(
    db: Db,
    actor: Actor,
    round_: Round,
    *,
    people: Sequence[str],
    rooms: Sequence[int],
    seen: str,
    reason: str = "",
) -> int:
    """Carry out a voluntary move that was offered.

    Args:
        people, rooms, seen: of the offer (`VoluntaryMove`).

    Returns:
        How many people sit elsewhere now.

    Raises:
        NotFound: somebody has left the consultation.
        Conflict: `seating.changed_meanwhile` when anybody's seat has changed since it was offered.
    """
    require(actor, Permission.SEAT_MOVE, round_)
    hold(db, round_)
    if seen != _seen(db, round_):
        raise Conflict("seating.changed_meanwhile")
    query = select(Member).where(
        Member.public_id.in_(people),
        Member.consultation_id == round_.consultation_id,
        Member.withdrawn_at.is_(None),
    )
    members = {member.public_id: member for member in db.scalars(query)}
    if not people or set(members) != set(people) or len(people) != len(rooms):
        raise NotFound()
    moves = [(members[name], number) for name, number in zip(people, rooms, strict=True)]
    return carry_out(db, actor, round_, ActKind.ACCEPTED, moves, reason=reason)


def price_of(db: Db, round_: Round, moves: Mapping[str, int]) -> tuple[Sentence, ...]:
    """What moving people by hand would spoil, in words; empty when nothing.

    Args:
        moves: member public id -> number of the room.
    """
    seated, numbers = seats_now(db, round_)
    moves = {name: number for name, number in moves.items() if number in numbers}
    joining = [
        member
        for member in members_to_seat(db, round_, SEATABLE)
        if member.public_id in moves and member.public_id not in seated
    ]
    case, seats = case_now(db, round_, joining=joining)
    to = {name: room_key(number) for name, number in moves.items()}
    return repair.price(without_gender(case), seats, to)


def _seen(db: Db, round_: Round) -> str:
    seats, _numbers = seats_now(db, round_)
    return hashlib.sha256(json.dumps(seats, sort_keys=True).encode()).hexdigest()[:16]
