"""The clock of rooms: more time, less time, a new length, pause and resume; of one room or of all of a round.

Each act locks its rooms first, so that two facilitators who act at once act one after the other, and the second acts on
what the first left. Every change is announced in each room and stands in the log.
"""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from sqlalchemy import select

from consult import clock
from consult.announce.events import RoomDeadlineChanged
from consult.audit import service as audit
from consult.db import Db
from consult.errors import Conflict, Invalid
from consult.permissions.actor import Actor
from consult.permissions.check import require
from consult.permissions.names import Permission
from consult.programme.models import Session
from consult.rooms import steps, timing
from consult.rooms.locking import locked
from consult.rooms.models import EDITABLE, Room, RoomState
from consult.rooms.notices import chain_of, tell, tell_state

MOST_MINUTES = 240
#: Less time than this is a recall, which says so to the people in the rooms.
LEAST_LEFT = timedelta(minutes=1)
#: States whose clock can stand still; a recall's countdown cannot.
PAUSABLE = frozenset({RoomState.OPEN.value, RoomState.REOPENED.value})


def extend(
    db: Db,
    actor: Actor,
    rooms: list[Room],
    *,
    minutes: int,
    past_end: bool = False,
    recalled: Collection[int] | None = None,
) -> list[Room]:
    """Give open rooms more time, or with negative `minutes` less; more time takes a running recall back.

    Args:
        past_end: the actor confirmed that the rooms may run past the session's end.
        recalled: row ids of the rooms that the actor saw being recalled; a recall that came since is not taken back
            unawares. None: the actor does not mind.

    Returns:
        The rooms that were changed; those that are not open any more, were recalled meanwhile, or would have less than a
        minute, are left as they are.

    Raises:
        Invalid: `minutes` is 0 or beyond four hours.
        Conflict: `room.not_open` when none of them is open any more, `room.recalled`, `room.too_little_time`,
            `room.past_session_end` until it is confirmed.
    """
    if minutes == 0 or abs(minutes) > MOST_MINUTES:
        raise Invalid("form.invalid", fields={"minutes": "field.number"}, low=1, high=MOST_MINUTES)
    now = clock.now()
    found = _open(db, actor, rooms, recalled=() if minutes < 0 else recalled)
    return _move(
        db,
        actor,
        found,
        lambda room: timing.extended(room.deadline_at or now, room.paused_at or now, minutes),
        "more" if minutes > 0 else "less",
        abs(minutes),
        past_end=past_end,
    )


def set_left(
    db: Db,
    actor: Actor,
    rooms: list[Room],
    *,
    minutes: int,
    past_end: bool = False,
    recalled: Collection[int] | None = None,
) -> list[Room]:
    """Leave open rooms this many minutes from now, or from the end of the pause where they stand still.

    Raises:
        Invalid: `minutes` is not from 1 to 240.
        Conflict: as `extend`.
    """
    if not 1 <= minutes <= MOST_MINUTES:
        raise Invalid("form.invalid", fields={"minutes": "field.number"}, low=1, high=MOST_MINUTES)
    now, left = clock.now(), timedelta(minutes=minutes)
    return _move(
        db,
        actor,
        _open(db, actor, rooms, recalled=recalled),
        lambda room: (room.paused_at or now) + left,
        "set",
        minutes,
        past_end=past_end,
    )


def pause(db: Db, actor: Actor, rooms: list[Room]) -> list[Room]:
    """Let the clock of open rooms stand still; people go on writing. Rooms that are being recalled are left alone.

    Raises:
        Conflict: `room.not_open` when none is open, `room.cannot` when all stand still already or are being recalled.
    """
    now = clock.now()
    found = _open(db, actor, rooms)
    changed = [
        room
        for room in found
        if room.state in PAUSABLE and room.paused_at is None and room.deadline_at and now < room.deadline_at
    ]
    if not changed:
        raise Conflict("room.cannot")
    for room in changed:
        room.paused_at = now
    _record(db, actor, changed, "rooms.paused", "paused", 0)
    _tell(db, changed, "paused", 0)
    return changed


