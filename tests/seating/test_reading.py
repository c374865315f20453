"""Case files are read whole, or refused in one line that names the place."""

import copy
import json
from typing import Any

import pytest

from consult.seating.case import Pin
from consult.seating.casefile.reading import BadCase, case_of
from consult.seating.plan_measures import plan_measures
from tests.seating.evaluator import TOOLS, tool

GOOD: dict[str, Any] = {
    "rounds": 2,
    "rooms": [{"id": "R1", "min": 0, "max": 2, "topic": "data"}, {"id": "R2"}],
    "participants": [
        {"id": "a", "region": "African", "languages": ["fr"], "topics": ["data"], "present": [1]},
        {"id": "b", "gender": None},
        {"id": "c", "absent": True},
    ],
    "constraints": {"pins": [{"participant": "a", "room": "R2", "round": 2}], "apart": [["a", "b"]]},
    "past_meetings": [["a", "b"]],
    "seated": [{"b": "R1"}],
}


def test_a_case_is_read_whole() -> None:
    case = case_of(GOOD)
    assert [person.id for person in case.people] == ["a", "b"]
    assert case.people[0].present == (1,)
    assert case.people[1].gender is None
    assert (case.rooms[0].capacity, case.rooms[1].capacity) == (2, None)
    assert case.wishes.pins == (Pin("a", "R2", 2),)
    assert case.wishes.apart == (("a", "b"),)
    assert case.past_meetings == (("a", "b"),)
    assert case.seated == ({"b": "R1"},)


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("participants", 1, "id"), "a", "participant 'a' is named twice."),
        (("rooms", 1, "id"), "R1", "room 'R1' is named twice."),
        (("rooms", 0, "max"), -1, "rooms[0]: max must be a whole number from 0."),
        (("rooms", 0, "min"), 3, "rooms[0]: min 3 is more than max 2."),
        (("rooms",), [], "There are no rooms."),
        (("rounds",), 0, "the file: rounds must be a whole number from 1."),
        (("rounds",), True, "the file: rounds must be a whole number from 1."),
        (("rounds",), 99, "99 rounds; at most 20 can be planned at once."),
        (("participants",), {}, "the file: participants must be a list."),
        (("participants",), [{}] * 10**6, "1000000 participants; at most 2000 can be seated."),
        (("participants", 0, "id"), "", "participants[0]: id is missing."),
        (("participants", 0, "languages"), [1], "participants[0]: languages must list texts."),
        (("participants", 0, "present"), "1", "participants[0]: present must list rounds."),
        (("balance",), ["shoe size"], "balance: 'shoe size' is no attribute that can be balanced."),
        (("constraints", "pins", 0, "room"), "R9", "constraints.pins[0]: there is no room 'R9'."),
        (("constraints", "pins", 0, "round"), 3, "constraints.pins[0]: no round 3."),
        (("constraints", "apart"), [["a", "a"]], "apart[0]: participant 'a' is named twice."),
        (("constraints", "together"), [["a", "z"]], "together[0]: there is no participant 'z'."),
        (("past_meetings",), [["a"]], "past_meetings[0]: must name 2 participants."),
        (("seated",), [{"a": "R9"}], "seated[0]: there is no room 'R9'."),
    ],
)
def test_what_is_wrong_is_said_in_one_line(path: tuple[str | int, ...], value: Any, said: str) -> None:
    bad: Any = copy.deepcopy(GOOD)
    place = bad
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(BadCase) as refused:
        case_of(bad)
    assert str(refused.value) == said


def test_more_than_can_be_seated_in_good_time_is_refused() -> None:
    people = [{"id": f"p{i}", "languages": [f"l{i}"]} for i in range(201)]
    rooms: list[dict[str, Any]] = [{"id": f"R{i}"} for i in range(2001)]
    ids = [{"id": person["id"]} for person in people]
    crowd = [[person["id"] for person in ids]] * 50
    for given, said in (
        ({"participants": people[:200], "rooms": rooms}, "2001 rooms; at most 2000 can be filled."),
        (
            {"participants": people, "rooms": rooms[:1]},
            "201 different languages; at most 200 are understood.",
        ),
        (
            {"participants": ids, "rooms": rooms[:1], "constraints": {"apart": crowd[:5]}},
            "constraints.apart: 100500 pairs; at most 100000 can be kept apart.",
        ),
        (
            {"participants": ids, "rooms": rooms[:1], "constraints": {"together": crowd}},
            "constraints.together names 10050 people; at most 10000 can be named.",
        ),
    ):
        with pytest.raises(BadCase) as refused:
            case_of(given)
        assert str(refused.value) == said


@pytest.mark.parametrize("given", [[], "text", None, 3])
def test_other_json_is_refused(given: Any) -> None:
    with pytest.raises(BadCase, match="one JSON object"):
        case_of(given)


@pytest.mark.skipif(not TOOLS.exists(), reason="the sample cases are not beside the project")
@pytest.mark.parametrize("path", sorted((TOOLS / "cases").glob("*.json")), ids=lambda path: path.stem)
def test_the_sample_cases_are_read_and_measured_as_by_the_evaluator(path: Any) -> None:
    given = json.loads(path.read_text(encoding="utf-8"))
    case = case_of(given)
    rooms = [room.id for room in case.rooms]
    rounds = [
        {person.id: rooms[(i * (t + 1)) % len(rooms)] for i, person in enumerate(case.people)}
        for t in range(case.rounds)
    ]
    found = plan_measures(case, rounds)
    theirs, _, _ = tool("evaluate").evaluate(given, {"rounds": rounds})
    assert found == {name: theirs[name] for name in found}
