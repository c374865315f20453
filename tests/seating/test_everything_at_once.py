"""Cases that ask for everything at once, drawn by lot, and what such cases have got wrong before."""

import os
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consult.seating.allocation import seat
from consult.seating.balance import report
from consult.seating.case import Case, Person, Pin, RoomSpec, Seating, Status, Wishes
from consult.seating.casefile.answering import UNDECIDED, explanations
from consult.seating.casefile.reading import BadCase, case_of
from consult.seating.casefile.writing import case_json
from consult.seating.plan_measures import HARD, here, plan_measures
from consult.seating.proofs.bounds import bounds
from consult.seating.search import schedules
from consult.seating.search.languages import LanguageTable
from consult.seating.search.numbers import Languages
from tests.seating.cases import rooms
from tests.seating.evaluator import TOOLS, tool

KEPT = (Status.OK, Status.OPTIMAL)
ODD = ("a b", "é", "😀", "'", '"', "<b>", "%(x)s", "0", "00", "\u200f", "A", "ß", "\n", "{}")


def blank(n: int) -> tuple[Person, ...]:
    return tuple(Person(f"p{i:02}") for i in range(n))


def drawn(seed: int) -> Case:
    """A case with every feature there is, drawn by lot: some without people, some with more rooms than people."""
    dice = random.Random(seed)
    n, r, rounds = dice.choice([0, 1, 2, 5, 9, 14]), dice.choice([1, 2, 4, 7, 16]), dice.randint(1, 3)
    names = [dice.choice(ODD) + str(i) for i in range(n)]

    def some(most: int) -> list[str]:
        return dice.sample(names, min(n, dice.randint(0, most)))

    people = tuple(
        Person(
            name,
            dice.choice(["AF", "AP", None, "", "W\n%"]),
            dice.choice(["x", "y", None]),
            dice.choice(["facilitator", "delegate", "delegate", None]),
            dice.choice(["woman", "man", "", None]),
            dice.choice(["HOST", "B", "", None]),
            tuple(dice.choices(["en", "fr", "ru", "zh"], k=dice.choice([0, 1, 1, 3]))),
            dice.choice(["origin", "transit", None]),
            tuple(dice.choices(["f", "g", "z"], k=dice.choice([0, 0, 2, 5]))),
            None
            if dice.random() < 0.8
            else tuple(dice.sample(range(1, rounds + 2), dice.randint(0, rounds))),
        )
        for name in names
    )
    share, least = -(-n // r), dice.random() < 0.5
    specs = tuple(
        RoomSpec(
            dice.choice(["R", "r ", "é"]) + str(k),
            most := dice.choice([None, share, share + 2, share + 5]),
            tuple(dice.sample(["en", "zh", "xx"], dice.choice([0, 0, 2]))),
            dice.randint(0, share if most is None else most) if least and dice.random() < 0.4 else 0,
            dice.choice([None, "f", "g"]),
        )
        for k in range(r)
    )
    return Case(
        people,
        specs,
        rounds,
        Wishes(
            tuple(Pin(p, dice.choice(specs).id, dice.choice([None, 1, rounds])) for p in some(3)),
            tuple(tuple(some(4)) for _ in range(dice.choice([0, 1, 3]))),
            tuple(tuple(some(share + 1)) for _ in range(dice.choice([0, 1, 2]))),
        ),
        tuple(dice.sample(["region", "role", "stakeholder", "gender", "mobility"], dice.choice([0, 2, 5]))),
        tuple((a, b) for a, b in (dice.sample(names, 2) for _ in range(dice.choice([0, 9])))) * 2
        if n > 1
        else (),
        tuple({p: dice.choice(specs).id for p in some(4)} for _ in range(dice.choice([0, 1, rounds]))),
        allow_empty=dice.random() < 0.4,
        custom_sizes=dice.random() < 0.2,
        nobody_isolated=dice.random() < 0.3,
    )


def shuffled(case: Case, dice: random.Random) -> Case:
    def mixed(values):  # type: ignore[no-untyped-def]
        return tuple(dice.sample(list(values), len(values)))

    asked = case.wishes
    wishes = Wishes(
        mixed(asked.pins),
        tuple(map(mixed, mixed(asked.apart))),
        tuple(map(mixed, mixed(asked.together))),
    )
    past = tuple(tuple(mixed(pair)) for pair in mixed(case.past_meetings))
    return replace(
        case, people=mixed(case.people), rooms=mixed(case.rooms), wishes=wishes, past_meetings=past
    )


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Searches that end soon: what is asked here does not depend on how good a seating is."""
    monkeypatch.setattr(schedules, "_DRAWS", 60)
    monkeypatch.setattr(schedules, "_TOPIC_DRAWS", 60)
    monkeypatch.setattr(schedules, "_SWEEPS", 3)
    monkeypatch.setattr(schedules, "_TOPIC_SWEEPS", 4)


@pytest.mark.usefixtures("soon")
def test_whatever_is_asked_the_answer_is_complete_and_its_status_true() -> None:
    for seed in range(50):
        case = drawn(seed)
        seating = seat(case, seed=seed)
        value, limits = plan_measures(case, seating.rounds), bounds(case, seating.rounds)
        for number, seats in enumerate(seating.rounds, 1):
            assert set(seats) == {person.id for person in here(case, number)}, seed
        broken = {name: value[name] for name in HARD if value[name]}
        assert bool(broken) == (seating.status not in KEPT), (seed, seating.status, broken)
        beyond = {
            name for name, bound in limits.items() if value[name] != bound.value and name != "lang_bridged"
        }
        assert all(value[name] >= bound.value for name, bound in limits.items()), seed
        if seating.status in KEPT:
            assert (seating.status is Status.OPTIMAL) == (not beyond), (seed, seating.status, beyond)
        if TOOLS.exists() and all(person.present is None for person in case.people):
            theirs, _, _ = tool("evaluate").evaluate(case_json(case), {"rounds": list(seating.rounds)})
            assert {k: v for k, v in value.items() if k in theirs and k in limits} == {
                k: theirs[k] for k in value if k in theirs and k in limits
            }, seed


@pytest.mark.usefixtures("soon")
def test_the_order_in_which_anything_is_named_does_not_matter() -> None:
    for seed in range(100, 114):
        case = drawn(seed)
        one, two = seat(case, seed=seed), seat(shuffled(case, random.Random(seed)), seed=seed)
        assert (one.rounds, one.status, one.dropped) == (two.rounds, two.status, two.dropped), seed


def test_another_run_of_the_program_gives_the_same_seating() -> None:
    code = (
        "from consult.seating.search import schedules; schedules._DRAWS = schedules._TOPIC_DRAWS = 60\n"
        "from consult.seating.allocation import seat\n"
        "from tests.seating.test_everything_at_once import drawn\n"
        "print([(s.rounds, s.status, s.dropped) for s in (seat(drawn(n), seed=n) for n in range(8))])"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": salt, "PYTHONPATH": str(Path.cwd())},
        ).stdout
        for salt in ("1", "2")
    }
    assert len(found) == 1


def kept(case: Case) -> Seating:
    """The seating of a case, every wish of which is kept."""
    seating = seat(case, seed=1)
    value = plan_measures(case, seating.rounds)
    assert (seating.status in KEPT, [name for name in HARD if value[name]]) == (True, [])
    return seating


def test_a_round_with_nobody_is_a_round() -> None:
    people = tuple(replace(person, present=(1,)) for person in blank(4))
    assert kept(Case(people, rooms(2), 2, allow_empty=True)).rounds[1] == {}


def test_overfilled_rooms_do_not_depend_on_the_order_of_rooms() -> None:
    case = Case(blank(8), (RoomSpec("a", 1), RoomSpec("b", 3), RoomSpec("c", 1)))
    other = replace(case, rooms=case.rooms[::-1])
    assert seat(case, seed=0).rounds == seat(other, seed=0).rounds


@pytest.mark.parametrize(("n", "r", "facilitators"), [(24, 6, 3), (5, 8, 2), (8, 8, 1)])
def test_fewer_facilitators_than_rooms_are_no_fault(n: int, r: int, facilitators: int) -> None:
    people = tuple(
        replace(person, role="facilitator" if i < facilitators else None) for i, person in enumerate(blank(n))
    )
    for allow_empty in (False, True):
        seating = kept(Case(people, rooms(r), allow_empty=allow_empty))
        assert seating.status is Status.OPTIMAL
        assert len({seating.rounds[0][f"p{i:02}"] for i in range(facilitators)}) == facilitators


def test_people_kept_apart_leave_enough_for_rooms_with_a_minimum() -> None:
    specs = (RoomSpec("a", 5), RoomSpec("b", 1, minimum=1), RoomSpec("c", 5))
    for names in (("a", "b", "c"), ("c", "a", "b"), ("b", "c", "a")):
        case = Case(blank(2), tuple(replace(s, id=n) for s, n in zip(specs, names, strict=True)))
        kept(replace(case, wishes=Wishes(apart=(("p00", "p01"),))))


@pytest.mark.parametrize(
    ("n", "limits", "together"),
    [
        (6, [(0, 6), (3, None)], 5),
        (10, [(3, 3), (4, 4), (6, 6)], 0),
        (10, [(0, 1), (1, 1), (9, 10)], 0),
        (12, [(5, 5), (5, 5), (6, 6), (6, 6), (3, 3)], 0),
    ],
)
def test_rooms_that_are_opened_can_be_filled(
    n: int, limits: list[tuple[int, int | None]], together: int
) -> None:
    specs = tuple(RoomSpec(f"r{i}", most, minimum=least) for i, (least, most) in enumerate(limits))
    group = tuple(f"p{i:02}" for i in range(together))
    kept(Case(blank(n), specs, wishes=Wishes(together=(group,)), allow_empty=True))
    pins = tuple(Pin(person, "r0") for person in group)
    kept(Case(blank(n), specs, wishes=Wishes(pins), allow_empty=True))


def test_what_is_named_again_and_again_does_not_overflow() -> None:
    apart = (("p00", "p01"),) * 30_000
    seats = kept(Case(blank(6), rooms(2), wishes=Wishes(apart=apart))).rounds[0]
    assert seats["p00"] != seats["p01"]
    given = {"participants": [{"id": "a"}, {"id": "b"}], "rooms": [{"id": "r"}]}
    assert case_of({**given, "past_meetings": [["a", "b"], ["b", "a"]] * 500})
    with pytest.raises(BadCase, match=r"'a', 'b'.* more often than 1000"):
        case_of({**given, "past_meetings": [["a", "b"]] * 1001})


def test_what_could_not_be_decided_is_not_called_kept() -> None:
    dice = random.Random(0)
    people = blank(48)
    names = [person.id for person in people]
    pairs = {tuple(sorted(dice.sample(names, 2))) for _ in range(408)}
    case = Case(people, rooms(6, 8), wishes=Wishes(apart=tuple(sorted(pairs))))
    seating = seat(case, seed=1)
    value = plan_measures(case, seating.rounds)
    assert (value["apart"] > 0) == (seating.status is Status.ADJUSTED)
    assert value["apart"] == len(seating.dropped)
    if not seating.conflicts and seating.dropped:
        assert str(explanations(seating, report(case, seating.rounds))[0]) == UNDECIDED


@pytest.mark.parametrize("limit", ["min", "max"])
def test_a_limit_that_no_machine_can_count_is_refused(limit: str) -> None:
    with pytest.raises(BadCase, match=rf"rooms\[0\]: {limit} is more than"):
        case_of({"participants": [{"id": "a"}], "rooms": [{"id": "r", limit: 10**20}]})


def test_what_would_need_too_much_memory_is_refused_in_one_line() -> None:
    people = [{"id": f"p{i}", "languages": [f"l{i % 199}", f"l{i // 199}"]} for i in range(2000)]
    with pytest.raises(BadCase, match="combinations of 199 languages in 200 rooms are too many"):
        case_of({"participants": people, "rooms": [{"id": f"r{i}"} for i in range(200)]})


def test_prices_of_languages_are_those_of_the_whole_sum() -> None:
    dice = np.random.default_rng(0)
    for _ in range(60):
        masks, spoken = int(dice.integers(1, 20)), int(dice.integers(0, 12))
        has = (dice.random((masks, spoken)) < 0.2).astype(np.float32)
        interpreted = (dice.random((2, spoken)) < 0.2).astype(np.float32)
        table = LanguageTable(Languages(np.zeros(1, np.int64), has, interpreted))
        one = np.eye(masks + 1, masks, dtype=np.float32)
        people = dice.integers(0, masks, int(dice.integers(0, 14)))
        inside = np.bincount(people, minlength=masks).astype(np.float32)
        for room in range(2):
            prices, now = table.exchanges(room, inside)
            assert now == table.cost(room, inside[None])[0]
            for goes in [*np.flatnonzero(inside), masks]:
                after = table.cost(room, inside - one[goes] + one)
                assert (prices[goes] == after - now).all()


@given(st.integers(0, 10**6))
@settings(max_examples=15, deadline=None)
def test_a_seating_of_one_room_is_the_room(seed: int) -> None:
    case = replace(drawn(seed), rooms=(RoomSpec("only"),), wishes=Wishes(), seated=(), rounds=1)
    assert set(kept(case).rounds[0].values()) <= {"only"}
