"""Tables of the audit log."""

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from consult.db import Base, Id, Json, Moment


class AuditHead(Base):
    """The end of one chain; locked while an entry is added."""

    __tablename__ = "audit_head"

    #: Public id of a consultation, or "server" for acts outside one.
    chain: Mapped[str] = mapped_column(String(12), primary_key=True)
    seq: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))


class AuditEntry(Base):
    """One act: who did what to which subject, and the facts needed to understand it. Never changed, never deleted."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_chain_seq", "chain", "seq", unique=True),)

    id: Mapped[Id]
    chain: Mapped[str] = mapped_column(String(12))
    seq: Mapped[int]
    at: Mapped[Moment]
    #: Public id of the member, or "server".
    actor: Mapped[str] = mapped_column(String(20))
    #: Such as "item.submitted".
    act: Mapped[str] = mapped_column(String(40))
    #: Kind and public id, such as "item:4f7k…".
    subject: Mapped[str] = mapped_column(String(60))
    facts: Mapped[Json]
    #: 32 hexadecimal digits: an exported hash cannot be tried against guesses of who and what.
    salt: Mapped[str] = mapped_column(String(32))
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
