"""Drafts on disk: load a document from snapshot and log, append to the log, take snapshots.

Decides what "kept" means (a row of the log, committed); refuses to decide who may write. Every function but `append_unchanged`
works inside the caller's transaction and commits nothing.
"""

import logging
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from zlib import crc32

from pycrdt import merge_updates
from sqlalchemy import Dialect, insert, select, update

from consult.db import Base, Db, driver_alone, driver_writes
from consult.drafting import states
from consult.drafting.document import Broken, Document, guarded
from consult.drafting.models import Draft, DraftClient, DraftUpdate
from consult.drafting.protocol import Refused
from consult.drafting.subject import DraftState
from consult.drafting.walker import ClientId

log = logging.getLogger("consult.drafting")
#: Rows of the log behind a snapshot before a new one is taken.
SNAPSHOT_EVERY = 500
#: Rows merged in one call while a log is read.
_MERGED_AT_ONCE = 64


class LogRow(NamedTuple):
    """A kept row: number, bytes, checksum."""

    seq: int
    data: bytes
    crc: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One row to append."""

    draft_id: int
    seq: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Binding:
    """A client id seen for the first time, and whose it is."""

    draft_id: int
    client_id: ClientId
    owner: str
    member_id: int | None


_KEPT_AT = Base.metadata.tables["draft_update"].c.at.type
#: Handed to the driver as they are: the writer appends at every tick.
_APPEND = "INSERT INTO draft_update (draft_id, seq, data, crc, at) VALUES (?, ?, ?, ?, ?)"
_MOVE_ON = "UPDATE draft SET seq = ? WHERE id = ?"
#: The same on PostgreSQL, where each way there and back costs more than what it carries.
_APPEND_AND_MOVE_ON = """WITH appended AS (
  INSERT INTO draft_update (draft_id, seq, data, crc, at)
  SELECT entry.*, %s FROM unnest(%s::integer[], %s::integer[], %s::bytea[], %s::bigint[]) AS entry
) UPDATE draft SET seq = newest.seq FROM unnest(%s::integer[], %s::integer[]) AS newest (id, seq) WHERE draft.id = newest.id"""


@lru_cache
def _append_unchanged(dialect: Dialect) -> str:
    return f"""WITH given AS MATERIALIZED (
  SELECT * FROM unnest(%s::integer[], %s::integer[], %s::bytea[], %s::bigint[], %s::bigint[]) AS given (draft_id, seq, data, crc, mark)
), held AS MATERIALIZED ({states.unchanged(dialect)}), appended AS (
  INSERT INTO draft_update (draft_id, seq, data, crc, at)
  SELECT given.draft_id, given.seq, given.data, given.crc, %s FROM given JOIN held ON held.id = given.draft_id
) UPDATE draft SET seq = given.seq FROM given JOIN held ON held.id = given.draft_id WHERE draft.id = given.draft_id RETURNING draft.id"""  # noqa: S608  (made of constants)


_MIRRORED = "UPDATE draft SET mirrored_seq = ? WHERE id = ? AND mirrored_seq <= ?"
_MIRRORED_AT_ONCE = """UPDATE draft SET mirrored_seq = upto.seq FROM unnest(%s::integer[], %s::integer[]) AS upto (id, seq)
WHERE draft.id = upto.id AND mirrored_seq <= upto.seq"""


def mark_mirrored(db: Db, upto: Mapping[int, int]) -> None:
    """The columns of these drafts' items say what the logs say up to these numbers."""
    if not upto:
        return
    if db.get_bind().dialect.name == "sqlite":
        driver_writes(db, _MIRRORED, [(seq, row, seq) for row, seq in upto.items()], many=True)
    else:
        driver_writes(db, _MIRRORED_AT_ONCE, (_array(upto), _array(upto.values())))


def load(db: Db, draft: Draft | DraftState) -> Document:
    """The document as kept: snapshot, then log. A damaged row is left out with an alarm; the rest opens."""
    document = _from_snapshot(db, draft)
    base = draft.snapshot_seq if document else 0
    rows = rows_after(db, draft.id, base)
    damaged = {row.seq for row in rows if crc32(row.data) != row.crc}
    for seq in damaged:
        log.error("draft %s: row %d of the log left out: checksum", draft.public_id, seq)
    try:
        document = document or Document()
        _replay_at_once(document, [row.data for row in rows if row.seq not in damaged])
        document.is_damaged = bool(damaged)
        return document
    except (Refused, Broken) as error:
        log.warning("draft %s: reading the log row by row: %s", draft.public_id, error)
        document = _from_snapshot(db, draft) if base else None
    while True:
        document = document or Document()
        try:
            _replay(document, draft.public_id, rows, damaged)
            document.is_damaged = bool(damaged)
            return document
        except Broken:
            document = _from_snapshot(db, draft) if base else None


def _replay_at_once(document: Document, merged: list[bytes]) -> None:
    """Apply rows as one update, which is judged as a whole like any other.

    Raises:
        Refused: a row is damaged, or builds on one that is missing.
        Broken: drop this document.
    """
    while len(merged) > 1:  # in steps: the library compares all updates it is given with each other
        merged = [
            guarded(merge_updates, *merged[at : at + _MERGED_AT_ONCE])
            for at in range(0, len(merged), _MERGED_AT_ONCE)
        ]
    if merged:
        document.restore(merged[0])


