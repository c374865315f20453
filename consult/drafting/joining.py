"""Coming to a draft and leaving it: what a request must look like, who is let in, what the page gets first.

Decides the bounds (connections of a member and of a room, drafts of a connection) and the order of the checks; who may read is
the one table's answer. Runs inside the writer only.
"""

from dataclasses import dataclass
from typing import NamedTuple

from consult import clock
from consult.db import Db
from consult.drafting import protocol, states
from consult.drafting.flush import Flush, Written
from consult.drafting.limits import Limits
from consult.drafting.live_draft import Ack, LiveDraft, Page, Seat, live_draft_of
from consult.drafting.protocol import Code, Refused, invalid
from consult.drafting.pseudonyms import owner_of

_NAME_LENGTH = 32


class NotHeld(Exception):
    """The page may come in, but this process does not hold the room (yet)."""

    def __init__(self, room_id: int) -> None:
        super().__init__(room_id)
        self.room_id = room_id


class Request(NamedTuple):
    """A request to join: the draft's name, the checked state vector, the epoch of the text the page kept.

    `differs`: the page found that it shows something else than the writer has (`sameness`).
    """

    draft: str
    vector: bytes
    epoch: int | None
    differs: bool


def join_request(payload: object, limits: Limits) -> Request:
    """The request in what a page sent.

    Raises:
        Refused: `invalid` or `too_big`.
    """
    if not isinstance(payload, dict):
        invalid("payload")
    name = payload.get("draft", payload.get("room"))
    version, epoch, vector = payload.get("v", 1), payload.get("epoch"), payload.get("sv")
    if not isinstance(name, str) or not 0 < len(name) <= _NAME_LENGTH or version != 1:
        invalid("payload")
    if epoch is not None and (not isinstance(epoch, int) or isinstance(epoch, bool)):
        invalid("epoch")
    known = protocol.EMPTY_STATE_VECTOR
    if vector is not None:
        known = protocol.checked_state_vector(protocol.decoded(vector, limits.state_vector_bytes))
    return Request(name, known, epoch, payload.get("differs") is True)


@dataclass(frozen=True)
class Joining:
    """The door. `drafts` and `pages` are the registry's own."""

    drafts: dict[str, LiveDraft]
    pages: dict[str, Page]
    flusher: Flush
    limits: Limits
    tick: float

    def open(self, db: Db, page: Page, name: str, epoch: int | None) -> Written:
        """Let a page to a draft, loading it when nobody has it open.

        Raises:
            Refused: `forbidden` (no such draft, or not for this person), `epoch`, or `busy`.
            NotHeld: this process has to take the room first.
        """
        draft = states.draft_by(db, name)
        if draft is None:
            raise Refused(Code.FORBIDDEN, "not_found")
        live = self.drafts.get(name) or live_draft_of(draft)
        written = Written(live, draft, changed=live.follow(draft))
        reason = self.flusher.rights.reading(page.sid, live.subject)
        if reason is not None or self.flusher.rights.member_id(page.sid, live.subject) is None:
            raise Refused(Code.FORBIDDEN, reason or "not_found")
        if page.sid not in self.pages:
            raise Refused(Code.BUSY, "gone")
        if epoch is not None and epoch < live.epoch and live.is_open:
            raise Refused(Code.EPOCH, "text of an earlier round")
        self._check_bounds(live, page)
        if not self.flusher.leases.holds(draft):
            raise NotHeld(live.subject.room.id)
        self.drafts[name] = live
        self.flusher.catch_up(db, live, draft, written)
        return written

    def _check_bounds(self, live: LiveDraft, page: Page) -> None:
        if page.sid in live.seats:
            return
        if len(page.drafts) >= self.limits.drafts_per_connection:
            raise Refused(Code.BUSY, "drafts")
        here = self._here(live)
        if page.sid not in here and len(here) >= self.limits.connections_per_room:
            raise Refused(Code.BUSY, "room")

    def _here(self, live: LiveDraft) -> dict[str, int]:
        """Connections at any draft of the room, oldest first, with their members."""
        room_id = live.subject.room.id
        others = (other for other in self.drafts.values() if other.subject.room.id == room_id)
        return {sid: seat.member_id for other in others for sid, seat in other.seats.items()}

    def in_the_way(self, live: LiveDraft, page: Page) -> list[str]:
        """The member's oldest connections, which have to give way to this one."""
        member_id = self.flusher.rights.member_id(page.sid, live.subject)
        own = [sid for sid, other in self._here(live).items() if other == member_id and sid != page.sid]
        return own[: max(0, len(own) + 1 - self.limits.connections_per_member)]

    def seat(self, live: LiveDraft, page: Page, vector: bytes) -> Ack:
        """Seat the page at the draft; what it lacks is in the answer."""
        rights, document = self.flusher.rights, live.document
        member_id = rights.member_id(page.sid, live.subject)
        if member_id is None or document is None:
            raise Refused(Code.BUSY, "not loaded")
        owner = owner_of(live.salt, member_id)
        reason = rights.editing(page.sid, live.subject)
        is_over = live.subject.is_over_at(clock.now())
        if reason is None and is_over:
            reason = "room.closed"
        hears = rights.hears(page.sid)
        live.seats[page.sid] = Seat(page.sid, member_id, owner, reason is None, live.epoch, hears)
        page.drafts[live.public_id] = live
        live.idle_since = None
        if live.is_open and not is_over:
            live.cut_off.pop(owner, None)
        self.flusher.outlet.enter(page.sid, live.public_id)
        return {
            "ok": 1,
            "edit": reason is None,
            "epoch": live.epoch,
            "seq": live.seq,
            "update": protocol.encoded(document.since(vector)),
            "sv": protocol.encoded(document.state_vector()),
            "limits": {
                "update_bytes": self.limits.update_bytes,
                "batch_ms": round(self.tick * 1000),
                "check_ms": round(self.limits.check_every * 1000),
            },
            "reason": self.flusher.outlet.words(reason) if reason else None,
        }

    def put_out(self, sid: str, reason: str) -> None:
        """Make a connection leave all its drafts, and say why."""
        outlet, page = self.flusher.outlet, self.pages.get(sid)
        for live in list(page.drafts.values()) if page else []:
            outlet.permission(sid, live.public_id, edit=False, epoch=live.epoch, reason=outlet.words(reason))
            self.leave(live, sid)

    def leave_all(self, page: Page) -> None:
        """A connection has ended; its authors count as cut off since then, unless the room had closed before."""
        for live in list(page.drafts.values()):
            seat = live.seats.get(page.sid)
            if seat is not None and live.is_open:
                live.cut_off.setdefault(seat.owner, clock.now())
            self.leave(live, page.sid)

    def leave(self, live: LiveDraft, sid: str) -> None:
        """A connection leaves a draft; its carets go."""
        seat = live.seats.pop(sid, None)
        page = self.pages.get(sid)
        if page is not None:
            page.drafts.pop(live.public_id, None)
        if seat is not None:
            live.hide(lambda shown: shown.sid == sid)
            self.flusher.outlet.leave(sid, live.public_id)
        if not live.seats:
            live.idle_since = clock.monotonic()
