"""Seating: fair regions and delegations apart by construction, the same answer every time, locks kept."""

import random
from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consult.errors import Invalid
from consult.seating.allocation import allocate, place
from consult.seating.case import Person, RoomSpec, members_by_room
from consult.seating.measures import fewest_pairs, measures, score
from consult.seating.quotas import Table, group_quotas
from tests.seating.evaluator import TOOLS, people_of, rooms_of, tool

beside = pytest.mark.skipif(not TOOLS.exists(), reason="the seating tools are not beside the project")


def rooms(n: int, capacity: int | None = None) -> list[RoomSpec]:
    return [RoomSpec(f"R{i:03}", capacity) for i in range(1, n + 1)]


def crowd(n: int, seed: int = 0) -> list[Person]:
    dice = random.Random(seed)
    people = []
    for i in range(n):
        region = dice.choice(["AF", "AP", "AP", "EE", "LA", "WE", "WE", "OB", None])
        delegation = f"{region}-{dice.randrange(1 + n // 12)}" if region else None
        role = dice.choices(["delegate", "panelist", "facilitator"], [12, 1, 2])[0]
        languages = tuple(dice.sample(["en", "fr", "es", "ru"], dice.randint(0, 3)))
        gender = dice.choice(["woman", "man", None])
        people.append(Person(f"p{i:04}", region, dice.choice("xyz"), role, gender, delegation, languages))
    return people


def region_spread(people: Sequence[Person], specs: Sequence[RoomSpec], seats: dict[str, str]) -> int:
    return measures(people, specs, seats)["D.region"]


