"""The table of calls for help."""

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.db import Base, Id, Moment, MomentOrNone, PublicId
from consult.people.models import Member
from consult.rooms.models import Room


class HelpRequest(Base):
    """A room's flag that asks for a facilitator. One at a time; those that ended stay as history."""

    __tablename__ = "help_request"
    __table_args__ = (
        Index(
            "uq_help_request_live",
            "room_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    room_id: Mapped[int] = mapped_column(ForeignKey("room.id"), index=True)
    #: A value of `help.CATEGORIES`.
    category: Mapped[str] = mapped_column(String(12))
    raised_by_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    raised_at: Mapped[Moment]
    #: The facilitator who said that they go there.
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    taken_at: Mapped[MomentOrNone]
    ended_at: Mapped[MomentOrNone]
    #: How it ended: "came" (a facilitator entered), "answered", "cancelled" (by the room) or "closed" (with the room).
    outcome: Mapped[str | None] = mapped_column(String(10))

    room: Mapped[Room] = relationship()
    taken_by: Mapped[Member | None] = relationship(foreign_keys=[taken_by_id])
