"""What an open draft needs now and then: its item's columns brought up to date, a snapshot, and in the end forgetting.

Decides when; the writer calls it between two ticks. Every act is one transaction of its own, and a failure is tried again.
"""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from datetime import timedelta

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
#: Makes an item's columns follow its draft: (db, item row id, content); False: somebody is writing the item at this moment.
Mirror = Callable[[Db, int, DraftContent], bool]


class _Later(Exception):
    """What is to be written is being written by somebody else; tried again soon, so that nobody waits for that."""


class Upkeep:
    """Mirror, snapshot, unload, and the clean-up after a crash or a close."""

    def __init__(self, writing: UnitOfWork, mirror: Mirror, grace: float, owner: str) -> None:
        self._writing = writing
        self._owner = owner
        self._mirror = mirror
        self._grace = grace
        self._swept_at = float("-inf")

    def care(self, drafts: list[LiveDraft], now: float, most: int = _CARED_AT_ONCE) -> list[LiveDraft]:
        """Do what is due for these drafts, a few of them in one transaction; returns those that can leave the memory."""
        due = [(live, *_due(live, now)) for live in drafts]
        work = [entry for entry in due if entry[1] or entry[2]][:most]
        done = []
        if work:
            with self._writing() as db:
                done = [entry for entry in work if self._did(db, *entry)]
        for live, mirror, snapshot in done:
            live.mirror_due = None if mirror else live.mirror_due
            live.rows_since_snapshot = 0 if snapshot else live.rows_since_snapshot
        return [live for live in drafts if _is_leaving(live, now) and not any(_due(live, now))]

    def _did(self, db: Db, live: LiveDraft, mirror: bool, snapshot: bool) -> bool:
        """One draft's share; its failure is logged, tried again, and keeps no other waiting."""
        document = live.document
        if document is None:
            return False
        try:
            with db.begin_nested():
                if not states.is_free(db, live.draft_id):
                    return False
                if mirror:
                    self._follow(db, live.draft_id, live.item_id, live.seq, document)
                if snapshot:
                    store.take_snapshot(db, live.draft_id, live.seq, document)
        except _Later:
            return False
        except Exception:  # the boundary of one draft
            log.exception("draft %s: housekeeping failed", live.public_id)
            return False
        return True

    def _follow(self, db: Db, draft_id: int, item_id: int, seq: int, document: Document) -> None:
        """Let the item's columns say what the draft says, unless they say more already."""
        if store.mark_mirrored(db, draft_id, seq) and not self._mirror(db, item_id, document.content()):
            raise _Later

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
                if draft.public_id in open_here:
                    continue
                with suppress(_Later), db.begin_nested():
                    self._follow(db, draft.id, draft.item_id, draft.seq, store.load(db, draft))


def _is_leaving(live: LiveDraft, now: float) -> bool:
    return live.idle_since is not None and now - live.idle_since > UNLOAD_AFTER_SECONDS


def _due(live: LiveDraft, now: float) -> tuple[bool, bool]:
    """Whether the item's columns have to follow now, and whether a snapshot has to be taken."""
    if live.document is None:
        return False, False
    is_leaving = _is_leaving(live, now)
    mirror = live.mirror_due is not None and (is_leaving or live.mirror_due <= now)
    return mirror, live.rows_since_snapshot >= (1 if is_leaving else store.SNAPSHOT_EVERY)
