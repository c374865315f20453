"""The fewest people whom no seating can cover in a language. Pure: no I/O, no clock.

People who share a language, directly or over others, are one component. Whatever the main language of a room is, it
belongs to one component, and everybody there of another component is uncovered. So every room is at best devoted to one
component: it covers no more people than it has seats, and a component no more than it has people. The best way to devote
the rooms is found exactly (or, when there are too many ways, components are taken together, which can only lower the
bound). People on fixed seats add what their own room cannot cover, whoever joins them.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import add

from consult.seating.proofs.frames import Frame

Tongues = frozenset[str]
#: What each component that is not the largest still needs (those with equal costs side by side), and the seats lost.
State = tuple[tuple[tuple[int, ...], ...], int]
#: Steps of the search for the best way to devote the rooms; beyond them components are taken together.
_MOST_STEPS = 20_000


@dataclass(frozen=True)
class _Room:
    """A room with its fixed people."""

    free: int
    #: By component: people on fixed seats who stay uncovered when the room is devoted to it.
    left: tuple[int, ...]


def fewest_uncovered(frame: Frame) -> int:
    """The fewest uncovered people that any seating within this frame has."""
    free = [frozenset(p.languages) for p in frame.movable if p.languages]
    fixed: list[list[Tongues]] = [[] for _ in frame.rooms]
    for person in frame.seated:
        if person.id in frame.fixed and person.languages:
            fixed[frame.fixed[person.id]].append(frozenset(person.languages))
    everybody = {*free, *(tongues for room in fixed for tongues in room)}
    components = _components(everybody)
    if not components:
        return 0
    interpreted = {name for room in frame.rooms for name in room.languages}
    if not interpreted:
        return _fewest(frame, components, free, fixed)
    joined = frozenset[str]().union(*(c for c in components if c & interpreted))
    together = [*(c for c in components if not c & interpreted), *([joined] if joined else [])]
    return max(
        _fewest(frame, together, free, fixed), _fewest_beside_interpretation(frame, components, free, fixed)
    )


def _fewest(
    frame: Frame, components: Sequence[Tongues], free: Sequence[Tongues], fixed: Sequence[Sequence[Tongues]]
) -> int:
    """With interpretation counted to a component that holds all its languages."""
    rooms = tuple(
        _room(int(seats), inside, free, components, frozenset(spec.languages))
        for spec, seats, inside in zip(frame.rooms, frame.free, fixed, strict=True)
    )
    return _devoted(rooms, _sizes(components, free))


def _fewest_beside_interpretation(
    frame: Frame, components: Sequence[Tongues], free: Sequence[Tongues], fixed: Sequence[Sequence[Tongues]]
) -> int:
    """With interpreted rooms able to cover anybody on a seat that is not fixed."""
    rooms, covered, left = [], 0, 0
    for spec, seats, inside in zip(frame.rooms, frame.free, fixed, strict=True):
        found = _room(int(seats), inside, free, components, frozenset(spec.languages))
        if spec.languages:
            covered += found.free
            left += min(found.left)
        else:
            rooms.append(found)
    return left + max(0, _devoted(tuple(rooms), _sizes(components, free)) - covered)


def _components(people: Iterable[Tongues]) -> list[Tongues]:
    """The languages of each component, in alphabetical order."""
    found: list[Tongues] = []
    for tongues in people:
        met = [other for other in found if other & tongues]
        found = [other for other in found if not other & tongues]
        found.append(tongues.union(*met))
    return sorted(found, key=min)


def _sizes(components: Sequence[Tongues], people: Iterable[Tongues]) -> tuple[int, ...]:
    of = {name: i for i, component in enumerate(components) for name in component}
    count = Counter(of[next(iter(tongues))] for tongues in people)
    return tuple(count[i] for i in range(len(components)))


def _room(
    free: int,
    inside: Sequence[Tongues],
    joining: Iterable[Tongues],
    components: Sequence[Tongues],
    interpreted: Tongues,
) -> _Room:
    if not inside:
        return _Room(free, (0,) * len(components))
    guests = set(joining) if free else set()
    # With one free seat at most one of them comes; with more, all that could are taken to be there.
    parties: list[set[Tongues]] = [{guest} for guest in guests] if free == 1 else [guests]
    left = []
    for component in components:
        ways = [_left(main, inside, party) for party in (*parties, set[Tongues]()) for main in component]
        if interpreted & component:
            ways.append(sum(not tongues & interpreted for tongues in inside))
        left.append(min(ways))
    return _Room(free, tuple(left))


def _left(main: str, inside: Sequence[Tongues], party: set[Tongues]) -> int:
    """People on fixed seats without anybody to bridge for them, when `main` is the language of the room."""
    reach = frozenset[str]().union(*(tongues for tongues in (*inside, *party) if main in tongues))
    return sum(not tongues & reach for tongues in inside)


@lru_cache(maxsize=64)
def _devoted(given: tuple[_Room, ...], of: tuple[int, ...]) -> int:
    """The fewest uncovered people over all ways to devote rooms to components (rounds are often alike)."""
    full = sum(min(room.left) for room in given if not room.free)
    rooms, sizes = [room for room in given if room.free], list(of)
    if not rooms:
        return full
    if len(set(rooms)) == 1 and not any(rooms[0].left):
        return full + _even_rooms(rooms[0].free, len(rooms), sizes)
    while True:
        found = _best_devotion(rooms, sizes)
        if found is not None:
            return full + found
        a, b = sorted(range(len(sizes)), key=lambda i: (sizes[i], i))[:2]
        rooms = [_Room(room.free, _joined(room.left, a, b, min)) for room in rooms]
        sizes = list(_joined(sizes, a, b, add))


def _joined(row: Sequence[int], a: int, b: int, join: Callable[[int, int], int]) -> tuple[int, ...]:
    return (*(value for i, value in enumerate(row) if i not in (a, b)), join(row[a], row[b]))


def _even_rooms(seats: int, rooms: int, sizes: Sequence[int]) -> int:
    """All rooms alike: whole rooms first, then the largest remainders."""
    covered = sorted([seats] * sum(n // seats for n in sizes) + [n % seats for n in sizes], reverse=True)
    return sum(sizes) - sum(covered[:rooms])


def _best_devotion(rooms: Sequence[_Room], sizes: Sequence[int]) -> int | None:
    """Exact, room by room; None when there are too many ways.

    The largest component takes every room that no other takes. A state is what the others still need (those with equal
    costs in every room are interchangeable), and the seats lost to the largest.
    """
    largest = max(range(len(sizes)), key=lambda i: (sizes[i], -i))
    columns = list(zip(*(room.left for room in rooms), strict=True))
    classes: dict[tuple[int, ...], list[int]] = {}
    for i, column in enumerate(columns):
        if i != largest:
            classes.setdefault(column, []).append(i)
    needs = tuple(tuple(sorted(sizes[i] for i in members)) for members in classes.values())
    first = [members[0] for members in classes.values()]
    states: dict[State, int] = {(needs, 0): 0}
    steps = 0
    for room, is_choice in _with_choice(rooms, sizes, largest):
        after: dict[State, int] = {}
        for state, cost in states.items():
            ways = [(state, cost + room.left[largest])]
            if is_choice:
                ways.extend(_others(room, state, cost, first, largest))
            for key, price in ways:
                if price < after.get(key, price + 1):
                    after[key] = price
            steps += len(ways)
        if steps > _MOST_STEPS and len(sizes) > 1:
            return None
        states = after
    seats = sum(room.free for room in rooms)
    return min(
        cost + sum(map(sum, wanted)) + max(0, sizes[largest] - (seats - lost))
        for (wanted, lost), cost in states.items()
    )


def _with_choice(rooms: Sequence[_Room], sizes: Sequence[int], largest: int) -> list[tuple[_Room, bool]]:
    """Of rooms alike, no more than the other components could fill are a choice."""
    used = Counter[_Room]()
    found = []
    others = [n for i, n in enumerate(sizes) if i != largest]
    for room in rooms:
        used[room] += 1
        could_fill = sum(-(-n // room.free) for n in others)
        is_choice = used[room] <= could_fill or room.left[largest] > min(room.left)
        found.append((room, is_choice))
    return found


def _others(
    room: _Room, state: State, cost: int, first: Sequence[int], largest: int
) -> Iterator[tuple[State, int]]:
    """Ways to devote a room to a component that is not the largest."""
    wanted, lost = state
    for k, members in enumerate(wanted):
        left = room.left[first[k]]
        for need in sorted(set(members)):
            if need or left < room.left[largest]:
                rest = list(members)
                rest.remove(need)
                now = tuple(sorted([*rest, max(0, need - room.free)]))
                yield ((*wanted[:k], now, *wanted[k + 1 :]), lost + room.free), cost + left
