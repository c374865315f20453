"""The drafting events `join`, `c`, `u` and `a`: a thin layer between Socket.IO and the writer of `consult.drafting`.

Handlers run on the python-socketio server itself, outside Flask's request context, and wait for the writer's answer.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import gevent
from gevent.event import AsyncResult, Event
from sqlalchemy import bindparam, select, update

from consult import clock, richtext
from consult.announce import audiences, outbox
from consult.announce.events import ItemChanged
from consult.db import Db, StandingWriter, reading_session
from consult.drafting import protocol
from consult.drafting.content import DraftContent, Facts
from consult.drafting.limits import Limits
from consult.drafting.live_draft import Ack, Reply
from consult.drafting.registry import Registry
from consult.drafting.runtime import Runtime
from consult.items.models import ActionItem
from consult.live.connections import Connection
from consult.live.hub import Hub
from consult.live.lane import Lane
from consult.live.rights import LiveRights
from consult.messages import message
from consult.rooms.models import Room

log = logging.getLogger("consult.drafting")
ANSWER_SECONDS = 12.0
_LANGUAGE = "en"


class SocketOutlet:
    """The writer's way to the pages: the short lane for what is frequent, where there is one, and `emit` for all else."""

    def __init__(self, server: Any, lane: Lane | None) -> None:
        self._server, self._lane = server, lane

    def together(self) -> AbstractContextManager[None]:
        return nullcontext() if self._lane is None else self._lane.together()

    def enter(self, sid: str, draft: str) -> None:
        self._quietly(lambda: self._server.enter_room(sid, _channel(draft)))

    def leave(self, sid: str, draft: str) -> None:
        self._quietly(lambda: self._server.leave_room(sid, _channel(draft)))

    def update(self, draft: str, data: bytes, seq: int, skip: str | None) -> None:
        self._send("u", (protocol.encoded(data), seq, draft), _channel(draft), skip)

    def carets(self, draft: str, data: bytes, *, skip: str | None = None, only: str | None = None) -> None:
        self._send("a", (protocol.encoded(data), draft), only or _channel(draft), skip)

    def _send(self, event: str, args: tuple[Any, ...], to: str, skip: str | None) -> None:
        if self._lane is not None:
            self._lane.send(event, args, to=to, skip=skip)
        else:
            self._server.emit(event, args, to=to, skip_sid=skip)

    def permission(self, sid: str, draft: str, *, edit: bool, epoch: int, reason: str | None) -> None:
        self._server.emit("perm", {"draft": draft, "edit": edit, "epoch": epoch, "reason": reason}, to=sid)

    def moved(self, sid: str, draft: str, room: str, reason: str) -> None:
        self._server.emit("moved", {"draft": draft, "room": room, "reason": reason}, to=sid)

    def resync(self, draft: str) -> None:
        self._server.emit("resync", {"draft": draft}, to=_channel(draft))

    def reconnect(self, sid: str) -> None:
        self._quietly(lambda: self._server.disconnect(sid))

    def words(self, code: str) -> str:
        return message(code, _LANGUAGE)

    @staticmethod
    def _quietly(act: Callable[[], None]) -> None:
        """A connection may end between two lines; then there is nobody to enter or leave."""
        try:
            act()
        except (KeyError, ValueError):
            log.debug("connection gone")


class Noting:
    """The way of an answer back to a page; a yes is noted on its way: the person behind the connection wrote now."""

    __slots__ = ("_connection", "_reply")

    def __init__(self, connection: Connection, reply: Reply) -> None:
        self._connection, self._reply = connection, reply

    def set(self, value: Ack) -> None:
        if value["ok"]:
            self._connection.wrote_at = clock.now()
        self._reply.set(value)


def _channel(draft: str) -> str:
    return f"draft:{draft}"


class Drafting:
    """The drafting engine of one process, as the other live modules see it."""

    def __init__(self, hub: Hub) -> None:
        settings = hub.settings
        self._is_started = False
        self.rights = LiveRights(hub)
        self.writer = StandingWriter(hub.sessions)
        self.registry = Registry(
            writing=self.writer.unit_of_work,
            reading=lambda: reading_session(hub.engine),
            rights=self.rights,
            outlet=SocketOutlet(hub.server, hub.lane),
            mirror=mirror,
            runtime=Runtime(
                wake=Event(),
                sleep=gevent.sleep,
                gather=gevent.sleep if hub.lane is None else hub.lane.gather,
                tick=settings.draft_tick_ms / 1000,
            ),
            limits=Limits(
                connections_per_member=settings.connections_per_member,
                connections_per_room=settings.connections_per_room,
                check_every=settings.draft_check_seconds,
            ),
            grace=settings.late_sync_seconds,
            name=settings.process_name,
        )

    def run(self) -> None:
        """The writer's loop."""
        self._is_started = True
        self.registry.run()

    def barrier(self, act: Callable[[Db], Any]) -> Any:
        """Write everything received so far, then run `act` in the writer's transaction, then tell the pages."""
        reply: AsyncResult[Any] = AsyncResult()
        self.registry.barrier(act, reply)
        outcome, error = self._wait(reply, timeout=None)
        if error is not None:
            raise error
        return outcome

    def update(self, connection: Connection, args: tuple[Any, ...], reply: Reply) -> None:
        """Hand an update to the writer; its answer comes after the commit, and says who is writing."""
        self.registry.update(connection.sid, args, Noting(connection, reply))

    def ask(self, request: Callable[[AsyncResult[Any]], None]) -> Ack:
        """Hand a message to the writer and wait for its answer, which comes after the commit."""
        reply: AsyncResult[Any] = AsyncResult()
        request(reply)
        try:
            answer: Ack = self._wait(reply, timeout=ANSWER_SECONDS)
        except gevent.Timeout:
            return {"ok": 0, "code": "retry", "message": message("draft.retry", _LANGUAGE)}
        return answer

    def _wait(self, reply: AsyncResult[Any], timeout: float | None) -> Any:
        """Where no writer runs (a process that does not serve), the caller does its work itself."""
        if not self._is_started and not reply.ready():
            self.registry.turn()
        return reply.get(timeout=timeout)


