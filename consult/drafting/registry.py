"""Live drafts in memory, and the one writer that owns them.

Decides the order of things: what was received before is written before; nothing is acknowledged or shown to others before the
commit; a failed commit is never called saved. One greenlet per process runs `turn`; it alone touches documents, so there is no
lock. gevent is not imported here: the entrance passes in how to wait (`Runtime`), tests call `turn` themselves.
"""

import logging
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from consult import clock
from consult.db import Db
from consult.drafting import awareness, protocol, sameness, states
from consult.drafting.flush import Flush, Written
from consult.drafting.joining import Joining, NotHeld, Request, join_request
from consult.drafting.leases import Leases
from consult.drafting.limits import Allowance, Limits
from consult.drafting.live_draft import CARET_SECONDS, Ack, LiveDraft, Outlet, Page, Pending, Reply, Rights
from consult.drafting.ownership import HANDOVER, Ownership
from consult.drafting.protocol import Code, Refused
from consult.drafting.runtime import Pace, Runtime
from consult.drafting.subject import DraftState
from consult.drafting.upkeep import Mirror, UnitOfWork, Upkeep
from consult.drafting.walker import walked

log = logging.getLogger("consult.drafting")
LOOK_EVERY_SECONDS = 1.0
#: Often, so that there is little to do each time: whoever writes waits for it.
KEEP_HOUSE_EVERY_SECONDS = 0.2
#: How long what must be written first waits for a draft that a form is writing.
SETTLE_SECONDS = 1.0


