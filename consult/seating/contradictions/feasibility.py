"""Whether the wishes for one round can all be kept, and if not, which of them already cannot. Pure: no I/O, no clock.

Cheap checks by counting come first; only what they leave open is searched (`packing`). The most people a room can hold
is never given up; the fewest people of the rooms are a wish like the others.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from consult.seating.case import Case, RoomSpec, Wish, WishKind
from consult.seating.contradictions.packing import Budget, Packing, can_fill, pack

#: Kinds of wishes that give a person a room.
SEATS = (WishKind.PIN, WishKind.SEATED)


@dataclass(frozen=True)
class Answer:
    """Whether wishes can be kept in a round: True, False, or None where the search was cut short."""

    possible: bool | None
    #: When possible: person id -> room id, for everybody the wishes bind.
    seats: Mapping[str, str] = field(default_factory=dict)
    #: When impossible: positions of wishes that cannot all be kept, whatever becomes of the others.
    blame: tuple[int, ...] = ()
    #: Whether the rest of the blame can be kept once any one of it is given up.
    is_minimal: bool = False


class _Impossible(Exception):
    def __init__(self, blame: Iterable[int], *, is_minimal: bool = False) -> None:
        self.answer = Answer(False, blame=tuple(sorted(set(blame))), is_minimal=is_minimal)


@dataclass
class _Unit:
    """People who share a room: linked by together wishes, or one person alone."""

    people: list[str]
    #: Together wishes that link them.
    links: list[int] = field(default_factory=list)
    #: By room number: wishes that seat them there, one for every person.
    fixed: dict[int, dict[str, int]] = field(default_factory=dict)
    #: Units they must not meet, and by which wish.
    apart: dict[int, int] = field(default_factory=dict)

    @property
    def room(self) -> int | None:
        return next(iter(self.fixed), None)

    @property
    def size(self) -> int:
        return len(self.people)

    def causes(self) -> list[int]:
        """Wishes that make this unit and seat it: one wish is enough to give it its room."""
        return self.links + [next(iter(wishes.values())) for wishes in self.fixed.values()]


class Round:
    """What can be asked of one round.

    Args:
        number: of the round, from 1.
        wishes: all wishes of the case; elsewhere they are named by their position here.
    """

    def __init__(self, case: Case, number: int, wishes: Sequence[Wish], budget: Budget) -> None:
        self.number, self.wishes, self.budget = number, wishes, budget
        self.present = frozenset(p.id for p in case.people if p.present is None or number in p.present)
        self.people = len(self.present)
        self.names = sorted(room.id for room in case.rooms)
        self.place = {name: i for i, name in enumerate(self.names)}
        limits = {room.id: room for room in case.rooms}
        self.most = [_most(limits[name], self.people) for name in self.names]
        self.fewest = [min(limits[r].minimum, n) for r, n in zip(self.names, self.most, strict=True)]
        self.allow_empty = case.allow_empty
        self.binding = frozenset(i for i, wish in enumerate(wishes) if self._binds(wish))

    @property
    def has_seats(self) -> bool:
        """Whether there are as many seats as people."""
        return sum(self.most) >= self.people

    def members(self, wish: Wish) -> list[str]:
        """The people of a wish who are here."""
        return [person for person in wish.people if person in self.present]

    def decide(self, chosen: Iterable[int], *, explain: bool = True) -> Answer:
        """Whether the chosen wishes can all be kept in this round; without `explain` the blame means nothing."""
        numbers = sorted(self.binding.intersection(chosen))
        self.budget.spend(1 + len(numbers) // 20)
        try:
            return self._decide(numbers, explain=explain)
        except _Impossible as found:
            return found.answer

    def _binds(self, wish: Wish) -> bool:
        if wish.kind == WishKind.CAPACITY:
            return any(self.fewest)
        here = len(self.members(wish))
        if wish.kind in SEATS:
            return here > 0 and wish.round in (None, self.number)
        return here > (wish.kind == WishKind.APART)

    def _decide(self, numbers: Sequence[int], *, explain: bool) -> Answer:
        by_kind: dict[WishKind, list[int]] = defaultdict(list)
        for number in numbers:
            by_kind[self.wishes[number].kind].append(number)
        limits = next(iter(by_kind[WishKind.CAPACITY]), None)
        if limits is not None and not self._can_be_filled({}):
            raise _Impossible([limits], is_minimal=True)
        units, unit_of = self._units(by_kind[WishKind.TOGETHER])
        self._fix(units, unit_of, [n for kind in SEATS for n in by_kind[kind]])
        self._part(units, unit_of, by_kind[WishKind.APART])
        loads = self._loads(units)
        if limits is not None and not self._can_be_filled(loads):
            raise self._cannot_fill(units, loads, limits) if explain else _Impossible(())
        free = [i for i, unit in enumerate(units) if unit.room is None and (unit.size > 1 or unit.apart)]
        seats = {p: self.names[u.room] for u in units if u.room is not None for p in u.people}
        if not free:
            return Answer(True, seats)
        self._count(units, free, loads)
        undecided = not self._check_alone(units, free)
        found = pack(self._packing(units, free, loads, with_fewest=limits is not None), self.budget)
        if found is False:
            raise _Impossible(numbers)
        if found is None or undecided:
            return Answer(None)
        rooms = {i: self.names[room] for i, room in zip(free, found, strict=True)}
        return Answer(True, seats | {p: room for i, room in rooms.items() for p in units[i].people})

    def _units(self, links: Sequence[int]) -> tuple[list[_Unit], dict[str, int]]:
        """Units of people here. Together wishes link through people who are away, too."""
        parent: dict[str, str] = {}

        def top(person: str) -> str:
            parent.setdefault(person, person)
            while parent[person] != person:
                parent[person] = person = parent[parent[person]]
            return person

        for number in links:
            first, *others = self.wishes[number].people
            for other in others:
                parent[top(other)] = top(first)
        people: dict[str, list[str]] = defaultdict(list)
        for person in sorted(self.present.intersection(parent)):
            people[top(person)].append(person)
        units = [_Unit(members) for members in people.values()]
        place = {root: i for i, root in enumerate(people)}
        for number in links:
            root = top(self.wishes[number].people[0])
            if root in place:
                units[place[root]].links.append(number)
        most = max(self.most, default=0)
        for unit in units:
            if unit.size > most:
                raise _Impossible(unit.links)
        return units, {person: i for i, unit in enumerate(units) for person in unit.people}

    def _fix(self, units: list[_Unit], unit_of: dict[str, int], numbers: Iterable[int]) -> None:
        for number in numbers:
            wish = self.wishes[number]
            room = self.place.get(str(wish.room))
            if room is None:
                raise _Impossible([number], is_minimal=True)
            unit = self._unit(units, unit_of, wish.people[0])
            unit.fixed.setdefault(room, {}).setdefault(wish.people[0], number)
            if unit.size > self.most[room]:
                raise _Impossible([*unit.links, number], is_minimal=not unit.links)
            if len(unit.fixed) > 1:
                raise _Impossible(unit.causes(), is_minimal=not unit.links)

    @staticmethod
    def _unit(units: list[_Unit], unit_of: dict[str, int], person: str) -> _Unit:
        if person not in unit_of:
            unit_of[person] = len(units)
            units.append(_Unit([person]))
        return units[unit_of[person]]

    def _part(self, units: list[_Unit], unit_of: dict[str, int], numbers: Iterable[int]) -> None:
        """Note which units must not meet."""
        for number in numbers:
            seen: set[int] = set()
            in_room: dict[int, _Unit] = {}
            for person in self.members(self.wishes[number]):
                unit = self._unit(units, unit_of, person)
                place = unit_of[person]
                if place in seen:
                    raise _Impossible([number, *unit.links])
                seen.add(place)
                if unit.room is not None and unit.room in in_room:
                    raise _Impossible([number, *unit.causes(), *in_room[unit.room].causes()])
                if unit.room is not None:
                    in_room[unit.room] = unit
            for place in seen:
                for other in seen - {place}:
                    units[place].apart.setdefault(other, number)

    def _loads(self, units: Sequence[_Unit]) -> dict[int, int]:
        """People by room, as far as they are fixed."""
        inside: dict[int, list[_Unit]] = defaultdict(list)
        for unit in units:
            if unit.room is not None:
                inside[unit.room].append(unit)
        loads = {room: sum(unit.size for unit in inside[room]) for room in sorted(inside)}
        for room, load in loads.items():
            if load > self.most[room]:
                alone = [unit for unit in inside[room] if unit.size == 1 and not unit.links]
                if len(alone) > self.most[room]:
                    few = alone[: self.most[room] + 1]
                    raise _Impossible((n for unit in few for n in unit.causes()), is_minimal=True)
                raise _Impossible(n for unit in inside[room] for n in unit.causes())
        return loads

    def _can_be_filled(self, loads: Mapping[int, int]) -> bool:
        """Whether everybody who is not fixed can fill up the rooms to their fewest people."""
        needs = seats = 0
        closed = Counter[tuple[int, int]]()
        for room, (fewest, most) in enumerate(zip(self.fewest, self.most, strict=True)):
            if loads.get(room) or not self.allow_empty:
                needs += max(fewest, loads.get(room, 0))
                seats += most
            else:
                closed[fewest, most] += 1
        return can_fill(self.people - needs, self.people - seats, closed)

    def _cannot_fill(self, units: Sequence[_Unit], loads: Mapping[int, int], limits: int) -> _Impossible:
        """Fixed seats that leave too few people for the other rooms: no more than do, of people seated alone."""
        alone: dict[int, list[int]] = defaultdict(list)
        others: list[int] = []
        for unit in units:
            if unit.room is not None and unit.size == 1 and not unit.links:
                alone[unit.room] += unit.causes()
            elif unit.room is not None:
                others += unit.causes()
        needed = dict(loads)
        for room in sorted(alone, key=lambda r: (loads[r] - self.fewest[r], r)):
            low, high = needed[room] - len(alone[room]), needed[room]
            while low < high:
                middle = (low + high) // 2
                if self._can_be_filled(needed | {room: middle}):
                    low = middle + 1
                else:
                    high = middle
            alone[room] = alone[room][: low - needed[room] + len(alone[room])]
            needed[room] = low
        blame = [limits, *others, *(n for numbers in alone.values() for n in numbers)]
        return _Impossible(blame, is_minimal=not others)

    def _count(self, units: Sequence[_Unit], free: Sequence[int], loads: Mapping[int, int]) -> None:
        """Units of at least so many people against the rooms that can take so many."""
        for size in sorted({units[i].size for i in free} - {1}):
            large = [i for i in free if units[i].size >= size]
            fit = sum(most // size for most in self.most)
            if len(large) > fit:
                few = [units[i] for i in large[: fit + 1]]
                is_minimal = all(unit.size == size and len(unit.links) == 1 for unit in few)
                raise _Impossible((n for unit in few for n in unit.links), is_minimal=is_minimal)
            left = (most - loads.get(room, 0) for room, most in enumerate(self.most))
            if len(large) > sum(n // size for n in left):
                fixed = (n for unit in units if unit.room is not None for n in unit.causes())
                raise _Impossible([*fixed, *(n for i in large for n in units[i].links)])

    def _check_alone(self, units: Sequence[_Unit], free: Sequence[int]) -> bool:
        """Look at each group of units that must not meet, as if there were nobody else; False when one stays open."""
        decided = True
        seen: set[int] = set()
        for start in free:
            if start in seen:
                continue
            group, waiting = [], [start]
            seen.add(start)
            while waiting:
                unit = waiting.pop()
                group.append(unit)
                new = sorted(set(units[unit].apart) - seen)
                seen.update(new)
                waiting += new
            largest = max(units[i].size for i in group)
            if len(group) <= sum(most >= largest for most in self.most):
                continue
            loads = Counter[int]()
            for i in group:
                if units[i].room is not None:
                    loads[units[i].room or 0] += units[i].size
            inside = sorted(i for i in group if units[i].room is None)
            found = pack(self._packing(units, inside, loads, with_fewest=False), self.budget)
            if found is False:
                raise _Impossible(n for i in group for n in (*units[i].causes(), *units[i].apart.values()))
            decided = decided and found is not None
        return decided

    def _packing(
        self, units: Sequence[_Unit], free: Sequence[int], loads: Mapping[int, int], *, with_fewest: bool
    ) -> Packing:
        place = {unit: i for i, unit in enumerate(free)}
        fewest = self.fewest if with_fewest else [0] * len(self.most)
        return Packing(
            list(zip(fewest, self.most, strict=True)),
            self.people,
            dict(loads),
            [units[i].size for i in free],
            [frozenset(r for j in units[i].apart if (r := units[j].room) is not None) for i in free],
            [frozenset(place[j] for j in units[i].apart if j in place) for i in free],
            self.allow_empty and with_fewest,
        )


def _most(room: RoomSpec, people: int) -> int:
    return max(people, room.minimum) if room.capacity is None else room.capacity
