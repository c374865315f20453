"""The one place that reads the time. Deadlines are UTC; rules receive `now`, they never ask for it."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

_system_now = partial(datetime.now, UTC)
_now: Callable[[], datetime] = _system_now


def now() -> datetime:
    """The current moment, UTC, as the server sees it."""
    return _now()


def set_source(source: Callable[[], datetime] | None) -> None:
    """Replace the source of time (tests, the sample consultation); None restores the system clock."""
    global _now
    _now = source or _system_now


def milliseconds(moment: datetime) -> int:
    """`moment` as whole milliseconds since 1970-01-01 UTC, the form the browser's clock uses."""
    return int(moment.timestamp() * 1000)


#: Seconds on a clock that never jumps; only differences mean anything.
monotonic = time.monotonic


def give_way() -> None:
    """Let others be served in between, in work that takes longer than they should wait."""
    time.sleep(0)
