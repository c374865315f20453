"""The table of notes in the margin of drafts."""

from sqlalchemy import ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.db import Base, Id, Moment, MomentOrNone, PublicId
from consult.people.models import Member


class MarginNote(Base):
    """What somebody in the room says about words of a draft, or a reply to it. It is no part of the text, nor of the record.

    Life: open; resolved when it is dealt with; perhaps opened again. It stays when the words it is about are gone.
    """

    __tablename__ = "margin_note"
    __table_args__ = (UniqueConstraint("item_id", "message_id"),)

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultation.id"), index=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("action_item.id"), index=True)
    #: The note this one replies to; replies have no replies, no words of their own, and are not resolved by themselves.
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("margin_note.id"), index=True)
    #: None when attribution was "none".
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    text: Mapped[str] = mapped_column(Text)
    #: The words it is about, as they stood when it was written; empty: the whole item.
    quote: Mapped[str] = mapped_column(Text, default="")
    #: Where those words stand: encoded positions of the shared document, as in `drafting.anchors`; None: nowhere in particular.
    anchor_start: Mapped[bytes | None] = mapped_column(LargeBinary)
    anchor_end: Mapped[bytes | None] = mapped_column(LargeBinary)
    at: Mapped[Moment]
    resolved_at: Mapped[MomentOrNone]
    #: None while it is open, and when attribution was "none".
    resolved_by_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    #: The page's own name for what it sends, so that sending it again makes no second note; None: it gave none.
    message_id: Mapped[str | None] = mapped_column(String(40))

    member: Mapped[Member | None] = relationship(foreign_keys=member_id)
    resolved_by: Mapped[Member | None] = relationship(foreign_keys=resolved_by_id)
