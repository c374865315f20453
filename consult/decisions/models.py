"""Tables of decisions."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.db import Base, Id, Moment, MomentOrNone, PublicId
from consult.items.models import ActionItem
from consult.people.models import Delegation


class Choice(StrEnum):
    IN_FAVOUR = "in_favour"
    AGAINST = "against"
    ABSTENTION = "abstention"


class Track(StrEnum):
    """Member States and everybody else are tallied apart, always."""

    MEMBER_STATES = "member_states"
    OTHERS = "others"


class Decision(Base):
    """An indicative poll on one item: it measures support, it adopts nothing."""

    __tablename__ = "decision"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultation.id"), index=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("session.id"), index=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("action_item.id"), index=True)
    #: "indicative_poll".
    method: Mapped[str] = mapped_column(String(20))
    question: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[Moment]
    #: UTC; None: until a facilitator closes it.
    deadline_at: Mapped[MomentOrNone]
    closed_at: Mapped[MomentOrNone]

    item: Mapped[ActionItem] = relationship()
    electorate: Mapped[list["Elector"]] = relationship(order_by="Elector.id")
    ballots: Mapped[list["Ballot"]] = relationship(order_by="Ballot.id")

    def is_open_at(self, now: datetime) -> bool:
        """Whether an answer is still taken at `now`."""
        return self.closed_at is None and (self.deadline_at is None or now < self.deadline_at)


class Elector(Base):
    """A delegation that may answer, fixed when the decision opens."""

    __tablename__ = "elector"
    __table_args__ = (UniqueConstraint("decision_id", "delegation_id"),)

    id: Mapped[Id]
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"), index=True)
    delegation_id: Mapped[int] = mapped_column(ForeignKey("delegation.id"))
    track: Mapped[str] = mapped_column(String(20))

    delegation: Mapped[Delegation] = relationship()


class Ballot(Base):
    """The standing answer of one delegation: casting again replaces it."""

    __tablename__ = "ballot"
    __table_args__ = (UniqueConstraint("decision_id", "delegation_id"),)

    id: Mapped[Id]
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"), index=True)
    delegation_id: Mapped[int] = mapped_column(ForeignKey("delegation.id"))
    choice: Mapped[str] = mapped_column(String(20))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    at: Mapped[Moment]


class BallotChange(Base):
    """The log of a decision: every answer ever cast, in order."""

    __tablename__ = "ballot_change"

    id: Mapped[Id]
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"), index=True)
    delegation_id: Mapped[int] = mapped_column(ForeignKey("delegation.id"))
    choice: Mapped[str] = mapped_column(String(20))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    at: Mapped[Moment]
