"""Rounds and rooms: made and opened; from `deadlines` their clock, from `seats` who sits where. A round's end is in `proceedings`."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import func, select, update

from consult import clock
from consult.announce import audiences, outbox
from consult.announce.events import RoundChanged
from consult.audit import service as audit
from consult.db import Db
from consult.errors import Conflict, Invalid
from consult.permissions.actor import Actor
from consult.permissions.check import require
from consult.permissions.names import Permission
from consult.programme.models import Session
from consult.rooms.deadlines import (
    MOST_MINUTES,
    check_end,
    extend,
    pause,
    resume,
    set_left,
)
from consult.rooms.locking import locked
from consult.rooms.models import Room, RoomState, Round, Seat
from consult.rooms.notices import call_in, chain_of, session_audience, tell_state
from consult.rooms.seats import (
    DUTIES,
    add_seat,
    add_seats,
    assign_duty,
    move_member,
    seat_by_rule,
    seat_member,
    unseat,
)

__all__ = [
    "DUTIES",
    "MOST_ITEMS_WANTED",
    "MOST_MINUTES",
    "add_room",
    "add_seat",
    "add_seats",
    "assign_duty",
    "change_round",
    "check_end",
    "create_round",
    "extend",
    "locked",
    "move_member",
    "open_rooms",
    "pause",
    "resume",
    "rooms_of",
    "seat_by_rule",
    "seat_member",
    "set_late_rule",
    "set_left",
    "set_topic",
    "stage_rooms",
    "unseat",
]

MOST_ROOMS = 200
#: As many items as a room can have.
MOST_ITEMS_WANTED = 30
LEAST_LATE_SECONDS, MOST_LATE_SECONDS = 10, 3600
#: Session states in which people meet in rooms: a second round may follow a first report-back.
MEETING = frozenset({"open", "report_back"})
#: Session states in which rounds are prepared, also the day before; their rooms open while people meet.
PREPARING = MEETING | {"planned"}


def create_round(db: Db, actor: Actor, session: Session, *, topic: str, minutes: int) -> Round:
    """Prepare a breakout period of a session: what to talk about and for how long. The session need not be open yet.

    Raises:
        Conflict: `session.over`.
    """
    require(actor, Permission.ROUND_OPEN, session)
    if session.state not in PREPARING:
        raise Conflict("session.over")
    _check_minutes(minutes)
    last = db.scalar(select(func.max(Round.number)).where(Round.session_id == session.id)) or 0
    round_ = Round(
        consultation_id=session.consultation_id,
        session_id=session.id,
        number=last + 1,
        topic=topic,
        minutes=minutes,
        created_at=clock.now(),
    )
    db.add(round_)
    db.flush()
    facts = {"session": session.public_id, "minutes": minutes}
    audit.record(
        db, actor, "round.created", f"round:{round_.public_id}", chain=chain_of(db, session), facts=facts
    )
    outbox.add(db, RoundChanged(round_.public_id), to=[audiences.session(session.public_id)])
    return round_


def change_round(
    db: Db, actor: Actor, round_: Round, *, topic: str, minutes: int, items_wanted: int | None = None
) -> None:
    """Change topic and length of a round whose rooms are not open yet, and how many items each room is asked for.

    Args:
        items_wanted: None leaves it as it is.

    Raises:
        Invalid: a number that is out of bounds.
        Conflict: `round.already_open`.
    """
    require(actor, Permission.ROUND_OPEN, round_)
    _check_minutes(minutes)
    wanted = round_.items_wanted if items_wanted is None else items_wanted
    if not 1 <= wanted <= MOST_ITEMS_WANTED:
        raise Invalid("form.invalid", fields={"items": "field.number"}, low=1, high=MOST_ITEMS_WANTED)
    if (round_.topic, round_.minutes, round_.items_wanted) == (topic, minutes, wanted):
        return
    rooms = rooms_of(db, round_)
    if any(room.state != RoomState.STAGED for room in rooms):
        raise Conflict("round.already_open")
    if round_.topic != topic:
        for room in rooms:
            room.topic = topic
    round_.topic, round_.minutes, round_.items_wanted = topic, minutes, wanted
    audit.record(
        db,
        actor,
        "round.changed",
        f"round:{round_.public_id}",
        chain=chain_of(db, round_),
        facts={"minutes": minutes, "items_wanted": wanted},
    )
    outbox.add(db, RoundChanged(round_.public_id), to=[session_audience(db, round_)])


def set_late_rule(db: Db, actor: Actor, round_: Round, *, after: int | None) -> None:
    """Let people who come late be seated by themselves after some seconds, or (None) by facilitators only.

    Raises:
        Invalid: `after` is not from 10 to 3600.
    """
    require(actor, Permission.SEAT_MOVE, round_)
    if after is not None and not LEAST_LATE_SECONDS <= after <= MOST_LATE_SECONDS:
        fields = {"after": "field.number"}
        raise Invalid("form.invalid", fields=fields, low=LEAST_LATE_SECONDS, high=MOST_LATE_SECONDS)
    if round_.place_late_after == after:
        return
    round_.place_late_after = after
    facts = {"after": after}
    audit.record(
        db, actor, "round.late_rule_set", f"round:{round_.public_id}", chain=chain_of(db, round_), facts=facts
    )
    outbox.add(db, RoundChanged(round_.public_id), to=[session_audience(db, round_)])


def set_topic(db: Db, actor: Actor, room: Room, *, topic: str) -> None:
    """Give a room that is not open yet a topic of its own.

    Raises:
        Conflict: `round.already_open`.
    """
    require(actor, Permission.ROUND_OPEN, room)
    if room.topic == topic:
        return
    staged = update(Room).where(Room.id == room.id, Room.state == RoomState.STAGED.value)
    if db.scalar(staged.values(topic=topic).returning(Room.id)) is None:
        raise Conflict("round.already_open")
    db.refresh(room, ["topic"])
    round_ = db.get_one(Round, room.round_id)
    audit.record(
        db,
        actor,
        "room.topic_changed",
        f"room:{room.public_id}",
        chain=chain_of(db, room),
        facts={"topic": topic},
    )
    outbox.add(db, RoundChanged(round_.public_id), to=[session_audience(db, round_)])


def open_rooms(
    db: Db,
    actor: Actor,
    round_: Round,
    *,
    only: Sequence[Room] | None = None,
    minutes: int | None = None,
    past_end: bool = False,
) -> list[Room]:
    """Open the staged rooms of a round, all of them or some, at the same moment and call their people in.

    Rule: a room that was held back gets the whole length of the round, whenever it opens.

    Args:
        only: the rooms to open; None for every staged one.
        minutes: length of the round; None for the planned one.
        past_end: the actor confirmed that the rooms may run past the session's end.

    Raises:
        Conflict: `session.not_open`, `round.no_rooms`, `room.past_session_end` until confirmed; `round.already_open`, or
            `room.opened_before` for chosen ones, when none of them is staged any more.
    """
    require(actor, Permission.ROOM_RUN, round_)
    _check_minutes(minutes if minutes is not None else round_.minutes)
    session = locked_session(db, round_.session_id)
    if session.state not in MEETING:
        raise Conflict("session.not_open")
    now = clock.now()
    deadline = now + timedelta(minutes=minutes if minutes is not None else round_.minutes)
    check_end(session, now, deadline, past_end=past_end)
    asked = [] if only is None else [Room.id.in_([room.id for room in only])]
    opened = db.scalars(
        update(Room)
        .where(Room.round_id == round_.id, Room.state == RoomState.STAGED.value, *asked)
        .values(state=RoomState.OPEN.value, opened_at=now, deadline_at=deadline, paused_at=None)
        .returning(Room.id)
    ).all()
    if not opened and only is not None:
        raise Conflict("room.opened_before")
    if not opened:
        raise Conflict("round.already_open" if rooms_of(db, round_) else "round.no_rooms")
    rooms = [room for room in rooms_of(db, round_) if room.id in set(opened)]
    facts = {"rooms": [room.number for room in rooms], "deadline": deadline.isoformat(timespec="seconds")}
    audit.record(
        db, actor, "rooms.opened", f"round:{round_.public_id}", chain=chain_of(db, round_), facts=facts
    )
    for room in rooms:
        tell_state(db, room)
        call_in(db, room)
    return rooms


def stage_rooms(db: Db, round_: Round, *, count: int) -> list[Room]:
    """The first `count` rooms of a round, staged: missing ones made, surplus ones removed, all seats free.

    Seats of rooms that never opened gave nobody a right, so they leave no history.

    Raises:
        Conflict: `seating.rooms_open` when a room has been opened.
    """
    rooms = {room.number: room for room in rooms_of(db, round_)}
    if any(room.state != RoomState.STAGED for room in rooms.values()):
        raise Conflict("seating.rooms_open")
    for seat in db.scalars(select(Seat).where(Seat.round_id == round_.id)):
        db.delete(seat)
    db.flush()
    for number in [number for number in rooms if number > count]:
        db.delete(rooms.pop(number))
    for number in range(1, count + 1):
        if number not in rooms:
            rooms[number] = Room(
                consultation_id=round_.consultation_id,
                session_id=round_.session_id,
                round_id=round_.id,
                number=number,
                topic=round_.topic,
                state=RoomState.STAGED.value,
            )
            db.add(rooms[number])
    db.flush()
    return [rooms[number] for number in sorted(rooms)]


def add_room(db: Db, actor: Actor, like: Room) -> Room:
    """One more room of a round that is under way: open now, with the topic, the brief, the documents and the clock of another one.

    The caller tells its state (`notices.tell_state`) when people and items are there.

    Raises:
        Invalid: `seating.too_many_rooms`.
    """
    require(actor, Permission.ROOM_RUN, like)
    last = db.scalar(select(func.max(Room.number)).where(Room.round_id == like.round_id)) or 0
    if last >= MOST_ROOMS:
        raise Invalid("seating.too_many_rooms")
    room = Room(
        consultation_id=like.consultation_id,
        session_id=like.session_id,
        round_id=like.round_id,
        number=last + 1,
        topic=like.topic,
        brief=like.brief,
        documents=list(like.documents),
        state=RoomState.OPEN.value,
        opened_at=clock.now(),
        deadline_at=like.deadline_at,
        paused_at=like.paused_at,
        talk_seconds=like.talk_seconds,
        step=like.step,
        step_at=like.step_at or like.opened_at,
    )
    db.add(room)
    db.flush()
    return room


def rooms_of(db: Db, round_: Round) -> list[Room]:
    """The rooms of a round as they stand now, by number."""
    query = select(Room).where(Room.round_id == round_.id).order_by(Room.number)
    return list(db.scalars(query.execution_options(populate_existing=True)))


def locked_session(db: Db, session_id: int) -> Session:
    """The session as it stands now; it cannot close before this act is done."""
    return db.get_one(Session, session_id, with_for_update={"read": True}, populate_existing=True)


def _check_minutes(minutes: int) -> None:
    if not 1 <= minutes <= MOST_MINUTES:
        raise Invalid("form.invalid", fields={"minutes": "field.number"}, low=1, high=MOST_MINUTES)
