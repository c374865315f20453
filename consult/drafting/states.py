"""Drafts as their rows, their rooms' and their leases' stand in the database: read, and locked for the writer.

Decides what is locked while updates are written, and that nobody is waited for; refuses to decide who may write. Every function
works inside the caller's transaction and commits nothing.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    Dialect,
    Integer,
    Row,
    Select,
    String,
    Text,
    any_,
    bindparam,
    cast,
    column,
    func,
    literal_column,
    or_,
    select,
    table,
    update,
)

from consult.db import Db, Standing, database_ms, driver_rows, standing
from consult.disclosure.attribution import Attribution
from consult.drafting.models import Draft, RoomLease
from consult.drafting.pseudonyms import new_salt
from consult.drafting.subject import DraftState, LeaseView, RoomView, Subject
from consult.programme.models import Consultation
from consult.rooms.models import Room

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
    #: By draft, all of what the rules ask about it, its room and its lease as one number, where the database says so (`unchanged`).
    marks: Mapping[int, int]


def locked(db: Db, known: Mapping[int, DraftState | None]) -> Locked:
    """Drafts as they stand now; their rooms neither close nor change hands before this transaction ends, nobody else writes them.

    On SQLite a writing transaction excludes every other one. Elsewhere the rows of room and lease are share-locked, and
    those of the drafts locked, each as far as it is free: the writer of many drafts waits neither for a form that writes one nor for
    one that changes a room, so it cannot be part of a deadlock with them. A draft without a lease is in neither answer.

    Args:
        known: each draft as it was when last read. What has not changed since is the same object in the answer.
    """
    dialect = db.get_bind().dialect
    rows = _rows(db, _locking(dialect), known)
    drafts = _compared(db, rows, known)
    if dialect.name == "sqlite":
        return Locked(drafts, frozenset(), {})
    marks = {row[0]: row[len(_COLUMNS)] for row in rows}
    if len(drafts) == len(known):
        return Locked(drafts, frozenset(), marks)
    leased = db.connection().scalars(_LEASED, {"ids": list(known)})
    return Locked(drafts, frozenset(leased) - {draft.id for draft in drafts}, marks)


def seen(db: Db, known: Mapping[int, DraftState | None]) -> list[DraftState]:
    """Drafts as they stand now; `known` as for `locked`."""
    return _compared(db, _rows(db, _looking(db.get_bind().dialect), known), known)


def _rows(db: Db, sql: str, draft_ids: Iterable[int]) -> list[tuple[Any, ...]]:
    ids, is_sqlite = ",".join(map(str, draft_ids)), db.get_bind().dialect.name == "sqlite"
    return driver_rows(db, sql, (f"[{ids}]",) if is_sqlite else {"ids": f"{{{ids}}}"})


def _compared(
    db: Db, rows: list[tuple[Any, ...]], known: Mapping[int, DraftState | None]
) -> list[DraftState]:
    """The drafts in these rows; those that are as they are known are not made anew."""
    drafts, changed = [], {}
    for row in rows:
        before, says = known.get(row[0]), row[4 : len(_COLUMNS)]
        if before is not None and before.seen == says:
            row_id, seq, snapshot_seq, mirrored_seq, *_ = row
            drafts.append(DraftState(row_id, seq, snapshot_seq, mirrored_seq, *before[4:]))
        else:
            changed[row[0]] = says
    if changed:
        drafts += [draft._replace(seen=changed[draft.id]) for draft in current(db, changed)]
    return drafts


class Readings:
    """Drafts as the one writer of a process reads them: where the database tells that nobody has changed anything, not again."""

    def __init__(self) -> None:
        self._known: dict[int, DraftState] = {}
        self._as_of: Standing | None = None
        self._then: Standing | None = None

    def locked(self, db: Db, known: Mapping[int, DraftState | None]) -> Locked:
        """As `locked`."""
        now = standing(db)
        if now is None:
            return locked(db, known)
        if now != self._as_of:
            self._known.clear()
            self._as_of = now
        unknown = {row_id: before for row_id, before in known.items() if row_id not in self._known}
        if unknown:
            self._known |= {draft.id: draft for draft in locked(db, unknown).drafts}
        return Locked([self._known[row_id] for row_id in known if row_id in self._known], frozenset(), {})

    def wrote(self, db: Db, newest: Iterable[tuple[int, int]]) -> None:
        """The writer itself moved these drafts on to these numbers, and has changed nothing else of what is read here."""
        for row_id, seq in newest:
            if row_id in self._known:
                self._known[row_id] = DraftState(row_id, seq, *self._known[row_id][2:])
        self._then = standing(db)

    def committed(self) -> None:
        """The transaction was committed; as long as that is not said, the next one reads everything it needs."""
        self._as_of = self._then


def _joined(query: Select[*tuple[Any, ...]], *, leased: bool = False) -> Select[*tuple[Any, ...]]:
    """The query with each draft's room and its lease; `leased`: only drafts that have one."""
    joined = query.join_from(Draft, Room, Room.id == Draft.room_id).order_by(Draft.id)
    return joined.join(RoomLease, RoomLease.room_id == Draft.room_id, isouter=not leased)