class Registry:
    """All live drafts of this process."""

    def __init__(
        self,
        *,
        writing: UnitOfWork,
        reading: UnitOfWork,
        rights: Rights,
        outlet: Outlet,
        mirror: Mirror,
        runtime: Runtime,
        limits: Limits,
        grace: float,
        name: str = "",
    ) -> None:
        self._writing, self._reading = writing, reading
        self._rights, self._outlet = rights, outlet
        self._runtime, self._limits = runtime, limits
        self.leases = Leases(name)
        self._flusher = Flush(rights, outlet, limits, grace, self.leases)
        self._drafts: dict[str, LiveDraft] = {}
        #: Those of them with something to write.
        self._written_to: dict[LiveDraft, None] = {}
        self._pages: dict[str, Page] = {}
        self._joining = Joining(self._drafts, self._pages, self._flusher, limits, runtime.tick)
        self._ownership = Ownership(self._drafts, self.leases, self._joining, writing, self._settle)
        self._upkeep = Upkeep(writing, mirror, grace, self.leases.owner)
        self._commands: list[Callable[[], None]] = []
        self._looked_at = self._kept_at = float("-inf")
        self._in_turn = False
        self._pace = Pace(runtime.tick, time.process_time)
        self.commits = self.updates = 0
        #: Times that pages compared what they show with what is here, and found a difference.
        self.checks = self.differences = 0

    # What the entrance calls, from any greenlet.

    def join(self, sid: str, payload: object, reply: Reply) -> None:
        """Take a request to join a draft; the answer comes from the writer."""
        self._ask(sid, reply, lambda page: partial(self._join, page, join_request(payload, self._limits)))

    def check(self, sid: str, payload: object, reply: Reply) -> None:
        """Take a page's question what the writer has (`sameness`)."""
        self.checks += 1
        self._ask(sid, reply, lambda page: partial(sameness.answer, page, sameness.question(payload)))

    def _ask(self, sid: str, reply: Reply, read: Callable[[Page], Callable[[], Ack]]) -> None:
        """Count a question, read it at once, and let the writer answer in its turn."""
        page = self._page(sid)
        try:
            wait = page.allowance.join(clock.monotonic())
            if wait:
                raise Refused(Code.RATE, "join", after=wait)
            act = read(page)
        except Refused as refusal:
            reply.set(self._flusher.answer(refusal, sid))
            return
        self._later(lambda: reply.set(self._answered(sid, act)))

    def _answered(self, sid: str, act: Callable[[], Ack]) -> Ack:
        try:
            return act()
        except Exception as error:  # whatever it is, the page hears of it
            return self._flusher.answer(error, sid)

    def update(self, sid: str, args: tuple[object, ...], reply: Reply) -> None:
        """Take an update: counted, decoded and walked at once, written at the next tick."""
        try:
            page = self._pages.get(sid)
            if page is None or not page.drafts:
                raise Refused(Code.RESYNC, "not joined")
            live = page.addressed(args)
            size = len(args[0]) * 3 // 4 if args and isinstance(args[0], str) else 0
            wait = page.allowance.update(size, clock.monotonic())
            if wait:
                raise Refused(Code.RATE, "update", after=wait)
            data = protocol.decoded(args[0], self._limits.update_bytes)
            item = Pending(sid, walked(data, self._limits), reply, clock.now())
            is_known = self._rights.is_known(sid, live.subject)  # if not, the writer learns it
            if is_known and (reason := self._rights.reading(sid, live.subject)) is not None:
                raise Refused(Code.READONLY, reason)
        except Exception as error:  # whatever it is, the page hears of it
            reply.set(self._flusher.answer(error, sid))
            return
        live.pending.append(item)
        self._written_to[live] = None
        self._runtime.wake.set()

    def caret(self, sid: str, args: tuple[object, ...], *, is_counted: bool = False) -> None:
        """Take carets; what is wrong or too frequent is dropped, the next one corrects it. `is_counted`: this one has waited."""
        page = self._pages.get(sid)
        if page is None or not (is_counted or page.allowance.awareness(clock.monotonic())):
            return
        try:
            live = page.addressed(args)
            if not is_counted and not self._rights.is_known(sid, live.subject):
                self._later(partial(self.caret, sid, args, is_counted=True))
                return
            found = awareness.carets(protocol.decoded(args[0], self._limits.awareness_bytes), self._limits)
            if self._rights.editing(sid, live.subject) is not None:
                return
            user = self._rights.signature(sid, live.subject)
            for caret in found:
                live.show(sid, caret.signed(user), clock.monotonic())
            self._runtime.wake.set()
        except Exception as error:  # a caret is not worth a connection
            self._flusher.answer(error, sid)

    def left(self, sid: str) -> None:
        """A connection ended; nobody can tell a lost one from a closed page, so it counts as cut off."""
        page = self._pages.pop(sid, None)
        if page is not None:
            self._later(lambda: self._joining.leave_all(page))

    def barrier(self, act: Callable[[Db], Any], reply: Reply) -> None:
        """Write everything received so far, then run `act` in a transaction of the writer, then tell the pages.

        What closes a room goes through here: nothing this process received before is left out, nothing can be written after.
        What another process writes after it is late. The reply is a pair: what `act` returned, and the exception it raised or None.
        """

        def flush_and_act() -> None:
            self._settle()
            try:
                with self._writing() as db:
                    outcome = (act(db), None)
            except Exception as error:  # the caller's, raised again where it waits
                reply.set((None, error))
                return
            self._flush()  # what came meanwhile, before those who may not read any more are sent away
            self._look_in()
            reply.set(outcome)

        self._later(flush_and_act)

    def room_changed(self, public_id: str) -> None:
        """A room's state, deadline or seats changed: tell its pages what they may do now."""
        self._later(lambda: self._look_in(public_id))

    def rights_changed(self) -> None:
        """Somebody's seat or role changed: every open draft asks the rights again, once for all who are moved together."""
        if self._look_in not in self._commands:
            self._later(self._look_in)

    def _later(self, command: Callable[[], None]) -> None:
        self._commands.append(command)
        self._runtime.wake.set()

    def _page(self, sid: str) -> Page:
        page = self._pages.get(sid) or Page(sid, Allowance(self._limits))
        return self._pages.setdefault(sid, page)

    # The writer.

    def run(self) -> None:
        """Wait for work, let a tick's worth gather, do it."""
        self._runtime.wake.wait(timeout=LOOK_EVERY_SECONDS)
        self._runtime.wake.clear()
        self._runtime.gather(self._pace.seconds(clock.monotonic()))
        self.turn()

    def turn(self) -> None:
        """One round of the writer: write, show carets, then joins and the like, then housekeeping."""
        self._in_turn = True
        try:
            self._work()
        finally:
            self._in_turn = False

    def _work(self) -> None:
        self._flush()
        self._show_carets()
        commands, self._commands = self._commands, []
        for command in commands:
            try:
                command()
            except Exception:  # one bad command must not keep the others waiting
                log.exception("drafting command failed")
        now = clock.monotonic()
        if now - self._looked_at >= LOOK_EVERY_SECONDS:
            self._looked_at = now
            self._ownership.keep(now)
            self._look(list(self._drafts.values()), False)
        if now - self._kept_at >= KEEP_HOUSE_EVERY_SECONDS:
            self._kept_at = now
            self._keep_house(now)

    def stop(self) -> None:
        """Write what was accepted, bring every item's columns up to date, and leave the rooms to others."""
        while self._in_turn:
            self._runtime.sleep(0.005)
        self._settle()
        self._upkeep.care(list(self._drafts.values()), float("inf"), most=len(self._drafts))
        self._ownership.release(self.leases.rooms)

    def _settle(self) -> None:
        """Write what was accepted, also to a draft that somebody else is writing at the moment, if that does not take long."""
        give_up = clock.monotonic() + SETTLE_SECONDS
        while self._flush() and clock.monotonic() < give_up:
            self._runtime.sleep(0.005)

    def _flush(self) -> bool:
        """Write what waits; whether some of it has to wait for the next time."""
        batch = {live: live.take_pending() for live in self._written_to if live.pending}
        self._written_to.clear()
        if not batch:
            return False
        try:
            self._rights.learn()
            with self._writing() as db:
                done = self._flusher.write(db, batch, clock.now())
        except Exception:
            log.exception("drafting: not written, %d drafts", len(batch))
            self._give_back(batch)
            return False
        self._flusher.readings.committed()
        self.commits += 1
        with self._outlet.together():
            for written in sorted(done, key=lambda each: not each.waiting):  # back before a room is lost
                try:
                    self._tell(written)
                except Exception:
                    log.exception("draft %s: written, but not told", written.live.public_id)
            self._show_carets()
        return any(written.waiting for written in done)

    def _give_back(self, batch: dict[LiveDraft, list[Pending]]) -> None:
        """The commit failed: no document in memory is what the log says, and nobody may believe in saved text."""
        nack = self._flusher.nack(Refused(Code.RETRY, "commit failed"))
        for live, items in batch.items():
            self._forget(live)
            for item in items:
                item.reply.set(nack)

    def _forget(self, live: LiveDraft) -> None:
        live.document, live.owners = None, {}
        self._outlet.resync(live.public_id)

    def _tell(self, written: Written) -> None:
        live = written.live
        if written.waiting:
            live.pending = [*written.waiting, *live.pending]
            self._written_to[live] = None
            self._runtime.wake.set()
            return
        if written.lost:
            self._ownership.lose(live.subject.room.id)
        if written.broken:
            self._forget(live)
        for item, ack in written.refused:
            item.reply.set(ack)
        for seq, data in written.foreign:
            self._outlet.update(live.public_id, data, seq, None)
        if written.broken or written.lost:
            return
        if written.merged:
            sole = next(iter(written.authors)) if len(written.authors) == 1 else None
            self._outlet.update(live.public_id, written.merged, written.seq, sole)
            live.synced |= written.synced
        if written.merged or written.foreign:
            live.has_changed(clock.monotonic())
        taken: Ack = {"ok": 1, "seq": written.seq, **live.fullness(self._limits)}
        for item in written.taken:
            self.updates += 1
            item.reply.set(taken)
        if written.changed:
            self._tell_rights(live)

    def _show_carets(self) -> None:
        for live in self._drafts.values():
            if live.caret_news:
                carets, sole = live.take_caret_news()
                self._outlet.carets(live.public_id, awareness.message(carets), skip=sole)

    # Joining and leaving.

    def _join(self, page: Page, request: Request) -> Ack:
        name, vector, epoch, differs = request
        if differs:
            log.warning("draft %s: a page shows something else than is here; it joins again", name)
        self.differences += differs
        try:
            try:
                with self._reading() as db:
                    written = self._joining.open(db, page, name, epoch)
            except NotHeld as found:
                self._ownership.take(found.room_id)
                with self._reading() as db:
                    written = self._joining.open(db, page, name, epoch)
            for sid in self._joining.in_the_way(written.live, page):
                self._joining.put_out(sid, "draft.elsewhere")
            ack = self._joining.seat(written.live, page, vector)
        except NotHeld:
            return self._flusher.nack(HANDOVER, sid=page.sid)
        except Refused:  # `_answered` says so to the page
            raise
        except Exception:
            log.exception("draft %s: cannot be opened", name)
            return self._flusher.nack(Refused(Code.BUSY, "database"), sid=page.sid)
        self._tell(written)
        if carets := written.live.shown_carets():
            self._later(lambda: self._outlet.carets(name, awareness.message(carets), only=page.sid))
        return ack

    # Rights and housekeeping.

    def _tell_rights(self, live: LiveDraft) -> None:
        """Tell each page what it may do now; who may not even read leaves."""
        for sid, seat in list(live.seats.items()):
            reason = self._rights.reading(sid, live.subject)
            if reason is not None:
                self._outlet.moved(
                    sid, live.public_id, live.subject.room.public_id, self._outlet.words(reason)
                )
                self._joining.leave(live, sid)
                continue
            reason = self._rights.editing(sid, live.subject)
            if (reason is None) == seat.edit and seat.epoch == live.epoch:
                continue
            seat.edit, seat.epoch = reason is None, live.epoch
            if reason is not None:
                live.hide(lambda shown, sid=sid: shown.sid == sid)  # type: ignore[misc]
            words = self._outlet.words(reason) if reason else None
            self._outlet.permission(sid, live.public_id, edit=seat.edit, epoch=live.epoch, reason=words)

    def _look_in(self, room: str | None = None) -> None:
        self._look([d for d in self._drafts.values() if room in (None, d.subject.room.public_id)], True)

    def _look(self, drafts: list[LiveDraft], always: bool) -> None:
        """Compare drafts with the database: a changed room, an item submitted, rows another writer appended."""
        if not drafts:
            return
        try:
            with self._reading() as db:
                by_id = {live.draft_id: live for live in drafts}
                for draft in states.seen(db, {live.draft_id: live.state for live in drafts}):
                    self._compare(db, by_id[draft.id], draft, always)
        except Exception:
            log.exception("drafting: the database did not answer")

    def _compare(self, db: Db, live: LiveDraft, draft: DraftState, always: bool) -> None:
        written = Written(live, draft)
        written.changed = live.follow(draft)
        if live.document is not None and draft.seq > live.seq:
            self._flusher.catch_up(db, live, draft, written)
        self._tell(written)
        if always and not written.changed:
            self._tell_rights(live)

    def _keep_house(self, now: float) -> None:
        drafts = list(self._drafts.values())
        for live in drafts:
            live.hide(lambda shown: now - shown.at > CARET_SECONDS)
            if live.document is not None and live.document.is_broken:
                self._forget(live)
        try:
            for live in self._upkeep.care(drafts, now):
                if not live.pending and not live.seats:
                    del self._drafts[live.public_id]
            self._ownership.release_empty()
            self._upkeep.sweep(now, frozenset(self._drafts))
        except Exception:
            log.exception("drafting: housekeeping failed")
