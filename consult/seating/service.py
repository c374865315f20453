"""Seating a round: propose, run again, choose among proposals, apply; and, from the other modules, all the rest.

A proposal is kept with its seed, its whole input and the hash of both, so that anybody can run it again.
"""

import secrets
from collections.abc import Mapping, Sequence

from consult import clock
from consult.announce import audiences, outbox
from consult.announce.events import MemberChanged
from consult.db import Db
from consult.errors import Conflict, Invalid
from consult.people.models import Member
from consult.permissions.actor import Actor
from consult.permissions.check import require
from consult.permissions.names import Permission
from consult.rooms import service as rooms_service
from consult.rooms.models import Room, RoomState, Round
from consult.rooms.presence import present_members
from consult.seating.case import Case, Person
from consult.seating.models import SeatingPlan
from consult.seating.proposals import running
from consult.seating.proposals.acts import Act, ActKind, Entry
from consult.seating.proposals.adjusting import (
    acts_of,
    exchange,
    lock,
    move_people,
    move_seats,
    next_undo,
    tell,
    undo,
)
from consult.seating.proposals.constraints import ALWAYS, SEATABLE, Constraints, Mix, problems
from consult.seating.proposals.duties import proposed_duties
from consult.seating.proposals.gathering import (
    as_person,
    case_for,
    case_now,
    locked_seats,
    members_to_seat,
    room_key,
    room_specs,
    seats_before,
)
from consult.seating.proposals.keeping import copy_of, plan_of
from consult.seating.proposals.late import late_joiners, seat_late_joiners
from consult.seating.proposals.offers import VoluntaryMove, accept_offer, price_of, voluntary_moves
from consult.seating.proposals.plan_record import compare, plan_csv, plan_json
from consult.seating.proposals.plans import (
    applied_plan,
    current_plan,
    final_seats,
    held_open_plan,
    hold,
    open_plan,
    plan_for,
    plans_of,
    revision_of,
    seats_now,
)
from consult.seating.proposals.running import Rerun, rerun_matches, searched, use_runner
from consult.seating.proposals.topic_wishes import (
    my_topic_wishes,
    set_topic_wishes,
    topic_wishes_of,
    topics_on_offer,
)

__all__ = [
    "ALWAYS",
    "SEATABLE",
    "Act",
    "ActKind",
    "Constraints",
    "Entry",
    "Mix",
    "Rerun",
    "VoluntaryMove",
    "accept_offer",
    "acts_of",
    "apply",
    "as_person",
    "asked_before",
    "case_asked",
    "case_now",
    "choose",
    "compare",
    "current_plan",
    "drawn_seed",
    "duties_of",
    "exchange",
    "final_seats",
    "hold",
    "late_joiners",
    "lock",
    "members_to_seat",
    "move_people",
    "move_seats",
    "my_topic_wishes",
    "next_undo",
    "open_plan",
    "plan_csv",
    "plan_for",
    "plan_json",
    "plans_of",
    "price_of",
    "propose",
    "rerun",
    "rerun_matches",
    "revision_of",
    "room_key",
    "room_specs",
    "searched",
    "seat_late_joiners",
    "seats_now",
    "set_topic_wishes",
    "topic_wishes_of",
    "topics_on_offer",
    "undo",
    "use_runner",
    "voluntary_moves",
]


