"""Indicative polls: one answer per delegation, the last one counts, until the deadline by the server's clock."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from consult import clock
from consult.announce.models import OutboxEvent
from consult.audit.models import AuditEntry
from consult.db import Db
from consult.decisions import queries, service
from consult.decisions.models import Ballot, BallotChange, Decision
from consult.errors import Conflict, Invalid, NotAllowed, TooLate
from consult.people.models import Member
from consult.programme.models import SessionState
from tests.cast import World
from tests.factories.items import submitted, under_comment


def opened(db: Db, world: World, *, minutes: int | None = None) -> Decision:
    """A poll on one item. Committed."""
    items = under_comment(db, world)
    deadline = clock.now() + timedelta(minutes=minutes) if minutes else None
    facilitator = world.actor(db, "facilitator")
    poll = service.open_poll(db, facilitator, world.session, items, deadline_at=deadline)[0]
    db.commit()
    return poll


def test_opening_tables_the_items_and_fixes_who_may_answer(db: Db, world: World) -> None:
    items = under_comment(db, world, 2)
    facilitator = world.actor(db, "facilitator")
    polls = service.open_poll(db, facilitator, world.session, items)
    assert [item.state for item in items] == ["tabled", "tabled"]
    tracks = {elector.delegation.name: elector.track for elector in polls[0].electorate}
    assert tracks == {
        "Mexico": "member_states", "Switzerland": "member_states", "Kenya": "member_states", "Canada": "member_states",
        "Philippines": "member_states", "Chile": "member_states", "IOM": "others", "Holy See": "others", "Caritas": "others",
    }  # fmt: skip
    events = db.scalars(select(OutboxEvent).where(OutboxEvent.name == "decision.opened")).all()
    assert [event.data for event in events] == [
        {"decision": poll.public_id, "item": item.public_id} for poll, item in zip(polls, items, strict=True)
    ]


def test_a_delegation_whose_people_have_left_is_not_asked(db: Db, world: World) -> None:
    items = under_comment(db, world)
    world.members["kenya"].withdrawn_at = clock.now()
    db.flush()
    poll = service.open_poll(db, world.actor(db, "facilitator"), world.session, items)[0]
    assert "Kenya" not in {elector.delegation.name for elector in poll.electorate}


def test_who_may_open_and_on_what(db: Db, world: World) -> None:
    early = submitted(db, world)
    facilitator = world.actor(db, "facilitator")
    with pytest.raises(NotAllowed):
        service.open_poll(db, world.actor(db, "kenya"), world.session, [early])
    with pytest.raises(Conflict) as not_yet:
        service.open_poll(db, facilitator, world.session, [early])
    assert not_yet.value.code == "decision.not_under_comment"
    with pytest.raises(Invalid) as nothing:
        service.open_poll(db, facilitator, world.session, [])
    assert nothing.value.code == "decision.no_items"
    with pytest.raises(Invalid) as past:
        service.open_poll(db, facilitator, world.session, [early], deadline_at=clock.now())
    assert past.value.code == "decision.deadline_past"
    world.session.state = SessionState.CLOSED.value
    with pytest.raises(Conflict):
        service.open_poll(db, facilitator, world.session, [early])


def test_one_open_poll_for_an_item_and_another_after_it(db: Db, world: World) -> None:
    poll, facilitator = opened(db, world), world.actor(db, "facilitator")
    with pytest.raises(Conflict) as refused:
        service.open_poll(db, facilitator, world.session, [poll.item])
    assert refused.value.code == "decision.already_open"
    service.close_poll(db, facilitator, poll)
    assert service.open_poll(db, facilitator, world.session, [poll.item])[0].id != poll.id


def test_the_last_answer_counts_and_every_answer_is_kept(db: Db, world: World) -> None:
    poll, kenya = opened(db, world), world.actor(db, "kenya")
    for choice in ("in_favour", "against", "abstention"):
        receipt = service.cast(db, kenya, poll, choice=choice)
    assert receipt.choice == "abstention"
    ballots = db.scalars(select(Ballot).where(Ballot.decision_id == poll.id)).all()
    assert [(ballot.choice, ballot.member_id) for ballot in ballots] == [("abstention", kenya.member_id)]
    log = db.scalars(select(BallotChange.choice).where(BallotChange.decision_id == poll.id)).all()
    assert log == ["in_favour", "against", "abstention"]


def test_two_people_of_one_delegation_have_one_answer(db: Db, world: World) -> None:
    poll = opened(db, world)
    colleague = world.members["late"]
    colleague.delegation_id = world.members["kenya"].delegation_id
    db.flush()
    db.refresh(colleague, ["delegation"])
    service.cast(db, world.actor(db, "kenya"), poll, choice="in_favour")
    service.cast(db, world.actor(db, "late"), poll, choice="against")
    ballot = db.scalars(select(Ballot)).one()
    assert (ballot.choice, ballot.member_id) == ("against", colleague.id)


def test_neither_the_event_nor_the_audit_log_says_which_way(db: Db, world: World) -> None:
    poll = opened(db, world)
    service.cast(db, world.actor(db, "kenya"), poll, choice="against")
    event = db.scalars(select(OutboxEvent).where(OutboxEvent.name == "decision.cast")).one()
    assert event.data == {"decision": poll.public_id}
    act = db.scalars(select(AuditEntry).where(AuditEntry.act == "decision.cast")).one()
    assert list(act.facts) == ["delegation"]
    assert "against" not in str(act.facts)


@pytest.mark.parametrize(
    ("name", "reason"),
    [("organizer", "decision.observers_do_not_answer"), ("viewer", "decision.observers_do_not_answer")],
)
def test_who_does_not_answer(db: Db, world: World, name: str, reason: str) -> None:
    poll = opened(db, world)
    with pytest.raises(NotAllowed) as refused:
        service.cast(db, world.actor(db, name), poll, choice="in_favour")
    assert refused.value.code == reason


def test_a_delegation_that_came_after_the_opening_does_not_answer(db: Db, world: World) -> None:
    member: Member = world.members["late"]
    member.withdrawn_at = clock.now()
    poll = opened(db, world)
    member.withdrawn_at = None
    db.flush()
    with pytest.raises(NotAllowed) as refused:
        service.cast(db, world.actor(db, "late"), poll, choice="in_favour")
    assert refused.value.code == "decision.not_an_elector"


@pytest.mark.parametrize("choice", ["", "yes", "not_voting", "IN_FAVOUR"])
def test_only_the_three_answers_are_taken(db: Db, world: World, choice: str) -> None:
    poll = opened(db, world)
    with pytest.raises(Invalid):
        service.cast(db, world.actor(db, "kenya"), poll, choice=choice)
    assert db.scalar(select(func.count(BallotChange.id))) == 0


def test_at_the_deadline_it_is_too_late_though_nobody_has_closed_the_poll(db: Db, world: World) -> None:
    poll = opened(db, world, minutes=5)
    deadline = poll.deadline_at
    assert deadline is not None
    clock.set_source(lambda: deadline - timedelta(milliseconds=1))
    service.cast(db, world.actor(db, "kenya"), poll, choice="in_favour")
    clock.set_source(lambda: deadline)
    with pytest.raises(TooLate):
        service.cast(db, world.actor(db, "kenya"), poll, choice="against")
    assert db.scalars(select(Ballot.choice)).one() == "in_favour"


def test_a_closed_poll_takes_no_answer_and_closes_once(db: Db, world: World) -> None:
    poll, facilitator = opened(db, world), world.actor(db, "facilitator")
    with pytest.raises(NotAllowed):
        service.close_poll(db, world.actor(db, "kenya"), poll)
    service.close_poll(db, facilitator, poll)
    with pytest.raises(TooLate):
        service.cast(db, world.actor(db, "kenya"), poll, choice="in_favour")
    with pytest.raises(Conflict) as refused:
        service.close_poll(db, facilitator, poll)
    assert refused.value.code == "decision.already_closed"


def test_the_clock_closes_what_is_due_and_only_once(db: Db, world: World) -> None:
    poll = opened(db, world, minutes=5)
    deadline = poll.deadline_at
    assert deadline is not None
    assert service.due(db, deadline - timedelta(seconds=1)) == []
    assert service.close_due(db, deadline - timedelta(seconds=1)) == 0
    late = deadline + timedelta(seconds=3)
    assert service.due(db, late) == [poll.id]
    assert service.close_due(db, late) == 1
    assert service.close_due(db, late) == 0
    assert poll.closed_at == deadline
    act = db.scalars(select(AuditEntry).where(AuditEntry.act == "decision.closed")).one()
    assert act.actor == "server"
    assert db.scalars(select(OutboxEvent).where(OutboxEvent.name == "decision.closed")).one().data == {
        "decision": poll.public_id,
        "item": poll.item.public_id,
    }


def test_there_is_no_result_before_the_close_and_turnout_meanwhile(db: Db, world: World) -> None:
    poll = opened(db, world)
    service.cast(db, world.actor(db, "kenya"), poll, choice="in_favour")
    service.cast(db, world.actor(db, "ngo"), poll, choice="against")
    with pytest.raises(NotAllowed) as refused:
        queries.result_of(db, poll)
    assert refused.value.code == "decision.still_open"
    assert queries.turnouts(db, [poll.id])[poll.id] == queries.Turnout(answered=2, electorate=9)
    service.close_poll(db, world.actor(db, "facilitator"), poll)
    result = queries.result_of(db, poll)
    assert (
        result.member_states.in_favour,
        result.member_states.against,
        result.member_states.not_voting,
    ) == (1, 0, 5)
    assert (result.others, result.others_answered, result.others_electorate) == (None, 1, 3)


def test_what_was_asked_of_a_delegation_and_what_it_said(db: Db, world: World) -> None:
    poll, kenya = opened(db, world), world.actor(db, "kenya")
    service.cast(db, kenya, poll, choice="in_favour")
    assert queries.asked_of_delegation(db, [poll.id], kenya.delegation_id) == {poll.id}
    viewer = world.actor(db, "viewer")
    assert queries.asked_of_delegation(db, [poll.id], viewer.delegation_id) == set()
    assert queries.answers_of_delegation(db, [poll.id], kenya.delegation_id)[poll.id].choice == "in_favour"
    assert queries.answers_of_delegation(db, [poll.id], viewer.delegation_id) == {}
