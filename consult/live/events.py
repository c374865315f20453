"""Connecting, following audiences, the server's clock."""

import logging
from collections.abc import Mapping
from typing import Any

from flask import request
from flask_login import current_user
from flask_socketio import ConnectionRefusedError as ConnectionRefused
from flask_socketio import SocketIO
from sqlalchemy import select

from consult import clock
from consult.announce import audiences, outbox
from consult.announce.models import OutboxEvent
from consult.db import Db, reading_session
from consult.errors import Invalid, NotFound
from consult.live.connections import Connection
from consult.live.handling import handle
from consult.live.hub import Hub
from consult.people import accounts
from consult.people.models import Member
from consult.permissions.actor import Actor
from consult.permissions.check import allows
from consult.permissions.names import Permission
from consult.programme.models import Consultation, Session
from consult.rooms.actors import actor_for
from consult.rooms.models import Room, Round

log = logging.getLogger("consult.live")
MOST_AUDIENCES = 12
#: A person as actor, by row id of the consultation.
Actors = dict[int, Actor | None]


def register(hub: Hub, socketio: SocketIO) -> None:
    """Register connect, disconnect, follow, clock, here."""

    @socketio.on("connect")
    def connect(_auth: object = None) -> None:
        if request.headers.get("Origin") != hub.settings.public_url:
            raise ConnectionRefused("origin")
        if not current_user.is_authenticated or not accounts.is_page_of(
            request.args.get("person"), current_user.public_id
        ):
            raise ConnectionRefused("sign_in.required")
        connection = Connection(
            sid=request.sid,  # type: ignore[attr-defined]
            sign_in_id=current_user.sign_in.id,
            user_id=current_user.id,
            user_key=current_user.public_id,
        )
        place(hub, connection, request.args)
        hub.connections.add(connection)
        for act in hub.on_connected:
            act(connection)

    def disconnect(sid: str, reason: object = None) -> None:
        connection = hub.connections.remove(sid)
        if connection is not None:
            if reason != hub.server.reason.CLIENT_DISCONNECT:
                connection.lost_at = clock.now()
            for act in hub.on_disconnected:
                act(connection)

    hub.server.on("disconnect", disconnect)
    handle(hub, "follow", lambda db, connection, payload: _follow(hub, db, connection, payload), reads=True)
    handle(hub, "clock", lambda db, connection, payload: {"now": clock.milliseconds(clock.now())}, reads=True)
    handle(hub, "here", lambda db, connection, payload: None, reads=True)
    hub.on_rights_changed.append(lambda member: recheck(hub, member))


def place(hub: Hub, connection: Connection, named: Mapping[str, str]) -> None:
    """Where the page is, from its query (`room`, `session`, `console`, `as`), as far as its person may be there."""
    changes = hub.rights_changes
    with reading_session(hub.engine) as db:
        if "room" in named:
            room = db.scalar(select(Room).where(Room.public_id == named["room"]))
            actor = actor_for(db, connection.user_id, room.consultation_id) if room else None
            if room and actor and allows(actor, Permission.ROOM_VIEW, room):
                connection.room, connection.room_id = room.public_id, room.id
                connection.session = db.scalar(select(Session.public_id).where(Session.id == room.session_id))
                connection.visits = actor.is_staff and room.id not in actor.seats
                connection.observes = connection.visits and named.get("as") == "observer"
                _let_in(connection, actor, changes)
        elif "console" in named:
            round_ = db.scalar(select(Round).where(Round.public_id == named["console"]))
            actor = actor_for(db, connection.user_id, round_.consultation_id) if round_ else None
            if round_ and actor and allows(actor, Permission.ROOM_RUN, round_):
                connection.console = round_.public_id
                connection.session = db.scalar(
                    select(Session.public_id).where(Session.id == round_.session_id)
                )
                _let_in(connection, actor, changes)
        elif "session" in named:
            session = db.scalar(select(Session).where(Session.public_id == named["session"]))
            actor = actor_for(db, connection.user_id, session.consultation_id) if session else None
            if session and actor:
                connection.session = session.public_id
                _let_in(connection, actor, changes)


def _let_in(connection: Connection, actor: Actor, changes: int) -> None:
    _speak_for(connection, actor)
    connection.placed = actor, changes


def _speak_for(connection: Connection, actor: Actor) -> None:
    connection.member, connection.member_id = actor.public_id, actor.member_id
    connection.consultation_id = actor.consultation_id