def propose(
    db: Db,
    actor: Actor,
    round_: Round,
    *,
    room_count: int,
    constraints: Constraints | None = None,
    keep_locks: bool = False,
    seed: int | None = None,
    revision: int | None = None,
) -> SeatingPlan:
    """Propose who sits where, so that every room has its fair share of every regional group.

    Wishes that contradict each other are not refused: as few as possible are given up, and the plan names them. A search can
    take seconds: `case_asked` and `searched`, called before anything is written, do it while nobody waits.

    Args:
        constraints: what the seating is to keep; None for a fresh one of delegates and observers.
        keep_locks: people who are locked in the current proposal stay where they sit.
        seed: run an earlier proposal again; None draws a new one.
        revision: what the page saw (`plans.revision_of`); None when it does not mind.

    Raises:
        Conflict: `seating.rooms_open`, `seating.changed_meanwhile`.
        Invalid: `seating.nobody`; `seating.invalid` with what is wrong with the constraints, by field.
    """
    asked = constraints or Constraints()
    if revision not in (None, revision_of(db, round_)):
        raise Conflict("seating.changed_meanwhile")
    case = case_asked(db, actor, round_, room_count=room_count, constraints=asked, keep_locks=keep_locks)
    seed = drawn_seed() if seed is None else seed
    found = running.searched(case, seed=seed)
    number = hold(db, round_, revision=revision)
    _check_staged(db, round_)
    made = plan_of(case, found, asked)
    made.round_id, made.created_by_id, made.created_at = round_.id, actor.member_id, clock.now()
    locks = _locks(db, round_, keep_locks)
    made.locks = sorted({person.id for person in case.people}.intersection(locks))
    made.revision = number
    db.add(made)
    db.flush()
    facts = {
        "plan": made.public_id,
        "seed": seed,
        "rooms": room_count,
        "people": len(case.people),
        "input": made.input_hash,
        "status": made.status,
    }
    tell(db, actor, round_, "seating.proposed", facts)
    return made


def case_asked(
    db: Db,
    actor: Actor,
    round_: Round,
    *,
    room_count: int,
    constraints: Constraints | None = None,
    keep_locks: bool = False,
) -> Case:
    """What a proposal asked for like this would be searched from. Changes nothing.

    Raises:
        Conflict, Invalid: as `propose`.
    """
    require(actor, Permission.SEATING_PROPOSE, round_)
    asked = constraints or Constraints()
    _check_staged(db, round_)
    members = _members(db, round_, asked)
    if not members:
        raise Invalid("seating.nobody")
    locks = _locks(db, round_, keep_locks)
    _check(db, round_, asked.among([m.public_id for m in members]), room_count, members, locks)
    return case_for(db, round_, members, asked, numbers=range(1, room_count + 1), locks=locks)


def drawn_seed() -> int:
    """A new seed: four digits, so that it can be read out."""
    return secrets.randbelow(9000) + 1000


def rerun(
    db: Db, actor: Actor, round_: Round, *, seed: int | None = None, revision: int | None = None
) -> SeatingPlan:
    """Propose again what the open proposal was asked for, with another seed; locked people stay where they sit.

    Raises:
        Conflict: `seating.no_plan`, and as `propose`.
    """
    require(actor, Permission.SEATING_PROPOSE, round_)
    count, asked = asked_before(db, round_)
    return propose(
        db,
        actor,
        round_,
        room_count=count,
        constraints=asked,
        keep_locks=True,
        seed=seed,
        revision=revision,
    )


def asked_before(db: Db, round_: Round) -> tuple[int, Constraints]:
    """How many rooms the open proposal was asked for, and what else.

    Raises:
        Conflict: `seating.no_plan`.
    """
    plan = open_plan(db, round_)
    if plan is None:
        raise Conflict("seating.no_plan")
    return plan.room_count, Constraints.from_json(plan.constraints)


def choose(
    db: Db, actor: Actor, round_: Round, plan: SeatingPlan, *, revision: int | None = None
) -> SeatingPlan:
    """Make an older proposal the current one again, with the moves by hand that were made in it.

    What was applied stays as it was: when it is no longer what the rooms hold, a copy of it becomes the open proposal.

    Returns:
        The proposal that is current now.

    Raises:
        Conflict: `seating.rooms_open`, `seating.changed_meanwhile`.
    """
    require(actor, Permission.SEATING_PROPOSE, round_)
    number = hold(db, round_, revision=revision)
    _check_staged(db, round_)
    if plan.applied_at is None or plan is applied_plan(db, round_):
        plan.revision = number
    else:
        plan = copy_of(plan)
        plan.created_by_id, plan.created_at, plan.revision = actor.member_id, clock.now(), number
        db.add(plan)
    db.flush()
    tell(db, actor, round_, "seating.chosen", {"plan": plan.public_id})
    return plan


