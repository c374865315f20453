"""What a facilitator asked for: kept as JSON, read back whole, tolerant of people who left."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consult.seating.proposals.constraints import BALANCED, SEATABLE, Constraints, Mix, problems

NAMES = st.text(alphabet="abcdef", min_size=1, max_size=3)
GROUPS = st.lists(st.lists(NAMES, max_size=4).map(tuple), max_size=3).map(tuple)
ROOMS = st.integers(1, 60)
ASKED = st.builds(
    Constraints,
    roles=st.lists(st.sampled_from(sorted(SEATABLE)), unique=True).map(tuple),
    only_present=st.booleans(),
    smallest=st.none() | st.integers(0, 50),
    largest=st.none() | st.integers(0, 50),
    languages=st.dictionaries(
        ROOMS, st.lists(st.sampled_from(["en", "fr", "fil"]), unique=True).map(tuple), max_size=4
    ),
    topics=st.dictionaries(ROOMS, st.text(max_size=20), max_size=4),
    balance=st.lists(st.sampled_from(BALANCED), unique=True).map(tuple),
    nobody_isolated=st.booleans(),
    pins=st.dictionaries(NAMES, ROOMS, max_size=4),
    together=GROUPS,
    apart=GROUPS,
    mix=st.sampled_from(Mix),
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(ASKED)
def test_what_was_asked_for_is_read_back_whole(asked: Constraints) -> None:
    assert Constraints.from_json(json.loads(json.dumps(asked.to_json()))) == asked


@given(st.dictionaries(st.sampled_from(sorted(Constraints().to_json())), ANYTHING) | ANYTHING)
def test_anything_can_be_read_and_what_makes_no_sense_is_passed_over(given_json: object) -> None:
    read = Constraints.from_json(given_json)
    assert Constraints.from_json(read.to_json()) == read


@given(ASKED, st.sets(NAMES))
def test_people_who_left_are_named_nowhere_and_the_others_still_are(
    asked: Constraints, here: set[str]
) -> None:
    left = asked.among(here)
    assert {person for group in (*left.together, *left.apart) for person in group} | set(left.pins) <= here
    assert left.pins == {person: room for person, room in asked.pins.items() if person in here}
    assert all(len(group) > 1 for group in (*left.together, *left.apart))
    assert left.among(here) == left
    assert replace(left, pins=asked.pins, together=asked.together, apart=asked.apart) == asked


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (Constraints(smallest=-1), "smallest"),
        (Constraints(largest=0), "largest"),
        (Constraints(smallest=5, largest=4), "largest"),
        (Constraints(languages={4: ("fr",)}), "languages"),
        (Constraints(languages={1: ("French",)}), "languages"),
        (Constraints(topics={0: "Data"}), "topics"),
        (Constraints(topics={1: " "}), "topics"),
        (Constraints(topics={1: "x" * 301}), "topics"),
        (Constraints(mix=Mix.TOPICS), "topics"),
        (Constraints(balance=("shoe size",)), "balance"),
        (Constraints(balance=("mobility",)), "balance"),
        (Constraints(pins={"a": 4}), "pins"),
    ],
)
def test_what_cannot_be_asked_for_is_said_at_its_field(asked: Constraints, field: str) -> None:
    assert set(problems(asked, room_count=3)) == {field}


def test_a_plain_seating_has_no_problems() -> None:
    assert problems(Constraints(), room_count=1) == {}
    asked = Constraints(
        smallest=2, largest=2, languages={3: ("fr", "fil")}, topics={1: "Data"}, pins={"a": 3}, mix=Mix.TOPICS
    )
    assert problems(asked, room_count=3) == {}
