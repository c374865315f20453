"""Adjusting by hand: move, exchange, lock, take back; logged, and never over somebody else's act."""

from collections.abc import Callable

import pytest

from consult.audit import service as audit
from consult.db import Db
from consult.errors import Conflict, Invalid, NotAllowed
from consult.permissions.actor import Actor
from consult.rooms import service as rooms
from consult.rooms.models import Round
from consult.seating import service as seating
from consult.seating.models import SeatingPlan
from tests.cast import World


@pytest.fixture
def second(db: Db, world: World) -> Round:
    """A round that nobody has been seated for."""
    return rooms.create_round(
        db, world.actor(db, "facilitator"), world.session, topic="Reintegration", minutes=30
    )


@pytest.fixture
def staff(db: Db, world: World) -> Actor:
    return world.actor(db, "facilitator")


@pytest.fixture
def plan(db: Db, second: Round, staff: Actor) -> SeatingPlan:
    return seating.propose(db, staff, second, room_count=2)


def facts_of(db: Db, world: World, act: str) -> list[dict[str, object]]:
    return [row["facts"] for row in audit.entries_of(db, world.consultation.public_id) if row["act"] == act]


def test_a_move_of_several_is_one_act_with_who_when_and_why(
    db: Db, world: World, second: Round, staff: Actor, plan: SeatingPlan
) -> None:
    people = [world.members[name] for name in ("kenya", "canada", "late")]
    before = dict(plan.assignment)
    seating.move_people(db, staff, second, people, number=2, reason="They asked for it")
    (act,) = seating.acts_of(plan)
    assert (act.kind, act.by, act.reason) == ("moved", staff.public_id, "They asked for it")
    assert {(e.member, e.before, e.after) for e in act.entries} == {
        (p.public_id, before[p.public_id], 2) for p in people if before[p.public_id] != 2
    }
    assert facts_of(db, world, "seating.adjusted") == [
        {"plan": plan.public_id, "kind": "moved", "people": len(act.entries), "room": 2, "reason": act.reason}
    ]


def test_a_move_to_where_somebody_sits_is_no_act(
    db: Db, world: World, second: Round, staff: Actor, plan: SeatingPlan
) -> None:
    kenya = world.members["kenya"]
    revision = seating.revision_of(db, second)
    seating.move_people(db, staff, second, [kenya], number=plan.assignment[kenya.public_id])
    assert seating.acts_of(plan) == []
    assert seating.revision_of(db, second) == revision


def test_two_people_change_places(
    db: Db, world: World, second: Round, staff: Actor, plan: SeatingPlan
) -> None:
    here, there = (
        next(m for m in world.members.values() if plan.assignment.get(m.public_id) == n) for n in (1, 2)
    )
    seating.exchange(db, staff, second, here, there, reason="For French")
    assert (plan.assignment[here.public_id], plan.assignment[there.public_id]) == (2, 1)
    (act,) = seating.acts_of(plan)
    assert (act.kind, len(act.entries), act.reason) == ("exchanged", 2, "For French")
    for one, other in ((here, here), (here, world.members["viewer"])):
        with pytest.raises(Invalid):
            seating.exchange(db, staff, second, one, other)


def test_taking_back_undoes_a_whole_act_and_the_log_keeps_both(
    db: Db, world: World, second: Round, staff: Actor, plan: SeatingPlan
) -> None:
    people = [world.members[name] for name in ("kenya", "canada", "late", "ngo")]
    first = [plan.assignment[p.public_id] for p in people]
    number = min((1, 2), key=first.count)
    seating.move_people(db, staff, second, people, number=number)
    seating.move_people(db, staff, second, people[:1], number=None)
    assert people[0].public_id not in plan.assignment
    assert seating.undo(db, world.actor(db, "cofacilitator"), second) == 1
    assert {plan.assignment[p.public_id] for p in people} == {number}
    assert seating.undo(db, staff, second) == len(people) - first.count(number)
    assert plan.assignment == plan.proposed
    assert [act.kind for act in seating.acts_of(plan)] == ["undone", "undone", "moved", "moved"]
    assert [act.undoes for act in seating.acts_of(plan)] == [1, 2, None, None]
    with pytest.raises(Conflict, match=r"seating.nothing_to_undo"):
        seating.undo(db, staff, second)


def test_locks_are_acts_that_can_be_taken_back(
    db: Db, world: World, second: Round, staff: Actor, plan: SeatingPlan
) -> None:
    kenya, canada = world.members["kenya"], world.members["canada"]
    seating.lock(db, staff, second, [kenya, canada], locked=True)
    seating.lock(db, staff, second, [kenya], locked=True)
    assert plan.locks == sorted([kenya.public_id, canada.public_id])
    seating.lock(db, staff, second, [canada], locked=False)
    assert plan.locks == [kenya.public_id]
    assert [act.kind for act in seating.acts_of(plan)] == ["unlocked", "locked"]
    seating.undo(db, staff, second)
    assert plan.locks == sorted([kenya.public_id, canada.public_id])
    seating.undo(db, staff, second)
    assert plan.locks == []
    assert plan.assignment == plan.proposed
    with pytest.raises(Invalid):
        seating.lock(db, staff, second, [world.members["viewer"]], locked=True)


def test_somebody_locked_in_a_room_that_would_not_be_there(
    db: Db, world: World, second: Round, staff: Actor, plan: SeatingPlan
) -> None:
    seating.move_people(db, staff, second, [world.members["kenya"]], number=2)
    seating.lock(db, staff, second, [world.members["kenya"]], locked=True)
    with pytest.raises(Invalid) as refused:
        seating.propose(db, staff, second, room_count=1, keep_locks=True)
    assert refused.value.fields == {"rooms": "seating.locked_rooms"}


