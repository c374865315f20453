"""Due work: what the clock decides although nobody is looking. Idempotent; exactly one process wins each act."""

from collections.abc import Callable
from typing import Any

import gevent

from consult import clock
from consult.db import reading_session
from consult.decisions import service as decisions
from consult.proceedings import service as proceedings

LOOK_EVERY_SECONDS = 0.5


def due_work(hub: Any) -> Callable[[], None]:
    """A loop body that does what is due: rooms whose time is over, polls past their deadline.

    Rooms are closed inside the drafting engine's writer, so that everything received before is flushed first and
    nothing can be committed after; of several processes, in that of the one that has the room's drafts.
    """
    me = hub.drafting.registry.leases.owner

    def run() -> None:
        gevent.sleep(LOOK_EVERY_SECONDS)
        now = clock.now()
        with reading_session(hub.engine) as db:
            rooms = proceedings.rooms_due(db, now, by=me)
            polls = decisions.due(db, now)
        if rooms:
            hub.drafting.barrier(lambda db: proceedings.close_due(db, clock.now(), by=me))
        if polls:
            with hub.sessions.begin() as db:
                decisions.close_due(db, clock.now())

    return run
