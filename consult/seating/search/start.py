"""The first seating of a round, from which the search goes on. Pure: NumPy, no I/O, no clock.

Those whose seat is given come first, then keep-together groups and people who must not meet, then everybody else in the
order of their stratum (regional group, delegation, kind of stakeholder), each to the room where they cost least: the many
of a stratum one after another, so that they spread.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from consult.seating.case import Person, RoomSpec
from consult.seating.quotas import room_sizes
from consult.seating.search.numbers import FORBIDDEN, Categories, Pairs, Whole

#: The cost of what cannot be: no seat is left.
_FULL = 10**12


class Seats:
    """A round being filled, person by person. People and rooms are numbered within the round."""

    def __init__(
        self,
        categories: Categories,
        most: Whole,
        pair_cost: Pairs,
        place_cost: Pairs | None,
        lot: np.random.Generator,
    ) -> None:
        self.people, self.rooms = pair_cost.shape[0], len(most)
        self.seat = np.full(self.people, -1, dtype=np.int64)
        self.size = np.zeros(self.rooms, dtype=np.int64)
        self._most, self._categories = most, categories
        self._pair_cost = pair_cost
        self._company = np.zeros((self.rooms, self.people), dtype=np.int32)
        if place_cost is not None:
            self._company += place_cost
        self._lot = lot.permutation(self.rooms)
        self._count = np.zeros((self.rooms, len(categories.total)), dtype=np.int64)
        self.aim_at(np.full(self.rooms, self.people // max(1, self.rooms)))

    def aim_at(self, sizes: Whole) -> None:
        """How many people each room is to have in the end, which decides what is a fair share there."""
        total = self._categories.total
        self._aim = sizes
        self._low = total * sizes[:, None] // max(1, self.people)
        self._high = -(-total * sizes[:, None] // max(1, self.people))
        self._add = self._one_more(self._count, self._low, self._high)

    def put(self, people: Sequence[int], room: int) -> None:
        """Seat some people in a room."""
        for p in people:
            self.seat[p] = room
            self.size[room] += 1
            self._count[room, self._categories.of[:, p]] += 1
            self._company[room] += self._pair_cost[p]
        self._add[room] = self._one_more(self._count[room], self._low[room], self._high[room])

    def cheapest(self, people: Sequence[int], *, within_aim: bool) -> int:
        """The room where some people, who stay together, cost least; -1 when none has the seats."""
        price = np.zeros(self.rooms, dtype=np.int64)
        for p in people:
            price += self._add[:, self._categories.of[:, p]].sum(axis=1) + self._company[:, p]
        left = (self._aim if within_aim else self._most) - self.size
        key = (price * 1000 - left) * 1000 + self._lot
        key[left < len(people)] = _FULL
        room = int(key.argmin())
        return room if key[room] < _FULL else -1

    def strangers(self) -> list[int]:
        """People who must not meet somebody."""
        return [int(p) for p in np.flatnonzero((self._pair_cost >= FORBIDDEN).any(axis=1))]

    def breaks_a_wish(self) -> bool:
        """Whether people who must not meet sit in one room."""
        seated = [p for p in self.strangers() if self.seat[p] >= 0]
        return bool((self._company[self.seat[seated], seated] >= FORBIDDEN).any())

    def can_fill(self, least: Whole) -> bool:
        """Whether those who are not seated yet are enough to fill every room to its fewest people."""
        return int(np.maximum(0, least - self.size).sum()) <= int((self.seat < 0).sum())

    def _one_more(self, count: Whole, low: Whole, high: Whole) -> Whole:
        """What one more person of each category costs where there are so many of it."""
        c = self._categories
        one_more = (count >= high) * c.weight - (count < low) * c.weight
        if c.lone.any():
            one_more = one_more + ((count == 0).astype(np.int64) - (count == 1)) * c.lone
        if c.more.any():
            one_more = one_more + (count > 0) * c.more
        found: Whole = one_more - (count == 0) * c.none
        return found


def in_order(people: Sequence[Person], lot: np.random.Generator) -> list[int]:
    """Everybody by stratum: the largest regional group first, in it the largest delegations; equals by lot."""
    groups, delegations = Counter(p.region for p in people), Counter(p.delegation for p in people)
    chance = lot.permutation(len(people))

    def key(i: int) -> tuple[object, ...]:
        p = people[i]
        size = delegations[p.delegation] if p.delegation else 0
        return (
            -groups[p.region],
            p.region or "",
            -size,
            p.delegation or "",
            p.stakeholder_family or "",
            chance[i],
        )

    return sorted(range(len(people)), key=key)


def first_seats(
    make: Callable[[], Seats],
    people: Sequence[Person],
    rooms: Sequence[RoomSpec],
    *,
    fixed: Whole,
    groups: Sequence[Sequence[int]],
    witness: Mapping[int, int],
    lot: np.random.Generator,
) -> Whole:
    """By person, the room.

    Args:
        make: gives empty seats.
        fixed: by person, the room that is given, or -1.
        groups: keep-together groups of those present.
        witness: person -> room, for everybody a wish binds: a way in which all wishes are kept.
    """
    seats = make()
    least = np.array([room.minimum for room in rooms])
    if not _seat_bound(seats, fixed, groups) or not seats.can_fill(least):
        seats = make()
        for p, room in witness.items():
            seats.put([p], room)
    taken = {room.id: int(n) for room, n in zip(rooms, seats.size, strict=True)}
    sizes = room_sizes(len(people), rooms, taken)
    seats.aim_at(np.array([sizes[room.id] for room in rooms], dtype=np.int64))
    for p in in_order(people, lot):
        if seats.seat[p] < 0:
            seats.put([p], seats.cheapest([p], within_aim=True))
    return seats.seat


def _seat_bound(seats: Seats, fixed: Whole, groups: Sequence[Sequence[int]]) -> bool:
    """Seat everybody whom a wish binds, one after another where they cost least; False when that breaks a wish."""
    for p in np.flatnonzero(fixed >= 0):
        seats.put([int(p)], int(fixed[p]))
    grouped = {p for group in groups for p in group}
    units = [list(group) for group in groups] + [[p] for p in seats.strangers() if p not in grouped]
    for unit in sorted(units, key=lambda unit: (-len(unit), unit)):
        if seats.seat[unit[0]] >= 0:
            continue
        room = seats.cheapest(unit, within_aim=False)
        if room < 0:
            return False
        seats.put(unit, room)
    return not seats.breaks_a_wish()
