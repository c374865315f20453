"""Whether units of people fit into rooms: exact search by backtracking. Pure: values only, no I/O, no clock.

A unit is a number of people who share a room. Some pairs of units must not share one, some rooms are barred to a unit,
and rooms have a fewest and a most. People who are in no unit and in no load fill up what is left, wherever they like.

Method: the unit with the fewest rooms left comes first; rooms that nothing tells apart count as one; states that failed
are remembered up to such exchanges. A limit on the steps keeps it short; past it the question stays open.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

#: Above this many units the order is fixed before the search, so that a step stays cheap.
MANY_UNITS = 300
#: Steps of one search before its question stays open.
STEPS_OF_ONE = 4_000


@dataclass
class Budget:
    """Steps that may still be taken, over everything that is asked about one case."""

    left: int

    def spend(self, steps: int = 1) -> bool:
        """Take steps off; False once there are none left."""
        self.left -= steps
        return self.left >= 0


@dataclass(frozen=True)
class Packing:
    """What is to be packed. Rooms and units are numbered from 0."""

    #: (fewest, most) people by room.
    rooms: Sequence[tuple[int, int]]
    #: Everybody, those in no unit included.
    people: int
    #: By room: people who sit there already; rooms left out have none.
    loads: Mapping[int, int]
    #: People by unit.
    sizes: Sequence[int]
    #: By unit: rooms it must not enter.
    barred: Sequence[frozenset[int]]
    #: By unit: units it must not share a room with.
    neighbours: Sequence[frozenset[int]]
    #: Whether a room with nobody in it may have fewer than its fewest.
    allow_empty: bool = False


def pack(packing: Packing, budget: Budget) -> list[int] | Literal[False] | None:
    """The room of every unit, such that everybody else can be seated too; False when there is none, None when undecided."""
    return _Search(packing).run(budget)


def can_fill(spare: int, wanted: int, closed: Mapping[tuple[int, int], int]) -> bool:
    """Whether some of the closed rooms hold `wanted` more people and ask for no more than `spare`: a knapsack.

    Args:
        closed: number of rooms by (fewest, most).
    """
    if spare < 0 or wanted <= 0:
        return spare >= 0
    best = np.zeros(spare + 1, dtype=np.int64)
    for (fewest, most), count in sorted(closed.items()):
        left, part = count, 1
        while left:
            part = min(part, left)
            weight = fewest * part
            if weight <= spare:
                best[weight:] = np.maximum(best[weight:], best[: spare + 1 - weight] + most * part)
            left, part = left - part, part * 2
    return int(best.max()) >= wanted


class _Search:
    def __init__(self, packing: Packing) -> None:
        self.packing = packing
        units = range(len(packing.sizes))
        self.room_of = [-1] * len(packing.sizes)
        self.barred: list[Counter[int]] = [Counter(dict.fromkeys(sorted(b), 1)) for b in packing.barred]
        self.bars: dict[int, Counter[int]] = defaultdict(Counter)
        for unit in units:
            for room in self.barred[unit]:
                self.bars[room][unit] = 1
        self.load = {room: packing.loads.get(room, 0) for room in sorted({*packing.loads, *self.bars})}
        self.fresh: dict[tuple[int, int], list[int]] = defaultdict(list)
        for room in reversed(range(len(packing.rooms))):
            if room not in self.load:
                self.fresh[packing.rooms[room]].append(room)
        self.needs = self.seats = 0
        self.closed: Counter[tuple[int, int]] = Counter()
        for room, (fewest, most) in enumerate(packing.rooms):
            load = self.load.get(room, 0)
            if load or not packing.allow_empty:
                self.needs += max(fewest, load)
                self.seats += most
            else:
                self.closed[fewest, most] += 1
        fits = {s: sum(most >= s for _, most in packing.rooms) for s in set(packing.sizes)}
        self.fits = [fits[size] for size in packing.sizes]
        self.order = sorted(units, key=self._urgency)
        self.failed: set[object] = set()
        self.known: dict[object, bool] = {}

    def run(self, budget: Budget) -> list[int] | Literal[False] | None:
        if not self._can_fill(self.needs, self.seats, None):
            return False
        frames: list[tuple[int, list[int], set[object]]] = []
        steps = STEPS_OF_ONE + 2 * len(self.order)
        while len(frames) < len(self.order):
            unit = self._next(len(frames))
            known = bool(self.failed) and self._state() in self.failed
            frames.append((unit, [] if known else self._options(unit), set()))
            while frames:
                unit, options, tried = frames[-1]
                if self.room_of[unit] >= 0:
                    self._lift(unit)
                if not options:
                    self.failed.add(self._state())
                    frames.pop()
                    continue
                room = options.pop(0)
                look = self._look(room)
                if look in tried:
                    continue
                tried.add(look)
                steps -= 1
                if steps < 0 or not budget.spend():
                    return None
                self._put(unit, room)
                if not self._is_stuck(unit):
                    break
            else:
                return False
        return self.room_of

    def _urgency(self, unit: int) -> tuple[int, int, int, int]:
        packing = self.packing
        left = self.fits[unit] - len(self.barred[unit])
        return left, -packing.sizes[unit], -len(packing.neighbours[unit]), unit

    def _next(self, done: int) -> int:
        if len(self.order) > MANY_UNITS:
            return self.order[done]
        return min((u for u in self.order if self.room_of[u] < 0), key=self._urgency)

    def _options(self, unit: int) -> list[int]:
        """Rooms for a unit, the one that wastes least first; of untouched rooms one of each size."""
        size, found = self.packing.sizes[unit], []
        barred = self.barred[unit]
        fresh = [rooms[-1] for rooms in self.fresh.values() if rooms]
        for room in [*self.load, *fresh]:
            load = self.load.get(room, 0)
            if room in barred or load + size > self.packing.rooms[room][1]:
                continue
            needs, seats, opened = self._with(room, load, load + size)
            if self._can_fill(needs, seats, opened):
                found.append((needs, self.packing.rooms[room][1] - load - size, room))
        return [room for _, _, room in sorted(found)]

    def _look(self, room: int) -> tuple[object, ...]:
        """All that the rest of the search can tell of a room."""
        fewest, most = self.packing.rooms[room]
        load = self.load.get(room, 0)
        bars = self.bars.get(room)
        barred = frozenset(u for u in bars if self.room_of[u] < 0) if bars else frozenset()
        return most - load, max(0, fewest - load), load > 0, barred

    def _state(self) -> object:
        sizes, neighbours, barred = self.packing.sizes, self.packing.neighbours, self.packing.barred
        free = (u for u, room in enumerate(self.room_of) if room < 0)
        units = Counter((-1, sizes[u]) if not neighbours[u] and not barred[u] else (u, 0) for u in free)
        looks = Counter(self._look(room) for room in self.load)
        for (fewest, most), rooms in self.fresh.items():
            if rooms:
                looks[most, fewest, False, frozenset()] += len(rooms)
        return frozenset(units.items()), frozenset(looks.items())

    def _with(self, room: int, before: int, after: int) -> tuple[int, int, tuple[int, int] | None]:
        """What the rooms need and seat once a room's load changes, and the kind of room that this opens."""
        fewest, most = self.packing.rooms[room]
        if before or not self.packing.allow_empty:
            return self.needs + max(fewest, after) - max(fewest, before), self.seats, None
        return self.needs + max(fewest, after), self.seats + most, (fewest, most)

    def _can_fill(self, needs: int, seats: int, opened: tuple[int, int] | None) -> bool:
        spare, wanted = self.packing.people - needs, self.packing.people - seats
        if spare < 0 or wanted <= 0:
            return spare >= 0
        closed = self.closed - Counter([opened]) if opened else self.closed
        key = spare, wanted, frozenset(closed.items())
        if key not in self.known:
            self.known[key] = can_fill(spare, wanted, closed)
        return self.known[key]

    def _put(self, unit: int, room: int) -> None:
        fewest, most = self.packing.rooms[room]
        if room not in self.load:
            self.fresh[fewest, most].pop()
            self.load[room] = 0
        before = self.load[room]
        self.needs, self.seats, opened = self._with(room, before, before + self.packing.sizes[unit])
        if opened:
            self.closed[opened] -= 1
        self.load[room] += self.packing.sizes[unit]
        self.room_of[unit] = room
        for other in self.packing.neighbours[unit]:
            if self.room_of[other] < 0:
                self.barred[other][room] += 1
                self.bars[room][other] += 1

    def _lift(self, unit: int) -> None:
        """Undo the placing of the unit that was placed last."""
        room = self.room_of[unit]
        kind = fewest, most = self.packing.rooms[room]
        for other in self.packing.neighbours[unit]:
            if self.room_of[other] < 0:
                for counts, key in ((self.barred[other], room), (self.bars[room], other)):
                    counts[key] -= 1
                    if not counts[key]:
                        del counts[key]
        self.room_of[unit] = -1
        after = self.load[room]
        before = after - self.packing.sizes[unit]
        self.needs -= max(fewest, after)
        if before or not self.packing.allow_empty:
            self.needs += max(fewest, before)
        else:
            self.seats -= most
            self.closed[kind] += 1
        self.load[room] = before
        if not before and not self.bars.get(room):
            del self.load[room]
            self.fresh[kind].append(room)

    def _is_stuck(self, unit: int) -> bool:
        """Whether a unit that must not meet the one just placed has no room left."""
        return any(
            self.room_of[other] < 0
            and self.fits[other] <= len(self.barred[other])
            and not self._options(other)
            for other in self.packing.neighbours[unit]
        )
