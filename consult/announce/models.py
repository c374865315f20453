"""Tables of the outbox."""

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from consult.db import Base, Id, Json, Moment


class AudienceHead(Base):
    """The last sequence number given to an audience."""

    __tablename__ = "audience_head"

    audience: Mapped[str] = mapped_column(String(60), primary_key=True)
    seq: Mapped[int]


class OutboxEvent(Base):
    """One event for one audience, written in the transaction of the change it tells about."""

    __tablename__ = "outbox_event"
    __table_args__ = (Index("ix_outbox_event_audience_seq", "audience", "seq", unique=True),)

    id: Mapped[Id]
    audience: Mapped[str] = mapped_column(String(60))
    seq: Mapped[int]
    name: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    data: Mapped[Json]
    at: Mapped[Moment]
