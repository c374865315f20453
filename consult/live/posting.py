"""Drafting by HTTP POST, for pages whose network lets no websocket through.

Such a page asks what a connected page asks, `join` and `u`, and the same writer answers: rights, judge, rates and the commit before
the answer are not told twice. What it misses is the way back, so it joins again every few seconds to read what the others
wrote. Between two requests it is a connection like any other, and it has left when it asked nothing for a while.
"""

from typing import Any

import gevent

from consult import clock
from consult.drafting.live_draft import Ack
from consult.live.connections import Connection
from consult.live.events import place
from consult.live.hub import Hub
from consult.messages import message

#: A page in the background asks every half minute.
GONE_AFTER_SECONDS = 75.0
SWEEP_EVERY_SECONDS = 5.0
#: Rooms one sign-in can be in at a time in this way.
MOST_PER_SIGN_IN = 6


class Posting:
    """The pages of this process that write without a websocket."""

    def __init__(self, hub: Hub, drafting: Any) -> None:
        self._hub, self._drafting = hub, drafting
        self._heard: dict[str, float] = {}

    @property
    def pages(self) -> int:
        """How many there are now."""
        return len(self._heard)

    def visit(
        self, sign_in_id: int, user_id: int, user_key: str, *, room: str, observes: bool
    ) -> Connection | None:
        """The page's connection, made when it asks for the first time; None when this sign-in has too many.

        The sign-in and its account (row id, public id) are those of the session cookie.
        """
        mine = f"post:{sign_in_id}:"
        sid = f"{mine}{room}:{'observer' if observes else ''}"
        connection = self._hub.connections.get(sid)
        if connection is None:
            if sum(other.startswith(mine) for other in self._heard) >= MOST_PER_SIGN_IN:
                return None
            connection = Connection(sid, sign_in_id, user_id, user_key, hears=False)
            place(self._hub, connection, {"room": room, "as": "observer" if observes else ""})
            connection.observes = observes
            if connection.room is not None:
                connection.audiences = {
                    f"room:{connection.room}"
                }  # so that a lost right is noticed as with any other
            connection = self._opened(connection)
        self._heard[sid] = clock.monotonic()
        return connection

    def _opened(self, connection: Connection) -> Connection:
        """Take the page in, unless another request of it was faster while its place was looked up."""
        known = self._hub.connections.get(connection.sid)
        if known is not None:
            return known
        self._hub.connections.add(connection)
        self._heard[connection.sid] = clock.monotonic()
        for act in self._hub.on_connected:
            act(connection)
        return connection

    def join(self, connection: Connection | None, draft: str, question: dict[str, Any]) -> Ack:
        """What `join` answers on a websocket. `question`: `sv`, perhaps `epoch`."""
        if connection is None:
            return _busy()
        payload = {"v": 1, "draft": draft, **question}
        return self._ask(lambda reply: self._drafting.registry.join(connection.sid, payload, reply))

    def update(self, connection: Connection | None, draft: str, data: str) -> Ack:
        """What `u` answers on a websocket: yes after the commit only."""
        if connection is None:
            return _busy()
        return self._ask(lambda reply: self._drafting.update(connection, (data, draft), reply))

    def _ask(self, request: Any) -> Ack:
        ack: Ack = self._drafting.ask(request)
        return ack

    def run(self) -> None:
        """Every few seconds: end the connections of pages that asked nothing for a while."""
        gevent.sleep(SWEEP_EVERY_SECONDS)
        self.sweep()

    def sweep(self) -> None:
        """End the connections of pages that asked nothing for a while."""
        now = clock.monotonic()
        for sid, heard_at in list(self._heard.items()):
            if now - heard_at > GONE_AFTER_SECONDS:
                self._end(sid)

    def sign_in_ended(self, sign_in_id: int) -> None:
        """Somebody signed out, or was: their pages are gone at once."""
        for sid in [sid for sid in self._heard if sid.startswith(f"post:{sign_in_id}:")]:
            self._end(sid)

    def _end(self, sid: str) -> None:
        del self._heard[sid]
        connection = self._hub.connections.remove(sid)
        if connection is not None:
            for act in self._hub.on_disconnected:
                act(connection)


def _busy() -> Ack:
    return {"ok": 0, "code": "busy", "message": message("draft.busy", "en"), "after": 10_000}


def register(hub: Hub) -> None:
    """Offer the way and end what was left. After `drafting.register`."""
    posting = hub.posting = Posting(hub, hub.drafting)
    hub.workers.append(posting.run)
    hub.on_sign_in_ended.append(posting.sign_in_ended)
    hub.app.extensions["consult.gauges"]["draft_posting_pages"] = lambda: posting.pages
