"""What an open draft needs now and then: its item's columns brought up to date, a snapshot, and in the end forgetting.

Decides when; the writer calls it between two ticks. Every act is one transaction of its own, and a failure is tried again.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

from consult import clock
from consult.db import Db
from consult.drafting import store
from consult.drafting.content import DraftContent
from consult.drafting.live_draft import LiveDraft

UNLOAD_AFTER_SECONDS = 60.0
SWEEP_EVERY_SECONDS = 30.0
_AT_ONCE = 20

UnitOfWork = Callable[[], AbstractContextManager[Db]]
#: Makes an item's columns follow its draft: (db, item row id, content).
Mirror = Callable[[Db, int, DraftContent], None]


class Upkeep:
    """Mirror, snapshot, unload, and the clean-up after a crash or a close."""

    def __init__(self, writing: UnitOfWork, mirror: Mirror, grace: float) -> None:
        self._writing = writing
        self._mirror = mirror
        self._grace = grace
        self._swept_at = float("-inf")

    def care(self, live: LiveDraft, now: float) -> bool:
        """Do what is due for one draft; whether it can leave the memory."""
        is_leaving = live.idle_since is not None and now - live.idle_since > UNLOAD_AFTER_SECONDS
        document = live.document
        if document is None:
            return is_leaving
        mirror = live.mirror_due is not None and (is_leaving or live.mirror_due <= now)
        snapshot = live.rows_since_snapshot >= (1 if is_leaving else store.SNAPSHOT_EVERY)
        if mirror or snapshot:
            with self._writing() as db:
                if mirror:
                    self._mirror(db, live.item_id, document.content())
                    store.mark_mirrored(db, live.draft_id, live.seq)
                if snapshot:
                    store.take_snapshot(db, live.draft_id, live.seq, document)
            live.mirror_due = None if mirror else live.mirror_due
            live.rows_since_snapshot = 0 if snapshot else live.rows_since_snapshot
        return is_leaving

    def sweep(self, now: float, open_here: frozenset[str]) -> None:
        """Now and then: columns that a crash left behind, pseudonyms whose link to a person has to end."""
        if now - self._swept_at < SWEEP_EVERY_SECONDS:
            return
        self._swept_at = now
        with self._writing() as db:
            for draft in store.unmirrored(db, _AT_ONCE):
                if draft.public_id not in open_here:
                    self._mirror(db, draft.item_id, store.load(db, draft).content())
                    store.mark_mirrored(db, draft.id, draft.seq)
            store.unlink_closed(db, clock.now() - timedelta(seconds=self._grace))