_IDS = Draft.id.in_(bindparam("ids", expanding=True))
#: Built once: the writer asks at every tick.
_BY_ID = _joined(select(*_COLUMNS).where(_IDS))


#: These are one statement whatever the number of drafts, so that neither this process nor the database prepares it again.
_ONE_OF = Draft.id.in_(select(func.json_each(bindparam("ids", type_=String)).table_valued("value").c.value))
_AT_ONCE = _joined(select(*_COLUMNS).where(_ONE_OF))
_ANY = Draft.id == any_(bindparam("ids", type_=ARRAY(Integer)))
_AT_ONCE_ANY = _joined(select(*_COLUMNS).where(_ANY))
_LEASED = _joined(select(Draft.id).where(_ANY), leased=True)
#: What `DraftState.seen` holds, as one number.
_MARK = func.hashtextextended(cast(func.row(*_COLUMNS[4:]), Text), literal_column("0"))
_AT_ONCE_SHARED = _joined(
    select(*_COLUMNS)
    .where(_ANY)
    .add_columns(
        _MARK, literal_column(f"set_config('idle_in_transaction_session_timeout', '{_FROZEN_MS}', true)")
    )
    .with_for_update(read=True, skip_locked=True, of=[Room, RoomLease]),
    leased=True,
)
_GIVEN = table("given", column("draft_id"), column("seq"), column("mark"))
_UNCHANGED = _joined(
    select(Draft.id)
    .join(_GIVEN, _GIVEN.c.draft_id == Draft.id)
    .where(Draft.seq == _GIVEN.c.seq - literal_column("1"), _GIVEN.c.mark == _MARK)
    .with_for_update(read=True, skip_locked=True, of=[Room, RoomLease]),
    leased=True,
)
_AND_DRAFTS = "FOR NO KEY UPDATE OF draft SKIP LOCKED"


@lru_cache
def _locking(dialect: Dialect) -> str:
    """How drafts, rooms and leases are read and locked by the writer: one statement, handed to the driver as it is."""
    if dialect.name == "sqlite":
        return str(_AT_ONCE.compile(dialect=dialect))
    return f"{_AT_ONCE_SHARED.compile(dialect=dialect)} {_AND_DRAFTS}"


@lru_cache
def unchanged(dialect: Dialect) -> str:
    """SQL, on PostgreSQL: the ids of drafts that are as the writer believes, locked as `locked` does; the others are left out.

    It reads `given (draft_id, seq, mark)`: the number the draft's log is about to reach, and its mark when it was last locked.
    """
    return f"{_UNCHANGED.compile(dialect=dialect)} {_AND_DRAFTS}"


@lru_cache
def _looking(dialect: Dialect) -> str:
    """How they are read now and then."""
    return str((_AT_ONCE if dialect.name == "sqlite" else _AT_ONCE_ANY).compile(dialect=dialect))


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


def free(db: Db, draft_ids: Collection[int]) -> dict[int, int]:
    """Of these drafts those that nobody else is writing at this moment, nor will before this transaction ends.

    Returns:
        By draft, up to which number of its log its item's columns follow it.
    """
    return dict(_rows(db, _freeing(db.get_bind().dialect), draft_ids))  # type: ignore[arg-type]


@lru_cache
def _freeing(dialect: Dialect) -> str:
    found = select(Draft.id, Draft.mirrored_seq).where(_ONE_OF if dialect.name == "sqlite" else _ANY)
    return str(found.with_for_update(key_share=True, skip_locked=True).compile(dialect=dialect))


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
