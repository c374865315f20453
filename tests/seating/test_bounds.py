"""Bounds: never above what a seating reaches, and where a hand or a solver knows the best, equal to it."""

import json
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consult.seating.case import Case, Person, Pin, RoomSpec, Wishes
from consult.seating.casefile.reading import case_of
from consult.seating.plan_measures import here, plan_measures, plan_score
from consult.seating.proofs import language_bounds, share_bounds
from consult.seating.proofs.bounds import Proof, bounds, score_bound
from consult.seating.quotas import room_sizes
from tests.seating.evaluator import TOOLS

Round = Mapping[str, str]
CASES = TOOLS / "cases"


def value(case: Case, rounds: list[Round], name: str) -> int:
    return bounds(case, rounds)[name].value


# bounds are valid


@st.composite
def plans(draw) -> tuple[Case, list[dict[str, str]], random.Random]:  # type: ignore[no-untyped-def]
    """A small case with any wishes, and any plan for it."""
    chance = random.Random(draw(st.integers(0, 10**9)))
    number = draw(st.integers(1, 3))
    people = draw(st.integers(1, 6 if number == 1 else 5))
    rooms = draw(st.integers(1, 3))
    names = [f"p{i}" for i in range(people)]
    specs = tuple(_room(f"R{i}", chance) for i in range(rooms))
    where = [spec.id for spec in specs]
    rich = chance.random()
    wishes = Wishes(
        tuple(
            Pin(p, chance.choice(where), chance.choice([None, 1, number]))
            for p in names
            if chance.random() < rich / 2
        ),
        tuple(tuple(chance.sample(names, min(people, 3))) for _ in range(2) if chance.random() < rich),
        tuple(tuple(chance.sample(names, min(people, 2))) for _ in range(2) if chance.random() < rich),
    )
    case = Case(
        tuple(_person(name, number, chance) for name in names),
        specs,
        number,
        wishes,
        ("region", "role", "stakeholder", "gender", *(["mobility"] if chance.random() < 0.5 else [])),
        tuple(_pair(names, chance) for _ in range(4) if people > 1 and chance.random() < rich),
        tuple(
            {p: chance.choice(where) for p in names if chance.random() < 0.4}
            for _ in range(number)
            if chance.random() < rich
        ),
        allow_empty=chance.random() < 0.3,
        custom_sizes=chance.random() < 0.2,
        nobody_isolated=chance.random() < 0.5,
    )
    return case, [_seats(case, i, chance) for i in range(1, number + 1)], chance


def _person(name: str, rounds: int, chance: random.Random) -> Person:
    def one_of(*values: str | None) -> str | None:
        return chance.choice(values)

    present = None
    if chance.random() < 0.2:
        present = tuple(i for i in range(1, rounds + 1) if chance.random() < 0.7)
    return Person(
        name,
        one_of("AF", "AP", "WE", None),
        one_of("government", "ngo", None),
        one_of("facilitator", "delegate", "delegate"),
        one_of("woman", "man", None),
        one_of("A", "B", None),
        tuple(chance.sample(["ar", "en", "fr", "ru"], chance.choice([0, 1, 1, 2]))),
        one_of("origin", "transit"),
        tuple(chance.sample(["data", "rights", "work"], chance.randrange(4))),
        present,
    )


def _room(name: str, chance: random.Random) -> RoomSpec:
    capacity = chance.choice([None, 2, 3, 6])
    least = chance.choice([0, 0, 1, 2])
    tongues = tuple(chance.sample(["en", "fr", "ru"], chance.choice([0, 0, 0, 2])))
    return RoomSpec(name, capacity, tongues, least, chance.choice(["data", "rights", None]))


def _pair(names: list[str], chance: random.Random) -> tuple[str, str]:
    a, b = chance.sample(names, 2)
    return a, b


def _seats(case: Case, number: int, chance: random.Random) -> dict[str, str]:
    """Most people at random, more often where a wish has them than elsewhere."""
    asked = {pin.person: pin.room for pin in case.wishes.pins if pin.round in (None, number)}
    if number <= len(case.seated) and chance.random() < 0.8:
        asked |= case.seated[number - 1]
    rooms = [room.id for room in case.rooms]
    return {
        p.id: asked[p.id] if p.id in asked and chance.random() < 0.9 else chance.choice(rooms)
        for p in here(case, number)
        if chance.random() < 0.95
    }


