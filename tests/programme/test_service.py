"""The programme: consultations, sessions, questions."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from consult.announce.models import OutboxEvent
from consult.db import Db
from consult.errors import Conflict, Invalid, NotAllowed
from consult.programme import service as programme
from consult.programme.models import GuidingQuestion, Session, SessionState
from consult.programme.states import before, may_follow
from tests.cast import World

DETAILS = programme.ConsultationDetails(
    title="Fourth thematic consultation", short_title="Thematic 4", starts_on=date(2017, 7, 24),
    ends_on=date(2017, 7, 25), place="New York", time_zone="America/New_York",
)  # fmt: skip
PANEL = programme.SessionDetails(title="Contributions of migrants", short_title="Panel 1")
states = st.sampled_from([state.value for state in SessionState])


@given(states, states)
def test_a_session_never_goes_back(state: str, following: str) -> None:
    order = [known.value for known in SessionState]
    if may_follow(state, following):
        assert order.index(following) >= order.index(state)
    assert (state in before(following)) == may_follow(state, following)


def test_a_new_consultation_is_not_public_yet(db: Db) -> None:
    made = programme.create_consultation(db, DETAILS)
    assert (made.short_title, made.published_at, made.attribution) == ("Thematic 4", None, "delegation")


@pytest.mark.parametrize(
    ("field", "value"),
    [("ends_on", date(2017, 7, 1)), ("time_zone", "Mars/Olympus"), ("attribution", "secret")],
)
def test_details_that_cannot_be_are_named(db: Db, field: str, value: object) -> None:
    with pytest.raises(Invalid) as refused:
        programme.create_consultation(db, programme.ConsultationDetails(**{**DETAILS.__dict__, field: value}))
    assert set(refused.value.fields) == {field}


def test_the_secretariat_changes_and_publishes(db: Db, world: World) -> None:
    organizer = world.actor(db, "organizer")
    world.consultation.published_at = None
    db.flush()
    programme.change_consultation(db, organizer, world.consultation, DETAILS)
    assert world.consultation.place == "New York"
    programme.publish(db, organizer, world.consultation)
    assert world.consultation.published_at
    with pytest.raises(Conflict):
        programme.publish(db, organizer, world.consultation)


@pytest.mark.parametrize("name", ["facilitator", "kenya", "viewer"])
def test_nobody_else_changes_the_programme(db: Db, world: World, name: str) -> None:
    actor = world.actor(db, name)
    for act in (
        lambda: programme.change_consultation(db, actor, world.consultation, DETAILS),
        lambda: programme.publish(db, actor, world.consultation),
        lambda: programme.add_session(db, actor, world.consultation, PANEL),
        lambda: programme.change_session(db, actor, world.session, PANEL, questions=()),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_sessions_follow_each_other(db: Db, world: World) -> None:
    organizer = world.actor(db, "organizer")
    made = programme.add_session(
        db, organizer, world.consultation, PANEL, questions=["What works?", "For whom?"]
    )
    assert (made.number, made.state) == (4, "planned")
    questions = db.scalars(select(GuidingQuestion.text).where(GuidingQuestion.session_id == made.id)).all()
    assert questions == ["What works?", "For whom?"]


def test_questions_are_replaced_as_a_whole(db: Db, world: World) -> None:
    organizer = world.actor(db, "organizer")
    details = programme.SessionDetails(title="New title", short_title="Panel 3")
    programme.change_session(db, organizer, world.session, details, questions=["Only this?"])
    assert [question.text for question in world.session.questions] == ["Only this?"]
    assert world.session.title == "New title"


def test_saving_without_a_change_tells_nobody(db: Db, world: World) -> None:
    organizer = world.actor(db, "organizer")
    session = world.session
    details = programme.SessionDetails(
        title=session.title,
        short_title=session.short_title,
        description=session.description,
        mode=session.mode,
    )
    programme.change_session(db, organizer, session, details, questions=[q.text for q in session.questions])
    assert db.scalars(select(OutboxEvent)).all() == []


def test_a_facilitator_opens_a_planned_session_once(db: Db, world: World) -> None:
    planned = programme.add_session(db, world.actor(db, "organizer"), world.consultation, PANEL)
    programme.open_session(db, world.actor(db, "facilitator"), planned)
    assert (planned.state, planned.opened_at is not None) == ("open", True)
    with pytest.raises(Conflict, match=r"session.cannot"):
        programme.open_session(db, world.actor(db, "cofacilitator"), planned)
    with pytest.raises(NotAllowed):
        programme.open_session(db, world.actor(db, "kenya"), db.get_one(Session, planned.id))
