"""Seating a round: propose, adjust, apply, late joiners."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from consult import clock
from consult.db import Db
from consult.errors import Conflict, Invalid, NotAllowed
from consult.people.models import Member
from consult.rooms import presence
from consult.rooms import service as rooms
from consult.rooms.models import Round, Seat
from consult.seating import service as seating
from consult.seating.proposals import late, running
from consult.seating.proposals.constraints import SEATABLE, Constraints
from tests.cast import World


@pytest.fixture
def second(db: Db, world: World) -> Round:
    """A round that nobody has been seated for."""
    staff = world.actor(db, "facilitator")
    return rooms.create_round(db, staff, world.session, topic="Reintegration", minutes=30)


def names(world: World, *people: str) -> set[str]:
    return {world.members[name].public_id for name in people}


SEATED = ("kenya", "canada", "philippines", "late", "observer", "ngo")


@pytest.mark.complaint(25)
def test_a_proposal_seats_delegates_and_observers_and_never_viewers(
    db: Db, world: World, second: Round
) -> None:
    plan = seating.propose(db, world.actor(db, "facilitator"), second, room_count=2)
    assert set(plan.assignment) == names(world, *SEATED)
    assert set(plan.assignment.values()) == {1, 2}
    assert 1000 <= plan.seed <= 9999
    assert len(plan.input_hash) == 64


@pytest.mark.complaint(14)
def test_facilitators_and_panelists_are_seated_when_asked_for(db: Db, world: World, second: Round) -> None:
    plan = seating.propose(
        db,
        world.actor(db, "facilitator"),
        second,
        room_count=2,
        constraints=Constraints(roles=tuple(SEATABLE)),
    )
    assert set(plan.assignment) == names(world, *SEATED, "facilitator", "cofacilitator", "panelist")
    duties = seating.duties_of(db, second, plan)
    assert {name for name, duty in duties.items() if duty == "moderator"} == names(
        world, "facilitator", "cofacilitator"
    )


def test_the_same_seed_gives_the_same_seating(db: Db, world: World, second: Round) -> None:
    staff = world.actor(db, "facilitator")
    one = seating.propose(db, staff, second, room_count=2, seed=4821)
    two = seating.propose(db, staff, second, room_count=2, seed=4821)
    assert (one.assignment, one.input_hash) == (two.assignment, two.input_hash)


def test_only_those_who_are_here_can_be_seated_first(db: Db, world: World, second: Round) -> None:
    here = {
        world.members[name].id: presence.Whereabouts(world.consultation.id) for name in ("kenya", "canada")
    }
    presence.seen(db, here)
    plan = seating.propose(
        db, world.actor(db, "facilitator"), second, room_count=2, constraints=Constraints(only_present=True)
    )
    assert set(plan.assignment) == names(world, "kenya", "canada")


@pytest.mark.parametrize("count", [0, 7, 61])
def test_more_rooms_than_people_are_refused(db: Db, world: World, second: Round, count: int) -> None:
    with pytest.raises(Invalid):
        seating.propose(db, world.actor(db, "facilitator"), second, room_count=count)


def test_a_seating_is_not_proposed_for_rooms_that_are_open(db: Db, world: World) -> None:
    with pytest.raises(Conflict, match=r"seating.rooms_open"):
        seating.propose(db, world.actor(db, "facilitator"), world.round, room_count=2)


def test_nobody_to_seat(db: Db, world: World, second: Round) -> None:
    with pytest.raises(Invalid, match=r"seating.nobody"):
        seating.propose(
            db, world.actor(db, "facilitator"), second, room_count=2, constraints=Constraints(roles=())
        )


def test_moves_by_hand_are_kept_beside_what_was_proposed(db: Db, world: World, second: Round) -> None:
    staff = world.actor(db, "facilitator")
    plan = seating.propose(db, staff, second, room_count=2)
    kenya = world.members["kenya"]
    was = plan.assignment[kenya.public_id]
    seating.move_people(db, staff, second, [kenya], number=3 - was)
    assert plan.assignment[kenya.public_id] == 3 - was
    assert plan.proposed[kenya.public_id] == was
    assert [(move["from"], move["to"], move["by"]) for move in plan.moves] == [
        (was, 3 - was, staff.public_id)
    ]


def test_a_room_that_is_not_there_is_refused(db: Db, world: World, second: Round) -> None:
    staff = world.actor(db, "facilitator")
    with pytest.raises(Conflict, match=r"seating.no_plan"):
        seating.move_people(db, staff, second, [world.members["kenya"]], number=1)
    seating.propose(db, staff, second, room_count=2)
    with pytest.raises(Invalid):
        seating.move_people(db, staff, second, [world.members["kenya"]], number=3)


def test_applying_makes_staged_rooms_with_seats_and_duties(db: Db, world: World, second: Round) -> None:
    staff = world.actor(db, "facilitator")
    world.members["canada"].duties = ["rapporteur"]
    plan = seating.propose(db, staff, second, room_count=2)
    made = seating.apply(db, staff, second, plan)
    assert [(room.number, room.state, room.topic) for room in made] == [
        (n, "staged", "Reintegration") for n in (1, 2)
    ]
    assert seating.seats_now(db, second) == (plan.assignment, [1, 2])
    canada = db.scalars(
        select(Seat).where(Seat.round_id == second.id, Seat.member_id == world.members["canada"].id)
    ).one()
    assert canada.duty == "rapporteur"
    with pytest.raises(Conflict, match=r"seating.no_plan"):
        seating.apply(db, staff, second, plan)


def test_an_older_proposal_is_not_applied_by_mistake(db: Db, world: World, second: Round) -> None:
    staff = world.actor(db, "facilitator")
    old = seating.propose(db, staff, second, room_count=2)
    seating.propose(db, staff, second, room_count=3)
    with pytest.raises(Conflict, match=r"seating.no_plan"):
        seating.apply(db, staff, second, old)


def test_a_seating_can_be_applied_again_until_the_rooms_open(db: Db, world: World, second: Round) -> None:
    staff = world.actor(db, "facilitator")
    seating.apply(db, staff, second, seating.propose(db, staff, second, room_count=3))
    seating.apply(db, staff, second, seating.propose(db, staff, second, room_count=2))
    assert seating.seats_now(db, second)[1] == [1, 2]
    rooms.open_rooms(db, staff, second)
    with pytest.raises(Conflict, match=r"seating.rooms_open"):
        seating.propose(db, staff, second, room_count=2)


def test_somebody_who_left_meanwhile_gets_no_seat(db: Db, world: World, second: Round) -> None:
    staff = world.actor(db, "facilitator")
    plan = seating.propose(db, staff, second, room_count=2)
    world.members["kenya"].withdrawn_at = clock.now()
    db.flush()
    seating.apply(db, staff, second, plan)
    assert world.members["kenya"].public_id not in seating.seats_now(db, second)[0]


def test_late_joiners_are_seated_without_moving_anybody(db: Db, world: World) -> None:
    before, _rooms = seating.seats_now(db, world.round)
    late = world.members["late"].public_id
    assert set(seating.late_joiners(db, world.round)) == {late}
    assert seating.seat_late_joiners(db, world.actor(db, "facilitator"), world.round) == 1
    after, _rooms = seating.seats_now(db, world.round)
    assert {name: room for name, room in after.items() if name != late} == before
    assert after[late] == 2, "room 2 has two people, room 1 has three"


def test_late_joiners_join_the_proposal_before_it_is_applied(db: Db, world: World, second: Round) -> None:
    staff = world.actor(db, "facilitator")
    here = {
        world.members[name].id: presence.Whereabouts(world.consultation.id) for name in ("kenya", "canada")
    }
    presence.seen(db, here)
    plan = seating.propose(db, staff, second, room_count=2, constraints=Constraints(only_present=True))
    assert seating.seat_late_joiners(db, staff, second) == 4
    assert set(plan.assignment) == names(world, *SEATED)
    assert seating.late_joiners(db, second) == {}


@pytest.mark.parametrize("most", [None, 3])
def test_a_crowd_of_late_joiners_is_seated_at_once_and_nobody_else_is_moved(
    db: Db, world: World, second: Round, monkeypatch: pytest.MonkeyPatch, most: int | None
) -> None:
    staff = world.actor(db, "facilitator")
    here = {
        world.members[name].id: presence.Whereabouts(world.consultation.id) for name in ("kenya", "canada")
    }
    presence.seen(db, here)
    asked = Constraints(only_present=True, largest=most)
    plan = seating.propose(db, staff, second, room_count=2, constraints=asked)
    before = dict(plan.assignment)
    monkeypatch.setattr(late, "ONE_BY_ONE", 0)
    assert seating.seat_late_joiners(db, staff, second) == 4
    assert set(plan.assignment) == names(world, *SEATED)
    assert {name: room for name, room in plan.assignment.items() if name in before} == before
    assert sorted(plan.assignment.values()) == [1, 1, 1, 2, 2, 2]


def test_who_finds_every_room_full_is_left_waiting(db: Db, world: World, second: Round) -> None:
    staff = world.actor(db, "facilitator")
    here = {
        world.members[name].id: presence.Whereabouts(world.consultation.id) for name in ("kenya", "canada")
    }
    presence.seen(db, here)
    asked = Constraints(only_present=True, largest=2)
    plan = seating.propose(db, staff, second, room_count=2, constraints=asked)
    assert seating.seat_late_joiners(db, staff, second) == 2
    assert sorted(plan.assignment.values()) == [1, 1, 2, 2]
    assert seating.seat_late_joiners(db, staff, second) == 0


@pytest.mark.parametrize("name", ["kenya", "panelist", "observer", "viewer"])
def test_only_staff_seats_people(db: Db, world: World, second: Round, name: str) -> None:
    plan = seating.propose(db, world.actor(db, "facilitator"), second, room_count=2)
    actor = world.actor(db, name)
    member = db.get_one(Member, world.members["kenya"].id)
    for act in (
        lambda: seating.propose(db, actor, second, room_count=2),
        lambda: seating.move_people(db, actor, second, [member], number=1),
        lambda: seating.seat_late_joiners(db, actor, second),
        lambda: seating.apply(db, actor, second, plan),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_a_large_allocation_runs_off_the_hub(
    db: Db, world: World, second: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[object] = []

    def runner(work: Callable[[], object]) -> object:
        ran.append(work)
        return work()

    monkeypatch.setattr(running, "_run", runner)
    seating.propose(db, world.actor(db, "facilitator"), second, room_count=2)
    assert ran == []
    monkeypatch.setattr(running, "SMALL", 3)
    seating.propose(db, world.actor(db, "facilitator"), second, room_count=2)
    assert len(ran) == 1