def register(hub: Hub) -> None:
    """Register the events and start the writer with the hub."""
    drafting = Drafting(hub)
    hub.drafting = drafting
    registry = drafting.registry
    signed_out = {"ok": 0, "code": "forbidden", "message": message("sign_in.required", _LANGUAGE)}

    def on_join(sid: str, *args: Any) -> Ack:
        if hub.connections.get(sid) is None:
            return signed_out
        return drafting.ask(lambda reply: registry.join(sid, args[0] if len(args) == 1 else None, reply))

    def on_check(sid: str, *args: Any) -> Ack:
        if hub.connections.get(sid) is None:
            return signed_out
        return drafting.ask(lambda reply: registry.check(sid, args[0] if len(args) == 1 else None, reply))

    def check_at_once(sid: str, args: tuple[Any, ...], reply: Reply) -> None:
        """As `on_check`; the answer stands between two broadcasts, as it must."""
        if hub.connections.get(sid) is None:
            reply.set(signed_out)
        else:
            registry.check(sid, args[0] if len(args) == 1 else None, reply)

    def on_update(sid: str, *args: Any) -> Ack:
        connection = hub.connections.get(sid)
        if connection is None:
            return signed_out
        return drafting.ask(lambda reply: drafting.update(connection, args, reply))

    def update_at_once(sid: str, args: tuple[Any, ...], reply: Reply) -> None:
        """As `on_update`, but the connection is read on while the update waits for its commit."""
        connection = hub.connections.get(sid)
        if connection is None:
            reply.set(signed_out)
        else:
            drafting.update(connection, args, reply)

    def on_caret(sid: str, *args: Any) -> None:
        if hub.connections.get(sid) is not None:
            registry.caret(sid, args)

    def on_left(connection: Connection) -> None:
        registry.left(connection.sid)
        drafting.rights.forget_connection(connection)

    def on_rights(_member: str) -> None:
        drafting.rights.forget()
        registry.rights_changed()

    hub.server.on("join", on_join)
    hub.server.on("c", on_check)
    hub.server.on("u", on_update)
    hub.server.on("a", on_caret)
    if hub.lane is not None:
        hub.lane.on("c", check_at_once)
        hub.lane.on("u", update_at_once)
        hub.lane.on("a", lambda sid, args, _reply: on_caret(sid, *args))
    hub.workers += [drafting.run, drafting.rights.renew]
    hub.on_disconnected.append(on_left)
    hub.on_rights_changed.append(on_rights)
    hub.on_room_changed.append(registry.room_changed)
    hub.on_consultation_changed.append(drafting.rights.forget_rules)
    hub.on_stop += [registry.stop, drafting.writer.end]
    gauges = hub.app.extensions["consult.gauges"]
    gauges["draft_updates_total"] = lambda: registry.updates
    gauges["draft_checks_total"] = lambda: registry.checks
    gauges["draft_differences_total"] = lambda: registry.differences
    gauges["slow_readers_total"] = lambda: hub.lane.slow_readers if hub.lane is not None else 0
    gauges["draft_commits_total"] = lambda: registry.commits
    gauges["draft_rooms_held"] = lambda: len(registry.leases.rooms)
    gauges["draft_rooms_taken_total"] = lambda: registry.leases.taken


def mirror(db: Db, contents: Mapping[int, DraftContent]) -> set[int]:
    """Make the columns of items follow their drafts; lists are told only when what they show has changed.

    Args:
        contents: what the drafts say, by item row id.

    Returns:
        The items that somebody else is writing at this moment: whoever writes drafts does not wait for that.
    """
    connection, changed, busy = db.connection(), [], set(contents)
    for item in connection.execute(_ITEMS, {"items": list(contents)}):
        busy.remove(item.id)
        content = contents[item.id]
        says = (content.title, content.text, content.facts)
        if item.state != "drafting" or says == (item.title, item.text, item.facts):
            continue
        names = ("title", "text", "facts")
        changed.append(
            {"item": item.id, "text_changed_at": clock.now(), **dict(zip(names, says, strict=True))}
        )
        if _listed(item.title, item.text, item.facts) != _listed(*says):
            outbox.add(db, ItemChanged(item=item.public_id, room=item.room), to=[audiences.room(item.room)])
    for values in changed:  # few; together they cost more on PostgreSQL
        connection.execute(_FOLLOW, values)
    return busy


def _listed(title: str, text: richtext.Doc, facts: Facts | None) -> tuple[str, int, Any]:
    """What lists show of an item in drafting."""
    return title, richtext.open_brackets(text), (facts or {}).get("term")


#: Core statements, built once: every draft that is written asks once a second.
_ITEMS = (
    select(
        ActionItem.id,
        ActionItem.state,
        ActionItem.title,
        ActionItem.text,
        ActionItem.facts,
        ActionItem.public_id,
        Room.public_id.label("room"),
    )
    .join(Room, Room.id == ActionItem.room_id)
    .where(ActionItem.id.in_(bindparam("items", expanding=True)))
    .with_for_update(key_share=True, skip_locked=True, of=ActionItem)
)
_FOLLOW = (
    update(ActionItem.__table__)  # type: ignore[arg-type]
    .where(ActionItem.id == bindparam("item"))
    .values({name: bindparam(name) for name in ("title", "text", "facts", "text_changed_at")})
)