def others(case: Case, number: int, seats: Round) -> list[dict[str, str]]:
    """Every way to seat the same people in rooms of the same sizes, the fixed seats kept."""
    asked = [(pin.person, pin.room) for pin in case.wishes.pins if pin.round in (None, number)]
    if number <= len(case.seated):
        asked += case.seated[number - 1].items()
    fixed = {person: room for person, room in asked if seats.get(person) == room}
    people = [p for p in seats if p not in fixed]
    left = [seats[p] for p in people]
    return [
        fixed | dict(zip(people, way, strict=True))
        for way in product(sorted(set(left)), repeat=len(people))
        if sorted(way) == sorted(left)
    ]


def alternatives(case: Case, rounds: list[dict[str, str]], chance: random.Random) -> Iterator[list[Round]]:
    ways = [others(case, number, seats) for number, seats in enumerate(rounds, 1)]
    if np.prod([len(w) for w in ways]) <= 250:
        yield from map(list, product(*ways))
    else:
        yield from ([chance.choice(w) for w in ways] for _ in range(250))


@settings(max_examples=150, deadline=None)
@given(plans())
def test_no_seating_goes_below_a_bound(drawn: tuple[Case, list[dict[str, str]], random.Random]) -> None:
    case, rounds, chance = drawn
    found = bounds(case, rounds)
    kept = plan_measures(case, rounds)["capacity"]
    for plan in alternatives(case, rounds, chance):
        values = plan_measures(case, plan)
        assert values["capacity"] == kept
        for name, bound in found.items():
            if name in values:
                assert values[name] >= bound.value, name
    assert score_bound(case, rounds) <= plan_score(plan_measures(case, rounds))


@settings(max_examples=100, deadline=None)
@given(plans())
def test_some_bounds_are_exact(drawn: tuple[Case, list[dict[str, str]], random.Random]) -> None:
    case, rounds, _ = drawn
    once = replace(case, rounds=1, balance=("region", "role", "stakeholder", "gender"))
    values = [plan_measures(once, [plan]) for plan in others(once, 1, rounds[0])]
    for name, bound in bounds(once, rounds[:1]).items():
        if name in ("topic", "no_facilitator", "D.region", "D.role", "D.stakeholder", "D.gender"):
            assert bound.value == min(found[name] for found in values), name


@settings(max_examples=100, deadline=None)
@given(plans())
def test_a_bound_that_looks_at_less_is_lower_and_still_valid(
    drawn: tuple[Case, list[dict[str, str]], random.Random],
) -> None:
    case, rounds, _ = drawn
    exact = bounds(case, rounds)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(language_bounds, "_MOST_STEPS", 1)
        patch.setattr(share_bounds, "_MOST_CATEGORIES", 1)
        language_bounds._devoted.cache_clear()
        hasty = bounds(case, rounds)
        language_bounds._devoted.cache_clear()
    assert all(hasty[name].value <= bound.value for name, bound in exact.items())


@settings(max_examples=60, deadline=None)
@given(plans())
def test_every_measure_has_a_bound(drawn: tuple[Case, list[dict[str, str]], random.Random]) -> None:
    case, rounds, _ = drawn
    assert set(plan_measures(case, rounds)) <= set(bounds(case, rounds))


# bounds are near what is reached


def filled(case: Case) -> list[Round]:
    """A plan with rooms as even as can be, earlier seats kept, and nothing else in mind."""
    plan = []
    for number in range(1, case.rounds + 1):
        people = {p.id for p in here(case, number)}
        seats = dict(case.seated[number - 1]) if number <= len(case.seated) else {}
        seats = {p: r for p, r in seats.items() if p in people}
        sizes = room_sizes(len(people), case.rooms, Counter(seats.values()))
        taken = Counter(seats.values())
        left = [room for room, n in sizes.items() for _ in range(n - taken[room])]
        plan.append(seats | dict(zip(sorted(people - set(seats)), left, strict=True)))
    return plan


@pytest.mark.skipif(not CASES.exists(), reason="the sample cases are not beside the project")
@pytest.mark.parametrize("name", ["01_base_60x6_3rounds", "04_delegation_of_12", "13_topic_preferences"])
def test_the_bounds_of_the_sample_cases_are_those_known(name: str) -> None:
    given = json.loads((CASES / f"{name}.json").read_text())
    known = given["reference"]
    case = case_of(given)
    found = bounds(case, filled(case))
    for measure, least in known["lower_bounds"].items():
        assert least <= found[measure].value <= known["best_known"][measure], measure


