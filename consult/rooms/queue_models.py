"""The table of hands raised in rooms."""

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from consult.db import Base, Id, Moment, MomentOrNone


class Hand(Base):
    """Somebody's wish to speak in a room, from the hand going up to the end of the turn. Those that ended stay as history."""

    __tablename__ = "hand"
    __table_args__ = (
        Index(
            "uq_hand_live",
            "room_id",
            "member_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    room_id: Mapped[int] = mapped_column(ForeignKey("room.id"), index=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    raised_at: Mapped[Moment]
    #: When the turn began; None while waiting.
    called_at: Mapped[MomentOrNone]
    ended_at: Mapped[MomentOrNone]
