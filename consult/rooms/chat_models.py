"""The table of what people of a room write to each other."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.db import Base, Id, Moment, MomentOrNone, PublicId
from consult.rooms.models import Room


class ChatMessage(Base):
    """One message to everybody in a room. It is plain text of one line."""

    __tablename__ = "chat_message"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    room_id: Mapped[int] = mapped_column(ForeignKey("room.id"), index=True)
    #: None once the room has closed where neither identity nor affiliation may be revealed.
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    #: Empty once it is removed.
    text: Mapped[str] = mapped_column(String(500))
    at: Mapped[Moment]
    removed_at: Mapped[MomentOrNone]
    #: "author", "moderator" (the room's, or a facilitator) or None.
    removed_as: Mapped[str | None] = mapped_column(String(10))

    room: Mapped[Room] = relationship()

    @property
    def consultation_id(self) -> int:
        """The consultation it belongs to, as rules ask for it."""
        return self.room.consultation_id