def test_who_acts_on_what_is_no_longer_so_is_told_and_nothing_is_done(
    db: Db, world: World, second: Round, staff: Actor, plan: SeatingPlan
) -> None:
    kenya, canada = world.members["kenya"], world.members["canada"]
    seen = seating.revision_of(db, second)
    to = 3 - plan.assignment[kenya.public_id]
    seating.move_people(db, staff, second, [kenya], number=to, revision=seen)
    assert seating.revision_of(db, second) != seen
    stands, log = dict(plan.assignment), list(plan.moves)
    acts: list[Callable[[], object]] = [
        lambda: seating.move_people(db, staff, second, [canada], number=None, revision=seen),
        lambda: seating.exchange(db, staff, second, kenya, canada, revision=seen),
        lambda: seating.lock(db, staff, second, [canada], locked=True, revision=seen),
        lambda: seating.undo(db, staff, second, revision=seen),
        lambda: seating.rerun(db, staff, second, revision=seen),
        lambda: seating.propose(db, staff, second, room_count=2, revision=seen),
        lambda: seating.choose(db, staff, second, plan, revision=seen),
        lambda: seating.apply(db, staff, second, plan, revision=seen),
    ]
    for act in acts:
        with pytest.raises(Conflict, match=r"seating.changed_meanwhile"):
            act()
    assert (plan.assignment, plan.moves, plan.locks, plan.applied_at) == (stands, log, [], None)
    assert seating.plans_of(db, second) == [plan]


def test_a_new_proposal_is_a_change_that_the_other_page_is_told_of(
    db: Db, world: World, second: Round, staff: Actor, plan: SeatingPlan
) -> None:
    seen = seating.revision_of(db, second)
    seating.propose(db, staff, second, room_count=2)
    with pytest.raises(Conflict, match=r"seating.changed_meanwhile"):
        seating.move_people(db, staff, second, [world.members["kenya"]], number=1, revision=seen)


def test_moves_in_the_rooms_stand_in_the_log_of_the_plan(
    db: Db, world: World, second: Round, staff: Actor, plan: SeatingPlan
) -> None:
    seating.apply(db, staff, second, plan)
    as_applied = dict(plan.assignment)
    kenya, canada, late = (world.members[name] for name in ("kenya", "canada", "late"))
    to = 3 - as_applied[kenya.public_id]
    seating.move_people(db, staff, second, [kenya], number=to, reason="Needed there")
    seating.move_people(db, staff, second, [late], number=None)
    assert plan.assignment == as_applied, "what was applied stays as it was"
    assert [(act.kind, act.in_rooms, act.reason) for act in seating.acts_of(plan)] == [
        ("moved", True, ""),
        ("moved", True, "Needed there"),
    ]
    assert seating.final_seats(plan) == seating.seats_now(db, second)[0]
    assert seating.final_seats(plan)[kenya.public_id] == to
    assert seating.next_undo(plan) is None
    for act in (
        lambda: seating.undo(db, staff, second),
        lambda: seating.lock(db, staff, second, [canada], locked=True),
        lambda: seating.rerun(db, staff, second),
    ):
        with pytest.raises(Conflict, match=r"seating.no_plan"):
            act()


def test_an_exchange_in_the_rooms_moves_both_seats(
    db: Db, world: World, second: Round, staff: Actor, plan: SeatingPlan
) -> None:
    seating.apply(db, staff, second, plan)
    rooms.open_rooms(db, staff, second)
    here, there = (
        next(m for m in world.members.values() if plan.assignment.get(m.public_id) == n) for n in (1, 2)
    )
    seating.exchange(db, staff, second, here, there)
    seats = seating.seats_now(db, second)[0]
    assert (seats[here.public_id], seats[there.public_id]) == (2, 1)
    assert seating.final_seats(plan) == seats


def test_late_joiners_are_one_act(
    db: Db, world: World, second: Round, staff: Actor, plan: SeatingPlan
) -> None:
    people = [world.members[name] for name in ("kenya", "canada")]
    seating.move_people(db, staff, second, people, number=None)
    assert seating.seat_late_joiners(db, staff, second) == 2
    assert [act.kind for act in seating.acts_of(plan)] == ["seated", "moved"]
    assert seating.undo(db, staff, second) == 2
    assert {p.public_id for p in people}.isdisjoint(plan.assignment)


@pytest.mark.parametrize("name", ["kenya", "panelist", "viewer"])
def test_only_staff_adjusts(
    db: Db, world: World, second: Round, staff: Actor, plan: SeatingPlan, name: str
) -> None:
    actor = world.actor(db, name)
    kenya, canada = world.members["kenya"], world.members["canada"]
    acts: list[Callable[[], object]] = [
        lambda: seating.exchange(db, actor, second, kenya, canada),
        lambda: seating.lock(db, actor, second, [kenya], locked=True),
        lambda: seating.undo(db, actor, second),
        lambda: seating.rerun(db, actor, second),
        lambda: seating.choose(db, actor, second, plan),
        lambda: seating.compare(db, actor, plan, plan),
        lambda: seating.plan_json(db, actor, plan),
        lambda: seating.plan_csv(db, actor, plan),
    ]
    for act in acts:
        with pytest.raises(NotAllowed):
            act()
