"""Pages take turns: few are made at a time, and between two of them everything else that waits goes first.

A page is several milliseconds of work without a pause. When hundreds ask at once, the hub would make them all before it looks
at a socket, a lock or a clock again; so each waits here until it is its turn, and then until the hub has looked around.
"""

import logging

import gevent
from gevent.lock import BoundedSemaphore

log = logging.getLogger("consult.live")
PATIENCE_SECONDS = 10


class Turns:
    """The turns of one process."""

    def __init__(self, at_once: int) -> None:
        self._places = BoundedSemaphore(at_once)

    def take(self) -> bool:
        """Wait for a place, first come first served; whether there is one to be given back by the same request.

        Nobody waits for ever: a page that takes very long keeps the others waiting for some seconds, then they go on beside it.
        """
        has_place: bool = self._places.acquire(timeout=PATIENCE_SECONDS)
        if not has_place:
            log.warning("a page is made out of turn: the others take very long")
        look_around()
        return has_place

    def give_back(self) -> None:
        self._places.release()


def look_around() -> None:
    """Let the hub see every socket once. `sleep(0)` would not: it stays among what is about to run anyway."""
    hub = gevent.get_hub()
    now = hub.loop.timer(0)
    try:
        hub.wait(now)
    finally:
        now.close()