def _follow(hub: Hub, db: Db, connection: Connection, payload: dict[str, Any]) -> dict[str, Any]:
    """Follow audiences from the sequence numbers the page was rendered at."""
    wanted = payload.get("audiences")
    if not isinstance(wanted, dict) or len(wanted) > MOST_AUDIENCES:
        raise Invalid("bad_request")
    seen: dict[str, int] = {}
    actors = _just_read(hub, connection)
    for name, seq in wanted.items():
        if (
            not isinstance(name, str)
            or not isinstance(seq, int)
            or isinstance(seq, bool)
            or not 0 <= seq < 2**53
        ):
            raise Invalid("bad_request")
        actor = follower(db, connection, name, actors)
        if actor is None:
            raise NotFound()
        _speak_for(connection, actor)
        seen[name] = seq
    for name in set(seen) - connection.audiences:
        hub.server.enter_room(connection.sid, name)
    for name in connection.audiences - set(seen):
        hub.server.leave_room(connection.sid, name)
    connection.audiences = set(seen)
    heads = outbox.heads(db, seen)
    behind = {name: seq for name, seq in seen.items() if heads[name] > seq}
    missed = outbox.missed(db, behind) if behind else []
    return {
        "seqs": heads,
        "missed": None if missed is None else [on_wire(event) for event in missed],
    }


def _just_read(hub: Hub, connection: Connection) -> Actors:
    """As whom a connection was let in, unless somebody's rights have changed since. A page follows as soon as it is connected."""
    placed, connection.placed = connection.placed, None
    if placed is None or placed[1] != hub.rights_changes:
        return {}
    return {placed[0].consultation_id: placed[0]}


def on_wire(event: OutboxEvent) -> dict[str, Any]:
    """A live event as pages receive it."""
    return {
        "name": event.name,
        "version": event.version,
        "audience": event.audience,
        "seq": event.seq,
        "at": clock.milliseconds(event.at),
        "data": event.data,
    }


def follower(db: Db, connection: Connection, name: str, actors: Actors | None = None) -> Actor | None:
    """The actor as whom a connection may follow an audience; None when it may not.

    Args:
        actors: those already known in this act, by consultation; what is found is added.
    """
    try:
        kind, public_id = audiences.parsed(name)
    except ValueError:
        return None
    consultation_id, room = _belongs(db, kind, public_id)
    if consultation_id is None:
        return None
    actors = {} if actors is None else actors
    if consultation_id not in actors:
        actors[consultation_id] = actor_for(db, connection.user_id, consultation_id)
    actor = actors[consultation_id]
    if actor is None:
        return None
    if kind == "member":
        return actor if actor.public_id == public_id else None
    if kind == "staff":
        return actor if actor.is_staff else None
    if kind == "room":
        return actor if allows(actor, Permission.ROOM_VIEW, room) else None
    return actor


def _still_runs(db: Db, connection: Connection) -> bool:
    round_ = db.scalar(select(Round).where(Round.public_id == connection.console))
    actor = actor_for(db, connection.user_id, round_.consultation_id) if round_ else None
    return actor is not None and allows(actor, Permission.ROOM_RUN, round_)


def _belongs(db: Db, kind: str, public_id: str) -> tuple[int | None, Room | None]:
    """The consultation an audience belongs to, and its room where it is one."""
    if kind == "room":
        room = db.scalar(select(Room).where(Room.public_id == public_id))
        return (room.consultation_id, room) if room else (None, None)
    if kind == "session":
        return db.scalar(select(Session.consultation_id).where(Session.public_id == public_id)), None
    if kind == "member":
        return db.scalar(select(Member.consultation_id).where(Member.public_id == public_id)), None
    return db.scalar(select(Consultation.id).where(Consultation.public_id == public_id)), None


def recheck(hub: Hub, member: str) -> None:
    """After a right changed: stop a person's connections from hearing what they may not hear any more.

    All of the person's, because one page may follow several consultations and speaks for one member only.
    """
    with reading_session(hub.engine) as db:
        actors: Actors = {}
        user_id = db.scalar(select(Member.user_id).where(Member.public_id == member))
        for connection in hub.connections.of_user(user_id) if user_id is not None else ():
            for name in list(connection.audiences):
                if follower(db, connection, name, actors) is None:
                    hub.server.leave_room(connection.sid, name)
                    connection.audiences.discard(name)
            if connection.console and not _still_runs(db, connection):
                connection.console = None
            if connection.room and f"room:{connection.room}" not in connection.audiences:
                connection.room = connection.room_id = None
