"""Tables of summaries."""

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.db import Base, Id, Json, Moment, MomentOrNone, PublicId


class Summary(Base):
    """The co-facilitators' summary of one session. Published versions stay as they were."""

    __tablename__ = "summary"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultation.id"), index=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("session.id"), unique=True)
    published_at: Mapped[MomentOrNone]
    #: The version number that is public; None until published.
    published_version: Mapped[int | None]

    versions: Mapped[list["SummaryVersion"]] = relationship(
        back_populates="summary", order_by="SummaryVersion.number"
    )


class SummaryVersion(Base):
    """One state of the text. `body` is ProseMirror JSON."""

    __tablename__ = "summary_version"
    __table_args__ = (UniqueConstraint("summary_id", "number"),)

    id: Mapped[Id]
    summary_id: Mapped[int] = mapped_column(ForeignKey("summary.id"), index=True)
    number: Mapped[int]
    #: "generated" or "edited".
    origin: Mapped[str] = mapped_column(String(20))
    body: Mapped[Json]
    at: Mapped[Moment]
    by_id: Mapped[int] = mapped_column(ForeignKey("member.id"))

    summary: Mapped[Summary] = relationship(back_populates="versions")
