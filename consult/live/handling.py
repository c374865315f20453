"""The one boundary of incoming events: payload check, rate limit, unit of work, ack, error.

Acks are `{"ok": true, …}` or `{"ok": false, "error": {"code", "message", "at"}}`; nothing is dropped silently and no
stack trace leaves the process.
"""

import logging
from collections.abc import Callable
from typing import Any

from sqlalchemy.exc import DBAPIError

from consult import clock
from consult.db import Db, reading_session, unit_of_work
from consult.drafting.limits import TokenBucket
from consult.errors import DomainError
from consult.live.connections import Connection
from consult.live.hub import Hub
from consult.messages import message

log = logging.getLogger("consult.live")
Handler = Callable[[Db, Connection, dict[str, Any]], dict[str, Any] | None]


def refused(code: str, **params: object) -> dict[str, Any]:
    """The ack of a refusal."""
    error = {"code": code, "message": message(code, "en", **params), "at": clock.milliseconds(clock.now())}
    return {"ok": False, "error": error}


def handle(hub: Hub, event: str, handler: Handler, *, reads: bool = False) -> None:
    """Register `handler` for `event`. `reads`: it only reads, so it takes no write lock."""
    buckets: dict[str, TokenBucket] = {}

    def on_event(sid: str, *args: Any) -> dict[str, Any]:
        connection = hub.connections.get(sid)
        if connection is None:
            buckets.pop(sid, None)
            return refused("sign_in.required")
        if len(args) != 1 or not isinstance(args[0], dict):
            return refused("bad_request")
        if not buckets.setdefault(sid, TokenBucket(rate=10, burst=30)).take(1, clock.monotonic()):
            return refused("too_many", after=1)
        try:
            if reads:
                with reading_session(hub.engine) as db:
                    return {"ok": True, **(handler(db, connection, args[0]) or {})}
            with unit_of_work(hub.sessions) as db:
                answer = handler(db, connection, args[0])
            return {"ok": True, **(answer or {})}
        except DomainError as error:
            log.info("refused code=%s event=%s user=%s", error.code, event, connection.user_key)
            return refused(error.code, **error.params)
        except DBAPIError:
            log.exception("database: event=%s", event)
            return refused("unavailable")
        except Exception:  # the last resort of the socket entrance
            log.exception("unexpected error event=%s", event)
            return refused("unexpected")

    def forget(connection: Connection) -> None:
        buckets.pop(connection.sid, None)

    hub.on_disconnected.append(forget)
    hub.server.on(event, on_event)
