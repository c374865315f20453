"""Drafts on disk: load a document from snapshot and log, append to the log, take snapshots.

Decides what "kept" means (a row of the log, committed); refuses to decide who may write. Every function works inside the
caller's transaction and commits nothing.
"""

import json
import logging
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from zlib import crc32

from pycrdt import merge_updates
from sqlalchemy import (
    ARRAY,
    Dialect,
    Integer,
    Row,
    Select,
    String,
    any_,
    bindparam,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)

from consult.db import Base, Db, database_ms
from consult.disclosure.attribution import Attribution
from consult.drafting.document import Broken, Document, guarded
from consult.drafting.models import Draft, DraftClient, DraftUpdate, RoomLease
from consult.drafting.protocol import Refused
from consult.drafting.pseudonyms import new_salt
from consult.drafting.subject import DraftState, LeaseView, RoomView, Subject
from consult.drafting.walker import ClientId
from consult.programme.models import Consultation
from consult.rooms.models import Room

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
_COLUMNS = (
    Draft.id,
    Draft.seq,
    Draft.snapshot_seq,
    Draft.mirrored_seq,
    Draft.public_id,
    Draft.item_id,
    Draft.epoch,
    Draft.salt,
    Draft.consultation_id,
    Draft.frozen_at,
    Draft.room_id,
    Room.public_id.label("room_public_id"),
    Room.state.label("room_state"),
    Room.deadline_at,
    Room.paused_at,
    Room.closed_at,
    Room.epoch.label("room_epoch"),
    RoomLease.owner.label("lease_owner"),
    RoomLease.fence.label("lease_fence"),
)
_MIRRORED = (
    update(Draft.__table__)  # type: ignore[arg-type]
    .where(Draft.id == bindparam("draft"), Draft.mirrored_seq <= bindparam("upto"))
    .values(mirrored_seq=bindparam("upto"))
)
#: On PostgreSQL a process that stops in the middle of a writing transaction keeps its rooms from others no longer than this.
_FROZEN_MS = 4000


def draft_by(db: Db, public_id: str) -> DraftState | None:
    """The draft of this name, as it stands now."""
    return next(iter(_states(db, _joined(select(*_COLUMNS).where(Draft.public_id == public_id)))), None)


def current(db: Db, draft_ids: Iterable[int]) -> list[DraftState]:
    """Drafts as they stand now."""
    return _states(db, _BY_ID, ids=list(draft_ids))


class Locked(NamedTuple):
    """Drafts that can be written now, and the ids of those that, or whose rooms, somebody else is writing at this moment."""

    drafts: list[DraftState]
    busy: frozenset[int]


def locked(db: Db, known: Mapping[int, DraftState | None]) -> Locked:
    """Drafts as they stand now; their rooms neither close nor change hands before this transaction ends, nobody else writes them.

    On SQLite a writing transaction excludes every other one. Elsewhere the rows of room and lease are share-locked, and
    those of the drafts locked, each as far as it is free: the writer of many drafts waits neither for a form that writes one nor for
    one that changes a room, so it cannot be part of a deadlock with them. A draft without a lease is in neither answer.

    Args:
        known: each draft as it was when last read. What has not changed since is the same object in the answer.
    """
    connection = db.connection()
    sql, is_sqlite = _locking(connection.dialect), connection.dialect.name == "sqlite"
    values: Any = (json.dumps(list(known)),) if is_sqlite else {"ids": list(known)}
    drafts, changed = [], {}
    for row in connection.exec_driver_sql(sql, values):
        before, seen = known.get(row[0]), tuple(row[4 : len(_COLUMNS)])
        if before is not None and before.seen == seen:
            row_id, seq, snapshot_seq, mirrored_seq, *_ = row
            drafts.append(DraftState(row_id, seq, snapshot_seq, mirrored_seq, *before[4:]))
        else:
            changed[row[0]] = seen
    if changed:
        drafts += [draft._replace(seen=changed[draft.id]) for draft in current(db, changed)]
    if is_sqlite or len(drafts) == len(known):
        return Locked(drafts, frozenset())
    leased = connection.scalars(_LEASED, {"ids": list(known)})
    return Locked(drafts, frozenset(leased) - {draft.id for draft in drafts})


def _joined(query: Select[*tuple[Any, ...]], *, leased: bool = False) -> Select[*tuple[Any, ...]]:
    """The query with each draft's room and its lease; `leased`: only drafts that have one."""
    joined = query.join_from(Draft, Room, Room.id == Draft.room_id).order_by(Draft.id)
    return joined.join(RoomLease, RoomLease.room_id == Draft.room_id, isouter=not leased)


_IDS = Draft.id.in_(bindparam("ids", expanding=True))
#: Built once: the writer asks at every tick.
_BY_ID = _joined(select(*_COLUMNS).where(_IDS))


