"""The drafting events `join`, `u` and `a`: a thin layer between Socket.IO and the writer of `consult.drafting`.

Handlers run on the python-socketio server itself, outside Flask's request context, and wait for the writer's answer. Rights
come from the one table, for an actor that is cached per connection, forgotten when a commit changed a right, and read
again after ten seconds at the latest.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import gevent
from gevent.event import AsyncResult, Event
from sqlalchemy import bindparam, select, update

from consult import clock
from consult.announce import audiences, outbox
from consult.announce.events import ItemChanged
from consult.db import Db, reading_session, unit_of_work
from consult.disclosure.attribution import Attribution
from consult.drafting import protocol
from consult.drafting.content import DraftContent
from consult.drafting.limits import Limits
from consult.drafting.live_draft import Ack, Reply, Subject
from consult.drafting.registry import Registry
from consult.drafting.runtime import Runtime
from consult.items.models import ActionItem
from consult.live.connections import Connection
from consult.live.hub import Hub
from consult.live.lane import Lane
from consult.messages import message
from consult.permissions.actor import Actor
from consult.permissions.check import refusal
from consult.permissions.names import Permission
from consult.programme.models import Consultation
from consult.reference import groups
from consult.rooms.actors import actor_for, actors_for
from consult.rooms.models import Room

log = logging.getLogger("consult.drafting")
ACTOR_SECONDS = 10.0
RENEW_AFTER_SECONDS = 6.0
ANSWER_SECONDS = 12.0
_LANGUAGE = "en"


@dataclass
class KnownActor:
    """Who a connection is in a consultation; None: nobody any more. `at`: monotonic seconds when it was read."""

    actor: Actor | None
    at: float
    asked: bool = False
    #: The last answer for each permission, and the subject it was about. Rules are pure and neither actor nor subject ever
    #: changes (another state is another subject), so the same question has the same answer.
    answers: dict[Permission, tuple[Subject, str | None]] = field(default_factory=dict)


class LiveRights:
    """What a connection may do with a draft, and under which name its caret appears."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._actors: dict[tuple[str, int], KnownActor] = {}
        self._forgotten = 0
        self._rules: dict[int, tuple[str, float]] = {}
        self._groups = {group.mark: group.label for group in groups()}

    def forget(self) -> None:
        """A right changed somewhere: read every actor anew when next asked."""
        self._actors.clear()
        self._forgotten += 1

    def forget_connection(self, connection: Connection) -> None:
        for key in [key for key in self._actors if key[0] == connection.sid]:
            del self._actors[key]

    def renew(self) -> None:
        """Every second: read the actors whose time is nearly over, all in one go, so that no update waits for it.

        Who was not asked about since the last reading is forgotten, and read again when asked.
        """
        gevent.sleep(1)
        now, due = clock.monotonic(), defaultdict[int, dict[str, int]](dict)
        for (sid, consultation_id), known in list(self._actors.items()):
            if now - known.at < RENEW_AFTER_SECONDS:
                continue
            connection = self._hub.connections.get(sid)
            if known.asked and connection is not None:
                due[consultation_id][sid] = connection.user_id
            else:
                del self._actors[sid, consultation_id]
        for consultation_id, users in due.items():
            forgotten = self._forgotten
            with reading_session(self._hub.engine) as db:
                found = actors_for(db, set(users.values()), consultation_id)
            if forgotten != self._forgotten:
                return  # what was read may be older than the change
            for sid, user_id in users.items():
                if (sid, consultation_id) in self._actors:
                    self._actors[sid, consultation_id] = KnownActor(found.get(user_id), now)

    def _known(self, sid: str, subject: Subject) -> KnownActor | None:
        key = (sid, subject.consultation_id)
        known = self._actors.get(key)
        if known is not None and clock.monotonic() - known.at < ACTOR_SECONDS:
            known.asked = True
            return known
        connection = self._hub.connections.get(sid)
        if connection is None:
            return None
        forgotten, now = self._forgotten, clock.monotonic()
        with reading_session(self._hub.engine) as db:
            actor = actor_for(db, connection.user_id, subject.consultation_id)
        known = KnownActor(actor, now, asked=True)
        if forgotten == self._forgotten:
            self._actors[key] = known
        return known

    def _actor(self, sid: str, subject: Subject) -> Actor | None:
        known = self._known(sid, subject)
        return known.actor if known else None

    def _refusal(self, sid: str, permission: Permission, subject: Subject) -> str | None:
        known = self._known(sid, subject)
        if known is None or known.actor is None:
            return "not_a_member"
        before = known.answers.get(permission)
        if before is not None and before[0] is subject:
            return before[1]
        reason = refusal(known.actor, permission, subject)
        known.answers[permission] = (subject, reason)
        return reason

    def reading(self, sid: str, subject: Subject) -> str | None:
        return self._refusal(sid, Permission.ROOM_VIEW, subject)

    def editing(self, sid: str, subject: Subject) -> str | None:
        connection = self._hub.connections.get(sid)
        if connection is not None and connection.observes:
            return "room.observing"
        return self._refusal(sid, Permission.ITEM_EDIT, subject)

    def member_id(self, sid: str, subject: Subject) -> int | None:
        actor = self._actor(sid, subject)
        return actor.member_id if actor else None

    def hears(self, sid: str) -> bool:
        connection = self._hub.connections.get(sid)
        return connection is None or connection.hears

    def _rule(self, subject: Subject) -> str:
        known, now = self._rules.get(subject.consultation_id), clock.monotonic()
        if known is None or now - known[1] > ACTOR_SECONDS:
            with reading_session(self._hub.engine) as db:
                rule = db.scalar(
                    select(Consultation.attribution).where(Consultation.id == subject.consultation_id)
                )
            known = self._rules[subject.consultation_id] = (rule or Attribution.NONE.value, now)
        return known[0]

    def is_anonymous(self, subject: Subject) -> bool:
        return self._rule(subject) == Attribution.NONE

    def signature(self, sid: str, subject: Subject) -> dict[str, str]:
        """Rule: attribution holds for carets too; a page cannot choose its own name."""
        actor, rule = self._actor(sid, subject), self._rule(subject)
        if actor is None or rule == Attribution.NONE:
            return {"name": message("draft.somebody", _LANGUAGE), "delegation": "", "mark": "", "hue": "st"}
        name = {Attribution.NAME: actor.name, Attribution.DELEGATION: actor.delegation_name}.get(
            Attribution(rule), self._groups.get(actor.mark, actor.mark)
        )
        delegation = actor.delegation_name if rule in (Attribution.NAME, Attribution.DELEGATION) else ""
        return {"name": name, "delegation": delegation, "mark": actor.mark, "hue": actor.mark.lower()}


