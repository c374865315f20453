"""A case as arrays of numbers, which is what the search reads. Pure: NumPy, no I/O, no clock.

People and rooms are numbered in the order of their ids, so that the order in which they were named never matters.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, combinations

import numpy as np
from numpy.typing import NDArray

from consult.seating.case import ATTRIBUTES, FACILITATOR, MOBILITY, Case, Person, RoomSpec
from consult.seating.measures import WEIGHTS
from consult.seating.plan_measures import PLAN_WEIGHTS, bound_to_meet, here, together_groups

Whole = NDArray[np.int64]
Pairs = NDArray[np.int32]
#: What a broken wish costs between two people: more than everything else in a room together.
FORBIDDEN = PLAN_WEIGHTS["apart"]
#: What each person of a regional group costs beyond an even spread, where fair ranges leave a choice. No measure counts it.
LEVEL = 2


@dataclass(frozen=True)
class Categories:
    """Everything that is counted per room, and what a count costs.

    A count n of category c costs `weight[c]` for each person outside the fair range, `lone[c]` when n is 1, `none[c]` when
    n is 0 and somebody is there, and `more[c]` for each person beyond the first. Where rooms are of one size, give or take one, it also costs `level[c]` for each person beyond as many as
    in every other room, give or take one: of two fair seatings the more even is taken. The last category is nobody's: it
    costs nothing.
    """

    #: Kinds of categories × people: number of the category.
    of: Whole
    #: People of each category.
    total: Whole
    weight: Whole
    lone: Whole
    none: Whole
    more: Whole
    level: Whole

    def loosened(self, firmness: float) -> "Categories":
        """The same at a share of the cost."""
        costs = [
            np.rint(cost * firmness).astype(np.int64)
            for cost in (self.weight, self.lone, self.none, self.more, self.level)
        ]
        return Categories(self.of, self.total, *costs)


@dataclass(frozen=True)
class Languages:
    """Who speaks what. People with the same languages share a mask."""

    #: Number of the mask of each person.
    mask: Whole
    #: Masks × languages: 1 where a mask has the language.
    has: NDArray[np.float32]
    #: Rooms × languages: 1 where a room is interpreted.
    interpreted: NDArray[np.float32]


@dataclass(frozen=True)
class Everybody:
    """What does not change from round to round."""

    people: tuple[Person, ...]
    rooms: tuple[RoomSpec, ...]
    languages: Languages
    #: People × people: what it costs that two share a room, repeated meetings left aside.
    company: Pairs
    #: People × people: whether meeting again is asked for and therefore free.
    excused: NDArray[np.bool_] | None
    #: People × people: meetings before these rounds.
    met: NDArray[np.int16]
    #: Rooms × people: what the topic of a room costs a person; None where no room has one.
    topics: Pairs | None
    #: Keep-together groups, as numbers of people.
    groups: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Present:
    """Who is there in a round, and what is fixed."""

    #: Numbers of the people present.
    people: Whole
    #: Numbers of the rooms in use.
    rooms: Whole
    categories: Categories
    #: By local number of a person: the room's local number; -1 where the seat is free to be chosen.
    fixed: Whole


def everybody(case: Case) -> Everybody:
    """The people and rooms of a case."""
    people = tuple(sorted(case.people, key=lambda p: p.id))
    rooms = tuple(sorted(case.rooms, key=lambda r: r.id))
    number = {person.id: i for i, person in enumerate(people)}
    groups = together_groups(case.wishes.together)
    bound = _numbered(bound_to_meet(case, groups), number)
    excused = None
    if bound:
        excused = np.zeros((len(people), len(people)), dtype=bool)
        _both(excused, bound, True)
    met = np.zeros((len(people), len(people)), dtype=np.int16)
    for a, b in _numbered(case.past_meetings, number):
        met[a, b] += 1
        met[b, a] += 1
    numbered = tuple(tuple(number[p] for p in group if p in number) for group in groups)
    return Everybody(
        people,
        rooms,
        _languages(people, rooms),
        _company(case, people, number, numbered),
        excused,
        met,
        _topics(people, rooms),
        numbered,
    )


def present(case: Case, of: Everybody, number: int, rooms: Whole, fixed: dict[str, str]) -> Present:
    """Who is there in a round.

    Args:
        number: the round, from 1.
        rooms: numbers of the rooms in use.
        fixed: person id -> room id, of people whose seat is given.
    """
    names = {person.id for person in here(case, number)}
    people = np.array([i for i, person in enumerate(of.people) if person.id in names], dtype=np.int64)
    local = {of.rooms[room].id: i for i, room in enumerate(rooms)}
    seats = [local.get(fixed.get(of.people[i].id, ""), -1) for i in people]
    return Present(
        people,
        rooms,
        _categories(case, [of.people[i] for i in people], len(rooms)),
        np.array(seats, dtype=np.int64),
    )


def _categories(case: Case, people: Sequence[Person], rooms: int) -> Categories:
    """The attributes to be balanced, facilitators, and those who are not to be alone.

    Where there are fewer facilitators than rooms, some rooms have none whatever is done: then a second facilitator in a
    room is what costs, which comes to the same as long as no room is empty.
    """
    fields = {**ATTRIBUTES, **MOBILITY}
    rows: list[list[str | None]] = [
        [getattr(p, fields[name]) or None for p in people] for name in case.balance
    ]
    costs = [(PLAN_WEIGHTS[f"D.{name}"], 0, 0, 0, LEVEL if name == "region" else 0) for name in case.balance]
    rows.append([FACILITATOR if p.role == FACILITATOR else None for p in people])
    alone, are_few = PLAN_WEIGHTS["no_facilitator"], sum(p.role == FACILITATOR for p in people) < rooms
    costs.append((0, 0, 0, alone, 0) if are_few else (0, 0, alone, 0, 0))
    if case.nobody_isolated:
        rows.append([p.gender or None for p in people])
        rows.extend(
            [language if language in p.languages else None for p in people]
            for language in sorted({language for p in people for language in p.languages})
        )
        costs.extend([(0, PLAN_WEIGHTS["isolated"], 0, 0, 0)] * (len(rows) - len(costs)))
    numbers = {
        (i, value): k
        for k, (i, value) in enumerate(
            (i, v) for i, row in enumerate(rows) for v in sorted({v for v in row if v})
        )
    }
    nobody = len(numbers)
    of = np.array(
        [[numbers[i, v] if v else nobody for v in row] for i, row in enumerate(rows)], dtype=np.int64
    )
    cost = np.array([costs[i] for i, _ in numbers] + [(0, 0, 0, 0, 0)], dtype=np.int64)
    total = np.bincount(of.ravel(), minlength=nobody + 1)
    return Categories(of.reshape(len(rows), len(people)), total, *cost.T)


def _languages(people: Sequence[Person], rooms: Sequence[RoomSpec]) -> Languages:
    names = sorted(
        {name for p in people for name in p.languages} | {name for r in rooms for name in r.languages}
    )
    masks = sorted({tuple(sorted(set(p.languages))) for p in people}) or [()]
    number = {mask: i for i, mask in enumerate(masks)}
    has = np.array([[name in mask for name in names] for mask in masks], dtype=np.float32)
    spoken = np.array([[name in room.languages for name in names] for room in rooms], dtype=np.float32)
    mask = np.array([number[tuple(sorted(set(p.languages)))] for p in people], dtype=np.int64)
    return Languages(mask, has.reshape(len(masks), len(names)), spoken.reshape(len(rooms), len(names)))


def _company(
    case: Case, people: Sequence[Person], number: dict[str, int], groups: Sequence[Sequence[int]]
) -> Pairs:
    size = Counter(p.delegation for p in people if p.delegation)
    code = {name: i for i, name in enumerate(sorted(name for name, n in size.items() if n > 1))}
    of = np.array([code.get(p.delegation or "", -1) for p in people], dtype=np.int32)
    found = np.zeros((len(people), len(people)), dtype=np.int32)
    for i in range(len(code)):
        members = np.flatnonzero(of == i)
        found[np.ix_(members, members)] = WEIGHTS["delegation_pairs"]
    for group in groups:
        for a, b in combinations(group, 2):
            found[a, b] = found[b, a] = 0
    strangers = (combinations(sorted(set(group)), 2) for group in case.wishes.apart)
    # A pair that is named again and again costs once, so that a room full of such pairs stays within the numbers.
    for a, b in set(_numbered(chain.from_iterable(strangers), number)):
        found[a, b] += FORBIDDEN
        found[b, a] += FORBIDDEN
    np.fill_diagonal(found, 0)
    return found


def _topics(people: Sequence[Person], rooms: Sequence[RoomSpec]) -> Pairs | None:
    if all(room.topic is None for room in rooms) or not any(p.topics for p in people):
        return None
    found = np.zeros((len(rooms), len(people)), dtype=np.int32)
    for i, person in enumerate(people):
        if person.topics:
            rank = {topic: k for k, topic in reversed(list(enumerate(person.topics)))}
            away = min(3, len(person.topics))
            for k, room in enumerate(rooms):
                if room.topic is not None:
                    found[k, i] = PLAN_WEIGHTS["topic"] * rank.get(room.topic, away)
    return found


def _numbered(pairs: Iterable[tuple[str, str]], number: dict[str, int]) -> list[tuple[int, int]]:
    return [(number[a], number[b]) for a, b in pairs if a in number and b in number]


def _both(matrix: NDArray[np.bool_], pairs: Sequence[tuple[int, int]], value: bool) -> None:
    for a, b in pairs:
        matrix[a, b] = matrix[b, a] = value
