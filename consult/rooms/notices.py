"""Who is told what about a room: the room itself, the pages of its session, the people who sit in it."""

from sqlalchemy import select

from consult import clock
from consult.announce import audiences, outbox
from consult.announce.events import Event, RoomStateChanged, SeatCalled
from consult.db import Db
from consult.people.models import Member
from consult.programme.models import Consultation, Session
from consult.rooms.models import Room, Round, Seat


def call_in(db: Db, room: Room) -> None:
    """Tell everybody seated in an open room to come in."""
    members = db.scalars(
        select(Member.public_id)
        .join(Seat, Seat.member_id == Member.id)
        .where(Seat.room_id == room.id, Seat.left_at.is_(None))
        .order_by(Seat.id)
    ).all()
    outbox.add(db, SeatCalled(room.public_id), to=[audiences.member(member) for member in members])


def tell_state(db: Db, room: Room) -> None:
    """Announce the room's state to the room and to the pages of its session."""
    round_id = db.scalar(select(Round.public_id).where(Round.id == room.round_id)) or ""
    deadline = clock.milliseconds(room.deadline_at) if room.deadline_at else None
    tell(db, room, RoomStateChanged(room.public_id, round_id, room.state, deadline))


def tell(db: Db, room: Room, event: Event) -> None:
    """Announce something about a room to the room and to the pages of its session."""
    outbox.add(db, event, to=[audiences.room(room.public_id), session_audience(db, room)])


def session_audience(db: Db, subject: Round | Room) -> str:
    """The audience of the session a round or room belongs to."""
    return audiences.session(
        db.scalars(select(Session.public_id).where(Session.id == subject.session_id)).one()
    )


def chain_of(db: Db, subject: Session | Round | Room) -> str:
    """The audit chain of the consultation that a session, round or room belongs to."""
    query = select(Consultation.public_id).where(Consultation.id == subject.consultation_id)
    return db.scalars(query).one()