#: The same as one statement whatever the number of drafts, so that neither this process nor the database prepares it again.
_AT_ONCE = _joined(
    select(*_COLUMNS).where(
        Draft.id.in_(select(func.json_each(bindparam("ids", type_=String)).table_valued("value").c.value))
    )
)
_ANY = Draft.id == any_(bindparam("ids", type_=ARRAY(Integer)))
_LEASED = _joined(select(Draft.id).where(_ANY), leased=True)
_AT_ONCE_SHARED = _joined(
    select(*_COLUMNS)
    .where(_ANY)
    .add_columns(literal_column(f"set_config('idle_in_transaction_session_timeout', '{_FROZEN_MS}', true)"))
    .with_for_update(read=True, skip_locked=True, of=[Room, RoomLease]),
    leased=True,
)


@lru_cache
def _locking(dialect: Dialect) -> str:
    """How drafts, rooms and leases are read and locked at every tick: one statement, handed to the driver as it is."""
    if dialect.name == "sqlite":
        return str(_AT_ONCE.compile(dialect=dialect))
    return f"{_AT_ONCE_SHARED.compile(dialect=dialect)} FOR NO KEY UPDATE OF draft SKIP LOCKED"


def _states(db: Db, joined: Select[*tuple[Any, ...]], **values: Any) -> list[DraftState]:
    return [_state(row) for row in db.execute(joined, values)]


def _state(row: Row[*tuple[Any, ...]]) -> DraftState:
    row_id, seq, snapshot_seq, mirrored_seq, *_ = row
    seen = tuple(row[4 : len(_COLUMNS)])
    (
        public_id,
        item_id,
        epoch,
        salt,
        consultation_id,
        frozen_at,
        room_id,
        room,
        state,
        deadline_at,
        paused_at,
        closed_at,
        room_epoch,
        owner,
        fence,
    ) = seen
    subject = Subject(
        consultation_id,
        public_id,
        "drafting" if frozen_at is None else "submitted",
        RoomView(room_id, room, state, deadline_at, paused_at, closed_at, room_epoch),
        room_id,
    )
    lease = None if owner is None else LeaseView(owner, fence)
    return DraftState(
        row_id, seq, snapshot_seq, mirrored_seq, public_id, item_id, epoch, salt, subject, lease, seen
    )


def unmirrored(db: Db, limit: int, owner: str) -> list[DraftState]:
    """Drafts whose item's columns are behind, as a crash may leave them, unless another process takes care of them.

    Without those somebody is writing at this moment: nobody's update waits for this process to tidy up behind another.
    """
    query = select(*_COLUMNS).where(Draft.mirrored_seq < Draft.seq, Draft.frozen_at.is_(None))
    free = or_(RoomLease.owner.is_(None), RoomLease.owner == owner, RoomLease.expires_ms < database_ms())
    found = _joined(query.where(free).limit(limit))
    return _states(db, found.with_for_update(key_share=True, skip_locked=True, of=Draft))


def is_free(db: Db, draft_id: int) -> bool:
    """Whether nobody else is writing the draft at this moment; nobody does before this transaction ends."""
    connection = db.connection()
    return connection.dialect.name == "sqlite" or connection.scalar(_FREE, {"id": draft_id}) is not None


_FREE = select(Draft.id).where(Draft.id == bindparam("id")).with_for_update(key_share=True, skip_locked=True)


def mark_mirrored(db: Db, draft_id: int, seq: int) -> bool:
    """The item's columns are about to say what the log says up to `seq`; False when they already say more."""
    return db.connection().execute(_MIRRORED, {"draft": draft_id, "upto": seq}).rowcount == 1


def unlink_closed(db: Db, closed_before: datetime) -> None:
    """Destroy what links pseudonyms to members, where neither identity nor affiliation may be revealed.

    Rule: under "none" (Chatham House Rule) the link between text and person ends when the room has closed.
    """
    nameless = select(Consultation.id).where(Consultation.attribution == Attribution.NONE.value)
    query = select(*_COLUMNS).where(Room.state == "closed", Room.closed_at < closed_before)
    for state in _states(db, _joined(query.where(Draft.consultation_id.in_(nameless)))):
        unlinked = f"{state.subject.room.epoch}-"
        if not state.salt.startswith(unlinked):
            salt = unlinked + new_salt()[len(unlinked) :]
            db.execute(update(Draft).where(Draft.id == state.id).values(salt=salt))


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
    connection = db.connection()
    written_as = _KEPT_AT.dialect_impl(connection.dialect).bind_processor(connection.dialect)
    moment = written_as(at) if written_as else at
    newest = {entry.draft_id: entry.seq for entry in entries}
    if connection.dialect.name == "sqlite":
        rows = [(entry.draft_id, entry.seq, entry.data, crc32(entry.data), moment) for entry in entries]
        connection.exec_driver_sql(_APPEND, rows)
        connection.exec_driver_sql(_MOVE_ON, [(seq, row) for row, seq in newest.items()])
        return
    columns = ([getattr(entry, name) for entry in entries] for name in ("draft_id", "seq", "data"))
    checks = [crc32(entry.data) for entry in entries]
    connection.exec_driver_sql(
        _APPEND_AND_MOVE_ON, (moment, *columns, checks, list(newest), list(newest.values()))
    )


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
