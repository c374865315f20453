"""What an open draft needs now and then: its item's columns brought up to date, a snapshot, and in the end forgetting.

Decides when; the writer calls it between two ticks. Every act is one transaction of its own, and a failure is tried again.
"""

import logging
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from datetime import timedelta
from heapq import nsmallest
from typing import NamedTuple

from consult import clock
from consult.db import Db
from consult.drafting import states, store
from consult.drafting.content import DraftContent
from consult.drafting.document import Document
from consult.drafting.live_draft import LiveDraft
from consult.rooms import chat

log = logging.getLogger("consult.drafting")
UNLOAD_AFTER_SECONDS = 60.0
SWEEP_EVERY_SECONDS = 30.0
_AT_ONCE = 10
#: Drafts cared for in one turn of the writer, five times a second.
_CARED_AT_ONCE = 2

UnitOfWork = Callable[[], AbstractContextManager[Db]]
#: Makes columns of items follow their drafts: (db, contents by item row id); the items somebody is writing at this moment.
Mirror = Callable[[Db, Mapping[int, DraftContent]], Collection[int]]


class Due(NamedTuple):
    """A draft with something to be done: whether its item's columns have to follow, and whether a snapshot has to be taken."""

    live: LiveDraft
    mirror: bool
    snapshot: bool


class Behind(NamedTuple):
    """A draft whose item's columns do not say yet what it says at `seq`."""

    draft_id: int
    item_id: int
    seq: int
    document: Document


class Upkeep:
    """Mirror, snapshot, unload, and the clean-up after a crash or a close."""

    def __init__(self, writing: UnitOfWork, mirror: Mirror, grace: float, owner: str) -> None:
        self._writing = writing
        self._owner = owner
        self._mirror = mirror
        self._grace = grace
        self._swept_at = float("-inf")

    def care(self, drafts: list[LiveDraft], now: float, most: int = _CARED_AT_ONCE) -> list[LiveDraft]:
        """Do what is due for these drafts, for a few of them in one transaction, who has waited longest first.

        Returns:
            Those that can leave the memory.
        """
        waiting = [due for due in (_due(live, now) for live in drafts) if due.mirror or due.snapshot]
        work = nsmallest(most, waiting, key=lambda due: due.live.mirror_due or 0.0)
        for live, mirror, snapshot in self._cared(work) if work else ():
            live.mirror_due = None if mirror else live.mirror_due
            live.rows_since_snapshot = 0 if snapshot else live.rows_since_snapshot
        return [live for live in drafts if _is_leaving(live, now) and not any(_due(live, now)[1:])]

    def _cared(self, work: list[Due]) -> list[Due]:
        """What is done now. A failure is logged, tried again, and keeps no other waiting."""
        try:
            with self._writing() as db:
                return self._did(db, work)
        except Exception:
            if len(work) == 1:
                log.exception("draft %s: housekeeping failed", work[0].live.public_id)
                return []
        return [done for one in work for done in self._cared([one])]

    def _did(self, db: Db, work: list[Due]) -> list[Due]:
        free = states.free(db, [due.live.draft_id for due in work])
        work = [due for due in work if due.live.draft_id in free and due.live.document is not None]
        busy = self._follow(
            db,
            [
                Behind(live.draft_id, live.item_id, live.seq, live.document)
                for live, mirror, _snapshot in work
                if mirror and live.document is not None and free[live.draft_id] <= live.seq
            ],
        )
        for live, _mirror, snapshot in work:
            if snapshot and live.document is not None:
                store.take_snapshot(db, live.draft_id, live.seq, live.document)
        return [due for due in work if not due.mirror or due.live.item_id not in busy]

    def _follow(self, db: Db, drafts: Collection[Behind]) -> Collection[int]:
        """Let the columns of items say what their drafts say; the items that somebody is writing at this moment, which wait."""
        busy = self._mirror(db, {one.item_id: one.document.content() for one in drafts}) if drafts else ()
        store.mark_mirrored(db, {one.draft_id: one.seq for one in drafts if one.item_id not in busy})
        return busy

    def sweep(self, now: float, open_here: frozenset[str]) -> None:
        """Now and then: columns that a crash left behind, pseudonyms whose link to a person has to end."""
        if now - self._swept_at < SWEEP_EVERY_SECONDS:
            return
        self._swept_at = now
        with (
            self._writing() as db
        ):  # by itself: it may wait for somebody, and must not keep what was announced from others
            states.unlink_closed(db, clock.now() - timedelta(seconds=self._grace))
            chat.forget_closed(db)
        with self._writing() as db:
            for draft in states.unmirrored(db, _AT_ONCE, self._owner):
                if draft.public_id not in open_here:
                    self._follow(db, [Behind(draft.id, draft.item_id, draft.seq, store.load(db, draft))])


def _is_leaving(live: LiveDraft, now: float) -> bool:
    return live.idle_since is not None and now - live.idle_since > UNLOAD_AFTER_SECONDS


def _due(live: LiveDraft, now: float) -> Due:
    if live.document is None:
        return Due(live, False, False)
    is_leaving = _is_leaving(live, now)
    mirror = live.mirror_due is not None and (is_leaving or live.mirror_due <= now)
    return Due(live, mirror, live.rows_since_snapshot >= (1 if is_leaving else store.SNAPSHOT_EVERY))
