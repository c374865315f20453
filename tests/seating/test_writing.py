"""A case is written as `consult seat` reads it; its hash is that of everything that decides a seating."""

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from consult.seating.case import (
    ATTRIBUTES,
    MOBILITY,
    Case,
    Conflict,
    Person,
    Pin,
    RoomSpec,
    Wish,
    Wishes,
    WishKind,
)
from consult.seating.casefile.reading import case_of
from consult.seating.casefile.writing import case_json, conflict_json, gender_decides, input_hash
from consult.seating.sentences import Sentence

TEXT = st.none() | st.sampled_from(["African", "b", "c"])
PEOPLE, ROOMS = ("p1", "p2", "p3", "p4"), ("001", "002")
TEXTS = st.lists(st.sampled_from(["en", "fr", "ar"]), unique=True).map(tuple)
GROUPS = st.lists(st.lists(st.sampled_from(PEOPLE), unique=True).map(tuple), max_size=2).map(tuple)
SEATS = st.dictionaries(st.sampled_from(PEOPLE), st.sampled_from(ROOMS))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    rounds = draw(st.integers(1, 3))
    number = st.integers(1, rounds)
    attributes = ("region", "stakeholder_family", "role", "gender", "delegation", "mobility")
    present = st.none() | st.lists(number, unique=True).map(tuple)
    people = tuple(
        Person(
            name,
            **{field: draw(TEXT) for field in attributes},
            languages=draw(TEXTS),
            topics=draw(TEXTS),
            present=draw(present),
        )
        for name in PEOPLE
    )
    least = draw(st.integers(0, 3))
    rooms = tuple(
        RoomSpec(name, draw(st.none() | st.integers(least, 9)), draw(TEXTS), least, draw(TEXT))
        for name in ROOMS
    )
    pins = st.builds(Pin, st.sampled_from(PEOPLE), st.sampled_from(ROOMS), st.none() | number)
    wishes = Wishes(tuple(draw(st.lists(pins, max_size=3))), draw(GROUPS), draw(GROUPS))
    names = st.lists(st.sampled_from([*ATTRIBUTES, *MOBILITY]), unique=True)
    pairs = st.lists(st.sampled_from([("p1", "p2"), ("p3", "p2")]), max_size=3)
    return Case(
        people, rooms, rounds, wishes, tuple(draw(names)), tuple(draw(pairs)),
        tuple(draw(st.lists(SEATS, max_size=rounds))), *(draw(st.booleans()) for _ in range(3)),
    )  # fmt: skip


@given(cases())
def test_a_case_that_was_written_is_read_back_whole(case: Case) -> None:
    assert case_of(json.loads(json.dumps(case_json(case)))) == case


@given(cases())
def test_without_gender_everything_else_is_written(case: Case) -> None:
    written = json.loads(json.dumps(case_json(case, with_gender=False)))
    assert all("gender" not in row for row in written["participants"])
    without = tuple(replace(person, gender=None) for person in case.people)
    balance = tuple(name for name in case.balance if name != "gender")
    assert case_of(written) == replace(case, people=without, balance=balance)
    if not gender_decides(case):
        assert case_of(written) == replace(case, people=without)


@given(cases(), cases())
def test_the_hash_is_that_of_the_case_the_seed_and_the_version(one: Case, other: Case) -> None:
    def hashed(case: Case, seed: int = 7, version: int = 2) -> str:
        return input_hash(case_json(case), seed=seed, version=version)

    assert len(hashed(one)) == 64
    assert hashed(one) == hashed(case_of(case_json(one)))
    assert (hashed(one) == hashed(other)) == (one == other)
    assert len({hashed(one), hashed(one, seed=8), hashed(one, version=3)}) == 3


def test_conflicts_are_written_with_their_wishes_and_their_sentence() -> None:
    wishes = (Wish(WishKind.PIN, ("p1",), "001", 1), Wish(WishKind.CAPACITY))
    written = conflict_json(Conflict(wishes, Sentence("No seat for %(count)s.", {"count": 2})))
    assert json.loads(json.dumps(written)) == {
        "wishes": [
            {"kind": "pin", "people": ["p1"], "room": "001", "round": 1},
            {"kind": "capacity", "people": [], "room": None, "round": None},
        ],
        "message": "No seat for %(count)s.",
        "params": {"count": 2},
    }