def _from_snapshot(db: Db, draft: Draft | DraftState) -> Document | None:
    if draft.snapshot_seq == 0:
        return None
    data, crc = db.execute(select(Draft.snapshot, Draft.snapshot_crc).where(Draft.id == draft.id)).one()
    document = Document()
    try:
        if data is None or crc32(data) != crc:
            raise Broken("checksum")
        document.restore(data)
    except (Refused, Broken) as error:
        log.error("draft %s: snapshot damaged, reading the whole log: %s", draft.public_id, error)
        return None
    return document


def _replay(
    document: Document,
    name: str,
    rows: list[LogRow],
    damaged: set[int],
) -> None:
    for row in rows:
        if row.seq in damaged:
            continue
        try:
            document.restore(row.data)
        except (Refused, Broken) as error:
            damaged.add(row.seq)
            log.error("draft %s: row %d of the log left out: %s", name, row.seq, error)
            if isinstance(error, Broken):
                raise


def rows_after(db: Db, draft_id: int, seq: int) -> list[LogRow]:
    """Rows of the log behind `seq`, in order."""
    query = select(DraftUpdate.seq, DraftUpdate.data, DraftUpdate.crc)
    query = query.where(DraftUpdate.draft_id == draft_id, DraftUpdate.seq > seq).order_by(DraftUpdate.seq)
    return [LogRow(*row) for row in db.execute(query)]


def append(db: Db, entries: Collection[Entry], at: datetime) -> None:
    """Append rows to the logs and move each draft's number on."""
    if not entries:
        return
    dialect = db.get_bind().dialect
    moment = _moment(dialect, at)
    newest = {entry.draft_id: entry.seq for entry in entries}
    if dialect.name == "sqlite":
        rows = [(entry.draft_id, entry.seq, entry.data, crc32(entry.data), moment) for entry in entries]
        driver_writes(db, _APPEND, rows, many=True)
        driver_writes(db, _MOVE_ON, [(seq, row) for row, seq in newest.items()], many=True)
        return
    driver_writes(
        db, _APPEND_AND_MOVE_ON, (moment, *_columns(entries), _array(newest), _array(newest.values()))
    )


def append_unchanged(
    db: Db, entries: Collection[Entry], marks: Mapping[int, int], at: datetime
) -> frozenset[int]:
    """As `append`, on PostgreSQL, as a transaction of its own, and only to drafts that are still what the writer believes.

    One way there and back instead of four: locking, appending, and the two ends of the transaction.

    Args:
        entries: for each draft the row behind the last one the writer knows.
        marks: of each draft, as when it was last locked (`states.Locked`).

    Returns:
        The drafts written to. The others, their rooms or their leases have changed, or somebody is writing them at this moment.
    """
    if not entries:
        return frozenset()
    dialect = db.get_bind().dialect
    believed = _array(marks[entry.draft_id] for entry in entries)
    values = (*_columns(entries), believed, _moment(dialect, at))
    return frozenset(row_id for (row_id,) in driver_alone(db, _append_unchanged(dialect), values))


def _moment(dialect: Dialect, at: datetime) -> Any:
    written_as = _KEPT_AT.dialect_impl(dialect).bind_processor(dialect)
    return written_as(at) if written_as else at


def _columns(entries: Collection[Entry]) -> tuple[str, str, str, str]:
    return (
        _array(entry.draft_id for entry in entries),
        _array(entry.seq for entry in entries),
        _array(f'"\\\\x{entry.data.hex()}"' for entry in entries),
        _array(crc32(entry.data) for entry in entries),
    )


def _array(values: Iterable[object]) -> str:
    """An array as PostgreSQL reads it; values are numbers, or quoted already."""
    return f"{{{','.join(map(str, values))}}}"


def owners(db: Db, draft_id: int) -> dict[ClientId, str]:
    """Whose each client id of the draft is."""
    rows = db.execute(
        select(DraftClient.client_id, DraftClient.owner).where(DraftClient.draft_id == draft_id)
    )
    return {row.client_id: row.owner for row in rows}


def bind(db: Db, bindings: Collection[Binding], at: datetime) -> None:
    """Remember whose these client ids are."""
    if bindings:
        rows = [
            {
                "draft_id": b.draft_id,
                "client_id": b.client_id,
                "owner": b.owner,
                "member_id": b.member_id,
                "at": at,
            }
            for b in bindings
        ]
        db.execute(insert(DraftClient), rows)


def take_snapshot(db: Db, draft_id: int, seq: int, document: Document) -> bool:
    """Keep the document as it stands at `seq`, if reading it back gives the same; the log stays.

    Returns:
        False, with an alarm, when the encoded document is not the document.
    """
    data = document.encoded()
    again = Document()
    try:
        again.restore(data)
    except (Refused, Broken) as error:
        log.error("draft %d: no snapshot at %d: %s", draft_id, seq, error)
        return False
    if again.structure.state() != document.structure.state():
        log.error("draft %d: no snapshot at %d: it would lose text", draft_id, seq)
        return False
    values = {"snapshot": data, "snapshot_seq": seq, "snapshot_crc": crc32(data)}
    db.execute(update(Draft).where(Draft.id == draft_id, Draft.snapshot_seq <= seq).values(values))
    return True
