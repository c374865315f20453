"""What users of other systems complain about in breakout rooms and their facilitation does not occur here: of each complaint a
test that proves it says so by its mark `complaint`."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]

#: By their numbers in our survey of other systems; those about drafting, records and languages are not among them.
COMPLAINTS = {
    1: "no minutes can be added to open rooms",
    2: "more time costs the split and the notes",
    3: "extend, shorten and set are in different places; no way to undo rooms made wrongly",
    4: "a forced close comes without grace",
    5: "the end comes as a surprise",
    6: "no sound before the close for who looks elsewhere",
    7: "rooms outlast the plenary",
    8: "nobody closes the rooms when the moderator's network is gone",
    9: "notes are lost with the room",
    10: "no announced countdown of a recall",
    11: "moving and adding people while rooms run confuses",
    12: "a bulk move into an empty room loses half of them",
    13: "rooms dealt by lot are of very different sizes",
    14: "moderators are left out of the split",
    15: "everybody or nobody is in charge of a room",
    16: "inside a room everybody is a moderator",
    17: "rooms cannot be filled by what people are or wish, nor several splits kept",
    18: "neither the same rooms again nor guaranteed new partners",
    19: "the second round forgets who sat where",
    20: "no split from a file",
    21: "rooms cannot be prepared before the meeting",
    22: "late joiners see no room",
    23: "late joiners are placed without seeing who is where",
    24: "who never answered the call is stuck at the end",
    25: "guests are shut out of rooms",
    26: "rooms cannot be named, added or closed alone",
    27: "from plenary to rooms and back is badly served",
    28: "the split cannot be seen and changed before release",
    29: "few ways to compose rooms, no limits to their size",
    30: "nobody warns of too few facilitators",
    31: "no wall of rooms beside the main room",
    32: "calls for help are no queue that several share",
    33: "managing rooms covers the meeting",
}


def marks_in(path: Path) -> Iterator[tuple[int, str]]:
    """The numbers that tests of a file are marked with, and the names of those tests."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.FunctionDef) or not node.name.startswith("test_"):
            continue
        for mark in node.decorator_list:
            if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.complaint":
                assert mark.args, f"{path.name}: {node.name} names no complaint"
                yield from ((ast.literal_eval(number), node.name) for number in mark.args)


@pytest.fixture(scope="module")
def proven() -> dict[int, list[str]]:
    found = defaultdict(list)
    for path in sorted(TESTS.rglob("test_*.py")):
        for number, name in marks_in(path):
            found[number].append(name)
    return dict(found)


@pytest.mark.parametrize("number", COMPLAINTS)
def test_every_complaint_has_a_test(proven: dict[int, list[str]], number: int) -> None:
    assert proven.get(number), f"no test is marked with complaint {number}: {COMPLAINTS[number]}"


def test_marks_name_complaints_that_there_are(proven: dict[int, list[str]]) -> None:
    assert proven.keys() <= COMPLAINTS.keys()
