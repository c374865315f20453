"""The record of a proposal: whole, re-runnable, without declared gender, under the consultation's attribution."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from consult.audit import service as audit
from consult.commands.seat import seat
from consult.db import Db
from consult.permissions.actor import Actor
from consult.rooms import service as rooms
from consult.rooms.models import Round
from consult.seating import allocation
from consult.seating import service as seating
from consult.seating.casefile.reading import case_of
from consult.seating.casefile.writing import input_hash
from consult.seating.models import SeatingPlan
from consult.seating.service import Constraints
from tests.cast import World

WITHOUT_GENDER = Constraints(balance=("region", "role", "stakeholder"))


@pytest.fixture
def staff(db: Db, world: World) -> Actor:
    """A facilitator of a meeting where some have declared their gender."""
    for name, gender in (("kenya", "woman"), ("canada", "man"), ("late", "woman"), ("ngo", "non_binary")):
        world.members[name].gender = gender
    db.flush()
    return world.actor(db, "facilitator")


@pytest.fixture
def second(db: Db, world: World, staff: Actor) -> Round:
    return rooms.create_round(db, staff, world.session, topic="Reintegration", minutes=30)


def exported(db: Db, staff: Actor, plan: SeatingPlan) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(seating.plan_json(db, staff, plan)))
    return found


def run_again(record: dict[str, Any]) -> dict[str, int]:
    found = allocation.seat(case_of(record["case"]), seed=record["seed"])
    return {person: int(room) for person, room in found.rounds[0].items()}


@pytest.mark.parametrize("rule", ["name", "delegation", "region", "none"])
def test_anybody_can_run_the_file_again_when_gender_took_no_part(
    db: Db, world: World, second: Round, staff: Actor, rule: str
) -> None:
    world.consultation.attribution = rule
    plan = seating.propose(db, staff, second, room_count=2, constraints=WITHOUT_GENDER)
    record = exported(db, staff, plan)
    assert record["gender_took_part"] is False
    assert record["balanced"] == ["region", "role", "stakeholder"]
    assert run_again(record) == record["original"] == plan.proposed
    assert case_of(record) == case_of(record["case"]), "`consult seat` reads the record itself"
    if rule in ("name", "delegation"):
        hashed = input_hash(record["case"], seed=record["seed"], version=record["version"])
        assert hashed == record["input_hash"]


def test_the_command_takes_the_record_as_it_is(
    db: Db, world: World, second: Round, staff: Actor, tmp_path: Path
) -> None:
    plan = seating.propose(db, staff, second, room_count=2, constraints=WITHOUT_GENDER)
    record, answer = tmp_path / "record.json", tmp_path / "answer.json"
    record.write_text(json.dumps(seating.plan_json(db, staff, plan)), encoding="utf-8")
    run = CliRunner().invoke(seat, [str(record), "-o", str(answer)])
    assert run.exit_code == 0, run.output
    found = json.loads(answer.read_text(encoding="utf-8"))
    assert {person: int(room) for person, room in found["rounds"][0].items()} == plan.proposed
    assert (found["seed"], found["input_hash"]) == (plan.seed, plan.input_hash)


@pytest.mark.parametrize("asked", [Constraints(), Constraints(balance=("region",), nobody_isolated=True)])
def test_gender_is_used_and_never_leaves(
    db: Db, world: World, second: Round, staff: Actor, asked: Constraints
) -> None:
    plan = seating.propose(db, staff, second, room_count=2, constraints=asked)
    kept = {person["id"]: person.get("gender") for person in plan.case["participants"]}
    assert kept[world.members["kenya"].public_id] == "woman"
    record = exported(db, staff, plan)
    assert record["gender_took_part"] is True
    files = json.dumps(record["case"]) + json.dumps(record["measures"]) + seating.plan_csv(db, staff, plan)
    for word in ("gender", "woman", "non_binary"):
        assert word not in files
    assert seating.rerun_matches(plan).matches is True, "inside the house the whole input is run again"


def test_gender_that_decides_nothing_is_not_kept(db: Db, world: World, second: Round, staff: Actor) -> None:
    plan = seating.propose(db, staff, second, room_count=2, constraints=WITHOUT_GENDER)
    assert "gender" not in json.dumps(plan.case)


def test_the_record_says_what_was_done_by_whom_when_and_why(
    db: Db, world: World, second: Round, staff: Actor
) -> None:
    plan = seating.propose(db, staff, second, room_count=2, seed=7)
    kenya, canada = world.members["kenya"], world.members["canada"]
    was = plan.assignment[kenya.public_id]
    seating.move_people(db, staff, second, [kenya], number=3 - was, reason="=1+1")
    seating.lock(db, staff, second, [canada], locked=True)
    seating.apply(db, staff, second, plan)
    cofacilitator = world.actor(db, "cofacilitator")
    seating.move_people(db, cofacilitator, second, [canada], number=None, reason="Left early")
    record = exported(db, staff, plan)
    assert (record["seed"], record["version"], len(record["input_hash"])) == (7, plan.version, 64)
    assert Constraints.from_json(record["constraints"]) == Constraints()
    assert [(act["kind"], act["by"], act["reason"], act["in_rooms"]) for act in record["acts"]] == [
        ("moved", staff.public_id, "=1+1", False),
        ("locked", staff.public_id, "", False),
        ("moved", cofacilitator.public_id, "Left early", True),
    ]
    assert all(act["at"] for act in record["acts"])
    assert record["original"][kenya.public_id] == was
    assert record["final"][kenya.public_id] == 3 - was
    assert canada.public_id not in record["final"]
    assert record["final"] == seating.seats_now(db, second)[0]
    assert record["measures"]["original"]["unassigned"] == {"value": 0, "bound": 0, "proof": "arithmetic"}
    assert record["measures"]["final"]["unassigned"]["value"] == 1
    rows = list(csv.DictReader(io.StringIO(seating.plan_csv(db, staff, plan), newline="")))
    (row,) = [row for row in rows if row["delegation"] == "Kenya"]
    assert (row["original_room"], row["final_room"]) == (str(was), str(3 - was))
    assert (row["regional_group"], row["role"]) == ("AFR", "delegate")
    assert (row["moved_by"], row["reason"]) == (staff.public_id, "'=1+1"), "no formula for a spreadsheet"
    (gone,) = [row for row in rows if row["delegation"] == "Canada"]
    assert (gone["final_room"], gone["reason"]) == ("", "Left early")
    acts = [row["act"] for row in audit.entries_of(db, world.consultation.public_id)]
    assert acts.count("seating.exported") == 2


@pytest.mark.parametrize(
    ("rule", "shown", "hidden"),
    [
        ("name", ("Delegate KEN-1", "Kenya", "AFR"), ()),
        ("delegation", ("Kenya", "AFR"), ("Delegate KEN-1",)),
        ("region", ("AFR",), ("Delegate KEN-1", "Kenya")),
        ("none", (), ("Delegate KEN-1", "Kenya", "AFR", '"AF"')),
    ],
)
def test_names_follow_the_attribution_of_the_consultation(
    db: Db,
    world: World,
    second: Round,
    staff: Actor,
    rule: str,
    shown: tuple[str, ...],
    hidden: tuple[str, ...],
) -> None:
    world.consultation.attribution = rule
    plan = seating.propose(db, staff, second, room_count=2)
    table = seating.plan_csv(db, staff, plan)
    files = table + json.dumps(exported(db, staff, plan))
    assert len(table.splitlines()) == 1 + len(plan.proposed)
    assert [word for word in shown if word not in table] == []
    assert [word for word in hidden if word in files] == []


def test_late_joiners_are_in_the_final_seats(db: Db, world: World, second: Round, staff: Actor) -> None:
    plan = seating.propose(db, staff, second, room_count=2)
    panelist = world.members["panelist"]
    seating.move_people(db, staff, second, [panelist], number=2, reason="Expert needed")
    record = exported(db, staff, plan)
    assert panelist.public_id not in record["original"]
    assert record["final"][panelist.public_id] == 2
    assert record["measures"]["final"]["unassigned"]["value"] == 0


def test_a_proposal_from_before_its_input_was_kept(db: Db, world: World, second: Round, staff: Actor) -> None:
    plan = seating.propose(db, staff, second, room_count=2)
    plan.case, plan.constraints = None, {}
    plan.moves = [
        {"member": world.members["kenya"].public_id, "from": 1, "to": 2, "by": staff.public_id, "at": "then"}
    ]
    db.flush()
    record = exported(db, staff, plan)
    assert record["case"] is None
    assert record["acts"][0]["kind"] == "moved"
    assert seating.rerun_matches(plan).matches is None
    assert seating.plan_csv(db, staff, plan).startswith("person,")


def test_a_proposal_is_checked_by_running_it_again(db: Db, world: World, second: Round, staff: Actor) -> None:
    plan = seating.propose(db, staff, second, room_count=2)
    assert seating.rerun_matches(plan).matches is True
    right = dict(plan.proposed)
    first = min(right)
    plan.proposed = {**right, first: 3 - right[first]}
    assert seating.rerun_matches(plan).matches is False
    plan.proposed, plan.seed = right, plan.seed + 1
    assert seating.rerun_matches(plan).matches is False, "the hash is of another seed"
    plan.version += 1
    found = seating.rerun_matches(plan)
    assert found.matches is None
    assert f"version {plan.version}" in str(found.sentence)


def test_two_proposals_are_compared_as_they_stand(db: Db, world: World, second: Round, staff: Actor) -> None:
    one = seating.propose(db, staff, second, room_count=2, seed=5)
    other = seating.propose(db, staff, second, room_count=2, seed=5)
    assert seating.compare(db, staff, one, other).changes == ()
    kenya = world.members["kenya"].public_id
    was = one.assignment[kenya]
    seating.move_people(db, staff, second, [world.members["kenya"]], number=3 - was)
    found = seating.compare(db, staff, one, other)
    assert [(change.person, change.before, change.after) for change in found.changes] == [
        (kenya, was, 3 - was)
    ]
    sizes = next(line for line in found.measures if line.name == "size")
    assert sizes.one is not None
    assert sizes.other is not None
    assert sizes.one.value < sizes.other.value
