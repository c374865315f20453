"""Recording acts and verifying the record."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from consult import clock
from consult.audit.chain import GENESIS, Break, entry_hash, first_break, sealed
from consult.audit.models import AuditEntry, AuditHead
from consult.db import Db
from consult.permissions.actor import Actor

SERVER = "server"


@dataclass(frozen=True)
class Verdict:
    """What verification of one chain found."""

    chain: str
    entries: int
    head: str
    broken: Break | None


def record(
    db: Db, actor: Actor | None, act: str, subject: str, *, chain: str, facts: dict[str, Any] | None = None
) -> None:
    """Write down one act, in the transaction of the change.

    Rule: every act that changes the record is in the audit log.

    Args:
        actor: who did it; None for the server itself (a deadline).
        chain: the consultation's public id, or `SERVER`.
        facts: what is needed to understand the act later; JSON values, no personal data.
    """
    head = db.get(AuditHead, chain, with_for_update=True, populate_existing=True)
    if head is None:
        head = AuditHead(chain=chain, seq=0, hash=GENESIS)
        db.add(head)
    entry = AuditEntry(
        chain=chain,
        seq=head.seq + 1,
        at=clock.now(),
        actor=actor.public_id if actor else SERVER,
        act=act,
        subject=subject,
        facts=facts or {},
        salt=secrets.token_hex(16),
        previous_hash=head.hash,
    )
    entry.hash = entry_hash(head.hash, whole(entry))
    head.seq, head.hash = entry.seq, entry.hash
    db.add(entry)
    db.flush()


def whole(entry: AuditEntry) -> dict[str, Any]:
    """The whole entry as it is hashed. Times: UTC, ISO 8601 with microseconds."""
    return {
        "chain": entry.chain,
        "seq": entry.seq,
        "at": entry.at.isoformat(timespec="microseconds"),
        "actor": entry.actor,
        "act": entry.act,
        "subject": entry.subject,
        "facts": entry.facts,
        "salt": entry.salt,
        "previous_hash": entry.previous_hash,
        "hash": entry.hash,
    }


def entries_of(db: Db, chain: str) -> Iterator[dict[str, Any]]:
    """All entries of one chain in order."""
    query = (
        select(AuditEntry)
        .where(AuditEntry.chain == chain)
        .order_by(AuditEntry.seq)
        .execution_options(yield_per=500)
    )
    for entry in db.scalars(query):
        yield whole(entry)


def sealed_log(db: Db, chain: str) -> tuple[dict[str, Any], ...]:
    """The log of one consultation as it may be exported: verifiable, without who, when and what about."""
    return tuple(sealed(entry) for entry in entries_of(db, chain))


def head_of(db: Db, chain: str) -> str:
    """The hash of the newest entry."""
    head = db.get(AuditHead, chain)
    return head.hash if head else GENESIS


def verify(db: Db) -> list[Verdict]:
    """Check every chain against its entries and its head."""
    verdicts = []
    for head in db.scalars(select(AuditHead).order_by(AuditHead.chain)).all():
        entries = list(entries_of(db, head.chain))
        broken = first_break(entries)
        last = entries[-1] if entries else None
        if broken is None and (last is None or last["hash"] != head.hash or last["seq"] != head.seq):
            broken = Break(len(entries) + 1, "entries are missing at the end")
        verdicts.append(Verdict(head.chain, len(entries), head.hash, broken))
    return verdicts
