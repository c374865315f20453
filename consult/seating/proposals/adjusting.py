"""Adjusting a seating by hand: move, exchange, lock, take back. Every act stands in the plan's log with who, when and why.

Until a proposal is applied, acts change the proposal; from then on moves are moves of real seats (`rooms.service`).
Rule: two facilitators who act at once never overwrite each other: one act waits for the other, and a page that says
what it saw is told when that is no longer so.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from consult import clock
from consult.announce import outbox
from consult.announce.events import RoundChanged
from consult.audit import service as audit
from consult.db import Db
from consult.errors import Conflict, Invalid
from consult.people.models import Member
from consult.permissions.actor import Actor
from consult.permissions.check import require
from consult.permissions.names import Permission
from consult.rooms import service as rooms_service
from consult.rooms.models import RoomState, Round
from consult.rooms.notices import chain_of, session_audience
from consult.seating.models import SeatingPlan
from consult.seating.proposals.acts import Act, ActKind, Entry, acts, replayed, undoable, with_act
from consult.seating.proposals.plans import (
    applied_plan,
    held_open_plan,
    hold,
    open_plan,
    real_seats,
    revision_of,
    seats_now,
)

MOST_REASON = 300
#: A member, and the number of the room they go to; None for no room.
Move = tuple[Member, int | None]
#: Where a page showed people: member public id -> number of the room, None for no room.
Seen = Mapping[str, int | None]


def move_people(
    db: Db,
    actor: Actor,
    round_: Round,
    members: Sequence[Member],
    *,
    number: int | None,
    reason: str = "",
    revision: int | None = None,
    seen: Seen | None = None,
) -> None:
    """Move people to a room of the round by hand, or out of all of them.

    Args:
        number: the room's number; None takes the seats back.
        reason: one line, for the log and for the people who are moved.
        revision: what the page saw (`plans.revision_of`); None when it does not mind.
        seen: where the page saw the people; who sits elsewhere by now is not moved unawares.

    Raises:
        Conflict: `seating.no_plan`, `seating.already_elsewhere`, `seating.changed_meanwhile`, `seating.moved_meanwhile`.
        Invalid: `seating.invalid`.
    """
    moves = [(member, number) for member in members]
    carry_out(db, actor, round_, ActKind.MOVED, moves, reason=reason, revision=revision, seen=seen)


def exchange(
    db: Db,
    actor: Actor,
    round_: Round,
    one: Member,
    other: Member,
    *,
    reason: str = "",
    revision: int | None = None,
    seen: Seen | None = None,
) -> None:
    """Let two people of different rooms change places. `seen`: as in `move_people`.

    Raises:
        Conflict: `seating.no_plan`, `seating.already_elsewhere`, `seating.changed_meanwhile`, `seating.moved_meanwhile`.
        Invalid: `seating.invalid` when they do not sit in different rooms.
    """
    require(actor, Permission.SEAT_MOVE, round_)
    hold(db, round_, revision=revision)
    seats, _numbers = seats_now(db, round_)
    _check_seen(db, seats, seen)
    here, there = seats.get(one.public_id), seats.get(other.public_id)
    if here is None or there is None or here == there:
        raise Invalid("seating.invalid", fields={"other": "seating.same_room"})
    moves = [(one, there), (other, here)]
    carry_out(db, actor, round_, ActKind.EXCHANGED, moves, reason=reason, revision=revision)


def lock(
    db: Db,
    actor: Actor,
    round_: Round,
    members: Sequence[Member],
    *,
    locked: bool,
    reason: str = "",
    revision: int | None = None,
) -> None:
    """Let people stay where they are when the seating is run again, or no longer.

    Raises:
        Conflict: `seating.no_plan`, `seating.changed_meanwhile`.
        Invalid: `seating.invalid` when somebody to be locked has no seat.
    """
    require(actor, Permission.SEAT_MOVE, round_)
    plan = held_open_plan(db, round_, revision=revision)
    names = {member.public_id for member in members}
    if locked and not names <= set(plan.assignment):
        raise Invalid("seating.invalid", fields={"member": "seating.not_seated"})
    changed = sorted(names - set(plan.locks) if locked else names & set(plan.locks))
    plan.locks = sorted(set(plan.locks) | names if locked else set(plan.locks) - names)
    seats = plan.assignment
    entries = [Entry(name, seats.get(name), seats.get(name)) for name in changed]
    kind = ActKind.LOCKED if locked else ActKind.UNLOCKED
    _written(db, actor, round_, plan, kind, entries, reason=reason)


def undo(db: Db, actor: Actor, round_: Round, *, revision: int | None = None) -> int:
    """Take back the newest act of the open proposal that stands; the log keeps both.

    Returns:
        How many people it was about.

    Raises:
        Conflict: `seating.no_plan`, `seating.nothing_to_undo`, `seating.changed_meanwhile`.
    """
    require(actor, Permission.SEAT_MOVE, round_)
    plan = held_open_plan(db, round_, revision=revision)
    act = undoable(plan.moves)
    if act is None:
        raise Conflict("seating.nothing_to_undo")
    names = {entry.member for entry in act.entries}
    if act.kind == ActKind.LOCKED:
        plan.locks = sorted(set(plan.locks) - names)
    if act.kind == ActKind.UNLOCKED:
        plan.locks = sorted(set(plan.locks) | names)
    back = [Entry(entry.member, entry.after, entry.before) for entry in act.entries]
    _written(db, actor, round_, plan, ActKind.UNDONE, back, undoes=act.number)
    return len(back)


def acts_of(plan: SeatingPlan) -> list[Act]:
    """What was done to a proposal by hand, the newest first."""
    return acts(plan.moves)[::-1]


def next_undo(plan: SeatingPlan) -> Act | None:
    """The act that `undo` would take back; None when there is none, or the proposal is applied."""
    return undoable(plan.moves) if plan.applied_at is None else None


def carry_out(
    db: Db,
    actor: Actor,
    round_: Round,
    kind: ActKind,
    moves: Sequence[Move],
    *,
    reason: str = "",
    revision: int | None = None,
    seen: Seen | None = None,
) -> int:
    """Move people, in the open proposal or in the rooms, as one act. `seen`: as in `move_people`.

    Returns:
        How many sit elsewhere now.

    Raises:
        Conflict: `seating.no_plan`, `seating.already_elsewhere`, `seating.changed_meanwhile`, `seating.moved_meanwhile`.
        Invalid: `seating.invalid`.
    """
    require(actor, Permission.SEAT_MOVE, round_)
    hold(db, round_, revision=revision)
    _check_seen(db, seats_now(db, round_)[0] if seen else {}, seen)
    plan = open_plan(db, round_)
    if plan is None:
        return move_seats(db, actor, round_, moves, kind=kind, reason=reason)
    _check_rooms({room for _member, room in moves}, set(range(1, plan.room_count + 1)))
    entries = _entries(moves, plan.assignment)
    _written(db, actor, round_, plan, kind, entries, reason=reason)
    return len(entries)


def move_seats(
    db: Db,
    actor: Actor,
    round_: Round,
    moves: Sequence[Move],
    *,
    kind: ActKind = ActKind.MOVED,
    reason: str = "",
) -> int:
    """Move people in the rooms as one act. The plan that was applied writes it down; rooms made by hand have none.

    The caller holds the round (`plans.hold`).

    Returns:
        How many sit elsewhere now.

    Raises:
        Conflict: `seating.no_plan`, `seating.already_elsewhere`, `seating.room_closed`.
        Invalid: `seating.invalid`.
    """
    rooms = {room.number: room for room in rooms_service.rooms_of(db, round_)}
    if not rooms:
        raise Conflict("seating.no_plan")
    _check_rooms({number for _member, number in moves}, set(rooms))
    if any(number is not None and rooms[number].state == RoomState.CLOSED for _member, number in moves):
        raise Conflict("seating.room_closed")
    entries = _entries(moves, real_seats(db, round_))
    for member, number in moves:
        if number is None:
            rooms_service.unseat(db, actor, round_, member, reason=reason)
        else:
            rooms_service.move_member(db, actor, rooms[number], member, reason=reason)
    write_in_rooms(db, round_, kind, entries, by=actor.public_id, reason=reason)
    return len(entries)


def write_in_rooms(
    db: Db, round_: Round, kind: ActKind, entries: Sequence[Entry], *, by: str, reason: str = ""
) -> None:
    """Write an act in the rooms down in the plan they were made of; rooms made by hand have none."""
    plan = applied_plan(db, round_)
    if plan is None or not entries:
        return
    plan.revision = revision_of(db, round_) + 1
    plan.moves = with_act(
        plan.moves, kind, entries, by=by, at=_now(), reason=reason[:MOST_REASON], in_rooms=True
    )
    db.flush()


def _check_seen(db: Db, seats: Mapping[str, int], seen: Seen | None) -> None:
    """Rule: of two facilitators who move the same person, the second is told where the first put them, and moves nobody."""
    for name, number in (seen or {}).items():
        now = seats.get(name)
        if now == number:
            continue
        member = db.scalar(select(Member).where(Member.public_id == name))
        who = member.user.name if member is not None else ""
        if now is None:
            raise Conflict("seating.unseated_meanwhile", name=who)
        raise Conflict("seating.moved_meanwhile", name=who, number=now)


def _check_rooms(asked: set[int | None], known: set[int]) -> None:
    if not asked - {None} <= known:
        raise Invalid("seating.invalid", fields={"room": "field.choice"})


def _entries(moves: Sequence[Move], seats: dict[str, int]) -> list[Entry]:
    found = [Entry(member.public_id, seats.get(member.public_id), number) for member, number in moves]
    return [entry for entry in found if entry.before != entry.after]


def _written(
    db: Db,
    actor: Actor,
    round_: Round,
    plan: SeatingPlan,
    kind: ActKind,
    entries: Sequence[Entry],
    *,
    reason: str = "",
    undoes: int | None = None,
) -> None:
    """Do an act to a proposal, write it down and tell the pages; an act that changes nothing leaves no trace."""
    if not entries:
        return
    reason = reason[:MOST_REASON]
    log = with_act(plan.moves, kind, entries, by=actor.public_id, at=_now(), reason=reason, undoes=undoes)
    plan.assignment = replayed(plan.assignment, log[len(plan.moves) :])
    plan.moves, plan.revision = log, revision_of(db, round_) + 1
    db.flush()
    facts: dict[str, object] = {
        "plan": plan.public_id,
        "kind": kind.value,
        "people": len(entries),
        "room": entries[0].after if len({entry.after for entry in entries}) == 1 else None,
        "reason": reason,
    }
    tell(db, actor, round_, "seating.adjusted", facts)


def tell(db: Db, actor: Actor, round_: Round, act: str, facts: dict[str, object]) -> None:
    """Write an act on a seating down and tell the pages of the session."""
    audit.record(db, actor, act, f"round:{round_.public_id}", chain=chain_of(db, round_), facts=facts)
    outbox.add(db, RoundChanged(round_.public_id), to=[session_audience(db, round_)])


def _now() -> str:
    return clock.now().isoformat(timespec="seconds")
