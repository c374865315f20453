"""How many seats a room has, and how many of them each regional group gets.

The table of shares (group size times room size, over all people) has whole row and column sums, so it can be
rounded to whole numbers up or down in every cell at once (controlled rounding; a flow finds it). That is why
"every room has the fair number of every group" can be promised and not only tried. Pure: no I/O, no clock.
"""

import heapq
from collections.abc import Mapping, Sequence

from consult.errors import Invalid
from consult.seating.case import RoomSpec

Table = dict[tuple[str | None, str], int]


def room_sizes(people: int, rooms: Sequence[RoomSpec], taken: Mapping[str, int]) -> dict[str, int]:
    """Seats to fill in each room: as equal as the limits and the seats already taken allow.

    Args:
        people: number of people, those with a taken seat included.
        taken: seats already fixed, by room id.

    Raises:
        Invalid: `seating.no_rooms`, `seating.room_too_small`, `seating.not_enough_seats`.
    """
    if not rooms:
        raise Invalid("seating.no_rooms")
    limits = {room.id: people if room.capacity is None else room.capacity for room in rooms}
    for room in rooms:
        if taken.get(room.id, 0) > limits[room.id]:
            raise Invalid("seating.room_too_small", room=room.id, seats=limits[room.id])
    sizes = {room.id: taken.get(room.id, 0) for room in rooms}
    open_rooms = [(size, i, room) for i, (room, size) in enumerate(sizes.items()) if size < limits[room]]
    heapq.heapify(open_rooms)
    for _ in range(people - sum(sizes.values())):
        if not open_rooms:
            raise Invalid("seating.not_enough_seats", people=people, seats=sum(limits.values()))
        size, i, room_id = heapq.heappop(open_rooms)
        sizes[room_id] = size + 1
        if size + 1 < limits[room_id]:
            heapq.heappush(open_rooms, (size + 1, i, room_id))
    return sizes


def fair_range(members: int, size: int, people: int) -> tuple[int, int]:
    """The fair number of a group's members in a room: its exact share rounded down, and rounded up."""
    if not people:
        return 0, 0
    return members * size // people, -(-members * size // people)


def group_quotas(groups: Mapping[str | None, int], sizes: Mapping[str, int], pinned: Table) -> Table:
    """Seats of each group in each room, every one of them inside its fair range.

    Where rooms are of one size, give or take one, the numbers of a group also differ by one at the most between rooms,
    if that can be for all groups at once. Fixed seats can make the fair ranges impossible; then they are widened by
    one, and again, until it is possible.

    Args:
        groups: members of each group; None for people of no group. They add up to the sizes.
        sizes: seats to fill in each room.
        pinned: fixed seats, by group and room; they count in groups and sizes.
    """
    if sizes and max(sizes.values()) - min(sizes.values()) <= 1:
        table = _rounded(groups, sizes, pinned, 0, level=True)
        if table is not None:
            return table
    slack = 0
    while True:
        table = _rounded(groups, sizes, pinned, slack)
        if table is not None:
            return table
        slack += 1


def _rounded(
    groups: Mapping[str | None, int],
    sizes: Mapping[str, int],
    pinned: Table,
    slack: int,
    *,
    level: bool = False,
) -> Table | None:
    """A table inside the fair ranges, widened by `slack`; `level`: as many of a group in every room, give or take one."""
    people = sum(sizes.values())
    lows, highs = Table(), Table()
    for group, members in groups.items():
        for room, size in sizes.items():
            low, high = fair_range(members, size, people)
            if level:
                low, high = max(low, members // len(sizes)), min(high, -(-members // len(sizes)))
                if low > high:
                    return None
            fixed = pinned.get((group, room), 0)
            lows[group, room] = max(fixed, low - slack)
            highs[group, room] = max(fixed, high + slack)
    return _Rounding(groups, sizes, lows, highs).table()


class _Rounding:
    """A flow from groups to rooms, every cell between its low and its high."""

    def __init__(
        self, groups: Mapping[str | None, int], sizes: Mapping[str, int], lows: Table, highs: Table
    ) -> None:
        self._rooms = list(sizes)
        self._lows, self._highs, self._table = lows, highs, dict(lows)
        self._group_left = {g: n - sum(lows[g, r] for r in sizes) for g, n in groups.items()}
        self._room_left = {r: n - sum(lows[g, r] for g in groups) for r, n in sizes.items()}

    def table(self) -> Table | None:
        """The rounded table; None when there is none within these bounds."""
        if min([*self._group_left.values(), *self._room_left.values()]) < 0:
            return None
        for group, left in self._group_left.items():
            for _ in range(left):
                cells = self._chain(group)
                if cells is None:
                    return None
                for i, cell in enumerate(cells):
                    self._table[cell] += 1 if i % 2 == 0 else -1
                self._room_left[cells[-1][1]] -= 1
        return self._table

    def _chain(self, start: str | None) -> list[tuple[str | None, str]] | None:
        """A shortest chain of cells that seats one more of `start`: one more, one fewer, one more, …

        It ends in a room with a seat left; the emptiest rooms are tried first.
        """
        by_space = sorted(self._rooms, key=lambda room: -self._room_left[room])
        chains: dict[str | None, list[tuple[str | None, str]]] = {start: []}
        reached: set[str] = set()
        front = [start]
        for group in front:
            for room in by_space:
                cell = group, room
                if room in reached or self._table[cell] >= self._highs[cell]:
                    continue
                if self._room_left[room]:
                    return [*chains[group], cell]
                reached.add(room)
                for other in self._group_left:
                    if other not in chains and self._table[other, room] > self._lows[other, room]:
                        chains[other] = [*chains[group], cell, (other, room)]
                        front.append(other)
        return None
