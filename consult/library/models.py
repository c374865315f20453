"""Tables of the library."""

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from consult.db import Base, Id, Json, Moment, PublicId


class Source(Base):
    """A statement or document that rooms can quote: a short title in own words and where it stands."""

    __tablename__ = "source"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultation.id"), index=True)
    session_id: Mapped[int | None] = mapped_column(ForeignKey("session.id"), index=True)
    position: Mapped[int]
    #: "statement" or "document".
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(Text)
    #: Where it is found, such as "Canada, Panel 3, recommendation 2".
    reference: Mapped[str] = mapped_column(String(300))
    speaker: Mapped[str] = mapped_column(String(200), default="")
    #: Codes of `reference.themes()`.
    themes: Mapped[Json] = mapped_column(default=list)
    added_at: Mapped[Moment]