class SocketOutlet:
    """The writer's way to the pages: the short lane for what is frequent, where there is one, and `emit` for all else."""

    def __init__(self, server: Any, lane: Lane | None) -> None:
        self._server, self._lane = server, lane

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
        self.registry = Registry(
            writing=lambda: unit_of_work(hub.sessions),
            reading=lambda: reading_session(hub.engine),
            rights=self.rights,
            outlet=SocketOutlet(hub.server, hub.lane),
            mirror=mirror,
            runtime=Runtime(wake=Event(), sleep=gevent.sleep, tick=settings.draft_tick_ms / 1000),
            limits=Limits(
                connections_per_member=settings.connections_per_member,
                connections_per_room=settings.connections_per_room,
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
    hub.server.on("u", on_update)
    hub.server.on("a", on_caret)
    if hub.lane is not None:
        hub.lane.on("u", update_at_once)
        hub.lane.on("a", lambda sid, args, _reply: on_caret(sid, *args))
    hub.workers += [drafting.run, drafting.rights.renew]
    hub.on_disconnected.append(on_left)
    hub.on_rights_changed.append(on_rights)
    hub.on_room_changed.append(registry.room_changed)
    hub.on_stop.append(registry.stop)
    gauges = hub.app.extensions["consult.gauges"]
    gauges["draft_updates_total"] = lambda: registry.updates
    gauges["slow_readers_total"] = lambda: hub.lane.slow_readers if hub.lane is not None else 0
    gauges["draft_commits_total"] = lambda: registry.commits
    gauges["draft_rooms_held"] = lambda: len(registry.leases.rooms)
    gauges["draft_rooms_taken_total"] = lambda: registry.leases.taken


def mirror(db: Db, item_id: int, content: DraftContent) -> None:
    """Make an item's columns follow its draft; lists are told only when what they show has changed."""
    connection = db.connection()
    item = connection.execute(_ITEM, {"item": item_id}).one_or_none()
    if item is None or item.state != "drafting":
        return
    is_listed = (item.title, (item.facts or {}).get("term")) != (content.title, content.facts.get("term"))
    if not is_listed and item.text == content.text and item.facts == content.facts:
        return
    values = {"title": content.title, "text": content.text, "facts": content.facts}
    connection.execute(_FOLLOW, {"item": item_id, "text_changed_at": clock.now(), **values})
    if is_listed:
        outbox.add(db, ItemChanged(item=item.public_id, room=item.room), to=[audiences.room(item.room)])


#: Core statements, built once: every draft that is written asks once a second.
_ITEM = (
    select(
        ActionItem.state,
        ActionItem.title,
        ActionItem.text,
        ActionItem.facts,
        ActionItem.public_id,
        Room.public_id.label("room"),
    )
    .join(Room, Room.id == ActionItem.room_id)
    .where(ActionItem.id == bindparam("item"))
)
_FOLLOW = (
    update(ActionItem.__table__)  # type: ignore[arg-type]
    .where(ActionItem.id == bindparam("item"))
    .values({name: bindparam(name) for name in ("title", "text", "facts", "text_changed_at")})
)
