"""Tables of what facilitators write to rooms, and who confirmed that they read it."""

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.db import Base, Id, Moment, PublicId
from consult.people.models import Member


class Broadcast(Base):
    """One message to the rooms of a round. It is plain text."""

    __tablename__ = "broadcast"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    sent_by_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    text: Mapped[str] = mapped_column(String(500))
    at: Mapped[Moment]

    sent_by: Mapped[Member] = relationship()


class BroadcastRoom(Base):
    """A room that a message went to."""

    __tablename__ = "broadcast_room"

    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcast.id"), primary_key=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("room.id"), primary_key=True, index=True)
    #: People seated there when it was sent: of how many the readers are counted.
    people: Mapped[int]


class BroadcastReceipt(Base):
    """A person who confirmed that they read a message."""

    __tablename__ = "broadcast_receipt"
    __table_args__ = (UniqueConstraint("broadcast_id", "member_id"),)

    id: Mapped[Id]
    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcast.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    #: The room in which they read it.
    room_id: Mapped[int] = mapped_column(ForeignKey("room.id"))
    at: Mapped[Moment]
