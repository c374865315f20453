"""Seats: given, moved, taken back, with their duties. Rule: seats decide editing, so each change is announced at once.

The database allows one live seat per member and round; moves are conditional, so that of two facilitators who move the
same person at the same moment one is told.
"""

from collections.abc import Iterable

from sqlalchemy import select, update

from consult import clock
from consult.announce import audiences, outbox
from consult.announce.events import MemberChanged, RoundChanged, SeatCalled, SeatMoved
from consult.audit import service as audit
from consult.db import Db
from consult.errors import Conflict, Invalid, NotFound
from consult.people.models import Member
from consult.permissions.actor import Actor
from consult.permissions.check import require
from consult.permissions.names import Permission
from consult.rooms import queue
from consult.rooms.models import EDITABLE, Room, Round, Seat
from consult.rooms.notices import chain_of, session_audience

#: Duties that facilitators assign, and a seating proposes.
DUTIES = ("moderator", "rapporteur")
#: With the one a room gives by itself: the deputy stands in for either.
ROOM_DUTIES = (*DUTIES, "deputy")


def seat_member(
    db: Db, actor: Actor, room: Room, member: Member, *, duty: str | None = None, reason: str = ""
) -> Seat:
    """Give a member who has no seat in this round a place in a room.

    Raises:
        NotFound: the member is not of this consultation or has left it.
        Conflict: `seating.already_elsewhere`.
    """
    require(actor, Permission.SEAT_MOVE, room)
    return _take(db, actor, room, member, duty=duty, reason=reason)


def seat_by_rule(db: Db, room: Room, member: Member, *, reason: str = "") -> Seat:
    """As `seat_member`, by a rule that was set before and nobody's act now.

    Raises:
        NotFound, Conflict: as `seat_member`.
    """
    return _take(db, None, room, member, reason=reason)


def move_member(db: Db, actor: Actor, room: Room, member: Member, *, reason: str = "") -> Seat:
    """Move a member from the room they sit in to another one of the same round; their drafts stay where they are.

    Args:
        reason: one line that the moved person reads.

    Raises:
        NotFound: the member is not of this consultation or has left it.
        Conflict: `seating.already_elsewhere`.
    """
    require(actor, Permission.SEAT_MOVE, room)
    _check_member(room, member)
    seat = _live_seat(db, room.round_id, member)
    if seat is None:
        return seat_member(db, actor, room, member, reason=reason)
    left = db.get_one(Room, seat.room_id)
    if left.id == room.id:
        return seat
    _leave(db, seat)
    taken = add_seat(db, room, member.id, duty=None, reason=reason)
    facts = {"from": left.public_id} | ({"reason": reason} if reason else {})
    _record(db, actor, "seat.moved", room, member, facts)
    _tell(db, member, [left, room], to=room, reason=reason)
    return taken


def unseat(db: Db, actor: Actor, round_: Round, member: Member, *, reason: str = "") -> None:
    """Take a member's seat in a round back.

    Raises:
        Conflict: `seating.already_elsewhere` when the member has none.
    """
    require(actor, Permission.SEAT_MOVE, round_)
    seat = _live_seat(db, round_.id, member)
    if seat is None:
        raise Conflict("seating.already_elsewhere")
    room = db.get_one(Room, seat.room_id)
    _leave(db, seat)
    _record(db, actor, "seat.left", room, member, {"reason": reason} if reason else {})
    _tell(db, member, [room], to=None, reason=reason)


def assign_duty(db: Db, actor: Actor, room: Room, member: Member, *, duty: str | None) -> None:
    """Make somebody of the room its moderator, rapporteur or deputy, or free them of it; who held the duty gives it up.

    Raises:
        NotFound: the member has no seat in this room.
        Invalid: `field.choice`.
    """
    require(actor, Permission.SEAT_MOVE, room)
    if duty is not None and duty not in ROOM_DUTIES:
        raise Invalid("form.invalid", fields={"duty": "field.choice"})
    give_duty(db, actor, room, member, duty=duty)


