"""Recall, close, reopen, report-back, end of a session: what touches rooms, drafts, items and plenary at once.

Nothing closes a room but the clock: an act of a person only moves the deadline, and `close_due` closes what is due, with
one conditional update per room, so that of several processes exactly one wins. A room that is merged into another one
(`regrouping`) closes with it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import BindParameter, ColumnElement, String, bindparam, func, or_, select, update

from consult import clock
from consult.announce import audiences, outbox
from consult.announce.events import ReportBackOpened, SessionChanged
from consult.audit import service as audit
from consult.db import Db, UtcDateTime
from consult.drafting import service as drafting
from consult.drafting.leases import held_by_another
from consult.errors import Conflict, Invalid
from consult.items.models import ActionItem, ItemState, VersionReason
from consult.items.queries import drafted_in
from consult.items.versions import keep_version
from consult.permissions.actor import Actor
from consult.permissions.check import require
from consult.permissions.names import Permission
from consult.programme.models import Consultation, Session, SessionState
from consult.programme.states import before
from consult.rooms import chat, queue, timing
from consult.rooms import help as help_calls
from consult.rooms import service as rooms_service
from consult.rooms.models import EDITABLE, Room, RoomState, Round
from consult.rooms.notices import call_in, chain_of, tell_state

#: Editable seconds after a recall, where the caller does not say otherwise.
RECALL_SECONDS = 60
#: How long a room whose time is over is left to the process that has its drafts.
OWNER_SECONDS = 2


def recall(
    db: Db, actor: Actor, round_: Round, *, immediately: bool = False, seconds: int = RECALL_SECONDS
) -> list[Room]:
    """Call everybody in a round's rooms back to plenary.

    Rule: a recall first grants some editable seconds with a visible countdown; "immediately" skips them.

    Raises:
        Conflict: `room.not_open` when no room is open.
    """
    require(actor, Permission.ROOM_RUN, round_)
    return _recall(db, actor, rooms_service.rooms_of(db, round_), 0 if immediately else seconds)


def recall_room(
    db: Db, actor: Actor, room: Room, *, immediately: bool = False, seconds: int = RECALL_SECONDS
) -> None:
    """Call the people of one room back to plenary.

    Raises:
        Conflict: `room.not_open`.
    """
    require(actor, Permission.ROOM_RUN, room)
    _recall(db, actor, [room], 0 if immediately else seconds)


def rooms_due(db: Db, now: datetime, *, by: str | None = None) -> list[int]:
    """Row ids of the rooms whose time is over and that are not closed yet.

    Args:
        by: the process that is going to close them. Rule: whoever has a room's drafts in memory closes it, because there what
            came in time may still wait to be written; others do so when it has not been done soon after.
    """
    values: dict[str, object] = {"now": now}
    if by is not None:
        values |= {"by": by, "overdue": now - timedelta(seconds=OWNER_SECONDS)}
    return list(db.connection().scalars(_DUE if by is None else _DUE_HERE, values))


def close_due(db: Db, now: datetime, *, by: str | None = None) -> list[str]:
    """Close every room whose time is over: read-only, its drafts kept as versions, everybody told.

    Safe to call at any time by any process: a room is closed once. One that somebody is changing or writing in at this moment is
    left for the next time: nobody's writing waits for that, and nobody waits for a room who has announced something already.

    Args:
        by: as `rooms_due`.

    Returns:
        Public ids of the rooms closed by this call.
    """
    due = select(Room.id).where(Room.id.in_(rooms_due(db, now, by=by))).order_by(Room.id)
    free = db.scalars(due.with_for_update(key_share=True, skip_locked=True)).all()
    return [room.public_id for room_id in free if (room := _close(db, room_id, now)) is not None]


def reopen_room(
    db: Db, actor: Actor, room: Room, *, minutes: int, reason: str = "", past_end: bool = False
) -> None:
    """Open a closed room again for some minutes and call its people in.

    Args:
        past_end: the actor confirmed that the room may run past the session's end.

    Raises:
        Conflict: `room.cannot` when it is not closed, `session.not_open`, `room.past_session_end` until confirmed.
    """
    require(actor, Permission.ROOM_RUN, room)
    if not 1 <= minutes <= rooms_service.MOST_MINUTES:
        raise Invalid(
            "form.invalid", fields={"minutes": "field.number"}, low=1, high=rooms_service.MOST_MINUTES
        )
    session = rooms_service.locked_session(db, room.session_id)
    if session.state not in rooms_service.MEETING:
        raise Conflict("session.not_open")
    now = clock.now()
    deadline = now + timedelta(minutes=minutes)
    rooms_service.check_end(session, now, deadline, past_end=past_end)
    done = db.scalar(
        update(Room)
        .where(Room.id == room.id, Room.state == RoomState.CLOSED.value)
        .returning(Room.id)
        .values(
            state=RoomState.REOPENED.value,
            deadline_at=deadline,
            paused_at=None,
            closed_at=None,
            step_at=now,
            epoch=Room.epoch + 1,
        )
    )
    if done is None:
        raise Conflict("room.cannot")
    db.refresh(room)
    facts = {"minutes": minutes} | ({"reason": reason} if reason else {})
    audit.record(db, actor, "room.reopened", f"room:{room.public_id}", chain=chain_of(db, room), facts=facts)
    tell_state(db, room)
    call_in(db, room)


def open_report_back(db: Db, actor: Actor, session: Session) -> list[ActionItem]:
    """Bring what the rooms submitted before plenary: the items are open for comment from now on.

    May be done again after a later round, for what was submitted since.

    Raises:
        Conflict: `session.rooms_open` while people still draft, `session.cannot` when it is planned or closed.
    """
    require(actor, Permission.SESSION_RUN, session)
    _check_rooms_closed(db, session)
    was = session.state
    _advance(db, session, SessionState.REPORT_BACK)
    if was == SessionState.OPEN:
        session.report_back_at = clock.now()
    # One conditional statement: an item that somebody sends back at this moment stays with its room.
    moved = db.scalars(
        update(ActionItem)
        .where(ActionItem.session_id == session.id, ActionItem.state == ItemState.SUBMITTED.value)
        .values(state=ItemState.UNDER_COMMENT.value)
        .returning(ActionItem.id)
    ).all()
    query = select(ActionItem).where(ActionItem.id.in_(moved)).order_by(ActionItem.id)
    items = list(db.scalars(query.execution_options(populate_existing=True)))
    facts = {"items": [item.public_id for item in items]}
    audit.record(
        db,
        actor,
        "report_back.opened",
        f"session:{session.public_id}",
        chain=chain_of(db, session),
        facts=facts,
    )
    outbox.add(db, ReportBackOpened(session.public_id), to=[audiences.session(session.public_id)])
    _tell_session(db, session)
    return items


def close_session(db: Db, actor: Actor, session: Session) -> None:
    """End a session: no more rooms, no more comments.

    Raises:
        Conflict: `session.rooms_open` while people still draft, `session.cannot` when it is not open.
    """
    require(actor, Permission.SESSION_RUN, session)
    _check_rooms_closed(db, session)
    _advance(db, session, SessionState.CLOSED)
    session.closed_at = clock.now()
    audit.record(db, actor, "session.closed", f"session:{session.public_id}", chain=chain_of(db, session))
    _tell_session(db, session)


def _is_due(now: datetime | BindParameter[datetime]) -> tuple[ColumnElement[bool], ...]:
    """Rule: a room closes when its time is over; while its clock stands still it is not."""
    return Room.state.in_(EDITABLE), Room.deadline_at <= now, Room.paused_at.is_(None)


#: Built once: every process asks twice a second.
_DUE = select(Room.id).where(*_is_due(bindparam("now", type_=UtcDateTime))).order_by(Room.id)
_DUE_HERE = _DUE.where(
    or_(Room.deadline_at <= bindparam("overdue"), ~held_by_another(Room.id, bindparam("by", type_=String)))
)


def _recall(db: Db, actor: Actor, rooms: Sequence[Room], seconds: int) -> list[Room]:
    now = clock.now()
    latest = now + timedelta(seconds=seconds)
    called = [room for room in rooms_service.locked(db, rooms) if room.state in EDITABLE]
    if not called:
        raise Conflict("room.not_open")
    for room in called:
        deadline = room.deadline_at or latest
        if room.paused_at:
            deadline = timing.resumed(deadline, room.paused_at, now)
        room.state, room.deadline_at, room.paused_at = RoomState.CLOSING.value, min(deadline, latest), None
    db.flush()
    facts = {"rooms": [room.public_id for room in called], "seconds": seconds}
    audit.record(
        db, actor, "rooms.recalled", f"room:{called[0].public_id}", chain=chain_of(db, called[0]), facts=facts
    )
    if seconds:  # else the close, a moment later, keeps the same and tells what people have to know
        for room in called:
            _keep_versions(db, room, VersionReason.RECALLED, actor)
            tell_state(db, room)
    return called


def _close(db: Db, room_id: int, now: datetime) -> Room | None:
    done = db.scalar(
        update(Room)
        .where(Room.id == room_id, *_is_due(now))
        .values(state=RoomState.CLOSED.value, closed_at=now, epoch=Room.epoch + 1)
        .returning(Room.id)
    )
    if done is None:
        return None
    room = db.get_one(Room, room_id, populate_existing=True)
    help_calls.end_with_room(db, room)
    items = _keep_versions(db, room, VersionReason.CLOSED)
    queue.leave(db, room.id)
    chat.close(db, room)
    facts = {"items": [item.public_id for item in items]}
    audit.record(db, None, "room.closed", f"room:{room.public_id}", chain=chain_of(db, room), facts=facts)
    tell_state(db, room)
    return room


def _keep_versions(db: Db, room: Room, reason: VersionReason, actor: Actor | None = None) -> list[ActionItem]:
    """Every item still being drafted, as it stands when the room is called back or closes: its columns, and a version of it."""
    items = drafted_in(db, room.id)
    for item in items:
        content = drafting.snapshot(db, item)
        item.title, item.text, item.facts = content.title, content.text, dict(content.facts)
        keep_version(db, item, content, reason, by=actor)
    db.flush()
    return items


def _check_rooms_closed(db: Db, session: Session) -> None:
    """Rule: nobody is still drafting. Locks the session, so that no room opens before this act is done."""
    db.refresh(session, ["state"], with_for_update=True)
    query = select(func.count()).where(Room.session_id == session.id, Room.state.in_(EDITABLE))
    if db.scalar(query):
        raise Conflict("session.rooms_open")


def _advance(db: Db, session: Session, to: SessionState) -> None:
    done = db.scalar(
        update(Session)
        .where(Session.id == session.id, Session.state.in_(before(to)))
        .values(state=to.value)
        .returning(Session.id)
    )
    if done is None:
        raise Conflict("session.cannot")
    db.refresh(session, ["state"])


def _tell_session(db: Db, session: Session) -> None:
    consultation = db.scalars(
        select(Consultation.public_id).where(Consultation.id == session.consultation_id)
    ).one()
    names = [audiences.session(session.public_id), audiences.consultation(consultation)]
    outbox.add(db, SessionChanged(session.public_id, session.state), to=names)