def resume(db: Db, actor: Actor, rooms: list[Room], *, past_end: bool = False) -> list[Room]:
    """Let the clock of rooms that stand still run on, with as much time left as when it was paused.

    Raises:
        Conflict: `room.not_open` when none is open, `room.cannot` when none stands still,
            `room.past_session_end` until it is confirmed.
    """
    now = clock.now()
    changed = [room for room in _open(db, actor, rooms) if room.paused_at]
    if not changed:
        raise Conflict("room.cannot")
    later = {
        room.id: timing.resumed(room.deadline_at, room.paused_at, now)
        for room in changed
        if room.deadline_at and room.paused_at
    }
    for room in changed:
        _check_end(db, room, room.deadline_at or now, later.get(room.id, now), past_end)
    for room in changed:
        began = room.step_at or room.opened_at
        if began and room.paused_at:
            room.step_at = steps.began_after_pause(began, room.paused_at, now)
        room.deadline_at, room.paused_at = later.get(room.id), None
    _record(db, actor, changed, "rooms.resumed", "resumed", 0)
    _tell(db, changed, "resumed", 0)
    return changed


def check_end(session: Session, now: datetime, deadline: datetime, *, past_end: bool) -> None:
    """Rule: rooms opened now do not run past the session's end unless somebody confirms it.

    Raises:
        Conflict: `room.past_session_end`.
    """
    if not past_end and timing.passes_end(now, deadline, session.ends_at):
        raise Conflict("room.past_session_end")


def _open(db: Db, actor: Actor, rooms: list[Room], *, recalled: Collection[int] | None = None) -> list[Room]:
    """Those of the rooms that are open; of those being recalled only the ones in `recalled`, where it is not None."""
    for room in rooms:
        require(actor, Permission.ROOM_RUN, room)
    found = [room for room in locked(db, rooms) if room.state in EDITABLE]
    if not found:
        raise Conflict("room.not_open")
    if recalled is not None:
        found = [room for room in found if room.state != RoomState.CLOSING or room.id in recalled]
    if not found:
        raise Conflict("room.recalled")
    return found


def _move(
    db: Db,
    actor: Actor,
    rooms: list[Room],
    to: Callable[[Room], datetime],
    change: str,
    minutes: int,
    *,
    past_end: bool,
) -> list[Room]:
    now = clock.now()
    deadlines = {room.id: to(room) for room in rooms}
    rooms = [
        room
        for room in rooms
        if deadlines[room.id] >= (room.deadline_at or now)
        or deadlines[room.id] - (room.paused_at or now) >= LEAST_LEFT
    ]
    if not rooms:
        raise Conflict("room.too_little_time")
    for room in rooms:
        _check_end(db, room, room.deadline_at or now, deadlines[room.id], past_end)
    taken_back = [room for room in rooms if room.state == RoomState.CLOSING]
    for room in rooms:
        room.deadline_at = deadlines[room.id]
    for room in taken_back:
        room.state = RoomState.OPEN.value
    _record(db, actor, rooms, "rooms.deadline_changed", change, minutes)
    for room in taken_back:
        tell_state(db, room)
    _tell(db, rooms, change, minutes)
    return rooms


def _check_end(db: Db, room: Room, before: datetime, after: datetime, past_end: bool) -> None:
    end = db.scalar(select(Session.ends_at).where(Session.id == room.session_id))
    if not past_end and timing.passes_end(before, after, end):
        raise Conflict("room.past_session_end")


def _record(db: Db, actor: Actor, rooms: list[Room], act: str, change: str, minutes: int) -> None:
    """Write the rooms and log the act; before anything is announced, as in every act."""
    db.flush()
    facts: dict[str, object] = {"rooms": [room.public_id for room in rooms]}
    facts |= {"change": change, "minutes": minutes} if minutes else {}
    if rooms[0].deadline_at:
        facts["deadline"] = rooms[0].deadline_at.isoformat(timespec="seconds")
    audit.record(db, actor, act, f"room:{rooms[0].public_id}", chain=chain_of(db, rooms[0]), facts=facts)


def _tell(db: Db, rooms: list[Room], change: str, minutes: int) -> None:
    for room in rooms:
        if room.deadline_at:
            paused = clock.milliseconds(room.paused_at) if room.paused_at else None
            deadline = clock.milliseconds(room.deadline_at)
            tell(db, room, RoomDeadlineChanged(room.public_id, deadline, paused, change, minutes))
