"""Facilitators who act on one seating at the same moment never overwrite each other, on either database."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from consult.audit import service as audit
from consult.db import Db, Sessions, engine_for, sessions_for, unit_of_work
from consult.errors import Conflict
from consult.permissions.actor import Actor
from consult.rooms import service as rooms
from consult.rooms.models import Round
from consult.seating import service as seating
from consult.seating.proposals.acts import replayed
from tests import cast
from tests.cast import World

SEATED = ("kenya", "canada", "philippines", "late", "observer", "ngo")


@pytest.fixture(params=["sqlite", "postgresql"])
def sessions(request: pytest.FixtureRequest) -> Iterator[Sessions]:
    """A factory of sessions on each of the two databases."""
    fixture = "database_url" if request.param == "sqlite" else "postgresql_url"
    engine = engine_for(request.getfixturevalue(fixture))
    yield sessions_for(engine)
    engine.dispose()


def at_once(work: Callable[[int], str], times: int) -> list[str]:
    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(work, range(times)))


def proposed(sessions: Sessions) -> tuple[World, int, Actor]:
    with unit_of_work(sessions) as db:
        world = cast.build(db)
        staff = world.actor(db, "facilitator")
        round_ = rooms.create_round(db, staff, world.session, topic="Reintegration", minutes=30)
        seating.propose(db, staff, round_, room_count=2)
        return world, round_.id, staff


def test_every_act_is_done_and_stands_in_the_log(sessions: Sessions) -> None:
    world, round_id, staff = proposed(sessions)

    def move(number: int) -> str:
        with unit_of_work(sessions) as db:
            member = world.members[SEATED[number]]
            seating.move_people(db, staff, db.get_one(Round, round_id), [member], number=None)
        return "done"

    assert at_once(move, len(SEATED)) == ["done"] * len(SEATED)
    with unit_of_work(sessions) as db:
        plan = seating.open_plan(db, db.get_one(Round, round_id))
        assert plan is not None
        assert plan.assignment == {}
        assert [act.number for act in seating.acts_of(plan)] == list(range(len(SEATED), 0, -1))
        assert replayed(plan.proposed, plan.moves) == plan.assignment
        assert all(verdict.broken is None for verdict in audit.verify(db))


@pytest.mark.parametrize("act", ["move", "lock", "propose", "apply"])
def test_of_those_who_saw_the_same_exactly_one_acts_and_the_others_are_told(
    sessions: Sessions, act: str
) -> None:
    world, round_id, staff = proposed(sessions)
    with unit_of_work(sessions) as db:
        seen = seating.revision_of(db, db.get_one(Round, round_id))

    def work(db: Db, number: int) -> None:
        round_ = db.get_one(Round, round_id)
        member = world.members[SEATED[number]]
        plan = seating.plans_of(db, round_)[-1]
        {
            "move": lambda: seating.move_people(db, staff, round_, [member], number=None, revision=seen),
            "lock": lambda: seating.lock(db, staff, round_, [member], locked=True, revision=seen),
            "propose": lambda: seating.propose(db, staff, round_, room_count=2, revision=seen),
            "apply": lambda: seating.apply(db, staff, round_, plan, revision=seen),
        }[act]()

    def attempt(number: int) -> str:
        try:
            with unit_of_work(sessions) as db:
                work(db, number)
        except Conflict as refused:
            return refused.code
        return "done"

    assert sorted(at_once(attempt, 4)) == ["done", *["seating.changed_meanwhile"] * 3]
    with unit_of_work(sessions) as db:
        round_ = db.get_one(Round, round_id)
        assert seating.revision_of(db, round_) == seen + 1
        assert len(seating.plans_of(db, round_)) == (2 if act == "propose" else 1)


def test_two_who_apply_at_once_make_the_rooms_once(sessions: Sessions) -> None:
    _world, round_id, staff = proposed(sessions)

    def apply(_number: int) -> str:
        try:
            with unit_of_work(sessions) as db:
                round_ = db.get_one(Round, round_id)
                seating.apply(db, staff, round_, seating.plans_of(db, round_)[0])
        except Conflict as refused:
            return refused.code
        return "done"

    assert sorted(at_once(apply, 3)) == ["done", "seating.no_plan", "seating.no_plan"]
