"""Gathers what a seating is made of: members as people, what was asked for as wishes, earlier rounds as meetings.

No effects. The only way from rows to a `Case`.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import combinations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from consult.db import Db
from consult.people.models import Member
from consult.reference import family_of, mark_of
from consult.rooms.models import Room, RoomState, Round, Seat
from consult.seating.case import Case, Person, Pin, RoomSpec, Wishes
from consult.seating.casefile.reading import case_of
from consult.seating.casefile.writing import gender_decides, without_gender
from consult.seating.models import SeatingPlan
from consult.seating.proposals.constraints import SEATABLE, Constraints, Mix
from consult.seating.proposals.plans import current_plan, final_seats, real_seats, seats_now
from consult.seating.proposals.topic_wishes import topic_wishes_of

_EVER = datetime.max.replace(tzinfo=UTC)


def members_to_seat(db: Db, round_: Round, roles: Collection[str]) -> list[Member]:
    """The members of the round's consultation with one of these roles, by public id."""
    query = select(Member).where(
        Member.consultation_id == round_.consultation_id,
        Member.role.in_(sorted(SEATABLE.intersection(roles))),
        Member.withdrawn_at.is_(None),
    )
    query = query.options(joinedload(Member.user), joinedload(Member.delegation)).order_by(Member.public_id)
    return list(db.scalars(query))


def as_person(member: Member, topics: Sequence[str] = ()) -> Person:
    """A member as the search sees them. Gender only as declared; undisclosed is no category."""
    return Person(
        id=member.public_id,
        region=mark_of(member.delegation.kind, member.delegation.group),
        stakeholder_family=family_of(member.delegation.kind),
        role=member.role,
        gender=member.gender,
        delegation=member.delegation.name,
        languages=tuple(member.languages or ()),
        topics=tuple(topics),
    )


def room_key(number: int) -> str:
    """A room's id in a case; sorts like its number."""
    return f"{number:03d}"


def room_specs(count: int) -> list[RoomSpec]:
    """Rooms 1 to `count`, without limits."""
    return specs_of(Constraints(), range(1, count + 1))


def specs_of(asked: Constraints, numbers: Collection[int]) -> list[RoomSpec]:
    """The rooms of these numbers, with the limits and languages asked for, and topics where they are followed."""
    return [
        RoomSpec(
            room_key(number),
            asked.largest,
            tuple(asked.languages.get(number, ())),
            asked.smallest or 0,
            asked.topics.get(number) if asked.mix == Mix.TOPICS else None,
        )
        for number in sorted(numbers)
    ]


def case_for(
    db: Db,
    round_: Round,
    members: Sequence[Member],
    asked: Constraints,
    *,
    numbers: Collection[int],
    locks: Mapping[str, int],
) -> Case:
    """The case of one round.

    Args:
        numbers: the numbers of the rooms to be filled.
        locks: member -> room number, for people who stay where they are, whatever else was asked for them.
    """
    ids = {member.public_id for member in members}
    asked = asked.among(ids)
    fixed = {**asked.pins, **{name: number for name, number in locks.items() if name in ids}}
    wanted = topic_wishes_of(db, round_) if asked.mix == Mix.TOPICS else {}
    on_offer = set(asked.topics.values())
    topics = {name: [topic for topic in wished if topic in on_offer] for name, wished in wanted.items()}
    before = seats_before(db, round_) if asked.mix == Mix.SAME else {}
    stay = {
        name: room_key(number)
        for name, number in sorted(before.items())
        if name in ids and name not in fixed and number in numbers
    }
    case = Case(
        people=tuple(
            as_person(member, topics.get(member.public_id, ()))
            for member in sorted(members, key=lambda member: member.public_id)
        ),
        rooms=tuple(specs_of(asked, numbers)),
        wishes=Wishes(
            tuple(Pin(name, room_key(number)) for name, number in sorted(fixed.items())),
            asked.apart,
            asked.together,
        ),
        balance=asked.balance,
        past_meetings=tuple(meetings_before(db, round_, ids)) if asked.mix == Mix.AGAIN else (),
        seated=(stay,) if stay else (),
        nobody_isolated=asked.nobody_isolated,
    )
    # What people declared is not kept where it decides nothing.
    return case if gender_decides(case) else without_gender(case)


