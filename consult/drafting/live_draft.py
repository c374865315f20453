"""A draft while people have it open: its document in memory, who is at it, what waits to be written, and their carets.

Decides nothing about rights (`Rights` is passed in by the entrance and asks the one table); holds what the writer needs.
No I/O; the clock comes in as arguments.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from consult.drafting.awareness import Caret
from consult.drafting.document import Document
from consult.drafting.limits import Allowance, Limits
from consult.drafting.protocol import Code, Refused
from consult.drafting.subject import DraftState, Subject
from consult.drafting.walker import ClientId, Walked
from consult.rooms.models import EDITABLE

Ack = dict[str, Any]
CARET_SECONDS = 35.0
#: How soon after a change an item's columns follow its draft.
MIRROR_AFTER_SECONDS = 1.0
#: How long after a damaged draft was opened its authors' own pages have to bring back what could not be read.
HEALING_SECONDS = 30.0


class Reply(Protocol):
    """Where the answer to a message goes; the sender waits for it."""

    def set(self, value: Any) -> None: ...


class Rights(Protocol):
    """Answers of the one table of rights, for a connection. A reason code means no."""

    def is_known(self, sid: str, subject: Subject) -> bool:
        """Whether the questions about a connection are answered without looking it up."""
        ...

    def learn(self) -> None:
        """Look up, all at once, who was not known when that was asked."""
        ...

    def reading(self, sid: str, subject: Subject) -> str | None: ...

    def editing(self, sid: str, subject: Subject) -> str | None: ...

    def member_id(self, sid: str, subject: Subject) -> int | None: ...

    def signature(self, sid: str, subject: Subject) -> dict[str, str]: ...

    def is_anonymous(self, subject: Subject) -> bool: ...

    def hears(self, sid: str) -> bool:
        """Whether the connection can be told anything between two questions of its own."""
        ...


class Outlet(Protocol):
    """The way to the pages."""

    def together(self) -> AbstractContextManager[None]:
        """What is told in here may reach each page in one go, in the same order."""
        ...

    def enter(self, sid: str, draft: str) -> None: ...

    def leave(self, sid: str, draft: str) -> None: ...

    def update(self, draft: str, data: bytes, seq: int, skip: str | None) -> None: ...

    def carets(
        self, draft: str, data: bytes, *, skip: str | None = None, only: str | None = None
    ) -> None: ...

    def permission(self, sid: str, draft: str, *, edit: bool, epoch: int, reason: str | None) -> None: ...

    def moved(self, sid: str, draft: str, room: str, reason: str) -> None: ...

    def resync(self, draft: str) -> None: ...

    def reconnect(self, sid: str) -> None: ...

    def words(self, code: str) -> str: ...


@dataclass(slots=True)
class Seat:
    """A connection at a draft."""

    sid: str
    member_id: int
    owner: str
    edit: bool
    epoch: int
    #: Whether the page is told at once when the room closes; one that asks by HTTP finds out at its next question.
    hears: bool = True


@dataclass(slots=True)
class Page:
    """One connection: what it may still send, and the drafts it has joined, in order."""

    sid: str
    allowance: Allowance
    drafts: dict[str, "LiveDraft"] = field(default_factory=dict)

    def addressed(self, args: tuple[object, ...]) -> "LiveDraft":
        """The draft a message is about: the one it names, or the only one the connection has joined.

        Raises:
            Refused: `invalid`, or `resync` when the connection has not joined it.
        """
        if not args or len(args) > 2:
            raise Refused(Code.INVALID, "arguments")
        name = args[1] if len(args) == 2 else None
        if name is None and len(self.drafts) == 1:
            return next(iter(self.drafts.values()))
        live = self.drafts.get(name) if isinstance(name, str) else None
        if live is None:
            raise Refused(Code.RESYNC, "not joined")
        return live


@dataclass(slots=True)
class Pending:
    """An update that was well-formed and allowed when it came, waiting for the next tick."""

    sid: str
    update: Walked
    reply: Reply
    received_at: datetime


@dataclass(slots=True)
class Shown:
    """A caret and the connection it belongs to; `at` is monotonic seconds."""

    sid: str
    caret: Caret
    at: float


@dataclass(eq=False, slots=True)
class LiveDraft:
    """One draft in memory. `document` is None when it has to be loaded (again)."""

    draft_id: int
    item_id: int
    public_id: str
    subject: Subject
    salt: str
    own_epoch: int
    #: The draft as last read in a transaction that writes.
    state: DraftState | None = None
    #: Of draft, room and lease, as when they were last locked (`states.Locked`); None: to be locked and read again before anything is written.
    mark: int | None = None
    seq: int = 0
    document: Document | None = None
    #: Monotonic seconds at which `document` was loaded.
    loaded_at: float = 0.0
    owners: dict[ClientId, str] = field(default_factory=dict)
    seats: dict[str, Seat] = field(default_factory=dict)
    pending: list[Pending] = field(default_factory=list)
    carets: dict[ClientId, Shown] = field(default_factory=dict)
    #: Caret messages to send at the next tick, by client id, with the connection that said so.
    caret_news: dict[ClientId, tuple[str, Caret]] = field(default_factory=dict)
    #: Authors whose connection was lost while the room was open, and when (UTC), until they are back.
    cut_off: dict[str, datetime] = field(default_factory=dict)
    #: When the room's time ended (UTC), and the connections that heard it, with their authors. None: it has not, as far as we saw.
    ended_at: datetime | None = None
    heard_end: dict[str, str] = field(default_factory=dict)
    #: Authors who used their one sync after the end.
    synced: set[str] = field(default_factory=set)
    rows_since_snapshot: int = 0
    #: Digest of what is deleted, and of which document at which number (`sameness`).
    deleted: tuple[Document, int, int] | None = None
    #: Monotonic seconds at which the item's columns are to follow; None when they do.
    mirror_due: float | None = None
    idle_since: float | None = None

    @property
    def epoch(self) -> int:
        return self.subject.room.epoch + self.own_epoch

    @property
    def is_open(self) -> bool:
        return self.subject.room.state in EDITABLE

    def is_healing(self, now: float) -> bool:
        """Whether words are missing that their authors' pages may still bring back; `now` is monotonic seconds."""
        return (
            self.document is not None and self.document.is_damaged and now - self.loaded_at < HEALING_SECONDS
        )

    def shown_carets(self) -> list[Caret]:
        """Everybody's carets, for somebody who comes in."""
        return [shown.caret for shown in self.carets.values()]

    def follow(self, state: DraftState) -> bool:
        """Take over what the database says now about the draft and its room; whether anything changed for the pages."""
        before = (self.subject.state, self.subject.room.state, self.epoch)
        was_open, room = self.is_open, self.subject.room
        self.subject, self.own_epoch, self.salt = state.subject, state.epoch, state.salt
        if self.is_open and room != self.subject.room:
            self.ended_at = None
            self.heard_end.clear()
            self.synced.clear()
        elif was_open and not self.is_open:
            self._end(self.subject.room.closed_at)
        return before != (self.subject.state, self.subject.room.state, self.epoch)

    def _end(self, at: datetime | None) -> None:
        """The time is over: who hears it is here; who can only ask counts as cut off. The first who notices decides."""
        if self.ended_at is not None or at is None:
            return
        self.ended_at = at
        for sid, seat in self.seats.items():
            if not seat.hears:
                self.cut_off.setdefault(seat.owner, at)
            elif seat.edit:
                self.heard_end[sid] = seat.owner

    def may_sync_late(self, sid: str, owner: str, now: datetime, grace: float) -> bool:
        """Rule: for a minute after the end, somebody who was cut off before it may sync once what they wrote while away.

        Somebody who is not known to have been here, but wrote before, counts as cut off: a crash of the server forgets who was.
        """
        room = self.subject.room
        if self.is_open and self.subject.is_over_at(now):
            self._end(room.deadline_at)
        ended_at = self.ended_at or room.closed_at
        if ended_at is None or self.subject.state != "drafting":
            return False
        if owner in self.synced or (now - ended_at).total_seconds() > grace or sid in self.heard_end:
            return False
        lost_at = self.cut_off.get(owner)
        if lost_at is not None:
            return lost_at <= ended_at
        return owner in self.owners.values() and owner not in self.heard_end.values()

    def show(self, sid: str, caret: Caret, now: float) -> None:
        """Take a caret; it must be this connection's own.

        Raises:
            Refused: `invalid`, the client id is somebody else's.
        """
        shown = self.carets.get(caret.client)
        seat = self.seats[sid]
        if (shown is not None and shown.sid != sid) or self.owners.get(
            caret.client, seat.owner
        ) != seat.owner:
            raise Refused(Code.INVALID, "caret of somebody else")
        if shown is None and sum(other.sid == sid for other in self.carets.values()) >= 4:
            raise Refused(Code.INVALID, "too many carets")
        if caret.state is None:
            self.carets.pop(caret.client, None)
        else:
            self.carets[caret.client] = Shown(sid, caret, now)
        self.caret_news[caret.client] = (sid, caret)

    def take_pending(self) -> list[Pending]:
        """What waits, to be written now."""
        pending, self.pending = self.pending, []
        return pending

    def take_caret_news(self) -> tuple[list[Caret], str | None]:
        """Carets to tell of now, and the connection that need not hear it because all are its own."""
        news, self.caret_news = self.caret_news, {}
        senders = {sid for sid, _caret in news.values()}
        return [caret for _sid, caret in news.values()], senders.pop() if len(senders) == 1 else None

    def fullness(self, limits: Limits) -> dict[str, float]:
        """How full the document is, from 0 to 1, as `full`; nothing as long as that does not matter."""
        if self.document is None or self.document.size <= limits.document_warning:
            return {}
        return {"full": round(self.document.size / limits.document_bytes, 2)}

    def has_changed(self, now: float) -> None:
        """A row was added to the log; `now` is monotonic seconds."""
        self.rows_since_snapshot += 1
        if self.mirror_due is None:
            self.mirror_due = now + MIRROR_AFTER_SECONDS

    def hide(self, gone: Callable[[Shown], bool]) -> None:
        """Remove carets and tell the others at the next tick."""
        for client, shown in list(self.carets.items()):
            if gone(shown):
                del self.carets[client]
                self.caret_news[client] = (shown.sid, shown.caret.gone())


def live_draft_of(state: DraftState) -> LiveDraft:
    """A draft about to be opened in memory."""
    return LiveDraft(
        draft_id=state.id,
        item_id=state.item_id,
        public_id=state.public_id,
        subject=state.subject,
        salt=state.salt,
        own_epoch=state.epoch,
    )
