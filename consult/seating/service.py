"""Seating a round: propose, adjust by hand, apply; and late joiners, placed for balance without moving anybody.

A proposal is kept with its seed and the hash of what went in, so that anybody can run it again. Until it is applied, moves
change the proposal; from then on they are moves of real seats (`rooms.service`).
"""

import hashlib
import json
import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from consult import clock
from consult.announce import audiences, outbox
from consult.announce.events import MemberChanged, RoundChanged
from consult.audit import service as audit
from consult.db import Db
from consult.errors import Conflict, Invalid
from consult.people.models import Member
from consult.permissions.actor import Actor
from consult.permissions.check import require
from consult.permissions.names import Permission
from consult.reference import family_of, mark_of
from consult.rooms import service as rooms_service
from consult.rooms.models import Room, RoomState, Round, Seat
from consult.rooms.notices import chain_of, session_audience
from consult.rooms.presence import present_members
from consult.seating.allocation import VERSION, allocate, place
from consult.seating.case import Assignment, Person, RoomSpec
from consult.seating.duties import proposed_duties
from consult.seating.models import SeatingPlan

#: Who is always seated. Facilitators and panelists are seated when asked for; viewers and the secretariat never.
ALWAYS = frozenset({"delegate", "observer"})
SEATABLE = ALWAYS | {"facilitator", "panelist"}
#: Up to this many people an allocation takes well under 0.1 s (180: 40 ms, 600: 380 ms).
SMALL = 200
_run: Callable[..., Any] = lambda function, *args: function(*args)  # noqa: E731


def propose(
    db: Db,
    actor: Actor,
    round_: Round,
    *,
    room_count: int,
    roles: Collection[str] = ALWAYS,
    only_present: bool = False,
    seed: int | None = None,
) -> SeatingPlan:
    """Propose who sits where, so that every room has its fair share of every regional group.

    Args:
        roles: who is to be seated, of `SEATABLE`.
        only_present: leave out people who are not here now; they are late joiners when they come.
        seed: run an earlier proposal again; None draws a new one.

    Raises:
        Conflict: `seating.rooms_open`.
        Invalid: `seating.nobody`, `seating.invalid`.
    """
    require(actor, Permission.SEATING_PROPOSE, round_)
    if any(room.state != RoomState.STAGED for room in rooms_service.rooms_of(db, round_)):
        raise Conflict("seating.rooms_open")
    members = members_to_seat(db, round_, roles)
    if only_present:
        here = present_members(db, round_.consultation_id, now=clock.now())
        members = [member for member in members if member.id in here]
    if not members:
        raise Invalid("seating.nobody")
    if not 1 <= room_count <= min(rooms_service.MOST_ROOMS, len(members)):
        raise Invalid("seating.invalid", fields={"rooms": "seating.too_many_rooms"}, people=len(members))
    people = [as_person(member) for member in members]
    seed = secrets.randbelow(9000) + 1000 if seed is None else seed
    found = _allocated(people, room_count, seed)
    seats = {person: int(room) for person, room in sorted(found.rooms.items())}
    plan = SeatingPlan(
        round_id=round_.id,
        seed=seed,
        room_count=room_count,
        input_hash=input_hash(people, room_count, seed),
        proposed=seats,
        assignment=seats,
        moves=[],
        created_by_id=actor.member_id,
        created_at=clock.now(),
    )
    db.add(plan)
    db.flush()
    facts = {
        "plan": plan.public_id,
        "seed": seed,
        "rooms": room_count,
        "people": len(people),
        "input": plan.input_hash,
    }
    _told(db, actor, round_, "seating.proposed", facts)
    return plan


def use_runner(runner: Callable[..., Any]) -> None:
    """How large allocations run: the server gives a thread pool, so that its hub never waits for one."""
    global _run
    _run = runner


