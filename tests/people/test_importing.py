"""Bringing in a list: everybody once, delegations as States are called, nobody's role changed, all or nothing."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from consult.announce.models import OutboxEvent
from consult.audit.models import AuditEntry
from consult.db import Db
from consult.errors import Invalid, NotAllowed
from consult.people import importing
from consult.people.imports import import_plan
from consult.people.models import Delegation, Member, User
from tests.cast import World

SHARED = Path(__file__).parents[3] / "shared" / "data"
HEADER = "name,email,delegation_iso3,organisation,stakeholder_type,role,languages,gender,age_band,needs"


def listed(*rows: str) -> bytes:
    return "\n".join((HEADER, *rows)).encode()


NEWCOMERS = listed(
    "Delegate TUR-1,tur-1@example.org,TUR,,member_state,head_of_delegation,en|fr,woman,35-44,remote",
    "Delegate TUR-2,tur-2@example.org,TUR,,member_state,rapporteur,en,,,",
    "Person NGO-9,ngo-9@example.org,,Caritas,ngo,delegate,en,man,,",
    "Person X-1,x-1@example.org,,Kenya,ngo,delegate,en,,,",
    "Delegate KEN-1,ken@example.org,KEN,,member_state,observer,en,,,",
)


def member(db: Db, world: World, email: str) -> Member:
    query = select(Member).join(User, User.id == Member.user_id)
    return db.scalars(query.where(User.email == email, Member.consultation_id == world.consultation.id)).one()


def test_a_list_adds_people_with_their_delegations(db: Db, world: World) -> None:
    outcome = importing.import_people(
        db, world.actor(db, "organizer"), world.consultation, import_plan(NEWCOMERS)
    )
    assert (outcome.people, outcome.added, outcome.present, outcome.new_accounts) == (5, 4, 1, 4)
    assert outcome.new_delegations == ("Turkey", "Kenya (Non-governmental organisation)")
    head = member(db, world, "tur-1@example.org")
    assert (head.role, head.duties, head.languages) == ("delegate", ["head_of_delegation"], ["en", "fr"])
    assert (head.delegation.name, head.delegation.iso3, head.delegation.group) == ("Turkey", "TUR", "WEOG")
    assert head.needs == "remote"
    assert member(db, world, "tur-2@example.org").delegation_id == head.delegation_id
    assert member(db, world, "ngo-9@example.org").delegation_id == world.members["ngo"].delegation_id
    assert member(db, world, "x-1@example.org").delegation.group is None


def test_people_who_take_part_are_left_as_they_are(db: Db, world: World) -> None:
    importing.import_people(db, None, world.consultation, import_plan(NEWCOMERS))
    db.refresh(world.members["kenya"])
    assert world.members["kenya"].role == "delegate"


def test_a_second_import_of_the_same_list_adds_nobody(db: Db, world: World) -> None:
    importing.import_people(db, None, world.consultation, import_plan(NEWCOMERS))
    again = importing.import_people(db, None, world.consultation, import_plan(NEWCOMERS))
    assert (again.added, again.present, again.new_delegations) == (0, 5, ())


def test_somebody_who_was_withdrawn_is_not_brought_back(db: Db, world: World) -> None:
    world.members["kenya"].withdrawn_at = world.members["kenya"].joined_at
    db.flush()
    outcome = importing.import_people(db, None, world.consultation, import_plan(NEWCOMERS))
    assert (outcome.withdrawn, outcome.present) == (1, 0)
    assert member(db, world, "ken@example.org").withdrawn_at is not None


def test_a_dry_run_says_the_same_and_changes_nothing(db: Db, world: World) -> None:
    before = counts(db)
    said = importing.planned(db, world.consultation, import_plan(NEWCOMERS))
    assert counts(db) == before
    assert said == importing.import_people(db, None, world.consultation, import_plan(NEWCOMERS))


def test_one_bad_cell_keeps_everybody_out(db: Db, world: World) -> None:
    before = counts(db)
    plan = import_plan(NEWCOMERS + b"\nDelegate XXX-1,not-an-address,KEN,,member_state,delegate,en,,,")
    with pytest.raises(Invalid, match=r"import\.problems"):
        importing.import_people(db, world.actor(db, "organizer"), world.consultation, plan)
    assert counts(db) == before


@pytest.mark.parametrize("name", ["facilitator", "kenya", "observer", "viewer"])
def test_only_the_secretariat_imports(db: Db, world: World, name: str) -> None:
    with pytest.raises(NotAllowed, match="organizers_only"):
        importing.import_people(db, world.actor(db, name), world.consultation, import_plan(NEWCOMERS))


def test_an_import_is_recorded_and_announced_without_names(db: Db, world: World) -> None:
    importing.import_people(db, world.actor(db, "organizer"), world.consultation, import_plan(NEWCOMERS))
    entry = db.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert (entry.act, entry.facts) == ("people.imported", {"people": 5, "added": 4, "delegations": 2})
    assert entry.actor == world.members["organizer"].public_id
    told = db.scalars(select(OutboxEvent.audience)).all()
    assert told == [f"consultation:{world.consultation.public_id}"]


@pytest.mark.skipif(not SHARED.exists(), reason="the sample lists are not beside the project")
@pytest.mark.parametrize(
    ("name", "people"),
    [
        ("delegates_60.csv", 60),
        ("delegates_sample.csv", 180),
        ("delegates_600.csv", 600),
        ("delegates_2000.csv", 2000),
    ],
)
def test_the_sample_lists_come_in_whole(db: Db, world: World, name: str, people: int) -> None:
    plan = import_plan((SHARED / name).read_bytes())
    outcome = importing.import_people(db, None, world.consultation, plan)
    assert (outcome.people, outcome.added) == (people, people)
    here = select(func.count(Member.id)).where(Member.consultation_id == world.consultation.id)
    assert db.scalar(here) == people + len(world.members)
    assert importing.planned(db, world.consultation, plan).added == 0


def counts(db: Db) -> list[int | None]:
    return [
        db.scalar(select(func.count(model.id)))
        for model in (User, Member, Delegation, AuditEntry, OutboxEvent)
    ]
