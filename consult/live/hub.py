"""What every live module shares: the Socket.IO server, the database, the open connections, background work."""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import gevent
from flask import Flask
from sqlalchemy import Engine

from consult.config import Settings
from consult.db import Sessions
from consult.live.connections import Connection, Connections
from consult.live.lane import Lane

log = logging.getLogger("consult.live")


@dataclass
class Hub:
    """One process's live side.

    Attributes:
        server: the python-socketio server; handlers registered on it run outside Flask's request context.
        lane: the short way of frequent events in the server process; None where another engine serves.
        workers: background loops, started by `start()` in the server process only.
        on_connected, on_disconnected: called with a `Connection`.
        on_sign_in_ended: called with a sign-in's row id after somebody signed out, or was, and its connections were ended.
        on_rights_changed: called with a member's public id after a commit that changed what the member may do.
        on_room_changed: called with a room's public id after its state, deadline or seats changed.
        on_consultation_changed: called after a consultation changed: also who is shown by which name there.
        rights_changes: how many changes of somebody's rights this process has heard of.
        on_stop: called once, in order, when the process is asked to stop.
    """

    app: Flask
    server: Any
    sessions: Sessions
    engine: Engine
    settings: Settings
    connections: Connections
    lane: Lane | None = None
    workers: list[Callable[[], None]] = field(default_factory=list)
    on_connected: list[Callable[[Connection], None]] = field(default_factory=list)
    on_disconnected: list[Callable[[Connection], None]] = field(default_factory=list)
    on_sign_in_ended: list[Callable[[int], None]] = field(default_factory=list)
    on_rights_changed: list[Callable[[str], None]] = field(default_factory=list)
    on_room_changed: list[Callable[[str], None]] = field(default_factory=list)
    on_consultation_changed: list[Callable[[], None]] = field(default_factory=list)
    rights_changes: int = 0
    on_stop: list[Callable[[], None]] = field(default_factory=list)
    #: The drafting engine (`live.drafting.Drafting`).
    drafting: Any = None
    #: Pages that write by HTTP POST (`live.posting.Posting`).
    posting: Any = None
    stopping: bool = False

    def tell(self, event: str, data: dict[str, Any], *, to: str) -> None:
        """Send an event to everybody in the room `to`: the short way where there is one."""
        if self.lane is not None:
            self.lane.send(event, (data,), to=to)
        else:
            self.server.emit(event, data, to=to)

    def together(self) -> AbstractContextManager[None]:
        """What is told in here reaches each page in one go, in the same order, where there is a short way."""
        return self.lane.together() if self.lane is not None else nullcontext()

    def start(self) -> None:
        """Start the background loops."""
        for worker in self.workers:
            gevent.spawn(self._forever, worker)

    def _forever(self, worker: Callable[[], None]) -> None:
        """Run a loop for ever; a failure is logged and the loop goes on after a second."""
        while not self.stopping:
            try:
                worker()
            except Exception:  # the boundary of a background loop
                log.exception("background work failed: %s", getattr(worker, "__qualname__", worker))
                gevent.sleep(1)

    def stop(self) -> None:
        """Finish what was accepted; then the process may end."""
        self.stopping = True
        for act in self.on_stop:
            act()
