"""A whole plan is measured as the independent evaluator measures it."""

import random
from typing import Any

import pytest

from consult.seating.case import Case, Person, Pin, RoomSpec, Wishes
from consult.seating.plan_measures import plan_measures, plan_score, together_groups
from tests.seating.evaluator import TOOLS, people_of, rooms_of, tool


@pytest.mark.skipif(not TOOLS.exists(), reason="the independent evaluator is not beside the project")
@pytest.mark.parametrize("seed", range(12))
def test_the_measures_are_those_of_the_independent_evaluator(seed: int) -> None:
    evaluate, chance = tool("evaluate"), random.Random(seed)
    given = _case(seed, chance)
    people = [p["id"] for p in given["participants"]]
    rooms = [r["id"] for r in given["rooms"]]
    rounds = [{p: chance.choice(rooms) for p in people if chance.random() < 0.95} for _ in range(3)]
    found = plan_measures(_as_case(given), rounds)
    theirs, _, _ = evaluate.evaluate(given, {"rounds": rounds})
    assert found == {name: theirs[name] for name in found}
    assert plan_score(found) == theirs["score"]


def _case(seed: int, chance: random.Random) -> dict[str, Any]:
    given: dict[str, Any] = tool("generate").gen(40, 5, seed, 3)
    people = [p["id"] for p in given["participants"]]
    for person in given["participants"]:
        person["topics"] = chance.sample(["finance", "data", "rights"], chance.randrange(4))
    for room in given["rooms"]:
        room["topic"] = chance.choice(["finance", "data", "work", None])
        room["languages"] = chance.choice([[], ["en", "fr"]])
    given["allow_empty"] = chance.random() < 0.5
    given["past_meetings"] = [chance.sample(people, 2) for _ in range(20)]
    given["seated"] = [dict.fromkeys(chance.sample(people, 4), "R001")]
    given["constraints"] = {
        "pins": [{"participant": p, "room": "R002"} for p in chance.sample(people, 3)]
        + [{"participant": people[0], "room": "R001", "round": 2}],
        "apart": [chance.sample(people, 3)],
        "together": [chance.sample(people, 2), chance.sample(people, 3)],
    }
    return given


def _as_case(given: dict[str, Any]) -> Case:
    topics = {p["id"]: tuple(p["topics"]) for p in given["participants"]}
    people = [Person(**{**_fields(p), "topics": topics[p.id]}) for p in people_of(given)]
    about = {r["id"]: r for r in given["rooms"]}
    rooms = [
        RoomSpec(r.id, r.capacity, r.languages, about[r.id]["min"], about[r.id]["topic"])
        for r in rooms_of(given)
    ]
    asked = given["constraints"]
    pins = tuple(Pin(p["participant"], p["room"], p.get("round")) for p in asked["pins"])
    wishes = Wishes(pins, tuple(map(tuple, asked["apart"])), tuple(map(tuple, asked["together"])))
    return Case(
        tuple(people),
        tuple(rooms),
        given["rounds"],
        wishes,
        past_meetings=tuple(map(tuple, given["past_meetings"])),
        seated=tuple(given["seated"]),
        allow_empty=given["allow_empty"],
    )


def _fields(person: Person) -> dict[str, Any]:
    return {name: getattr(person, name) for name in Person.__dataclass_fields__}


def test_overlapping_groups_are_one_group() -> None:
    assert together_groups([("a", "b"), ("c", "d"), ("b", "c"), ("e",)]) == [("a", "b", "c", "d")]


def test_who_is_away_for_a_round_is_not_missing_in_it() -> None:
    people = (Person("a", present=(1,)), Person("b"))
    case = Case(people, (RoomSpec("R1"),), rounds=2)
    found = plan_measures(case, [{"a": "R1", "b": "R1"}, {"b": "R1"}])
    assert (found["unassigned"], found["repeats"]) == (0, 0)
