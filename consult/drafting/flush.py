"""One tick's writing: all drafts with something to write, one transaction, then the answers.

Every update is judged here against the document and the rights as the transaction sees them, or as it finds them unchanged; what is
applied is in the log before anybody is told. Decides into which of four outcomes an update falls (taken, synced late, kept as a late
contribution, refused); refuses to decide who may write (`Rights`).
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pycrdt import merge_updates

from consult import clock
from consult.announce import audiences, outbox
from consult.announce.events import LateKept
from consult.db import Db
from consult.drafting import late, states, store
from consult.drafting.content import RESERVED_CLIENTS
from consult.drafting.document import Broken, Document
from consult.drafting.leases import Leases
from consult.drafting.limits import Limits
from consult.drafting.live_draft import Ack, LiveDraft, Outlet, Pending, Rights
from consult.drafting.protocol import Code, Refused
from consult.drafting.structure import Admission, TypedOn
from consult.drafting.subject import DraftState
from consult.rooms import queries

log = logging.getLogger("consult.drafting")
HEALING_RETRY_SECONDS = 1.0
#: Reasons for which an update is worth keeping when it cannot be written any more.
_TOO_LATE = frozenset({"room.closed", "item.not_drafting"})


class Unsure(Exception):
    """Only the database can say what becomes of an update."""


@dataclass(slots=True)
class Written:
    """What a tick did to one draft."""

    live: LiveDraft
    draft: DraftState | None = None
    deltas: list[bytes] = field(default_factory=list)
    authors: set[str] = field(default_factory=set)
    taken: list[Pending] = field(default_factory=list)
    refused: tuple[tuple[Pending, Ack], ...] = ()
    bindings: tuple[store.Binding, ...] = ()
    #: Owners who used their one sync after the close.
    synced: frozenset[str] = frozenset()
    #: Rows another writer appended meanwhile.
    foreign: tuple[tuple[int, bytes], ...] = ()
    changed: bool = False
    broken: bool = False
    #: Another process holds the room: nothing was written.
    lost: bool = False
    #: What waits for the next tick: somebody else is writing this draft at the moment.
    waiting: Sequence[Pending] = ()
    #: What was appended to the log, all deltas in one.
    merged: bytes = b""
    #: How far the log goes then.
    seq: int = 0
    #: The draft is as it was when it was last locked, as far as this process knows; what that does not decide is `unsure`.
    believing: bool = False
    unsure: Sequence[Pending] = ()

    def move_on(self) -> None:
        """The row was appended, if there is one."""
        if self.merged:
            self.live.seq += 1
        self.seq = self.live.seq


@dataclass(frozen=True)
class Flush:
    """The rules of writing; one for a process."""

    rights: Rights
    outlet: Outlet
    limits: Limits
    grace: float
    leases: Leases
    readings: states.Readings = field(default_factory=states.Readings)

    def write(self, db: Db, batch: dict[LiveDraft, list[Pending]], now: datetime) -> list[Written]:
        """Judge, apply and log what waits; nothing is told to anybody yet.

        As far as the drafts are known by one statement, which is a transaction of its own; the rest in the caller's transaction.
        """
        done: list[Written] = []
        if all(self._is_believed(live) for live in batch):
            done = self._write_believing(db, batch, now)
            batch = {written.live: list(written.unsure) for written in done if written.unsure}
        return done + self._write_locking(db, batch, now) if batch else done

    def _write_locking(self, db: Db, batch: dict[LiveDraft, list[Pending]], now: datetime) -> list[Written]:
        """Lock and read first, then write, in the caller's transaction."""
        found, busy, marks = self.readings.locked(db, {live.draft_id: live.state for live in batch})
        drafts = {draft.id: draft for draft in found}
        done = [
            Written(live, waiting=items)
            if live.draft_id in busy
            else self._one(db, live, drafts.get(live.draft_id), items, now)
            for live, items in batch.items()
        ]
        entries = _entries(done)
        store.append(db, entries, now)
        for written in done:
            written.live.mark = marks.get(written.live.draft_id)
            written.move_on()
        store.bind(db, [b for written in done if not written.broken for b in written.bindings], now)
        self.readings.wrote(db, [(entry.draft_id, entry.seq) for entry in entries])
        return done

    def _is_believed(self, live: LiveDraft) -> bool:
        """Whether this draft can be written as it was when it was last locked, if only the statement that writes sees to it."""
        state = live.state
        return (
            live.mark is not None
            and live.document is not None
            and state is not None
            and state.subject is live.subject
            and self.leases.holds(state)
        )

    def _write_believing(self, db: Db, batch: dict[LiveDraft, list[Pending]], now: datetime) -> list[Written]:
        """Write by one statement, which is a transaction of its own and leaves out what is not as believed; that is taken back as `unsure`.

        Nothing is refused for its rights, and nobody's first word taken, on belief alone: that is `unsure` too.
        """
        done = [self._one(db, live, live.state, items, now, believing=True) for live, items in batch.items()]
        entries = _entries(done)
        marks = {live.draft_id: live.mark for live in batch if live.mark is not None}
        kept = store.append_unchanged(db, entries, marks, now)
        for number, written in enumerate(done):
            if written.merged and written.live.draft_id not in kept:
                done[number] = _taken_back(written.live, batch[written.live])
            else:
                written.move_on()
        return done

    def _one(
        self,
        db: Db,
        live: LiveDraft,
        draft: DraftState | None,
        items: list[Pending],
        now: datetime,
        *,
        believing: bool = False,
    ) -> Written:
        written = Written(live, draft, believing=believing)
        if draft is None or not self.leases.holds(draft):
            written.lost = True
            lost = self.nack(Refused(Code.RETRY, "lease lost"))
            written.refused = tuple((item, lost) for item in items)
            return written
        if live.subject is not draft.subject or live.state is None:
            written.changed = live.follow(draft)
        live.state = draft
        self.catch_up(db, live, draft, written)
        for number, item in enumerate(items):
            try:
                self._take(db, written, item, now)
            except Unsure:
                written.unsure = items[number:]
                break
            except Refused as refusal:
                written.refused += ((item, self.nack(refusal, sid=item.sid)),)
            except Broken as error:
                log.error("draft %s: dropped from memory, an update broke it: %s", live.public_id, error)
                written.broken = True
                if live.document is None or not live.document.is_broken:  # else it was text taken earlier
                    written.refused += ((item, self.nack(Refused(Code.INVALID, "broken"))),)
                break
        if written.broken:
            told = {id(item) for item, _ack in written.refused}
            again = self.nack(Refused(Code.RETRY, "document reloaded"))
            written.refused += tuple((item, again) for item in items if id(item) not in told)
            written.taken.clear()
        return written

    def catch_up(self, db: Db, live: LiveDraft, draft: DraftState, written: Written) -> Document:
        """Bring the document in memory to what the log says, whoever wrote it."""
        document = live.document
        if document is None:
            document, live.owners = store.load(db, draft), store.owners(db, draft.id)
            if live.seats and live.seq < draft.seq:  # taken back: the pages have not heard of these
                written.foreign = tuple(
                    (row.seq, row.data) for row in store.rows_after(db, draft.id, live.seq)
                )
            live.document, live.seq, live.loaded_at = document, draft.seq, clock.monotonic()
            live.rows_since_snapshot = draft.seq - draft.snapshot_seq
            if draft.mirrored_seq < draft.seq and live.mirror_due is None:
                live.mirror_due = clock.monotonic()
        elif draft.seq > live.seq:
            try:
                for row in store.rows_after(db, draft.id, live.seq):
                    document.restore(row.data)
                    written.foreign += ((row.seq, row.data),)
            except (Refused, Broken) as error:
                log.error("draft %s: reading the log again: %s", live.public_id, error)
                live.document = document = store.load(db, draft)
            live.seq = draft.seq
        return document

    def _take(self, db: Db, written: Written, item: Pending, now: datetime) -> None:
        live, document = written.live, written.live.document
        seat = live.seats.get(item.sid)
        if seat is None or document is None or written.draft is None:
            raise Refused(Code.RESYNC, "not joined")
        refusal = self.rights.editing(item.sid, live.subject)
        if refusal is None and live.subject.is_over_at(item.received_at):
            refusal = "room.closed"
        if refusal is not None and written.believing:
            raise Unsure
        admission = document.judge(item.update, self.limits)
        self._check_owner(live, admission, seat.owner)
        if refusal is not None and not self._synced(
            written, item.sid, seat.owner, now, refusal, admission, document
        ):
            if refusal in _TOO_LATE and self._may_leave_words(live, item.sid):
                self._keep_late(db, written, item, now)
                raise Refused(Code.LATE, refusal)
            raise Refused(Code.READONLY, refusal)
        self._own(written, admission, seat.owner, seat.member_id)
        delta = document.apply(admission)
        if delta:
            written.deltas.append(delta)
            written.authors.add(item.sid)
            if refusal is not None:
                written.synced |= {seat.owner}
        written.taken.append(item)

    def _synced(
        self,
        written: Written,
        sid: str,
        owner: str,
        now: datetime,
        refusal: str,
        admission: Admission | TypedOn,
        document: Document,
    ) -> bool:
        """Whether an update may still go in though the room is closed: it brings nothing, or its author was cut off."""
        live = written.live
        if refusal not in _TOO_LATE or self.rights.reading(sid, live.subject) is not None:
            return False
        if not admission.clients and late.brings_nothing(document, admission.update):
            return True
        return owner not in written.synced and live.may_sync_late(sid, owner, now, self.grace)

    def _may_leave_words(self, live: LiveDraft, sid: str) -> bool:
        """Whether what cannot be written any more is kept as late: of who may read on; and where rooms were merged or split, so
        that item and people went on elsewhere, of who was at it until then."""
        reason = self.rights.reading(sid, live.subject)
        return reason is None or (reason == "room.not_seated" and live.subject.state != "drafting")

    @staticmethod
    def _check_owner(live: LiveDraft, admission: Admission | TypedOn, owner: str) -> None:
        """A client id belongs to whoever used it first; nobody writes under another's.

        An honest page has others' words too. Where a damaged draft lacks them, it is asked to come again when the author has.
        """
        for client in admission.clients:
            if client < RESERVED_CLIENTS:
                raise Refused(Code.INVALID, "reserved client id")
            if live.owners.get(client, owner) != owner:
                if live.is_healing(clock.monotonic()):
                    raise Refused(Code.RETRY, "words of somebody else", after=HEALING_RETRY_SECONDS)
                raise Refused(Code.INVALID, "client id of somebody else")
            shown = live.carets.get(client)
            if shown is not None and live.seats.get(shown.sid) and live.seats[shown.sid].owner != owner:
                raise Refused(Code.INVALID, "client id of somebody else")

    def _own(self, written: Written, admission: Admission | TypedOn, owner: str, member_id: int) -> None:
        live = written.live
        for client in admission.clients:
            if client not in live.owners:
                if written.believing:
                    raise Unsure
                live.owners[client] = owner
                known = None if self.rights.is_anonymous(live.subject) else member_id
                written.bindings += (store.Binding(live.draft_id, client, owner, known),)

    def _keep_late(self, db: Db, written: Written, item: Pending, now: datetime) -> None:
        live, seat = written.live, written.live.seats[item.sid]
        if (
            written.draft is None
            or late.undecided_of(db, live.draft_id, seat.owner) >= self.limits.late_per_author
        ):
            raise Refused(Code.READONLY, "late.too_many")
        known = None if self.rights.is_anonymous(live.subject) else seat.member_id
        late.keep(db, live.draft_id, item.update, owner=seat.owner, member_id=known, at=now)
        room = live.subject.room
        keepers = queries.record_keepers(db, room.id)
        to = [audiences.room(room.public_id), audiences.staff(keepers.consultation)]
        event = LateKept(item=live.public_id, room=room.public_id)
        outbox.add(db, event, to=[*to, *(audiences.member(member) for member in keepers.members)])

    def answer(self, error: Exception, sid: str) -> Ack:
        """The answer to a message that was refused, or failed because the database did not answer or of a fault of ours."""
        if isinstance(error, Refused):
            return self.nack(error, sid=sid)
        log.error("drafting: a message failed sid=%s", sid, exc_info=error)
        return self.nack(Refused(Code.RETRY, "database"), sid=sid)

    def nack(self, refusal: Refused, *, sid: str | None = None) -> Ack:
        """The answer to a refused update, in words too."""
        if refusal.code not in (Code.RESYNC, Code.RETRY):
            log.info("refused code=%s detail=%s sid=%s", refusal.code.value, refusal.detail, sid)
        ack: Ack = {"ok": 0, "code": refusal.code.value, "message": self.outlet.words(words_code(refusal))}
        if refusal.after:
            ack["after"] = round(refusal.after * 1000)
        return ack


def _entries(done: Iterable[Written]) -> list[store.Entry]:
    """The rows that a tick adds to the logs."""
    entries = []
    for written in done:
        if written.broken or not written.deltas:
            continue
        deltas = written.deltas
        written.merged = deltas[0] if len(deltas) == 1 else merge_updates(*deltas)
        entries.append(store.Entry(written.live.draft_id, written.live.seq + 1, written.merged))
    return entries


def _taken_back(live: LiveDraft, items: list[Pending]) -> Written:
    """Nothing was written: the document is read again, and judges all of it again."""
    live.mark = live.document = None
    live.owners = {}
    return Written(live, unsure=items)


def words_code(refusal: Refused) -> str:
    """The message code of a refusal: the reason where there is one, else that of the short code."""
    if refusal.code in (Code.READONLY, Code.FORBIDDEN) and "." in refusal.detail:
        return refusal.detail
    return f"draft.{refusal.code.value}"
