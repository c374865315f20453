"""Reading and finding the proposals of a round: which there are, which one is open, who sits where. No effects.

Every change to a proposal of a round gives it the next revision number of the round; the proposal with the highest is
the current one. While it is not applied it is the open one; when it is applied, its seats are those in the rooms. Once a
room has opened, the current one is that which the rooms were made of, whatever was proposed after it.
"""

from typing import Any

from sqlalchemy import Select, case, exists, func, or_, select
from sqlalchemy.orm import defer

from consult.db import Db
from consult.errors import Conflict, NotFound
from consult.people.models import Member
from consult.rooms import service as rooms_service
from consult.rooms.models import Room, RoomState, Round, Seat
from consult.seating.models import SeatingPlan
from consult.seating.proposals.acts import replayed


def plans_of(db: Db, round_: Round) -> list[SeatingPlan]:
    """All proposals of a round, the newest first."""
    return list(db.scalars(_plans(round_).order_by(SeatingPlan.id.desc())))


def plan_for(db: Db, round_: Round, public_id: str) -> SeatingPlan:
    """The proposal of a round with this public id.

    Raises:
        NotFound: there is none.
    """
    found = db.scalar(_plans(round_).where(SeatingPlan.public_id == public_id))
    if found is None:
        raise NotFound()
    return found


def current_plan(db: Db, round_: Round, *, in_full: bool = True) -> SeatingPlan | None:
    """The proposal that was made, changed, chosen or applied last; of rooms that have opened, the one they were made of.

    Args:
        in_full: as `applied_plan`.
    """
    opened = exists().where(Room.round_id == round_.id, Room.state != RoomState.STAGED.value)
    query = _plans(round_).where(or_(~opened, SeatingPlan.applied_at.is_not(None)))
    query = query.order_by(case((opened, SeatingPlan.applied_at)).desc(), SeatingPlan.revision.desc()).limit(
        1
    )
    return db.scalar(_loading(query, in_full))


def open_plan(db: Db, round_: Round) -> SeatingPlan | None:
    """The current proposal of a round, when it has not been applied."""
    current = current_plan(db, round_)
    return current if current is not None and current.applied_at is None else None


def applied_plan(db: Db, round_: Round, *, in_full: bool = True) -> SeatingPlan | None:
    """The proposal that the rooms of a round were made of: the one that was applied last.

    Args:
        in_full: False where everybody's seats and the whole case, which are large, are not asked for: they are read when they are.
    """
    query = _plans(round_).where(SeatingPlan.applied_at.is_not(None))
    query = query.order_by(SeatingPlan.applied_at.desc(), SeatingPlan.id.desc()).limit(1)
    return db.scalar(_loading(query, in_full))


def revision_of(db: Db, round_: Round) -> int:
    """The number of the last change to the proposals of a round; what a page sends back with what it asks for."""
    return db.scalar(select(func.max(SeatingPlan.revision)).where(SeatingPlan.round_id == round_.id)) or 0


def hold(db: Db, round_: Round, *, revision: int | None = None) -> int:
    """Let nobody else change the proposals of the round until this act is done.

    Args:
        revision: what the page saw; None when it does not mind.

    Returns:
        The number for the change that is about to be made.

    Raises:
        Conflict: `seating.changed_meanwhile`.
    """
    db.scalar(select(Round.id).where(Round.id == round_.id).with_for_update(key_share=True))
    last = revision_of(db, round_)
    if revision is not None and revision != last:
        raise Conflict("seating.changed_meanwhile")
    return last + 1


def held_open_plan(db: Db, round_: Round, *, revision: int | None = None) -> SeatingPlan:
    """The open proposal, which nobody else can change until this act is done.

    Raises:
        Conflict: `seating.no_plan`, `seating.changed_meanwhile`.
    """
    hold(db, round_, revision=revision)
    plan = open_plan(db, round_)
    if plan is None:
        raise Conflict("seating.no_plan")
    return plan


def seats_now(db: Db, round_: Round) -> tuple[dict[str, int], list[int]]:
    """Who sits where in the open proposal, or in the rooms: member public id -> room number; and all room numbers."""
    plan = open_plan(db, round_)
    if plan is not None:
        return dict(plan.assignment), list(range(1, plan.room_count + 1))
    numbers = [room.number for room in rooms_service.rooms_of(db, round_)]
    return real_seats(db, round_), numbers


def rooms_to_seat_in(db: Db, round_: Round) -> list[int]:
    """Numbers of the rooms in which somebody can be seated now: those of the open proposal, or those that are not closed."""
    plan = open_plan(db, round_)
    if plan is not None:
        return list(range(1, plan.room_count + 1))
    rooms = rooms_service.rooms_of(db, round_)
    return [room.number for room in rooms if room.state != RoomState.CLOSED]


def real_seats(db: Db, round_: Round) -> dict[str, int]:
    """Who has a seat in the rooms of a round: member public id -> room number."""
    rows = db.execute(
        select(Member.public_id, Room.number)
        .join(Seat, Seat.member_id == Member.id)
        .join(Room, Room.id == Seat.room_id)
        .where(Seat.round_id == round_.id, Seat.left_at.is_(None))
    ).all()
    return {row.public_id: row.number for row in rows}


def final_seats(plan: SeatingPlan) -> dict[str, int]:
    """Where everybody sat at last by this plan: as it was applied, and after the moves in the rooms since."""
    return replayed(plan.assignment, plan.moves, in_rooms=True)


def _plans(round_: Round) -> Select[Any]:
    return select(SeatingPlan).where(SeatingPlan.round_id == round_.id)


def _loading(query: Select[Any], in_full: bool) -> Select[Any]:
    if in_full:
        return query.execution_options(populate_existing=True)
    return query.options(defer(SeatingPlan.case), defer(SeatingPlan.proposed), defer(SeatingPlan.assignment))
