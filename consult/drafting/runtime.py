"""How a process waits, so that the writer need not know gevent. Pure: types only."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol


class Wake(Protocol):
    """Something the writer sleeps on."""

    def set(self) -> Any: ...

    def clear(self) -> Any: ...

    def wait(self, timeout: float) -> Any: ...


LONGEST_TICK_SECONDS = 0.05
#: Share of one core from which on the tick stretches, and at which it is longest.
CALM, FULL = 0.7, 0.95
LOAD_OVER_SECONDS = 0.25
#: A tick up to this one counts from turn to turn, for the sake of who waits, but for this share of it updates gather however long the turn
#: before took. A longer one is all gathering: who sets it wants fewer and larger turns.
SHORT_TICK_SECONDS, LEAST = 0.010, 0.4


def stretched(tick: float, load: float) -> float:
    """How long to let updates gather: `tick` on a calm core, up to 50 ms on a full one; fewer and larger turns cost less.

    `load`: share of one core that the process used lately, 0 to 1.
    """
    share = min(1.0, max(0.0, (load - CALM) / (FULL - CALM)))
    return max(tick, tick + share * (LONGEST_TICK_SECONDS - tick))


class Pace:
    """How long each gathering lasts: a tick, of a short one what the turn before has left of it; stretched by how busy the process was
    over the last quarter of a second."""

    def __init__(self, tick: float, used: Callable[[], float]) -> None:
        """`used`: seconds of processor time of this process so far."""
        self._tick, self._used = tick, used
        self._since: tuple[float, float] | None = None
        self._seconds = tick
        self._turned_at = float("-inf")

    def seconds(self, now: float) -> float:
        """How long to gather now. `now`: seconds of a clock that never jumps."""
        if self._since is None:
            self._since = (now, self._used())
        elif now - self._since[0] >= LOAD_OVER_SECONDS:
            then, before = self._since
            self._since = (now, self._used())
            self._seconds = stretched(self._tick, (self._since[1] - before) / (now - then))
        if self._tick > SHORT_TICK_SECONDS:
            return self._seconds
        seconds = max(LEAST * self._seconds, self._seconds - (now - self._turned_at))
        self._turned_at = now + seconds
        return seconds


@dataclass(frozen=True)
class Runtime:
    """How this process waits."""

    wake: Wake
    sleep: Callable[[float], Any]
    #: As `sleep`; afterwards everything that came meanwhile has been handed over.
    gather: Callable[[float], Any]
    #: Seconds the writer lets updates gather before it writes them together.
    tick: float
