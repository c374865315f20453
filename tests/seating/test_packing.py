"""Units fit into rooms exactly when trying every way of placing them finds one that does."""

import random
from collections import Counter
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consult.seating.contradictions.packing import Budget, Packing, can_fill, pack


@st.composite
def packings(draw: st.DrawFn) -> Packing:
    limits = draw(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=4))
    rooms = [(fewest, fewest + more) for fewest, more in limits]
    loads = {
        room: draw(st.integers(1, most))
        for room, (_, most) in enumerate(rooms)
        if most and draw(st.booleans())
    }
    sizes = draw(st.lists(st.integers(1, 3), min_size=1, max_size=6))
    units = range(len(sizes))
    edges = [(a, b) for a in units for b in range(a) if draw(st.integers(0, 2)) == 0]
    barred = [draw(st.frozensets(st.sampled_from(range(len(rooms))), max_size=1)) for _ in units]
    least, most = sum(sizes) + sum(loads.values()), sum(most for _, most in rooms)
    return Packing(
        rooms,
        draw(st.integers(least, max(least, most))),
        loads,
        sizes,
        barred,
        [frozenset([b for a, b in edges if a == u] + [a for a, b in edges if b == u]) for u in units],
        draw(st.booleans()),
    )


def fits(packing: Packing, rooms: tuple[int, ...]) -> bool:
    """Whether units placed so keep what is asked, and everybody else can be seated around them."""
    for unit, room in enumerate(rooms):
        if room in packing.barred[unit] or any(rooms[other] == room for other in packing.neighbours[unit]):
            return False
    sizes = [packing.loads.get(room, 0) for room in range(len(packing.rooms))]
    for unit, room in enumerate(rooms):
        sizes[room] += packing.sizes[unit]
    choices = [
        [n for n in range(size, most + 1) if n >= fewest or (not n and packing.allow_empty)]
        for size, (fewest, most) in zip(sizes, packing.rooms, strict=True)
    ]
    return any(sum(chosen) == packing.people for chosen in product(*choices))


@settings(max_examples=250, deadline=None)
@given(packings())
def test_units_are_placed_exactly_when_they_can_be(packing: Packing) -> None:
    found = pack(packing, Budget(10**6))
    if packing.people > sum(most for _, most in packing.rooms) and not packing.allow_empty:
        return  # Seats for everybody are counted before anything is packed.
    every = product(range(len(packing.rooms)), repeat=len(packing.sizes))
    assert found is not None
    assert (found is not False) == any(fits(packing, rooms) for rooms in every)
    if found is not False:
        assert fits(packing, tuple(found))


def test_many_tight_packings_are_decided_rightly() -> None:
    """Mistakes about rooms that only look alike show in few of many cases, those with hardly a seat to spare."""
    chance, possible = random.Random(1), Counter[bool]()
    while possible.total() < 4_500:
        packing = _tight(chance)
        if packing is None:
            continue
        found = pack(packing, Budget(10**6))
        every = product(range(len(packing.rooms)), repeat=len(packing.sizes))
        assert (found is not False) == any(fits(packing, rooms) for rooms in every), packing
        possible[found is not False] += 1
    assert min(possible.values()) > 1_000


def _tight(chance: random.Random) -> Packing | None:
    """A packing with at most two people beside the units; None when the rooms drawn are too small."""
    fewest = [chance.choice([0, 0, 1, 2, 3, 4]) for _ in range(chance.randint(2, 4))]
    rooms = [(n, n + chance.randint(0, 3)) for n in fewest]
    loads = {room: chance.randint(1, m) for room, (_, m) in enumerate(rooms) if m and chance.random() < 0.3}
    sizes = [chance.randint(1, 3) for _ in range(chance.randint(2, 6))]
    units, density = range(len(sizes)), chance.choice([0, 0.2, 0.5])
    edges = [(a, b) for a in units for b in range(a) if chance.random() < density]
    least, most = sum(sizes) + sum(loads.values()), sum(m for _, m in rooms)
    if least > most:
        return None
    return Packing(
        rooms,
        min(most, least + chance.choice([0, 0, 1, 2])),
        loads,
        sizes,
        [frozenset([chance.randrange(len(rooms))] if chance.random() < 0.3 else []) for _ in units],
        [frozenset(a + b - u for a, b in edges if u in (a, b)) for u in units],
        chance.random() < 0.5,
    )


def test_colours_that_do_not_reach_are_found_by_going_back() -> None:
    """A wheel of five needs four rooms: three fail only after every way has been tried; even wheels need three."""

    def wheel(rim: int) -> list[frozenset[int]]:
        return [frozenset(range(1, rim + 1))] + [
            frozenset([0, 1 + (i - 1) % rim, 1 + (i + 1) % rim]) for i in range(rim)
        ]

    for rim, rooms, possible in ((5, 3, False), (5, 4, True), (6, 3, True), (7, 3, False)):
        units = rim + 1
        packing = Packing([(0, 9)] * rooms, 20, {}, [1] * units, [frozenset()] * units, wheel(rim))
        assert (pack(packing, Budget(10**6)) is not False) == possible


def test_a_search_that_is_cut_short_says_so() -> None:
    packing = Packing(
        [(0, 9)] * 2, 9, {}, [1] * 3, [frozenset()] * 3, [frozenset({0, 1, 2} - {u}) for u in range(3)]
    )
    assert pack(packing, Budget(1)) is None
    assert pack(packing, Budget(100)) is False


@pytest.mark.parametrize(
    ("spare", "wanted", "closed", "possible"),
    [
        (0, 0, {}, True),
        (-1, 0, {}, False),
        (3, 1, {}, False),
        (3, 4, {(3, 4): 1}, True),
        (2, 1, {(3, 4): 5}, False),
        (6, 8, {(3, 4): 5}, True),
        (8, 9, {(3, 4): 5}, False),
        (5, 7, {(3, 3): 1, (2, 4): 1, (5, 6): 1}, True),
        (5, 8, {(3, 3): 1, (2, 4): 1, (5, 6): 1}, False),
    ],
)
def test_rooms_are_opened_when_they_hold_enough_and_ask_for_little(
    spare: int, wanted: int, closed: dict[tuple[int, int], int], possible: bool
) -> None:
    assert can_fill(spare, wanted, closed) is possible
