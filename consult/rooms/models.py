"""Tables of rounds, rooms and seats."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.db import Base, Id, Json, Moment, MomentOrNone, PublicId
from consult.people.models import Member
from consult.rooms import steps, timing


class RoomState(StrEnum):
    """Life of a room. `closing` is the editable grace of a recall; `reopened` is open again after a close."""

    DRAFT = "draft"
    STAGED = "staged"
    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"
    REOPENED = "reopened"


#: States in which a seated member may edit.
EDITABLE = frozenset(timing.EDITABLE)


#: A group of ten picks three to five items in an hour.
ITEMS_WANTED = 3


class Round(Base):
    """One breakout period of a session. Its state is derived from its rooms."""

    __tablename__ = "round"
    __table_args__ = (UniqueConstraint("session_id", "number"),)

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultation.id"), index=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("session.id"), index=True)
    number: Mapped[int]
    topic: Mapped[str] = mapped_column(Text)
    #: Planned length.
    minutes: Mapped[int]
    created_at: Mapped[Moment]
    #: How many items each room is asked for.
    items_wanted: Mapped[int] = mapped_column(default=ITEMS_WANTED)
    #: Seconds after which somebody who came late and waits is seated by itself; None: a facilitator does it.
    place_late_after: Mapped[int | None]

    rooms: Mapped[list["Room"]] = relationship(back_populates="round", order_by="Room.number")


class Room(Base):
    """One breakout group in one round."""

    __tablename__ = "room"
    __table_args__ = (
        UniqueConstraint("round_id", "number"),
        Index("ix_room_state_deadline_at", "state", "deadline_at"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultation.id"), index=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("session.id"), index=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    number: Mapped[int]
    topic: Mapped[str] = mapped_column(Text)
    #: What this room is asked to do, in plain words; empty: nothing of its own.
    brief: Mapped[str] = mapped_column(Text, default="")
    #: Public ids of the sources picked for this room alone; empty: it has all of its session, none before others.
    documents: Mapped[Json] = mapped_column(default=list)
    state: Mapped[str] = mapped_column(String(12), default=RoomState.STAGED.value)
    opened_at: Mapped[MomentOrNone]
    #: UTC; the room becomes read-only at this moment.
    deadline_at: Mapped[MomentOrNone]
    #: Since when its clock stands still; people go on writing, and the deadline moves on by the length of the pause.
    paused_at: Mapped[MomentOrNone]
    closed_at: Mapped[MomentOrNone]
    #: How long one turn in its speaking queue is to be.
    talk_seconds: Mapped[int] = mapped_column(default=180)
    #: Where it is on its way through the round (`steps`), and since when: less pauses; None since it opened.
    step: Mapped[str] = mapped_column(String(12), default=steps.FIRST)
    step_at: Mapped[MomentOrNone]
    #: Counts closings and reopenings; offline text of an older epoch is not sent by itself.
    epoch: Mapped[int] = mapped_column(default=1)

    round: Mapped[Round] = relationship(back_populates="rooms")
    #: Seats taken now; those that were left are history.
    seats: Mapped[list["Seat"]] = relationship(
        primaryjoin="and_(Seat.room_id == Room.id, Seat.left_at.is_(None))", order_by="Seat.id", viewonly=True
    )

    def is_open_at(self, now: datetime) -> bool:
        """Whether people seated here may edit at `now`."""
        return timing.is_open_at(self.state, self.deadline_at, now, paused=self.paused_at)


class Seat(Base):
    """A member's place in a room: the only thing that lets a delegate edit there. A seat that was left stays as history."""

    __tablename__ = "seat"
    __table_args__ = (
        Index(
            "uq_seat_live",
            "round_id",
            "member_id",
            unique=True,
            sqlite_where=text("left_at IS NULL"),
            postgresql_where=text("left_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    room_id: Mapped[int] = mapped_column(ForeignKey("room.id"), index=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    #: "moderator", "rapporteur", "deputy" or None.
    duty: Mapped[str | None] = mapped_column(String(20))
    seated_at: Mapped[Moment]
    left_at: Mapped[MomentOrNone]
    #: Why the person was moved, in the mover's words.
    reason: Mapped[str] = mapped_column(String(300), default="")

    room: Mapped[Room] = relationship()
    member: Mapped[Member] = relationship()


class Presence(Base):
    """Where a member's pages at one server process were last heard from; older than `presence.FRESH_SECONDS` means gone.

    Each process writes its own rows and no others, so what one of them does not know it cannot take from another.
    """

    __tablename__ = "presence"

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), primary_key=True)
    #: Name of the process.
    process: Mapped[str] = mapped_column(String(60), primary_key=True, default="")
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultation.id"), index=True)
    room_id: Mapped[int | None] = mapped_column(ForeignKey("room.id"), index=True)
    seen_at: Mapped[Moment]
    #: When the last of their pages there was closed or cut off; None while one is open.
    left_at: Mapped[MomentOrNone]
    #: Until when somebody who was cut off still counts as here; None for who left, and while a page is open.
    held_until: Mapped[MomentOrNone]
    #: When they last wrote in the room's drafts. Counted by room only, and gone with the next presence elsewhere.
    wrote_at: Mapped[MomentOrNone]
    #: A facilitator who only looks on.
    observes: Mapped[bool] = mapped_column(default=False)
