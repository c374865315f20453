"""Recording acts and verifying the record."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from consult import clock
from consult.audit.chain import GENESIS, Break, entry_hash, first_break
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
        previous_hash=head.hash,
    )
    entry.hash = entry_hash(head.hash, exported(entry))
    head.seq, head.hash = entry.seq, entry.hash
    db.add(entry)
    db.flush()


def exported(entry: AuditEntry) -> dict[str, Any]:
    """The entry as it is hashed and exported. Times: UTC, ISO 8601 with microseconds."""
    return {
        "chain": entry.chain,
        "seq": entry.seq,
        "at": entry.at.isoformat(timespec="microseconds"),
        "actor": entry.actor,
        "act": entry.act,
        "subject": entry.subject,
        "facts": entry.facts,
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
        yield exported(entry)


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