@given(st.integers(1, 70), st.integers(1, 12), st.integers(0, 5))
@settings(max_examples=60, deadline=None)
def test_sizes_regions_and_delegations_are_at_their_bounds(n: int, r: int, seed: int) -> None:
    people, specs = crowd(n, seed), rooms(r)
    found = measures(people, specs, allocate(people, specs, seed=seed).rooms)
    assert (found["unassigned"], found["size"], found["D.region"]) == (0, 0, 0)
    sizes = [n // r + (i < n % r) for i in range(r)]
    delegations = Counter(p.delegation for p in people if p.delegation)
    assert found["delegation_pairs"] == sum(fewest_pairs(m, sizes) for m in delegations.values())


@given(st.randoms(use_true_random=False), st.integers(0, 3))
@settings(max_examples=15, deadline=None)
def test_the_order_of_people_and_rooms_does_not_matter(dice: random.Random, seed: int) -> None:
    people, specs = crowd(40, seed), rooms(5)
    first = allocate(people, specs, seed=seed)
    dice.shuffle(people)
    dice.shuffle(specs)
    assert allocate(people, specs, seed=seed) == first


def test_another_seed_gives_another_seating() -> None:
    people, specs = crowd(60), rooms(6)
    assert len({tuple(sorted(allocate(people, specs, seed=s).rooms.items())) for s in range(4)}) == 4


@given(st.integers(0, 20))
@settings(max_examples=20, deadline=None)
def test_locked_people_stay_where_they_are(seed: int) -> None:
    people, specs = crowd(48, seed), rooms(6)
    dice = random.Random(seed)
    locks = {p.id: dice.choice(specs).id for p in dice.sample(people, 10)}
    seats = allocate(people, specs, seed=seed, locks=locks).rooms
    assert {person: seats[person] for person in locks} == locks
    assert measures(people, specs, seats)["unassigned"] == 0


def test_rooms_with_limits_are_filled_within_them() -> None:
    specs = [RoomSpec("small", 4), RoomSpec("middle", 9), RoomSpec("large", None)]
    people = crowd(40)
    seats = dict(allocate(people, specs, seed=1).rooms)
    sizes = {room: len(m) for room, m in members_by_room(people, specs, seats).items()}
    assert sizes == {"small": 4, "middle": 9, "large": 27}
    assert region_spread(people, specs, seats) == 0


def test_facilitators_are_spread_one_to_a_room() -> None:
    people = [
        Person(f"p{i:02}", "ABCD"[i % 4], role="facilitator" if i < 6 else "delegate") for i in range(60)
    ]
    seats = allocate(people, rooms(6), seed=0).rooms
    assert len({seats[p.id] for p in people if p.role == "facilitator"}) == 6


def test_one_region_may_be_most_of_the_people() -> None:
    people = [Person(f"p{i:02}", "AF" if i < 40 else "WE") for i in range(60)]
    assert region_spread(people, rooms(7), dict(allocate(people, rooms(7), seed=0).rooms)) == 0


def test_a_large_delegation_is_spread_level_by_level() -> None:
    people = [Person(f"p{i:02}", "AF", delegation="HOST" if i < 12 else f"D{i}") for i in range(64)]
    found = measures(people, rooms(8), allocate(people, rooms(8), seed=0).rooms)
    assert found["delegation_pairs"] == 4


@pytest.mark.parametrize(("n", "r"), [(0, 3), (1, 1), (1, 4), (3, 5)])
def test_few_people_in_many_rooms(n: int, r: int) -> None:
    seats = allocate(crowd(n), rooms(r), seed=0).rooms
    assert len(seats) == n
    assert max(Counter(seats.values()).values(), default=0) <= 1


def test_people_without_any_attribute_are_seated() -> None:
    people = [Person(f"p{i}") for i in range(10)]
    assert measures(people, rooms(3), allocate(people, rooms(3), seed=0).rooms)["size"] == 0


@pytest.mark.parametrize(
    ("people", "specs", "locks", "code"),
    [
        (crowd(3), [], {}, "seating.no_rooms"),
        (crowd(9), rooms(2, 4), {}, "seating.not_enough_seats"),
        (crowd(3), rooms(1, -1), {}, "seating.room_too_small"),
        (crowd(3), rooms(2, 1), {"p0000": "R001", "p0001": "R001"}, "seating.room_too_small"),
        (crowd(3), rooms(2), {"nobody": "R001"}, "seating.unknown_lock"),
        (crowd(3), rooms(2), {"p0000": "nowhere"}, "seating.unknown_lock"),
        (crowd(3) + crowd(1), rooms(2), {}, "seating.twice"),
        (crowd(3), rooms(2) + rooms(1), {}, "seating.twice"),
        ([Person(str(i)) for i in range(2001)], rooms(200), {}, "seating.too_many_people"),
    ],
)
def test_contradictions_are_named(
    people: list[Person], specs: list[RoomSpec], locks: dict[str, str], code: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        allocate(people, specs, seed=0, locks=locks)
    assert refusal.value.code == code


@given(st.integers(0, 20), st.integers(0, 8))
@settings(max_examples=30, deadline=None)
def test_a_late_joiner_gets_a_place_and_nobody_moves(seed: int, newcomer: int) -> None:
    people, specs = crowd(47, seed), rooms(6)
    late, here = people[newcomer], people[:newcomer] + people[newcomer + 1 :]
    seats = dict(allocate(here, specs, seed=seed).rooms)
    room = place(late, here, specs, seats)
    after = measures(people, specs, {**seats, late.id: room})
    assert after["size"] == 0
    others = [measures(people, specs, {**seats, late.id: r.id}) for r in specs]
    assert score(after) == min(score(found) for found in others if found["size"] == 0)


def test_a_late_joiner_goes_where_their_group_is_missing() -> None:
    specs = rooms(2)
    people = [Person(f"p{i}", "AF" if i in (0, 2, 4) else "WE") for i in range(6)]
    seats = {"p0": "R001", "p2": "R001", "p4": "R001", "p1": "R002", "p3": "R002", "p5": "R002"}
    assert place(Person("late", "WE"), people, specs, seats) == "R001"


def test_a_late_joiner_does_not_join_their_own_delegation() -> None:
    people = [Person(f"p{i}", "AF", delegation=f"D{i}") for i in range(4)]
    seats = {"p0": "R001", "p1": "R001", "p2": "R002", "p3": "R002"}
    assert place(Person("late", "AF", delegation="D0"), people, rooms(2), seats) == "R002"


def test_there_may_be_no_place_left() -> None:
    people = crowd(4)
    seats = dict(allocate(people, rooms(2, 2), seed=0).rooms)
    with pytest.raises(Invalid) as refusal:
        place(Person("late"), people, rooms(2, 2), seats)
    assert refusal.value.code == "seating.full"
    with pytest.raises(Invalid):
        place(Person("late"), people, [], seats)


@beside
@pytest.mark.parametrize(("n", "r", "seed"), [(60, 6, 0), (60, 6, 1), (61, 6, 2), (59, 7, 3), (180, 18, 0)])
def test_the_evaluator_agrees_with_every_measure(n: int, r: int, seed: int) -> None:
    case = tool("generate").gen(n, r, seed)
    people, specs = people_of(case), rooms_of(case)
    seats = dict(allocate(people, specs, seed=seed).rooms)
    theirs, _, sizes = tool("evaluate").evaluate(case, {"rounds": [seats]})
    ours = measures(people, specs, seats)
    assert ours == {name: theirs[name] for name in ours}
    assert theirs["hard"] == 0
    assert ours["D.region"] == 0
    assert ours["delegation_pairs"] == tool("evaluate").lower_bounds(case, sizes)["delegation_pairs"]


@beside
@given(st.integers(0, 50))
@settings(max_examples=20, deadline=None)
def test_the_evaluator_agrees_on_seatings_drawn_by_lot(seed: int) -> None:
    case = tool("generate").gen(30, 4, seed)
    for room in case["rooms"]:
        room.update(min=0, max=99)
    people, specs = people_of(case), rooms_of(case)
    dice = random.Random(seed)
    seats = {p.id: dice.choice(specs).id for p in people if dice.random() > 0.1}
    theirs, _, _ = tool("evaluate").evaluate(case, {"rounds": [seats]})
    ours = measures(people, specs, seats)
    assert ours == {name: theirs[name] for name in ours}


def test_a_group_that_fits_every_room_once_is_in_every_room() -> None:
    groups = {"AFR": 8, "APG": 9, "EEG": 3, "LAC": 6, "WEOG": 6, "OB": 3, "ST": 10}
    sizes = {f"r{number}": 8 if number < 3 else 7 for number in range(6)}
    table = group_quotas(groups, sizes, Table())
    for group, members in groups.items():
        numbers = [table[group, room] for room in sizes]
        assert sum(numbers) == members
        assert max(numbers) - min(numbers) <= 1, group
    assert [table["LAC", room] for room in sizes] == [1] * 6


def test_exchanges_keep_a_group_as_even_as_the_deal_made_it() -> None:
    people = [
        Person(f"p{number:02}", region=region, role="delegate", languages=("en",) if number % 3 else ("fr",))
        for number, region in enumerate(
            region
            for region, members in {"AFR": 8, "APG": 9, "EEG": 3, "LAC": 6, "WEOG": 6, "ST": 13}.items()
            for _ in range(members)
        )
    ]
    rooms = [RoomSpec(str(number)) for number in range(1, 7)]
    for seed in range(5):
        seats = allocate(people, rooms, seed=seed).rooms
        counts = Counter((person.region, seats[person.id]) for person in people)
        for region in {person.region for person in people}:
            numbers = [counts[region, room.id] for room in rooms]
            assert max(numbers) - min(numbers) <= 1, (seed, region, numbers)