def apply(
    db: Db, actor: Actor, round_: Round, plan: SeatingPlan, *, revision: int | None = None
) -> list[Room]:
    """Make the rooms of a proposal and seat its people; the rooms are staged until somebody opens them.

    Raises:
        Conflict: `seating.rooms_open`, `seating.changed_meanwhile`; `seating.no_plan` when it was applied already or
            is not the open one.
    """
    require(actor, Permission.SEATING_PROPOSE, round_)
    if held_open_plan(db, round_, revision=revision).id != plan.id:
        raise Conflict("seating.no_plan")
    plan.applied_at, plan.revision = clock.now(), revision_of(db, round_) + 1
    rooms = rooms_service.stage_rooms(db, round_, count=plan.room_count)
    for number, topic in Constraints.from_json(plan.constraints).topics.items():
        rooms[number - 1].topic = topic
    duties = duties_of(db, round_, plan)
    members = {member.public_id: member for member in members_to_seat(db, round_, SEATABLE)}
    seated = sorted((number, name) for name, number in plan.assignment.items() if name in members)
    rooms_service.add_seats(
        db, [(rooms[number - 1], members[name].id, duties.get(name)) for number, name in seated]
    )
    facts = {"plan": plan.public_id, "moves": len(plan.moves)}
    tell(db, actor, round_, "seating.applied", facts)
    outbox.add_each(db, {audiences.member(name): MemberChanged(name) for _number, name in seated})
    return rooms


def duties_of(db: Db, round_: Round, plan: SeatingPlan) -> dict[str, str]:
    """The moderators and rapporteurs that a proposal brings with it."""
    members = {member.public_id: member for member in members_to_seat(db, round_, SEATABLE)}
    rooms: dict[int, list[Person]] = {number: [] for number in range(1, plan.room_count + 1)}
    for name, number in sorted(plan.assignment.items()):
        if name in members:
            rooms[number].append(as_person(members[name]))
    named = {name for name, member in members.items() if "rapporteur" in member.duties}
    return proposed_duties(rooms, rapporteurs=named, seed=plan.seed)


def _locks(db: Db, round_: Round, keep_locks: bool) -> dict[str, int]:
    plan = current_plan(db, round_) if keep_locks else None
    return locked_seats(plan, seats_now(db, round_)[0])


def _members(db: Db, round_: Round, asked: Constraints) -> list[Member]:
    members = members_to_seat(db, round_, asked.roles)
    if not asked.only_present:
        return members
    here = present_members(db, round_.consultation_id, now=clock.now())
    return [member for member in members if member.id in here]


def _check_staged(db: Db, round_: Round) -> None:
    if any(room.state != RoomState.STAGED for room in rooms_service.rooms_of(db, round_)):
        raise Conflict("seating.rooms_open")


def _check(
    db: Db,
    round_: Round,
    asked: Constraints,
    room_count: int,
    members: Sequence[Member],
    locks: Mapping[str, int],
) -> None:
    found = problems(asked, room_count=room_count)
    if not 1 <= room_count <= min(rooms_service.MOST_ROOMS, len(members)):
        found = {"rooms": "seating.too_many_rooms"}
    elif any(locks.get(member.public_id, 1) > room_count for member in members):
        found["rooms"] = "seating.locked_rooms"
    elif asked.mix == Mix.SAME:
        before = seats_before(db, round_)
        if not before:
            found["mix"] = "seating.no_round_before"
        elif max(before.values()) > room_count:
            found["rooms"] = "seating.same_rooms"
    if found:
        raise Invalid("seating.invalid", fields=found, people=len(members))
