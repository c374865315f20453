"""Fifty casts of one delegation at the same moment: fifty clean answers, one ballot, a log of fifty."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from consult.announce.models import OutboxEvent
from consult.audit import service as audit
from consult.db import Sessions, engine_for, sessions_for, unit_of_work
from consult.decisions import service
from consult.decisions.models import Ballot, BallotChange, Decision
from consult.errors import Conflict
from consult.items.models import ActionItem
from tests import cast
from tests.factories.items import under_comment

CASTS = 50
CHOICES = ("in_favour", "against", "abstention")


@pytest.fixture(params=["sqlite", "postgresql"])
def sessions(request: pytest.FixtureRequest) -> Iterator[Sessions]:
    """A factory of sessions on each of the two databases."""
    fixture = "database_url" if request.param == "sqlite" else "postgresql_url"
    engine = engine_for(request.getfixturevalue(fixture))
    yield sessions_for(engine)
    engine.dispose()


def test_fifty_casts_of_one_delegation_make_one_ballot(sessions: Sessions) -> None:
    world, poll_id = poll_in(sessions)

    def answer(number: int) -> str:
        with unit_of_work(sessions) as db:
            poll = db.get_one(Decision, poll_id)
            return service.cast(db, world.actor(db, "kenya"), poll, choice=CHOICES[number % 3]).choice

    answers = at_once(answer, CASTS)
    assert answers == [CHOICES[number % 3] for number in range(CASTS)]
    with unit_of_work(sessions) as db:
        log = db.scalars(select(BallotChange.choice).order_by(BallotChange.id)).all()
        ballot = db.scalars(select(Ballot)).one()
        assert len(log) == CASTS
        assert ballot.choice in CHOICES
        assert ballot.choice == newest(db.scalars(select(BallotChange)).all(), ballot)
        assert db.scalar(select(func.count()).where(OutboxEvent.name == "decision.cast")) == CASTS
        assert all(verdict.broken is None for verdict in audit.verify(db))


def test_of_ten_who_close_a_poll_one_does(sessions: Sessions) -> None:
    world, poll_id = poll_in(sessions)

    def close(_number: int) -> str:
        try:
            with unit_of_work(sessions) as db:
                service.close_poll(db, world.actor(db, "facilitator"), db.get_one(Decision, poll_id))
            return "closed"
        except Conflict as error:
            return error.code

    assert sorted(at_once(close, 10)) == ["closed"] + ["decision.already_closed"] * 9


def test_of_ten_who_open_a_poll_on_an_item_one_does(sessions: Sessions) -> None:
    with unit_of_work(sessions) as db:
        world = cast.build(db)
        item_id = under_comment(db, world)[0].id

    def open_one(_number: int) -> str:
        try:
            with unit_of_work(sessions) as db:
                item = db.get_one(ActionItem, item_id)
                service.open_poll(db, world.actor(db, "facilitator"), world.session, [item])
            return "opened"
        except Conflict as error:
            return error.code

    assert sorted(at_once(open_one, 10)) == ["decision.already_open"] * 9 + ["opened"]


def poll_in(sessions: Sessions) -> tuple[cast.World, int]:
    """The cast and an open poll."""
    with unit_of_work(sessions) as db:
        world = cast.build(db)
        items = under_comment(db, world)
        poll = service.open_poll(db, world.actor(db, "facilitator"), world.session, items)[0]
        return world, poll.id


def at_once(act: Callable[[int], str], times: int) -> list[str]:
    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(act, range(times)))


def newest(log: list[BallotChange], ballot: Ballot) -> str:
    """The choice that was cast at the moment the ballot names."""
    return next(change.choice for change in log if change.at == ballot.at)
