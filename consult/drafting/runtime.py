"""How a process waits, so that the writer need not know gevent. Pure: types only."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol


class Wake(Protocol):
    """Something the writer sleeps on."""

    def set(self) -> Any: ...

    def clear(self) -> Any: ...

    def wait(self, timeout: float) -> Any: ...


@dataclass(frozen=True)
class Runtime:
    """How this process waits."""

    wake: Wake
    sleep: Callable[[float], Any]
    #: Seconds the writer lets updates gather before it writes them together.
    tick: float
