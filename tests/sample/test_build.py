"""The sample consultation at each of its stages, and who is handed out to sign in."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from consult.commands.sample import _cast
from consult.db import Db
from consult.decisions.models import Ballot, Decision
from consult.deliberation.models import Comment
from consult.items.models import ActionItem
from consult.people.models import Member, Role
from consult.rooms.models import Room, Seat
from consult.sample import programme
from consult.sample.build import Sample, Stage, build, existing
from consult.summaries.models import Summary

NUMBER = 24
Build = Callable[..., Sample]


def count(db: Db, model: type) -> int:
    return db.scalar(select(func.count()).select_from(model)) or 0


def states(db: Db) -> set[str]:
    return set(db.scalars(select(Room.state)))


@pytest.fixture
def at(db: Db) -> Build:
    """Builds the sample at a stage."""

    def bring(stage: Stage, number: int = NUMBER) -> Sample:
        return build(db, number=number, stage=stage)

    return bring


def test_registration_has_people_and_no_rooms(db: Db, at: Build) -> None:
    sample = at(Stage.REGISTRATION)
    assert len(sample.members) == count(db, Member) == NUMBER
    assert (count(db, Room), sample.session.state) == (0, "planned")


def test_seating_is_proposed_and_not_applied(db: Db, at: Build) -> None:
    sample = at(Stage.SEATING)
    assert (sample.session.state, count(db, Seat)) == ("open", 0)


def test_drafting_has_open_rooms_with_topics_of_their_own(db: Db, at: Build) -> None:
    sample = at(Stage.DRAFTING)
    rooms = db.scalars(select(Room).order_by(Room.number)).all()
    assert [room.topic for room in rooms] == [facts.topic for facts in programme.rooms()]
    assert len({room.topic for room in rooms}) == len(rooms)
    assert states(db) == {"open"}
    assert set(db.scalars(select(ActionItem.state))) == {"drafting"}
    assert set(db.scalars(select(Room.step))) == {"draft"}
    seat = db.scalars(select(Seat).where(Seat.member_id == sample.rapporteur().id)).one()
    assert seat.duty == "rapporteur"


def test_report_back_has_comments_and_closed_rooms(db: Db, at: Build) -> None:
    at(Stage.REPORT_BACK)
    assert states(db) == {"closed"}
    assert count(db, ActionItem) == sum(len(room.items) for room in programme.rooms())
    assert count(db, Comment) > len(programme.comments()) - 1


def test_decisions_have_answers_results_and_a_summary(db: Db, at: Build) -> None:
    at(Stage.DECISIONS)
    closed = db.scalar(select(func.count()).select_from(Decision).where(Decision.closed_at.is_not(None)))
    assert 0 < (closed or 0) < count(db, Decision)
    assert count(db, Ballot) > 0
    assert count(db, Summary) == 1


def test_the_handed_out_cast_has_the_shape_others_rely_on(db: Db, at: Build) -> None:
    sample = at(Stage.DRAFTING, 60)
    cast = _cast(db, sample, "http://127.0.0.1:5000")
    assert (cast["base_url"], cast["consultation"]) == (
        "http://127.0.0.1:5000",
        sample.consultation.public_id,
    )
    people = cast["people"]
    assert set(people) == {"organizer", "facilitator", "panelist", "observer", "rapporteur", "delegates"}
    everybody = [people[role] for role in people if role != "delegates"] + people["delegates"]
    for person in everybody:
        assert set(person) == {"email", "password", "name", "delegation", "sign_in_url"}
        assert person["sign_in_url"].startswith("http://127.0.0.1:5000/sign-in/link/")
    assert len({person["email"] for person in everybody}) == len(everybody)
    assert not people["observer"]["name"].startswith("Interpreter")
    assert len(people["delegates"]) > 20


@pytest.mark.parametrize("number", [12, 13])
def test_the_smallest_sample_has_a_cast_too(number: int, db: Db, at: Build) -> None:
    sample = at(Stage.DRAFTING, number)
    cast = _cast(db, sample, "http://x")
    assert all(cast["people"][role]["email"] for role in ("organizer", "facilitator", "panelist", "observer"))


@pytest.mark.parametrize("number", [11, 2001])
def test_sizes_that_cannot_be_are_refused(number: int, db: Db) -> None:
    with pytest.raises(ValueError, match="participants"):
        build(db, number=number, stage=Stage.REGISTRATION)


def test_a_kept_sample_is_found_again(db: Db, at: Build) -> None:
    assert existing(db) is None
    sample = at(Stage.DRAFTING)
    found = existing(db)
    assert found is not None
    assert found.session.id == sample.session.id
    assert [member.id for member in found.members] == [member.id for member in sample.members]
    assert found.rapporteur().id == sample.rapporteur().id
    assert found.staff(Role.FACILITATOR).id == sample.staff(Role.FACILITATOR).id
