"""The short way in: frequent messages of all connections are dealt with by one greenlet (docs/adr/0022).

Waking the greenlet of each connection for one edit costs more than reading it. What is frequent is recognised where the event
loop says that a socket has something; this greenlet deals with all that came at once. A connection is read on only after that, so
its messages stay in order whichever way they go. While the writer lets updates gather, they gather here: dealt with in a row they
cost less than one by one (docs/adr/0022).
"""

import logging
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import gevent
from gevent import get_hub, getcurrent
from greenlet import greenlet

from consult.live.arrivals import Arrivals

log = logging.getLogger("consult.live")


#: A gathering up to this one looks at what comes: at 5 ms that costs no more than not looking, at 20 ms it does (docs/adr/0022).
LOOKING_SECONDS = 0.010
#: What is to be called, and with what.
Act = tuple[Callable[..., None], tuple[Any, ...]]


class Readable(Protocol):
    """A connection with something to be dealt with."""

    def read_on(self) -> None: ...

    def abort(self) -> None: ...


class Reader:
    """Deals with what connections brought, in the order in which it came."""

    def __init__(self) -> None:
        self._heard: list[tuple[Readable, Sequence[Act]]] = []
        self._sleeper: greenlet | None = None
        self._is_held = False
        self.arrivals = Arrivals()

    def gather(self, seconds: float) -> None:
        """Sleep for so long; what comes meanwhile is dealt with at the end of it, and in a long while not even looked at before."""
        self._is_held = True
        if seconds > LOOKING_SECONDS:
            self.arrivals.hold()
        try:
            gevent.sleep(seconds)
        finally:
            self.arrivals.release()
            self._is_held = False
        if self._heard:
            self._wake()
            gevent.sleep(0)

    def add(self, wire: Readable, acts: Sequence[Act]) -> None:
        """Let these be called soon, in order; they may wait for the database. Runs in the hub."""
        self._heard.append((wire, acts))
        if not self._is_held:
            self._wake()

    def _wake(self) -> None:
        if self._sleeper is not None:
            get_hub().loop.run_callback(self._sleeper.switch)
            self._sleeper = None

    def run(self) -> None:
        """For ever: deal with what came, then wait for more."""
        while True:
            if not self._heard:
                self._sleeper = getcurrent()
                get_hub().switch()
            heard, self._heard = self._heard, []
            for wire, acts in heard:
                try:
                    for deal, arguments in acts:
                        deal(*arguments)
                except Exception:  # a fault of ours costs one connection, as in a greenlet of its own
                    log.exception("a message failed")
                    wire.abort()
                wire.read_on()