def move_people(
    db: Db, actor: Actor, round_: Round, members: Sequence[Member], *, number: int | None, reason: str = ""
) -> None:
    """Move people to a room of the round by hand, or out of all of them.

    Args:
        number: the room's number; None takes the seats back.

    Raises:
        Conflict: `seating.no_plan`, `seating.already_elsewhere`.
        Invalid: `seating.invalid`.
    """
    require(actor, Permission.SEAT_MOVE, round_)
    plan = open_plan(db, round_)
    if plan is not None:
        _move_in_plan(db, actor, round_, plan, members, number)
        return
    rooms = {room.number: room for room in rooms_service.rooms_of(db, round_)}
    if not rooms:
        raise Conflict("seating.no_plan")
    if number is not None and number not in rooms:
        raise Invalid("seating.invalid", fields={"room": "field.choice"})
    for member in members:
        if number is None:
            rooms_service.unseat(db, actor, round_, member, reason=reason)
        else:
            rooms_service.move_member(db, actor, rooms[number], member, reason=reason)


def late_joiners(db: Db, round_: Round) -> dict[str, int]:
    """People who should be seated and are not, each with the room where they serve balance best.

    Returns:
        Member public id -> room number; empty when there is nothing to seat them in.
    """
    everybody = {member.public_id: member for member in members_to_seat(db, round_, SEATABLE)}
    members = {name: member for name, member in everybody.items() if member.role in ALWAYS}
    seats, numbers = seats_now(db, round_)
    waiting = [name for name in members if name not in seats]
    if not waiting or not numbers:
        return {}
    people = [as_person(member) for name, member in everybody.items() if name in seats or name in members]
    specs = [RoomSpec(room_key(number)) for number in numbers]
    taken = {name: room_key(number) for name, number in seats.items() if number in numbers}
    found = {}
    for name in waiting:
        taken[name] = place(as_person(members[name]), people, specs, taken)
        found[name] = int(taken[name])
    return found


def seat_late_joiners(db: Db, actor: Actor, round_: Round) -> int:
    """Seat everybody who came late in the room where they serve balance best; nobody else moves.

    Returns:
        How many were seated.
    """
    require(actor, Permission.SEAT_MOVE, round_)
    suggested = late_joiners(db, round_)
    query = select(Member).where(
        Member.public_id.in_(suggested), Member.consultation_id == round_.consultation_id
    )
    for member in db.scalars(query.order_by(Member.id)).all():
        move_people(db, actor, round_, [member], number=suggested[member.public_id], reason="")
    return len(suggested)


def apply(db: Db, actor: Actor, round_: Round, plan: SeatingPlan) -> list[Room]:
    """Make the rooms of a proposal and seat its people; the rooms are staged until somebody opens them.

    Raises:
        Conflict: `seating.rooms_open`, `seating.no_plan` when it was applied already or is not the newest.
    """
    require(actor, Permission.SEATING_PROPOSE, round_)
    newest = open_plan(db, round_)
    done = db.scalar(
        update(SeatingPlan)
        .where(SeatingPlan.id == plan.id, SeatingPlan.applied_at.is_(None))
        .values(applied_at=clock.now())
        .returning(SeatingPlan.id)
    )
    if newest is None or newest.id != plan.id or done is None:
        raise Conflict("seating.no_plan")
    rooms = rooms_service.stage_rooms(db, round_, count=plan.room_count)
    duties = duties_of(db, round_, plan)
    members = {member.public_id: member for member in members_to_seat(db, round_, SEATABLE)}
    for name, number in sorted(plan.assignment.items(), key=lambda seat: (seat[1], seat[0])):
        if name in members:
            room = rooms[number - 1]
            rooms_service.add_seat(db, room, members[name].id, duty=duties.get(name))
            outbox.add(db, MemberChanged(name), to=[audiences.member(name)])
    _told(db, actor, round_, "seating.applied", {"plan": plan.public_id, "moves": len(plan.moves)})
    return rooms


def open_plan(db: Db, round_: Round) -> SeatingPlan | None:
    """The newest proposal of a round, when it has not been applied."""
    query = select(SeatingPlan).where(SeatingPlan.round_id == round_.id).order_by(SeatingPlan.id.desc())
    newest = db.scalar(query.limit(1).execution_options(populate_existing=True))
    return newest if newest is not None and newest.applied_at is None else None


