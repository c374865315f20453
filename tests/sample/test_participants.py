"""The synthetic participants: always the same, importable, cross-regional, never real people."""

import csv
import io
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import pytest

from consult import reference
from consult.people.imports import import_plan
from consult.sample.participants import Participant, participants

SHARED = Path(__file__).parents[3] / "shared" / "data"


@pytest.mark.skipif(not SHARED.exists(), reason="the sample lists are not beside the project")
@pytest.mark.parametrize(
    ("n", "name"),
    [
        (60, "delegates_60.csv"),
        (180, "delegates_sample.csv"),
        (600, "delegates_600.csv"),
        (2000, "delegates_2000.csv"),
    ],
)
def test_they_are_the_people_of_the_sample_lists(n: int, name: str) -> None:
    with (SHARED / name).open(encoding="utf-8", newline="") as file:
        assert [asdict(p) for p in participants(n)] == list(csv.DictReader(file))


@pytest.mark.parametrize("n", [1, 2, 7, 12, 25, 59, 60, 61, 180])
def test_any_number_can_be_imported(n: int) -> None:
    people = participants(n)
    stream = io.StringIO()
    writer = csv.DictWriter(stream, fieldnames=list(asdict(people[0])))
    writer.writeheader()
    writer.writerows(asdict(p) for p in people)
    plan = import_plan(stream.getvalue().encode())
    assert [str(p) for p in plan.problems] == []
    assert len(plan.rows) == n


def test_a_small_number_still_has_the_whole_cast() -> None:
    roles = Counter(p.role for p in participants(12))
    cast = ("secretariat", "co_facilitator", "panelist", "rapporteur", "observer", "head_of_delegation")
    assert all(roles[role] for role in cast)
    assert roles["head_of_delegation"] >= 4


def test_all_five_groups_are_there() -> None:
    marks = {_mark(p) for p in participants(60)}
    assert marks >= {"AF", "AP", "EE", "LA", "WE"}


def test_nobody_is_real() -> None:
    for person in participants(600):
        assert person.email.endswith("@example.org")
        assert person.name.split()[-1].lower() == person.email.split("@")[0]


@pytest.mark.parametrize("n", [0, -1, 2001])
def test_other_numbers_are_refused(n: int) -> None:
    with pytest.raises(ValueError, match="between 1 and 2000"):
        participants(n)


def _mark(person: Participant) -> str:
    group = reference.group_of(person.delegation_iso3) if person.delegation_iso3 else None
    return reference.mark_of(person.stakeholder_type, group)
