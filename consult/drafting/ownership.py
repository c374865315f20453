"""The rooms of this process: taking one when a page comes, leaving it when another process has it or asks for it.

Decides when a room changes hands. Pages of a room that leaves are disconnected; they connect anew through the proxy, wherever it
sends the room now, and bring along what was not acknowledged. Runs inside the writer only.
"""

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass

from consult.drafting.joining import Joining
from consult.drafting.leases import ASK_AGAIN_SECONDS, Leases
from consult.drafting.live_draft import LiveDraft
from consult.drafting.protocol import Code, Refused
from consult.drafting.upkeep import UnitOfWork

log = logging.getLogger("consult.drafting")
HANDOVER = Refused(Code.HANDOVER, "lease", after=ASK_AGAIN_SECONDS)


@dataclass(frozen=True)
class Ownership:
    """Which rooms are here. `drafts` are the registry's own; `flush` writes what was accepted."""

    drafts: dict[str, LiveDraft]
    leases: Leases
    joining: Joining
    writing: UnitOfWork
    flush: Callable[[], None]

    def take(self, room_id: int) -> None:
        """Take a room nobody holds.

        Raises:
            Refused: `handover`, another process holds it; it has been asked.
        """
        if room_id in self.leases.rooms:
            self.lose(room_id)
        with self.writing() as db:
            fence = self.leases.take(db, room_id)
        if fence is None:
            raise HANDOVER
        self.leases.believe(room_id, fence)

    def lose(self, room_id: int) -> None:
        """Another process holds the room, or is about to: forget its drafts and let its pages connect anew."""
        self.leases.forget(room_id)
        flusher = self.joining.flusher
        nack = flusher.nack(Refused(Code.RETRY, "lease lost"))
        gone = self._drafts_of(room_id)
        sids = {sid for live in gone for sid in live.seats}
        for live in gone:
            del self.drafts[live.public_id]
            live.document = None
            for item in live.take_pending():
                item.reply.set(nack)
            for sid in list(live.seats):
                self.joining.leave(live, sid)
        for sid in sids:
            flusher.outlet.reconnect(sid)

    def keep(self, now: float) -> None:
        """Prolong the leases; leave the rooms that were lost, and those whose pages now come to another process."""
        if not self.leases.is_due(now):
            return
        try:
            with self.writing() as db:
                renewal = self.leases.renew(db, now)
        except Exception:
            log.exception("drafting: leases not renewed")
            return
        for room_id in renewal.lost:
            log.warning("room %d: another process took it over", room_id)
            self.lose(room_id)
        for room_id in renewal.wanted:
            has_pages = any(live.seats for live in self._drafts_of(room_id))
            if not has_pages or self.leases.may_go(room_id, now):
                log.info("room %d: handed over", room_id)
                self.flush()
                self.release([room_id])

    def release(self, room_ids: Collection[int]) -> None:
        """Give rooms up; whoever asks next has them."""
        if not room_ids:
            return
        try:
            with self.writing() as db:
                self.leases.release(db, room_ids)
        except Exception:  # the leases run out by themselves
            log.exception("drafting: leases not given up")
        for room_id in room_ids:
            self.lose(room_id)

    def release_empty(self) -> None:
        """Give up the rooms none of whose drafts is open any more."""
        open_here = {live.subject.room.id for live in self.drafts.values()}
        self.release([room_id for room_id in self.leases.rooms if room_id not in open_here])

    def _drafts_of(self, room_id: int) -> list[LiveDraft]:
        return [live for live in self.drafts.values() if live.subject.room.id == room_id]
