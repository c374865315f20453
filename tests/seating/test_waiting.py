"""Late joiners by rule: seated by themselves after a while, where they serve balance best, and never against somebody's act."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from consult.audit.models import AuditEntry
from consult.db import Db, Sessions, engine_for, sessions_for, unit_of_work
from consult.errors import Invalid, NotAllowed
from consult.permissions.actor import Actor
from consult.rooms import presence
from consult.rooms import service as rooms
from consult.rooms.models import Round, Seat
from consult.rooms.presence import Whereabouts
from consult.seating import service as seating
from consult.seating.proposals import waiting
from consult.seating.proposals.plans import real_seats
from consult.seating.service import Constraints
from tests import cast
from tests.cast import World


@pytest.fixture
def staff(db: Db, world: World) -> Actor:
    return world.actor(db, "facilitator")


def come(db: Db, world: World, *names: str) -> None:
    presence.seen(db, {world.members[name].id: Whereabouts(world.consultation.id) for name in names})
    db.flush()


def opened(db: Db, world: World, staff: Actor, **asked: object) -> Round:
    """A round of two open rooms made of a proposal, in which Chile and the NGO have no seat yet."""
    made = rooms.create_round(db, staff, world.session, topic="Reintegration", minutes=30)
    for name in ("late", "ngo"):
        world.members[name].role = "viewer"
    plan = seating.propose(db, staff, made, room_count=2, constraints=Constraints(**asked))
    seating.apply(db, staff, made, plan)
    for name in ("late", "ngo"):
        world.members[name].role = "delegate"
    rooms.open_rooms(db, staff, made)
    return made


def test_only_who_is_here_and_never_had_a_seat_waits(db: Db, world: World, staff: Actor) -> None:
    round_ = opened(db, world, staff)
    late, kenya = world.members["late"], world.members["kenya"]
    assert waiting.waiting_for_a_seat(db, round_) == []
    come(db, world, "late", "kenya", "viewer", "panelist")
    assert waiting.waiting_for_a_seat(db, round_) == [late.public_id]
    rooms.unseat(db, staff, round_, kenya)
    assert waiting.waiting_for_a_seat(db, round_) == [late.public_id], "a facilitator took the seat back"
    presence.left(db, [late.id])
    assert waiting.waiting_for_a_seat(db, round_) == []


def test_the_seat_is_the_best_one_and_stands_in_both_records(db: Db, world: World, staff: Actor) -> None:
    round_ = opened(db, world, staff)
    come(db, world, "late", "ngo")
    suggested = seating.late_joiners(db, round_)
    names = waiting.waiting_for_a_seat(db, round_)
    places = waiting.places_by_rule(db, round_, names)
    assert {name: number for name, (number, _full) in places.items()} == suggested
    assert waiting.seat_by_rule(db, round_, places) == 2
    assert {name: real_seats(db, round_)[name] for name in names} == suggested
    plan = seating.applied_plan(db, round_)
    assert plan is not None
    assert seating.final_seats(plan) == real_seats(db, round_)
    assert {(act.by, act.kind) for act in seating.acts_of(plan)} == {("server", "seated")}
    taken = select(AuditEntry.actor).where(AuditEntry.act == "seat.taken")
    assert set(db.scalars(taken)) == {"server"}
    assert waiting.seat_by_rule(db, round_, places) == 0, "once is enough"


def test_where_every_room_is_full_the_smallest_takes_them_and_the_record_says_why(
    db: Db, world: World, staff: Actor
) -> None:
    round_ = opened(db, world, staff, smallest=2, largest=2)
    come(db, world, "late")
    assert seating.late_joiners(db, round_) == {}
    name = world.members["late"].public_id
    places = waiting.places_by_rule(db, round_, [name])
    assert places == {name: (1, True)}
    waiting.seat_by_rule(db, round_, places)
    (seat,) = db.scalars(
        select(Seat).where(Seat.member_id == world.members["late"].id, Seat.left_at.is_(None))
    )
    assert seat.reason == "Every room was full, so this is the smallest one."
    (facts,) = db.scalars(select(AuditEntry.facts).where(AuditEntry.act == "seat.taken"))
    assert facts["reason"] == seat.reason


def test_a_room_that_is_recalled_or_closed_takes_nobody_in(db: Db, world: World, staff: Actor) -> None:
    round_ = opened(db, world, staff)
    come(db, world, "late")
    name = world.members["late"].public_id
    places = waiting.places_by_rule(db, round_, [name])
    for room in rooms.rooms_of(db, round_):
        room.state = "closing"
    db.flush()
    assert waiting.seat_by_rule(db, round_, places) == 0
    assert waiting.places_by_rule(db, round_, [name]) == {}
    rooms.set_late_rule(db, staff, round_, after=60)
    assert waiting.rounds_with_the_rule(db) == []


def test_the_rule_is_the_facilitators_to_set(db: Db, world: World, staff: Actor) -> None:
    round_ = opened(db, world, staff)
    assert waiting.rounds_with_the_rule(db) == []
    rooms.set_late_rule(db, staff, round_, after=60)
    assert waiting.rounds_with_the_rule(db) == [round_]
    rooms.set_late_rule(db, staff, round_, after=None)
    assert waiting.rounds_with_the_rule(db) == []
    with pytest.raises(Invalid):
        rooms.set_late_rule(db, staff, round_, after=5)
    with pytest.raises(NotAllowed):
        rooms.set_late_rule(db, world.actor(db, "kenya"), round_, after=60)


@given(st.lists(st.tuples(st.floats(0, 30), st.sets(st.sampled_from("abc"))), min_size=1))
def test_nobody_is_due_before_they_have_waited_without_a_break(looks: list[tuple[float, set[str]]]) -> None:
    patience, now = waiting.Patience(), 0.0
    since: dict[str, float] = {}
    for step, here in looks:
        now += step
        since = {name: since.get(name, now) for name in here}
        due = patience.due(1, here, after=60, now=now)
        assert due == sorted(name for name in here if now - since[name] >= 60)
    patience.forget_all_but(())
    assert patience.since == {}


@pytest.fixture(params=["sqlite", "postgresql"])
def sessions(request: pytest.FixtureRequest) -> Iterator[Sessions]:
    """A factory of sessions on each of the two databases."""
    fixture = "database_url" if request.param == "sqlite" else "postgresql_url"
    engine = engine_for(request.getfixturevalue(fixture))
    yield sessions_for(engine)
    engine.dispose()


def test_of_several_processes_one_gives_the_seat(sessions: Sessions) -> None:
    with unit_of_work(sessions) as db:
        world = cast.build(db)
        round_ = opened(db, world, world.actor(db, "facilitator"))
        come(db, world, "late", "ngo")
        places = waiting.places_by_rule(db, round_, waiting.waiting_for_a_seat(db, round_))
        round_id = round_.id

    def give(_process: int) -> int:
        with unit_of_work(sessions) as db:
            return waiting.seat_by_rule(db, db.get_one(Round, round_id), places)

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(give, range(4))) == [0, 0, 0, 2]