def case_of_plan(db: Db, round_: Round, plan: SeatingPlan) -> Case:
    """What a proposal was made of, and the people who joined it since. Seats of people who left have nobody."""
    asked = Constraints.from_json(plan.constraints)
    final = final_seats(plan)
    placed, numbers = {*plan.assignment, *final}, {*range(1, plan.room_count + 1), *final.values()}
    members = [m for m in members_to_seat(db, round_, SEATABLE) if m.public_id in placed]
    if plan.case is None:
        return case_for(db, round_, members, asked, numbers=numbers, locks={})
    case = case_of(plan.case)
    known = {person.id for person in case.people}
    joined = [as_person(member) for member in members if member.public_id not in known]
    # A room that was split off while it was open is in no proposal.
    made = specs_of(asked, numbers - {int(room.id) for room in case.rooms})
    return replace(case, people=(*case.people, *joined), rooms=(*case.rooms, *made))


def case_now(
    db: Db,
    round_: Round,
    *,
    among: Collection[str] | None = None,
    joining: Sequence[Member] = (),
    within: Collection[int] | None = None,
) -> tuple[Case, dict[str, str]]:
    """The case and the seats as they stand, in the open proposal or in the rooms.

    Args:
        among: members that count; None for all who have a seat.
        joining: members without a seat who count as well.
        within: numbers of the rooms that count; None for all.

    Returns:
        The case of the people who have a seat, and their seats: member public id -> room key.
    """
    plan = current_plan(db, round_)
    seats, numbers = seats_now(db, round_)
    numbers = [number for number in numbers if within is None or number in within]
    coming = {member.public_id for member in joining}
    members = [
        member
        for member in members_to_seat(db, round_, SEATABLE)
        if member.public_id in coming
        or (seats.get(member.public_id) in numbers and (among is None or member.public_id in among))
    ]
    asked = Constraints.from_json(plan.constraints) if plan is not None else Constraints()
    case = case_for(db, round_, members, asked, numbers=numbers, locks=locked_seats(plan, seats))
    names = {member.public_id for member in members} - coming
    return case, {name: room_key(seats[name]) for name in sorted(names)}


def locked_seats(plan: SeatingPlan | None, seats: Mapping[str, int]) -> dict[str, int]:
    """The people who stay where they are: member public id -> room number."""
    return {name: seats[name] for name in plan.locks if name in seats} if plan is not None else {}


def round_before(db: Db, round_: Round) -> Round | None:
    """The round of the same session before this one, when anybody has a seat in it."""
    query = select(Round).where(
        Round.session_id == round_.session_id,
        Round.number < round_.number,
        Round.id.in_(select(Seat.round_id).where(Seat.left_at.is_(None))),
    )
    return db.scalar(query.order_by(Round.number.desc()).limit(1))


def seats_before(db: Db, round_: Round) -> dict[str, int]:
    """Where people sat at the end of the round before: member public id -> room number."""
    before = round_before(db, round_)
    return real_seats(db, before) if before is not None else {}


def meetings_before(db: Db, round_: Round, people: Collection[str]) -> list[tuple[str, str]]:
    """Pairs of these people who have met in earlier rounds of the session, once for every round they met in.

    People meet who hold seats of one room at the same time. A seat that was left counts for the time it was held while
    the room was open; one that is still held counts even where the room has not opened yet.
    """
    query = (
        select(Member.public_id, Seat.round_id, Seat.room_id, Seat.seated_at, Seat.left_at)
        .add_columns(Room.state, Room.opened_at)
        .join(Seat, Seat.member_id == Member.id)
        .join(Room, Room.id == Seat.room_id)
        .join(Round, Round.id == Seat.round_id)
        .where(Round.session_id == round_.session_id, Round.number < round_.number)
    )
    held: dict[tuple[int, int], list[tuple[str, datetime, datetime]]] = defaultdict(list)
    for row in db.execute(query):
        is_staged = row.state == RoomState.STAGED or row.opened_at is None
        start = row.seated_at if is_staged else max(row.seated_at, row.opened_at)
        end = row.left_at or _EVER
        counts = row.left_at is None if is_staged else start < end
        if row.public_id in people and counts:
            held[row.round_id, row.room_id].append((row.public_id, start, end))
    met = {
        (round_id, min(a, b), max(a, b))
        for (round_id, _room), seats in held.items()
        for (a, a_start, a_end), (b, b_start, b_end) in combinations(seats, 2)
        if a != b and a_start < b_end and b_start < a_end
    }
    return sorted((a, b) for _round, a, b in met)
