"""Improves a seating by exchanging two people at a time, as long as an exchange makes it better.

An exchange never changes the size of a room and is never made when it takes a regional group further from its
fair range or brings more people of one delegation together. Pure: no I/O, no clock; randomness only from the dice
given.
"""

import random
from collections import Counter
from collections.abc import Mapping, Sequence

from consult.seating.case import FACILITATOR, Person, RoomSpec
from consult.seating.measures import WEIGHTS, language_cover
from consult.seating.quotas import fair_range

#: Comparisons of two people, over the whole search: about half a second.
_BUDGET = 120_000
_FIELDS = {
    "region": "D.region",
    "role": "D.role",
    "stakeholder_family": "D.stakeholder",
    "gender": "D.gender",
}


def improved(
    people: Sequence[Person],
    rooms: Sequence[RoomSpec],
    seats: Mapping[str, str],
    locked: frozenset[str],
    dice: random.Random,
) -> dict[str, str]:
    """The seating after every exchange that pays, within the budget of comparisons."""
    state = _State(people, rooms, seats)
    movable = [i for i, person in enumerate(people) if person.id not in locked]
    dice.shuffle(movable)
    budget = _BUDGET
    while budget > 0:
        changed = False
        for i in movable:
            if not state.is_wanting(i):
                continue
            budget -= len(movable)
            j = state.best_exchange(i, movable)
            if j is not None:
                state.exchange(i, j)
                changed = True
            if budget <= 0:
                break
        if not changed:
            break
    return {person.id: rooms[state.seat[i]].id for i, person in enumerate(people)}


