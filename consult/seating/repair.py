"""Repair, not reshuffle: the seat of a late joiner, voluntary moves after no-shows, and what a move would cost.

Nobody who is seated is moved by any of this. Prices are those of the search, exact differences of the weighted measures.
Pure: NumPy, no I/O, no clock.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from consult.errors import Invalid
from consult.seating.case import Case, Person
from consult.seating.plan_measures import together_groups
from consult.seating.report.changes import changes, price_of
from consult.seating.search.numbers import FORBIDDEN, Whole, everybody
from consult.seating.search.rounds import one_round
from consult.seating.search.tables import NEVER, Round
from consult.seating.sentences import Sentence


@dataclass(frozen=True)
class Offer:
    """A voluntary move that makes a seating better: one person to a free seat, or two who exchange."""

    people: tuple[str, ...]
    #: Room ids, in the order of the people.
    to: tuple[str, ...]
    #: What the weighted measures gain; more is better.
    gain: int
    sentence: Sentence


def place(case: Case, seats: Mapping[str, str], person: Person) -> str:
    """The room where a late joiner serves balance best; nobody who is seated moves.

    Wishes about the late joiner come before balance, as far as free seats allow.

    Args:
        case: rooms, wishes and everybody who may be seated, of one round.
        seats: person id -> room id; people of the case without a seat do not count.

    Raises:
        Invalid: `seating.no_rooms`, or `seating.full` when every room is full.
    """
    if not case.rooms:
        raise Invalid("seating.no_rooms")
    taken = {p.id: seats[p.id] for p in case.people if p.id in seats and p.id != person.id}
    counts = {room.id: 0 for room in case.rooms}
    for room in taken.values():
        counts[room] = counts.get(room, 0) + 1
    free = [r for r in case.rooms if r.capacity is None or counts[r.id] < r.capacity]
    if not free:
        raise Invalid("seating.full")
    first = min(free, key=lambda room: (counts[room.id], room.id)).id
    inside = [*(p for p in case.people if p.id in taken), person]
    now = replace(
        case,
        people=tuple(inside),
        rooms=tuple(replace(room, minimum=0) for room in case.rooms),
        wishes=replace(case.wishes, pins=tuple(p for p in case.wishes.pins if p.person != person.id)),
        seated=(),
    )
    state, people, rooms = _state(now, {**taken, person.id: first})
    at = people.index(person.id)
    prices = state.move_prices(at)
    prices[state.seat[at]] = 0
    prices += _broken(case, taken, person.id, rooms)
    size = state.size.copy()
    size[state.seat[at]] -= 1
    best = min(range(len(rooms)), key=lambda room: (int(prices[room]), int(size[room]), rooms[room]))
    return rooms[best]


def voluntary_moves(case: Case, seats: Mapping[str, str], *, k: int = 3) -> tuple[Offer, ...]:
    """The best moves and exchanges that people could agree to, best first; never more than one for the same person.

    Args:
        case: rooms, wishes and people of one round; only those with a seat count.
        seats: person id -> room id.
        k: how many at the most.
    """
    now = _seated_only(case, seats)
    if not now.people:
        return ()
    state, people, rooms = _state(now, seats)
    found: list[tuple[int, int, int, int]] = []
    for p in np.flatnonzero(state.ground.movable).tolist():
        prices = state.exchange_prices(p)
        prices[: p + 1] = NEVER
        q = int(prices.argmin())
        if prices[q] < 0:
            found.append((int(prices[q]), 2, p, q))
        moves = state.move_prices(p)
        room = int(moves.argmin())
        if moves[room] < 0:
            found.append((int(moves[room]), 1, p, room))
    offers: list[Offer] = []
    busy: set[int] = set()
    for cost, kind, p, other in sorted(found):
        involved = {p, other} if kind == 2 else {p}
        if len(offers) == k or involved & busy:
            continue
        busy |= involved
        to = (rooms[state.seat[other]], rooms[state.seat[p]]) if kind == 2 else (rooms[other],)
        named = (people[p], people[other]) if kind == 2 else (people[p],)
        after = {**seats, **dict(zip(named, to, strict=True))}
        offers.append(Offer(named, to, -cost, changes(now, seats, after)))
    return tuple(offers)


def price(case: Case, seats: Mapping[str, str], moves: Mapping[str, str]) -> tuple[Sentence, ...]:
    """What moving people would spoil, in sentences such as "would leave Room 3 without French"; empty when nothing.

    Args:
        case: rooms, wishes and people of one round; only those with a seat count.
        seats: person id -> room id.
        moves: person id -> room id.
    """
    after = {**seats, **moves}
    return price_of(_seated_only(case, after), seats, after)


def _broken(case: Case, taken: Mapping[str, str], person: str, rooms: Sequence[str]) -> Whole:
    """By room: what wishes for a person's seat, or to be with others who sit already, cost when it is that room."""
    asked = [{pin.room} for pin in case.wishes.pins if pin.person == person and pin.round in (None, 1)]
    for group in together_groups(case.wishes.together):
        if person in group:
            asked.append({taken[member] for member in group if member in taken})
    return np.array([FORBIDDEN * sum(bool(w) and room not in w for w in asked) for room in rooms], np.int64)


def _seated_only(case: Case, seats: Mapping[str, str]) -> Case:
    rooms = {room.id for room in case.rooms}
    return replace(
        case, people=tuple(p for p in case.people if seats.get(p.id) in rooms), rounds=1, seated=()
    )


def _state(case: Case, seats: Mapping[str, str]) -> tuple[Round, list[str], list[str]]:
    """The round as the search sees it, with the ids of its people and rooms."""
    of = everybody(case)
    people, rooms = [p.id for p in of.people], [room.id for room in of.rooms]
    number = {room: i for i, room in enumerate(rooms)}
    return one_round(case, of, np.array([number[seats[p]] for p in people])), people, rooms
