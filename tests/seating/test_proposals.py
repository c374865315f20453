"""What a proposal is made of and asked for; which of several is the current one."""

from collections import Counter
from datetime import timedelta
from itertools import combinations

import pytest
from sqlalchemy import select

from consult import clock
from consult.db import Db
from consult.errors import Conflict, Invalid, NotFound
from consult.people.models import Member
from consult.permissions.actor import Actor
from consult.proceedings import service as proceedings
from consult.rooms import service as rooms
from consult.rooms.models import Round, Seat
from consult.seating import service as seating
from consult.seating.casefile.reading import case_of
from consult.seating.models import SeatingPlan
from consult.seating.proposals.gathering import meetings_before
from consult.seating.report.naming import conflicts_said
from consult.seating.service import Constraints, Mix
from tests.cast import World


@pytest.fixture
def staff(db: Db, world: World) -> Actor:
    return world.actor(db, "facilitator")


@pytest.fixture
def second(db: Db, world: World, staff: Actor) -> Round:
    """A round that nobody has been seated for; the first one is open, with five people in two rooms."""
    return rooms.create_round(db, staff, world.session, topic="Reintegration", minutes=30)


@pytest.fixture
def plan(db: Db, second: Round, staff: Actor) -> SeatingPlan:
    return seating.propose(db, staff, second, room_count=2)


def ids(world: World, *names: str) -> list[str]:
    return [world.members[name].public_id for name in names]


def test_the_case_holds_what_was_asked_for_and_nobody_who_left(
    db: Db, world: World, second: Round, staff: Actor
) -> None:
    kenya, canada, ngo, late = ids(world, "kenya", "canada", "ngo", "late")
    world.members["late"].withdrawn_at = clock.now()
    db.flush()
    asked = Constraints(
        smallest=2,
        largest=4,
        languages={2: ("fr", "es")},
        balance=("region",),
        nobody_isolated=True,
        pins={kenya: 2, late: 1},
        together=((kenya, canada), (ngo, late)),
        apart=((kenya, ngo, late), ("nobody", late)),
    )
    plan = seating.propose(db, staff, second, room_count=2, constraints=asked)
    case = case_of(plan.case)
    assert [(room.minimum, room.capacity, room.languages) for room in case.rooms] == [
        (2, 4, ()),
        (2, 4, ("fr", "es")),
    ]
    assert (case.balance, case.nobody_isolated, case.rounds) == (("region",), True, 1)
    assert [(pin.person, pin.room) for pin in case.wishes.pins] == [(kenya, "002")]
    assert (case.wishes.together, case.wishes.apart) == (((kenya, canada),), ((kenya, ngo),))
    assert late not in {person.id for person in case.people}
    assert Constraints.from_json(plan.constraints) == asked, "kept as it was asked for"


def test_what_was_asked_for_is_kept_by_the_seating(db: Db, world: World, second: Round, staff: Actor) -> None:
    kenya, canada, ngo = ids(world, "kenya", "canada", "ngo")
    asked = Constraints(pins={kenya: 2}, together=((kenya, canada),), apart=((kenya, ngo),))
    for seed in range(3):
        plan = seating.propose(db, staff, second, room_count=2, constraints=asked, seed=seed)
        assert (plan.assignment[kenya], plan.assignment[canada], plan.assignment[ngo]) == (2, 2, 1)
        assert (plan.conflicts, plan.dropped) == ([], [])


