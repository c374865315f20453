"""Which rooms are opened where rooms may stay empty: as many as can be filled to their fewest people. Pure: no I/O, no clock."""

from collections.abc import Mapping, Sequence

import numpy as np

from consult.seating.case import Case, RoomSpec
from consult.seating.search.numbers import Whole


def rooms_in_use(case: Case, rooms: Sequence[RoomSpec], people: int, load: Mapping[str, int]) -> Whole:
    """Numbers of the rooms that are opened in a round.

    All, unless rooms may stay empty: then those with the smallest minima, as many as can be filled; where these have not
    the seats, the rooms that have them and can be filled (a knapsack), and then as many more as can be filled.

    Args:
        people: number of people in the round.
        load: room id -> people who have to sit there, or who can; these rooms are open.
    """
    if not case.allow_empty or not people:
        return np.arange(len(rooms))
    order = sorted(range(len(rooms)), key=lambda i: (rooms[i].minimum, i))
    needed = [i for i in order if load.get(rooms[i].id)]
    closed = [i for i in order if not load.get(rooms[i].id)]
    spare = people - sum(max(rooms[i].minimum, load[rooms[i].id]) for i in needed)
    missing = people - sum(_most(rooms[i], people) for i in needed)
    chosen = _as_many(rooms, closed, spare)
    if sum(_most(rooms[i], people) for i in chosen) < missing:
        chosen = _with_seats([rooms[i] for i in closed], people, spare, missing)
        chosen = [closed[k] for k in chosen]
        left = [i for i in closed if i not in set(chosen)]
        chosen += _as_many(rooms, left, spare - sum(max(1, rooms[i].minimum) for i in chosen))
    return np.array(sorted([*needed, *chosen]), dtype=np.int64)


def _most(room: RoomSpec, people: int) -> int:
    return people if room.capacity is None else room.capacity


def _as_many(rooms: Sequence[RoomSpec], order: Sequence[int], spare: int) -> list[int]:
    """As many rooms as so many people can fill."""
    chosen = []
    for i in order:
        spare -= max(1, rooms[i].minimum)
        if spare < 0:
            break
        chosen.append(i)
    return chosen


def _with_seats(rooms: Sequence[RoomSpec], people: int, spare: int, wanted: int) -> list[int]:
    """Rooms with at least so many seats in all that ask for no more than `spare` people; those with most if there are none."""
    best = np.zeros(max(0, spare) + 1, dtype=np.int64)
    taken = np.zeros((len(rooms), len(best)), dtype=bool)
    for k, room in enumerate(rooms):
        least = room.minimum
        if least < len(best):
            with_it = best[: len(best) - least] + _most(room, people)
            taken[k, least:] = with_it > best[least:]
            best[least:] = np.maximum(best[least:], with_it)
    at = int((best >= min(wanted, int(best.max()))).argmax())
    chosen = []
    for k in reversed(range(len(rooms))):
        if taken[k, at]:
            chosen.append(k)
            at -= rooms[k].minimum
    return chosen[::-1]
