"""Contradictions among wishes, held against trying every seating and every set of wishes on small cases."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import combinations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from consult.seating.case import Case, Person, Pin, RoomSpec, Wish, Wishes, WishKind
from consult.seating.contradictions.conflicts import examine, wishes_of, without
from consult.seating.contradictions.hitting import Core, cheapest
from consult.seating.contradictions.packing import Budget
from consult.seating.plan_measures import HARD, plan_measures

Seats = Mapping[str, str]


def keeps(case: Case, number: int, seats: Seats) -> bool:
    """Whether one round keeps every wish, by the measures of the report."""
    alone = replace(
        case,
        people=tuple(replace(p, present=None) for p in present(case, number)),
        rounds=1,
        wishes=replace(
            case.wishes,
            pins=tuple(replace(p, round=None) for p in case.wishes.pins if p.round in (None, number)),
        ),
        seated=case.seated[number - 1 : number],
    )
    found = plan_measures(alone, [seats])
    return not any(found[name] for name in HARD)


def present(case: Case, number: int) -> list[Person]:
    return [p for p in case.people if p.present is None or number in p.present]


def seatings(case: Case, number: int) -> Iterable[Seats]:
    people = [p.id for p in present(case, number)]
    return (
        dict(zip(people, rooms, strict=True))
        for rooms in product([r.id for r in case.rooms], repeat=len(people))
    )


def can_be_kept(case: Case, fixed: tuple[Seats, ...] = ()) -> bool:
    """Whether some seating keeps every wish (and agrees with what is fixed)."""
    return all(
        any(
            keeps(case, number, seats)
            for seats in seatings(case, number)
            if not fixed or all(seats.get(p) == r for p, r in fixed[number - 1].items())
        )
        for number in range(1, case.rounds + 1)
    )


def only(case: Case, kept: Iterable[Wish]) -> Case:
    """The case with these wishes alone."""
    kept = set(kept)
    found = without(case, set(wishes_of(case)) - kept)
    if Wish(WishKind.CAPACITY) not in kept:
        found = replace(found, rooms=tuple(replace(room, minimum=0) for room in case.rooms))
    return found


PEOPLE, ROOMS = "abcde", ("R1", "R2", "R3")


@st.composite
def cases(draw: st.DrawFn) -> Case:
    people = PEOPLE[: draw(st.integers(1, 5))]
    rooms = ROOMS[: draw(st.integers(1, 3))]
    rounds = draw(st.integers(1, 2))
    person, room = st.sampled_from(people), st.sampled_from(rooms)
    number = st.sampled_from([None, *range(1, rounds + 1)])
    group = st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=3, unique=True).map(tuple)
    pins = draw(st.lists(st.builds(Pin, person, room, number), max_size=3))
    specs = []
    for name in rooms:
        fewest = draw(st.sampled_from([0, 0, 1, 2]))
        specs.append(
            RoomSpec(name, draw(st.sampled_from([None, fewest, fewest + 1, fewest + 2])), (), fewest)
        )
    days = st.sampled_from([None, None, *[tuple(d) for n in (1, 2) for d in combinations((1, 2), n)]])
    return Case(
        tuple(Person(p, present=draw(days) if rounds == 2 else None) for p in people),
        tuple(specs),
        rounds,
        Wishes(
            tuple(pins),
            tuple(draw(st.lists(group, max_size=2))),
            tuple(draw(st.lists(group, max_size=2))),
        ),
        seated=tuple(draw(st.lists(st.dictionaries(person, room, max_size=2), max_size=rounds))),
        allow_empty=draw(st.booleans()),
    )


@settings(max_examples=120, deadline=None)
@given(cases())
def test_wishes_contradict_exactly_when_no_seating_keeps_them(case: Case) -> None:
    found = examine(case)
    assert found.is_proven
    seats = sum(len(case.people) if room.capacity is None else room.capacity for room in case.rooms)
    assert found.has_seats == all(len(present(case, n)) <= seats for n in range(1, case.rounds + 1))
    if found.has_seats:
        assert (not found.conflicts) == can_be_kept(case) == (found.case is case)
        assert can_be_kept(found.case, found.witness)
        for number, seated in enumerate(found.witness, 1):
            assert set(seated) <= {p.id for p in present(case, number)}


@settings(max_examples=60, deadline=None)
@given(cases())
def test_a_conflict_is_as_small_as_it_can_be_and_as_few_wishes_as_can_be_are_given_up(case: Case) -> None:
    found = examine(case)
    if not found.has_seats or not found.conflicts:
        return
    wishes = wishes_of(case)
    for conflict in found.conflicts:
        assert not can_be_kept(only(case, conflict.wishes))
        for wish in conflict.wishes:
            assert can_be_kept(only(case, set(conflict.wishes) - {wish}))
        assert set(conflict.wishes) & set(found.dropped)
        assert str(conflict.sentence)
    kept = set(wishes) - set(found.dropped)
    assert can_be_kept(only(case, kept))
    same_wishes = replace(found.case, rooms=case.rooms)
    assert same_wishes == without(case, found.dropped)
    seated = sum(wish.kind == WishKind.SEATED for wish in found.dropped)
    best = fewest(case, wishes, len(found.dropped))
    assert (len(found.dropped), seated) == best


def fewest(case: Case, wishes: tuple[Wish, ...], most: int) -> tuple[int, int]:
    """How many wishes must be given up, and how many seats that were not to change among them."""
    for count in range(most + 1):
        seated = [
            sum(wish.kind == WishKind.SEATED for wish in gone)
            for gone in combinations(wishes, count)
            if can_be_kept(only(case, set(wishes) - set(gone)))
        ]
        if seated:
            return count, min(seated)
    raise AssertionError("more would have to be given up than was")


@settings(max_examples=100, deadline=None)
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_people_rooms_and_wishes_changes_nothing(case: Case, chance) -> None:  # type: ignore[no-untyped-def]
    def mixed(values):  # type: ignore[no-untyped-def]
        return tuple(chance.sample(values, len(values)))

    wishes = Wishes(
        mixed(case.wishes.pins),
        mixed([mixed(group) for group in case.wishes.apart]),
        mixed([mixed(group) for group in case.wishes.together]),
    )
    seated = tuple(dict(mixed(list(seats.items()))) for seats in case.seated)
    other = replace(case, people=mixed(case.people), rooms=mixed(case.rooms), wishes=wishes, seated=seated)
    one, two = examine(case), examine(other)
    assert (one.conflicts, one.dropped, one.witness) == (two.conflicts, two.dropped, two.witness)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(st.frozensets(st.integers(0, 6), min_size=1, max_size=4), st.integers(1, 4)), max_size=5
    ),
    st.lists(st.integers(1, 4), min_size=7, max_size=7),
)
def test_nothing_costs_less_than_what_is_given_up(
    sets: list[tuple[frozenset[int], int]], costs: list[int]
) -> None:
    cores = [Core(members, min(need, len(members))) for members, need in sets]

    def meets(chosen: frozenset[int]) -> bool:
        return all(len(core.members & chosen) >= core.need for core in cores)

    chosen, is_proven = cheapest(cores, costs, Budget(10_000))
    everything = [frozenset(c) for n in range(8) for c in combinations(range(7), n)]
    assert is_proven
    assert meets(chosen)
    assert sum(costs[m] for m in chosen) == min(sum(costs[m] for m in c) for c in everything if meets(c))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.integers(2, 5), min_size=1, max_size=4),
    st.lists(st.integers(1, 7), min_size=1, max_size=4),
    st.sets(st.tuples(st.integers(0, 3), st.integers(0, 3))),
    st.booleans(),
)
def test_groups_that_must_not_meet_are_packed_whenever_they_can_be(
    sizes: list[int], seats: list[int], pairs: set[tuple[int, int]], allow_empty: bool
) -> None:
    groups = [tuple(f"{i}{j}" for j in range(size)) for i, size in enumerate(sizes)]
    wanted = sorted({(min(p), max(p)) for p in pairs if p[0] != p[1] and max(p) < len(sizes)})
    people = [p for group in groups for p in group] + ["x", "y"]
    rooms = tuple(RoomSpec(f"R{i}", most, (), most // 2) for i, most in enumerate(seats))
    case = Case(
        tuple(map(Person, people)),
        rooms,
        wishes=Wishes(together=tuple(groups), apart=tuple((groups[a][0], groups[b][1]) for a, b in wanted)),
        allow_empty=allow_empty,
    )
    found = examine(case)
    assert found.is_proven
    if sum(seats) >= len(people):
        assert (not found.dropped) == _packs(case, groups, wanted)


def _packs(case: Case, groups: list[tuple[str, ...]], apart: list[tuple[int, int]]) -> bool:
    names = [room.id for room in case.rooms]
    for place in product(names, repeat=len(groups)):
        if any(place[a] == place[b] for a, b in apart):
            continue
        for rest in product(names, repeat=2):
            sizes = Counter(rest)
            for room, group in zip(place, groups, strict=True):
                sizes[room] += len(group)
            if all(_fits(case, room, sizes[room.id]) for room in case.rooms):
                return True
    return False


def _fits(case: Case, room: RoomSpec, size: int) -> bool:
    if not size and case.allow_empty:
        return True
    return room.minimum <= size and (room.capacity is None or size <= room.capacity)