class _State:
    """Counts per room and category, and what one more or one fewer would cost."""

    def __init__(self, people: Sequence[Person], rooms: Sequence[RoomSpec], seats: Mapping[str, str]) -> None:
        self._people, self._rooms = people, rooms
        number = {room.id: i for i, room in enumerate(rooms)}
        self.seat = [number[seats[person.id]] for person in people]
        self._sizes = Counter(self.seat)
        self._bounds: list[list[tuple[int, int, int]]] = []
        self._categories = self._categorised()
        self._counts = [[0] * len(self._bounds) for _ in rooms]
        self._delegations = [Counter[str]() for _ in rooms]
        self._members: list[set[int]] = [set() for _ in rooms]
        for i, room in enumerate(self.seat):
            self._members[room].add(i)
            self._count(i, room, 1)
        self._languages = [self._language_cost(room, self._members[room]) for room in range(len(rooms))]
        for category in range(len(self._bounds)):
            if self._is_region[category]:
                self._keep_level(category)

    def _keep_level(self, category: int) -> None:
        """Where the deal spread a regional group evenly, no exchange makes it less even than the deal did."""
        counts = [room[category] for room in self._counts]
        bounds = self._bounds[category]
        if all(low <= n <= high for n, (low, high, _) in zip(counts, bounds, strict=True)):
            fewest, most = min(counts), max(counts)
            self._bounds[category] = [
                (max(low, fewest), min(high, most), weight) for low, high, weight in bounds
            ]

    def _categorised(self) -> list[tuple[int, ...]]:
        """The categories of each person as numbers; their bounds and weight in every room are filled in."""
        numbers: dict[tuple[str, str], int] = {}
        totals = Counter[int]()
        found: list[tuple[int, ...]] = []
        for person in self._people:
            named = [(field, str(getattr(person, field))) for field in _FIELDS if getattr(person, field)]
            if person.role == FACILITATOR:
                named.append((FACILITATOR, FACILITATOR))
            own = tuple(numbers.setdefault(name, len(numbers)) for name in named)
            totals.update(own)
            found.append(own)
        for (field, _), number in numbers.items():
            self._bounds.append(
                [self._bound(field, totals[number], room) for room in range(len(self._rooms))]
            )
        self._is_region = [field == "region" for field, _ in numbers]
        return found

    def _bound(self, field: str, total: int, room: int) -> tuple[int, int, int]:
        """Fewest and most that are fair in a room, and what each person outside costs."""
        if field == FACILITATOR:
            return (
                (1 if total >= len(self._rooms) else 0),
                -(-total // len(self._rooms)),
                WEIGHTS["no_facilitator"],
            )
        return *fair_range(total, self._sizes[room], len(self._people)), WEIGHTS[_FIELDS[field]]

    def _count(self, i: int, room: int, step: int) -> None:
        for category in self._categories[i]:
            self._counts[room][category] += step
        delegation = self._people[i].delegation
        if delegation:
            self._delegations[room][delegation] += step

    def _language_cost(self, room: int, members: set[int]) -> int:
        people = [self._people[i] for i in sorted(members)]
        uncovered, bridged = language_cover(people, self._rooms[room].languages)
        return WEIGHTS["lang_uncovered"] * uncovered + WEIGHTS["lang_bridged"] * bridged

    def _step_cost(self, category: int, room: int, step: int) -> int:
        low, high, weight = self._bounds[category][room]
        n = self._counts[room][category]
        return weight * (max(0, low - n - step, n + step - high) - max(0, low - n, n - high))

    def is_wanting(self, i: int) -> bool:
        """Whether the room of a person has anything that an exchange should make better; bridged people may stay."""
        room = self.seat[i]
        if self._languages[room] >= WEIGHTS["lang_uncovered"]:
            return True
        counts = self._counts[room]
        return any(
            not bounds[room][0] <= counts[category] <= bounds[room][1]
            for category, bounds in enumerate(self._bounds)
        ) or any(n > 1 for n in self._delegations[room].values())

    def best_exchange(self, i: int, others: Sequence[int]) -> int | None:
        """The person with whom an exchange pays most; None when none pays."""
        best, found = 0, None
        for j in others:
            if self.seat[i] != self.seat[j]:
                gain = self._gain(i, j, best)
                if gain > best:
                    best, found = gain, j
        return found

    def _gain(self, i: int, j: int, least: int) -> int:
        """What exchanging two people gains; nothing when it is not allowed."""
        r, s = self.seat[i], self.seat[j]
        own, other = self._categories[i], self._categories[j]
        cost = region = 0
        for category in own:
            if category not in other:
                step = self._step_cost(category, r, -1) + self._step_cost(category, s, 1)
                cost += step
                region += step if self._is_region[category] else 0
        for category in other:
            if category not in own:
                step = self._step_cost(category, s, -1) + self._step_cost(category, r, 1)
                cost += step
                region += step if self._is_region[category] else 0
        if region > 0:
            return 0
        new_pairs = self._new_pairs(i, j)
        if new_pairs > 0:
            return 0
        cost += WEIGHTS["delegation_pairs"] * new_pairs
        if -cost + self._languages[r] + self._languages[s] <= least:
            return 0
        if self._people[i].languages != self._people[j].languages:
            cost += self._language_cost(r, self._members[r] - {i} | {j}) - self._languages[r]
            cost += self._language_cost(s, self._members[s] - {j} | {i}) - self._languages[s]
        return -cost

    def _new_pairs(self, i: int, j: int) -> int:
        mine, theirs = self._people[i].delegation, self._people[j].delegation
        if mine == theirs:
            return 0
        r, s = self._delegations[self.seat[i]], self._delegations[self.seat[j]]
        found = 0
        if mine:
            found += s[mine] - (r[mine] - 1)
        if theirs:
            found += r[theirs] - (s[theirs] - 1)
        return found

    def exchange(self, i: int, j: int) -> None:
        """Let two people take each other's seats."""
        for person, target in ((i, self.seat[j]), (j, self.seat[i])):
            room = self.seat[person]
            self._count(person, room, -1)
            self._members[room].discard(person)
            self._count(person, target, 1)
            self._members[target].add(person)
        self.seat[i], self.seat[j] = self.seat[j], self.seat[i]
        for room in (self.seat[i], self.seat[j]):
            self._languages[room] = self._language_cost(room, self._members[room])