@pytest.mark.parametrize(
    ("asked", "fields"),
    [
        (Constraints(smallest=3, largest=2), {"largest": "seating.size"}),
        (Constraints(mix=Mix.TOPICS), {"topics": "seating.topics"}),
        (Constraints(languages={3: ("fr",)}), {"languages": "field.choice"}),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(
    db: Db, second: Round, staff: Actor, asked: Constraints, fields: dict[str, str]
) -> None:
    with pytest.raises(Invalid) as refused:
        seating.propose(db, staff, second, room_count=2, constraints=asked)
    assert refused.value.fields == fields


def test_a_pin_in_a_room_that_is_not_there_is_refused_unless_the_person_left(
    db: Db, world: World, second: Round, staff: Actor
) -> None:
    asked = Constraints(pins={world.members["kenya"].public_id: 3})
    with pytest.raises(Invalid) as refused:
        seating.propose(db, staff, second, room_count=2, constraints=asked)
    assert refused.value.fields == {"pins": "seating.no_such_room"}
    world.members["kenya"].withdrawn_at = clock.now()
    db.flush()
    assert seating.propose(db, staff, second, room_count=2, constraints=asked).assignment


def test_contradictions_are_kept_with_the_plan(db: Db, world: World, second: Round, staff: Actor) -> None:
    kenya, canada = ids(world, "kenya", "canada")
    asked = Constraints(together=((kenya, canada),), apart=((kenya, canada),))
    plan = seating.propose(db, staff, second, room_count=2, constraints=asked)
    assert plan.status == "adjusted"
    (conflict,) = plan.conflicts
    assert {wish["kind"] for wish in conflict["wishes"]} == {"together", "apart"}
    assert conflict["message"]
    assert len(plan.dropped) == 1
    assert set(plan.assignment) >= {kenya, canada}
    people = {kenya: "Kenya", canada: "Canada"}
    (said,) = conflicts_said(plan.case, plan.conflicts, people=people, rooms={})
    assert "Kenya" in str(said)
    assert "Canada" in str(said)
    (unread,) = conflicts_said(None, plan.conflicts, people=people, rooms={})
    assert "Kenya" in str(unread)


def test_a_contradiction_names_its_room(db: Db, world: World, second: Round, staff: Actor) -> None:
    kenya, canada = ids(world, "kenya", "canada")
    asked = Constraints(pins={kenya: 2, canada: 2}, apart=((kenya, canada),))
    plan = seating.propose(db, staff, second, room_count=2, constraints=asked)
    (conflict,) = plan.conflicts
    assert {wish["room"] for wish in conflict["wishes"]} == {2, None}
    (said,) = conflicts_said(plan.case, plan.conflicts, people={}, rooms={"002": "Room 2"})
    assert "Room 2" in str(said)


def test_too_few_seats_are_said_and_everybody_is_seated_all_the_same(
    db: Db, world: World, second: Round, staff: Actor
) -> None:
    plan = seating.propose(db, staff, second, room_count=2, constraints=Constraints(largest=2))
    assert plan.status == "infeasible"
    assert plan.conflicts
    assert len(plan.assignment) == 6


def test_run_again_with_the_same_seed_gives_the_same_proposal(
    db: Db, world: World, second: Round, staff: Actor, plan: SeatingPlan
) -> None:
    again = seating.rerun(db, staff, second, seed=plan.seed)
    assert again.id != plan.id
    assert (again.proposed, again.input_hash, again.constraints) == (
        plan.proposed,
        plan.input_hash,
        plan.constraints,
    )


# earlier rounds


def test_a_fresh_seating_knows_of_no_meetings(plan: SeatingPlan) -> None:
    assert plan.case["past_meetings"] == []
    assert plan.case["seated"] == []


@pytest.mark.complaint(18)
def test_mixing_again_counts_who_has_met(db: Db, world: World, second: Round, staff: Actor) -> None:
    plan = seating.propose(db, staff, second, room_count=2, constraints=Constraints(mix=Mix.AGAIN))
    met = [
        *combinations(ids(world, "kenya", "canada", "ngo"), 2),
        tuple(ids(world, "philippines", "observer")),
    ]
    assert plan.case["past_meetings"] == sorted(sorted(pair) for pair in met)
    together = Counter(plan.assignment[a] == plan.assignment[b] for a, b in met)
    assert together[True] == 1, "three of one room cannot all be kept apart in two rooms"


def test_people_who_left_their_seat_have_met_those_they_sat_with(
    db: Db, world: World, second: Round, staff: Actor
) -> None:
    people = ids(world, "kenya", "canada", "ngo", "philippines", "observer")
    opened = world.rooms[0].opened_at
    assert opened is not None
    clock.set_source(lambda: opened + timedelta(minutes=5))
    rooms.move_member(db, staff, world.rooms[1], world.members["ngo"])
    clock.set_source(lambda: opened + timedelta(minutes=6))
    rooms.unseat(db, staff, world.round, world.members["philippines"])
    kenya, canada, ngo, philippines, observer = people
    met = [
        (kenya, canada),
        (kenya, ngo),
        (canada, ngo),
        (philippines, observer),
        (ngo, philippines),
        (ngo, observer),
    ]
    assert meetings_before(db, second, people) == sorted((min(pair), max(pair)) for pair in met)
    assert meetings_before(db, world.round, people) == []


def test_who_was_moved_before_the_rooms_opened_has_met_nobody_there(
    db: Db, world: World, second: Round, staff: Actor
) -> None:
    plan = seating.propose(db, staff, second, room_count=2)
    seating.apply(db, staff, second, plan)
    kenya = world.members["kenya"]
    begun = clock.now()
    clock.set_source(lambda: begun + timedelta(minutes=1))
    seating.move_people(db, staff, second, [kenya], number=3 - plan.assignment[kenya.public_id])
    clock.set_source(lambda: begun + timedelta(minutes=2))
    rooms.open_rooms(db, staff, second)
    third = rooms.create_round(db, staff, world.session, topic="Three", minutes=30)
    seats = seating.seats_now(db, second)[0]
    of_second = {tuple(sorted(p)) for p in combinations(seats, 2) if seats[p[0]] == seats[p[1]]}
    of_first = set(meetings_before(db, second, list(seats)))
    assert Counter(meetings_before(db, third, list(seats))) == Counter(of_second) + Counter(of_first)


@pytest.mark.complaint(18, 19)
def test_the_same_rooms_move_nobody_and_seat_newcomers(
    db: Db, world: World, second: Round, staff: Actor
) -> None:
    proceedings.recall(db, staff, world.round, immediately=True, seconds=0)
    before = {m.public_id: seat.room.number for seat, m in _seats(db, world)}
    asked = Constraints(mix=Mix.SAME)
    plan = seating.propose(db, staff, second, room_count=2, constraints=asked)
    assert {p: n for p, n in plan.assignment.items() if p in before} == before
    late = world.members["late"].public_id
    assert set(plan.assignment) == {*before, late}
    assert plan.assignment[late] == 2, "room 2 has two people, room 1 has three"


def test_the_same_rooms_need_rooms_that_were_there(db: Db, world: World, second: Round, staff: Actor) -> None:
    asked = Constraints(mix=Mix.SAME)
    with pytest.raises(Invalid) as refused:
        seating.propose(db, staff, second, room_count=1, constraints=asked)
    assert refused.value.fields == {"rooms": "seating.same_rooms"}
    for seat, _member in _seats(db, world):
        db.delete(seat)
    db.flush()
    with pytest.raises(Invalid) as refused:
        seating.propose(db, staff, second, room_count=2, constraints=asked)
    assert refused.value.fields == {"mix": "seating.no_round_before"}


def _seats(db: Db, world: World) -> list[tuple[Seat, Member]]:
    query = select(Seat).where(Seat.round_id == world.round.id, Seat.left_at.is_(None))
    return [(seat, seat.member) for seat in db.scalars(query)]


# several proposals


@pytest.mark.complaint(17)
def test_an_older_proposal_is_chosen_adjusted_and_applied(
    db: Db, world: World, second: Round, staff: Actor, plan: SeatingPlan
) -> None:
    newer = seating.propose(db, staff, second, room_count=3)
    assert seating.plans_of(db, second) == [newer, plan]
    assert seating.open_plan(db, second) is newer
    assert seating.choose(db, staff, second, plan) is plan
    assert seating.open_plan(db, second) is plan
    assert seating.seats_now(db, second)[1] == [1, 2]
    seating.move_people(db, staff, second, [world.members["kenya"]], number=None)
    assert world.members["kenya"].public_id in newer.assignment
    with pytest.raises(Conflict, match=r"seating.no_plan"):
        seating.apply(db, staff, second, newer)
    assert len(seating.apply(db, staff, second, plan)) == 2


def test_going_back_to_what_the_rooms_hold_leaves_the_rooms_alone(
    db: Db, world: World, second: Round, staff: Actor, plan: SeatingPlan
) -> None:
    seating.apply(db, staff, second, plan)
    seating.move_people(db, staff, second, [world.members["kenya"]], number=None)
    seats = seating.seats_now(db, second)
    seating.propose(db, staff, second, room_count=3)
    assert seating.choose(db, staff, second, plan) is plan
    assert seating.open_plan(db, second) is None
    assert seating.seats_now(db, second) == seats
    assert seating.current_plan(db, second) is plan


def test_what_was_applied_before_comes_back_as_a_copy(
    db: Db, world: World, second: Round, staff: Actor, plan: SeatingPlan
) -> None:
    kenya = world.members["kenya"]
    seating.move_people(db, staff, second, [kenya], number=3 - plan.assignment[kenya.public_id])
    seating.apply(db, staff, second, plan)
    seating.move_people(db, staff, second, [kenya], number=None)
    seating.apply(db, staff, second, seating.propose(db, staff, second, room_count=3))
    copy = seating.choose(db, staff, second, plan)
    assert copy.id != plan.id
    assert plan.applied_at is not None
    assert copy.applied_at is None
    assert (copy.assignment, copy.proposed, copy.seed) == (plan.assignment, plan.proposed, plan.seed)
    assert [act.in_rooms for act in seating.acts_of(copy)] == [False]
    seating.apply(db, staff, second, copy)
    assert seating.seats_now(db, second)[0] == plan.assignment


def test_nothing_is_chosen_once_the_rooms_are_open(
    db: Db, world: World, second: Round, staff: Actor, plan: SeatingPlan
) -> None:
    seating.apply(db, staff, second, seating.propose(db, staff, second, room_count=2))
    rooms.open_rooms(db, staff, second)
    with pytest.raises(Conflict, match=r"seating.rooms_open"):
        seating.choose(db, staff, second, plan)


def test_a_proposal_is_found_in_its_own_round_only(
    db: Db, world: World, second: Round, plan: SeatingPlan
) -> None:
    assert seating.plan_for(db, second, plan.public_id) is plan
    with pytest.raises(NotFound):
        seating.plan_for(db, world.round, plan.public_id)


def test_run_again_keeps_locked_people_where_they_sit(
    db: Db, world: World, second: Round, staff: Actor, plan: SeatingPlan
) -> None:
    locked = [world.members[name] for name in ("kenya", "ngo")]
    seating.move_people(db, staff, second, locked, number=2)
    seating.lock(db, staff, second, locked, locked=True)
    for seed in range(3):
        again = seating.rerun(db, staff, second, seed=seed)
        assert {again.assignment[member.public_id] for member in locked} == {2}
        assert sorted(again.locks) == sorted(member.public_id for member in locked)
        assert set(again.assignment) == set(plan.assignment)
    free = seating.propose(db, staff, second, room_count=2)
    assert free.locks == []