@pytest.mark.skipif(not CASES.exists(), reason="the sample cases are not beside the project")
def test_people_who_join_late_cannot_be_seated_better_than_a_solver_proves() -> None:
    given = json.loads((CASES / "08_late_joiners_no_shows.json").read_text())
    case = case_of(given)
    found = bounds(case, filled(case))
    for measure in ("delegation_pairs", "lang_uncovered", "no_facilitator"):
        assert found[measure].value == given["reference"]["lower_bounds"][measure]
    for measure in ("D.region", "D.stakeholder", "D.gender", "D.role"):
        assert found[measure].value >= given["reference"]["lower_bounds"][measure]
        assert found[measure].proof is Proof.FLOW


def rooms(count: int) -> tuple[RoomSpec, ...]:
    return tuple(RoomSpec(f"R{i}") for i in range(count))


def spread(people: int, count: int) -> Round:
    """People p0, p1, … dealt to rooms in turn."""
    return {f"p{i}": f"R{i % count}" for i in range(people)}


def speakers(**number: int) -> tuple[Person, ...]:
    tongues = [name for name, n in number.items() for _ in range(n)]
    return tuple(Person(f"p{i}", languages=(name,)) for i, name in enumerate(tongues))


@pytest.mark.parametrize(
    ("number", "count", "least"),
    [
        ({"en": 6, "fr": 6}, 4, 0),
        ({"en": 7, "fr": 5}, 4, 1),
        ({"en": 4, "fr": 4, "ar": 4}, 2, 4),
        ({"en": 11, "ru": 1}, 4, 1),
        ({"en": 9, "ru": 1, "ar": 1}, 3, 2),
    ],
)
def test_rooms_without_a_common_language_leave_somebody_out(
    number: dict[str, int], count: int, least: int
) -> None:
    people = speakers(**number)
    found = bounds(Case(people, rooms(count)), [spread(len(people), count)])["lang_uncovered"]
    assert found.value == least
    assert found.proof is (Proof.COMPONENTS if least else Proof.ARITHMETIC)


def test_interpretation_covers_whom_it_is_for() -> None:
    people = speakers(en=7, ru=1)
    plain = rooms(2)
    helped = (RoomSpec("R0", languages=("en", "ru")), RoomSpec("R1"))
    of_no_help = (RoomSpec("R0", languages=("en", "fr")), RoomSpec("R1"))
    values = [value(Case(people, r), [spread(8, 2)], "lang_uncovered") for r in (plain, helped, of_no_help)]
    assert values == [1, 0, 1]


def test_a_fixed_room_leaves_out_whom_its_last_guest_cannot_bridge() -> None:
    people = (*speakers(en=1, ru=1), Person("p2", languages=("fr",)), Person("p3", languages=("en", "ru")))
    pins = (Pin("p0", "R0"), Pin("p1", "R0"))
    plan = {"p0": "R0", "p1": "R0", "p2": "R0", "p3": "R1"}
    case = Case(people, rooms(2), wishes=Wishes(pins))
    assert value(case, [plan], "lang_uncovered") == 0
    nobody_helps = Case((*people[:3], Person("p3", languages=("fr",))), rooms(2), wishes=Wishes(pins))
    assert value(nobody_helps, [plan], "lang_uncovered") == 2


def test_a_delegation_larger_than_the_rooms_are_many_must_share() -> None:
    people = tuple(Person(f"p{i}", delegation="HOST" if i < 12 else None) for i in range(40))
    found = bounds(Case(people, rooms(8)), [spread(40, 8)])["delegation_pairs"]
    assert (found.value, found.proof) == (4, Proof.PIGEONHOLE)


def test_who_is_pinned_together_shares_and_the_others_need_not() -> None:
    people = tuple(Person(f"p{i}", delegation="HOST" if i < 4 else None) for i in range(16))
    plan = {f"p{i}": "R0" if i < 3 else f"R{1 + i % 3}" for i in range(16)}
    case = Case(people, rooms(4), wishes=Wishes(tuple(Pin(f"p{i}", "R0") for i in range(3))))
    assert value(case, [plan], "delegation_pairs") == 3
    bound_together = Wishes(case.wishes.pins, together=(("p0", "p1", "p2"),))
    assert value(Case(people, rooms(4), wishes=bound_together), [plan], "delegation_pairs") == 0


