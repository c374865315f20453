"""Seats people in cross-regional rooms: a stratified cyclic deal, then swaps that only ever improve.

Objective, in this order: rooms of equal size; every regional group inside its fair range in every room; as few
people of one delegation together as there can be; then, weighted (`measures.WEIGHTS`): nobody without a language to
follow, a facilitator in every room, roles, stakeholder families and gender spread. The first three hold by
construction (`quotas`, and the deal below); no swap may spoil them. The rest is the best found within a fixed number
of comparisons, so that the same input and seed always give the same seating.

Complexity: the deal is people × rooms; the swaps are at most a fixed number of comparisons. Measured on one core:
60 people 0.02 s, 180 people 0.1 s, 600 people 0.6 s, 2,000 people 1 s; past 100 people run it off the hub. Pure: no
I/O, no clock; randomness only from the seed.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from consult.errors import Invalid
from consult.seating.case import (
    ATTRIBUTES,
    NO_LOCKS,
    Assignment,
    Case,
    Person,
    RoomSpec,
    Seating,
    members_by_room,
)
from consult.seating.measures import category_counts, room_cost
from consult.seating.quotas import Table, group_quotas, room_sizes
from consult.seating.swaps import improved

#: Raised whenever the same input would give another seating.
VERSION = 1
MAX_PEOPLE = 2000


def seat(case: Case, *, seed: int) -> Seating:
    found = allocate(case.people, case.rooms, seed=seed)
    return Seating(tuple(found.rooms for _ in range(case.rounds)), seed, VERSION)


def allocate(
    people: Sequence[Person], rooms: Sequence[RoomSpec], *, seed: int, locks: Mapping[str, str] = NO_LOCKS
) -> Assignment:
    """Seat everybody so that every room has its fair share of every regional group.

    The order of people and rooms does not matter.

    Args:
        locks: person id -> room id, for people whose seat is fixed.

    Raises:
        Invalid: `seating.no_rooms`, `seating.room_too_small`, `seating.not_enough_seats`, `seating.twice`,
            `seating.unknown_lock`, `seating.too_many_people`.
    """
    people, rooms = sorted(people, key=lambda p: p.id), sorted(rooms, key=lambda r: (len(r.id), r.id))
    _check(people, rooms, locks)
    taken = Counter(locks.values())
    sizes = room_sizes(len(people), rooms, taken)
    by_group: dict[str | None, list[Person]] = defaultdict(list)
    pinned = Table()
    for person in people:
        by_group[person.region].append(person)
        if person.id in locks:
            cell = person.region, locks[person.id]
            pinned[cell] = pinned.get(cell, 0) + 1
    groups = {group: len(by_group[group]) for group in sorted(by_group, key=lambda g: g or "")}
    quotas = group_quotas(groups, sizes, pinned)
    dice = random.Random(seed)
    seats = dict(locks)
    for group in groups:
        left = {room.id: quotas[group, room.id] - pinned.get((group, room.id), 0) for room in rooms}
        waiting = [person for person in by_group[group] if person.id not in locks]
        seats |= _deal(waiting, left, dice)
    return Assignment(improved(people, rooms, seats, frozenset(locks), dice), seed, VERSION)


def place(
    person: Person, people: Sequence[Person], rooms: Sequence[RoomSpec], seats: Mapping[str, str]
) -> str:
    """The room where a late joiner serves balance best; nobody who is seated moves.

    Args:
        people: those already here; people without a seat in these rooms do not count.
        seats: person id -> room id.

    Raises:
        Invalid: `seating.full` when every room is full, `seating.no_rooms`.
    """
    if not rooms:
        raise Invalid("seating.no_rooms")
    members = members_by_room([p for p in people if p.id != person.id], rooms, seats)
    with_space = [r for r in rooms if r.capacity is None or len(members[r.id]) < r.capacity]
    if not with_space:
        raise Invalid("seating.full")
    everybody = [person, *(p for m in members.values() for p in m)]
    totals = {name: category_counts(everybody, field) for name, field in ATTRIBUTES.items()}
    fewest = min(len(members[room.id]) for room in with_space)
    most = max(fewest + 1, -(-len(everybody) // len(rooms)))

    def added_cost(room: RoomSpec) -> int:
        before = room_cost(members[room.id], room, totals, len(everybody))
        return room_cost([*members[room.id], person], room, totals, len(everybody)) - before

    fair = [room for room in with_space if len(members[room.id]) < most]
    return min(fair, key=lambda room: (added_cost(room), len(members[room.id]), room.id)).id


def _check(people: Sequence[Person], rooms: Sequence[RoomSpec], locks: Mapping[str, str]) -> None:
    if len(people) > MAX_PEOPLE:
        raise Invalid("seating.too_many_people", people=len(people), most=MAX_PEOPLE)
    for what in ([p.id for p in people], [r.id for r in rooms]):
        twice = [name for name, n in Counter(what).items() if n > 1]
        if twice:
            raise Invalid("seating.twice", id=twice[0])
    ids, room_ids = {p.id for p in people}, {r.id for r in rooms}
    for person, room in sorted(locks.items()):
        if person not in ids or room not in room_ids:
            raise Invalid("seating.unknown_lock", person=person, room=room)


def _deal(people: Sequence[Person], left: Mapping[str, int], dice: random.Random) -> dict[str, str]:
    """Deal one group over its seats, delegation by delegation, round and round the rooms.

    Rooms with more seats come first in every round, so a round is always the beginning of the round before: any run
    of people no longer than a round sits in different rooms. That keeps every delegation at its pigeonhole bound.
    """
    rooms = list(left)
    dice.shuffle(rooms)
    rooms.sort(key=lambda room: -left[room])
    slots = [room for level in range(max(left.values(), default=0)) for room in rooms if left[room] > level]
    seats = dict(zip(_in_blocks(people, dice), slots, strict=True))
    return {person.id: room for person, room in seats.items()}


def _in_blocks(people: Sequence[Person], dice: random.Random) -> list[Person]:
    """Delegations together, the largest first; people of none last; equals in an order drawn by lot."""
    size = Counter(person.delegation for person in people if person.delegation)
    lot = {name: dice.random() for name in sorted(size)}
    drawn = [(dice.random(), person) for person in people]

    def key(entry: tuple[float, Person]) -> tuple[int, float, str, str, float]:
        chance, person = entry
        name = person.delegation or ""
        return (
            -size.get(name, 0),
            lot.get(name, 2.0),
            person.role or "",
            person.stakeholder_family or "",
            chance,
        )

    return [person for _, person in sorted(drawn, key=key)]
