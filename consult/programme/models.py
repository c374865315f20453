"""Tables of the programme."""

from datetime import date
from enum import StrEnum

from sqlalchemy import Date, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.db import Base, Id, Json, Moment, MomentOrNone, PublicId


class Mode(StrEnum):
    """Which acts a session offers and what they are called."""

    INFORMAL = "informal"
    NEGOTIATION = "negotiation"
    FORMAL = "formal"


#: A title and what, who, by when and how one will know: about half a page.
TARGET_WORDS = 150


class SessionState(StrEnum):
    """Life of a session: planned, open (plenary and rounds), report-back, closed."""

    PLANNED = "planned"
    OPEN = "open"
    REPORT_BACK = "report_back"
    CLOSED = "closed"


class Consultation(Base):
    """The whole event."""

    __tablename__ = "consultation"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    title: Mapped[str] = mapped_column(String(300))
    short_title: Mapped[str] = mapped_column(String(80))
    description: Mapped[str] = mapped_column(Text, default="")
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    place: Mapped[str] = mapped_column(String(120), default="")
    #: IANA name, such as Europe/Zurich.
    time_zone: Mapped[str] = mapped_column(String(60))
    languages: Mapped[Json] = mapped_column(default=list)
    #: A value of `disclosure.attribution.Attribution`.
    attribution: Mapped[str] = mapped_column(String(20), default="delegation")
    #: Marks every page and export: synthetic participants, no real positions.
    is_sample: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[Moment]
    published_at: Mapped[MomentOrNone]

    sessions: Mapped[list["Session"]] = relationship(back_populates="consultation", order_by="Session.number")


class Session(Base):
    """One meeting on one theme."""

    __tablename__ = "session"
    __table_args__ = (UniqueConstraint("consultation_id", "number"),)

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultation.id"), index=True)
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(300))
    #: What it is called in the breadcrumb, such as "Panel 3".
    short_title: Mapped[str] = mapped_column(String(80))
    description: Mapped[str] = mapped_column(Text, default="")
    mode: Mapped[str] = mapped_column(String(20), default=Mode.INFORMAL.value)
    state: Mapped[str] = mapped_column(String(20), default=SessionState.PLANNED.value)
    #: About how many words an action item of its rooms should have; 0: not said.
    target_words: Mapped[int] = mapped_column(default=TARGET_WORDS)
    starts_at: Mapped[MomentOrNone]
    #: When it is to end, as the programme says; rooms pass it only when a facilitator confirms that.
    ends_at: Mapped[MomentOrNone]
    opened_at: Mapped[MomentOrNone]
    report_back_at: Mapped[MomentOrNone]
    closed_at: Mapped[MomentOrNone]

    consultation: Mapped[Consultation] = relationship(back_populates="sessions")
    questions: Mapped[list["GuidingQuestion"]] = relationship(
        back_populates="session", order_by="GuidingQuestion.position"
    )


class GuidingQuestion(Base):
    """A question a session puts to the panel and to every room."""

    __tablename__ = "guiding_question"

    id: Mapped[Id]
    session_id: Mapped[int] = mapped_column(ForeignKey("session.id"), index=True)
    position: Mapped[int]
    text: Mapped[str] = mapped_column(Text)

    session: Mapped[Session] = relationship(back_populates="questions")