def test_fixed_seats_force_a_group_out_of_its_fair_range() -> None:
    people = tuple(Person(f"p{i}", "AF" if i < 4 else "WE") for i in range(8))
    plan = {f"p{i}": "R0" if i < 4 else "R1" for i in range(8)}
    pinned = Wishes(tuple(Pin(f"p{i}", "R0") for i in range(3)))
    found = bounds(Case(people, rooms(2), wishes=pinned), [plan])["D.region"]
    # Three of the four Africans are held in one room: one too many there, one too few elsewhere, and so with the others.
    assert (found.value, found.proof) == (4, Proof.FLOW)
    assert bounds(Case(people, rooms(2)), [plan])["D.region"].value == 0


def test_a_pin_that_the_plan_does_not_keep_proves_nothing() -> None:
    people = tuple(Person(f"p{i}", "AF" if i < 4 else "WE") for i in range(8))
    pinned = Wishes(tuple(Pin(f"p{i}", "R0") for i in range(3)))
    even = {f"p{i}": f"R{i % 2}" for i in range(8)}
    case = Case(people, rooms(2), wishes=pinned)
    assert value(case, [even], "D.region") == 0


def test_rooms_on_topics_nobody_wants_cost_somebody_a_wish() -> None:
    people = tuple(Person(f"p{i}", topics=("data", "rights")) for i in range(4))
    case = Case(people, (RoomSpec("R0", topic="data"), RoomSpec("R1", topic="work")))
    found = bounds(case, [spread(4, 2)])["topic"]
    assert (found.value, found.proof) == (4, Proof.ASSIGNMENT)


@pytest.mark.parametrize(
    ("people", "count", "rounds", "least"), [(60, 6, 2, 24), (60, 6, 3, 72), (60, 6, 5, 240), (180, 18, 5, 0)]
)
def test_a_room_drawn_from_few_rooms_holds_pairs_who_have_met(
    people: int, count: int, rounds: int, least: int
) -> None:
    case = Case(tuple(Person(f"p{i}") for i in range(people)), rooms(count), rounds)
    assert value(case, [spread(people, count)] * rounds, "repeats") == least


def test_meetings_of_an_earlier_round_count() -> None:
    names = [f"p{i:02}" for i in range(60)]
    past = tuple(pair for i in range(6) for pair in combinations(names[i * 10 : i * 10 + 10], 2))
    people = tuple(Person(name) for name in names)
    plan = {name: f"R{i % 6}" for i, name in enumerate(names)}
    assert value(Case(people, rooms(6), past_meetings=past), [plan], "repeats") == 24
    together = Wishes(together=(("p00", "p01"),))
    assert value(Case(people, rooms(6), wishes=together, past_meetings=past), [plan], "repeats") == 23


def test_who_comes_for_one_round_only_repeats_nothing() -> None:
    people = (Person("p0", present=(1,)), Person("p1"), Person("p2", present=(2,)))
    case = Case(people, rooms(1), 2)
    assert value(case, [{"p0": "R0", "p1": "R0"}, {"p1": "R0", "p2": "R0"}], "repeats") == 0


def test_facilitators_on_fixed_seats_can_leave_a_room_without() -> None:
    people = tuple(Person(f"p{i}", role="facilitator" if i < 2 else "delegate") for i in range(6))
    plan = {f"p{i}": "R0" if i < 3 else "R1" for i in range(6)}
    pinned = Wishes((Pin("p0", "R0"), Pin("p1", "R0")))
    assert value(Case(people, rooms(2), wishes=pinned), [plan], "no_facilitator") == 1
    assert value(Case(people, rooms(2)), [plan], "no_facilitator") == 0


def test_the_only_speaker_of_a_language_is_alone_anywhere() -> None:
    people = (*speakers(en=5, ru=1), Person("p6", gender="woman"), Person("p7", gender="woman"))
    case = Case(people, rooms(2), nobody_isolated=True)
    assert value(case, [spread(8, 2)], "isolated") == 1


def test_unequal_sizes_are_excused_by_what_the_rooms_hold() -> None:
    people = tuple(Person(f"p{i}") for i in range(10))
    case = Case(people, (RoomSpec("R0", capacity=2), RoomSpec("R1")))
    plan = {f"p{i}": "R0" if i < 2 else "R1" for i in range(10)}
    assert plan_measures(case, [plan])["size"] == value(case, [plan], "size") == 6
    assert value(Case(people, rooms(2)), [plan], "size") == 0
    short = Case(people, (RoomSpec("R0", capacity=2), RoomSpec("R1", capacity=5)))
    some = {f"p{i}": "R0" if i < 2 else "R1" for i in range(7)}
    assert value(short, [some], "unassigned") == 3