def give_duty(db: Db, actor: Actor, room: Room, member: Member, *, duty: str | None) -> None:
    """As `assign_duty`; whether the actor may is the caller's to check.

    Raises:
        NotFound: the member has no seat in this room.
    """
    seats = db.scalars(select(Seat).where(Seat.room_id == room.id, Seat.left_at.is_(None))).all()
    chosen = next((seat for seat in seats if seat.member_id == member.id), None)
    if chosen is None:
        raise NotFound()
    changed = [seat for seat in seats if duty is not None and seat.duty == duty and seat is not chosen]
    for seat in changed:
        seat.duty = None
    if chosen.duty == duty and not changed:
        return
    chosen.duty = duty
    _record(db, actor, "seat.duty_assigned", room, member, {"duty": duty})
    touched = select(Member.public_id).where(Member.id.in_([seat.member_id for seat in [chosen, *changed]]))
    for public_id in db.scalars(touched).all():
        outbox.add(db, MemberChanged(public_id), to=[audiences.member(public_id)])
    _tell_rooms(db, [room])


def add_seat(db: Db, room: Room, member_id: int, *, duty: str | None, reason: str = "") -> Seat:
    """The row of a seat, without announcement."""
    seat = _row(room, member_id, duty, reason)
    db.add(seat)
    db.flush()
    return seat


def add_seats(db: Db, seats: Iterable[tuple[Room, int, str | None]]) -> None:
    """The rows of many seats at once, without announcement: rooms, ids of members, and duties."""
    db.add_all(_row(room, member_id, duty, "") for room, member_id, duty in seats)
    db.flush()


def _take(
    db: Db, actor: Actor | None, room: Room, member: Member, *, duty: str | None = None, reason: str = ""
) -> Seat:
    _check_member(room, member)
    if _live_seat(db, room.round_id, member) is not None:
        raise Conflict("seating.already_elsewhere")
    seat = add_seat(db, room, member.id, duty=duty, reason=reason)
    _record(db, actor, "seat.taken", room, member, {"reason": reason} if reason else {})
    _tell(db, member, [room], to=room, reason=reason)
    return seat


def _row(room: Room, member_id: int, duty: str | None, reason: str) -> Seat:
    return Seat(
        room_id=room.id,
        round_id=room.round_id,
        member_id=member_id,
        duty=duty,
        seated_at=clock.now(),
        reason=reason[:300],
    )


def _check_member(room: Room, member: Member) -> None:
    if member.consultation_id != room.consultation_id or member.withdrawn_at is not None:
        raise NotFound()


def _live_seat(db: Db, round_id: int, member: Member) -> Seat | None:
    return db.scalar(
        select(Seat).where(Seat.round_id == round_id, Seat.member_id == member.id, Seat.left_at.is_(None))
    )


def _leave(db: Db, seat: Seat) -> None:
    left = (
        update(Seat)
        .where(Seat.id == seat.id, Seat.left_at.is_(None))
        .values(left_at=clock.now())
        .returning(Seat.id)
    )
    if db.scalar(left) is None:
        raise Conflict("seating.already_elsewhere")
    queue.leave(db, seat.room_id, seat.member_id)


def _record(
    db: Db,
    actor: Actor | None,
    act: str,
    room: Room,
    member: Member,
    facts: dict[str, str] | dict[str, str | None],
) -> None:
    facts = {"room": room.public_id, **facts}
    audit.record(db, actor, act, f"member:{member.public_id}", chain=chain_of(db, room), facts=facts)


def _tell(db: Db, member: Member, rooms: list[Room], *, to: Room | None, reason: str) -> None:
    """Tell the member where the seat is now, and the rooms and the session that somebody came or went."""
    mine = [audiences.member(member.public_id)]
    outbox.add(db, SeatMoved(to.public_id if to else None, reason), to=mine)
    if to is not None and to.state in EDITABLE:
        outbox.add(db, SeatCalled(to.public_id), to=mine)
    _tell_rooms(db, rooms)


def _tell_rooms(db: Db, rooms: list[Room]) -> None:
    round_id = db.scalars(select(Round.public_id).where(Round.id == rooms[0].round_id)).one()
    names = [audiences.room(room.public_id) for room in rooms]
    outbox.add(db, RoundChanged(round_id), to=[*names, session_audience(db, rooms[0])])