def seats_now(db: Db, round_: Round) -> tuple[dict[str, int], list[int]]:
    """Who sits where in the open proposal, or in the rooms: member public id -> room number; and all room numbers."""
    plan = open_plan(db, round_)
    if plan is not None:
        return dict(plan.assignment), list(range(1, plan.room_count + 1))
    rows = db.execute(
        select(Member.public_id, Room.number)
        .join(Seat, Seat.member_id == Member.id)
        .join(Room, Room.id == Seat.room_id)
        .where(Seat.round_id == round_.id, Seat.left_at.is_(None))
    ).all()
    numbers = [room.number for room in rooms_service.rooms_of(db, round_)]
    return {row.public_id: row.number for row in rows}, numbers


def duties_of(db: Db, round_: Round, plan: SeatingPlan) -> dict[str, str]:
    """The moderators and rapporteurs that a proposal brings with it."""
    members = {member.public_id: member for member in members_to_seat(db, round_, SEATABLE)}
    rooms: dict[int, list[Person]] = {number: [] for number in range(1, plan.room_count + 1)}
    for name, number in sorted(plan.assignment.items()):
        if name in members:
            rooms[number].append(as_person(members[name]))
    named = {name for name, member in members.items() if "rapporteur" in member.duties}
    return proposed_duties(rooms, rapporteurs=named, seed=plan.seed)


def members_to_seat(db: Db, round_: Round, roles: Collection[str]) -> list[Member]:
    """The members of the round's consultation with one of these roles, by public id."""
    query = select(Member).where(
        Member.consultation_id == round_.consultation_id,
        Member.role.in_(sorted(SEATABLE.intersection(roles))),
        Member.withdrawn_at.is_(None),
    )
    query = query.options(joinedload(Member.user), joinedload(Member.delegation)).order_by(Member.public_id)
    return list(db.scalars(query))


def as_person(member: Member) -> Person:
    """A member as the allocation sees them. Gender only as declared; undisclosed is no category."""
    return Person(
        id=member.public_id,
        region=mark_of(member.delegation.kind, member.delegation.group),
        stakeholder_family=family_of(member.delegation.kind),
        role=member.role,
        gender=member.gender,
        delegation=member.delegation.name,
        languages=tuple(member.languages or ()),
    )


def room_key(number: int) -> str:
    """A room's id in the allocation; sorts like its number."""
    return f"{number:03d}"


def room_specs(count: int) -> list[RoomSpec]:
    """Rooms 1 to `count`, without limits."""
    return [RoomSpec(room_key(number)) for number in range(1, count + 1)]


def input_hash(people: Sequence[Person], room_count: int, seed: int) -> str:
    """SHA-256 of everything that decides a proposal, in canonical form."""
    content = {
        "people": [asdict(person) for person in sorted(people, key=lambda p: p.id)],
        "rooms": room_count,
        "seed": seed,
        "version": VERSION,
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _allocated(people: Sequence[Person], room_count: int, seed: int) -> Assignment:
    def work() -> Assignment:
        return allocate(people, room_specs(room_count), seed=seed)

    found: Assignment = work() if len(people) <= SMALL else _run(work)
    return found


def _move_in_plan(
    db: Db, actor: Actor, round_: Round, plan: SeatingPlan, members: Sequence[Member], number: int | None
) -> None:
    if number is not None and not 1 <= number <= plan.room_count:
        raise Invalid("seating.invalid", fields={"room": "field.choice"})
    assignment, moves = dict(plan.assignment), list(plan.moves)
    for member in members:
        was = assignment.pop(member.public_id, None)
        if number is not None:
            assignment[member.public_id] = number
        if was != number:
            at = clock.now().isoformat(timespec="seconds")
            moves.append(
                {"member": member.public_id, "from": was, "to": number, "by": actor.public_id, "at": at}
            )
    plan.assignment, plan.moves = assignment, moves
    db.flush()
    _told(
        db,
        actor,
        round_,
        "seating.adjusted",
        {"plan": plan.public_id, "people": len(members), "room": number},
    )


def _told(db: Db, actor: Actor, round_: Round, act: str, facts: dict[str, object]) -> None:
    """Write the act down and tell the pages of the session."""
    audit.record(db, actor, act, f"round:{round_.public_id}", chain=chain_of(db, round_), facts=facts)
    outbox.add(db, RoundChanged(round_.public_id), to=[session_audience(db, round_)])
