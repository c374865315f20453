"""Where searches run: small ones at once, larger ones off the hub, so that a server never waits for one."""

from collections.abc import Callable
from typing import Any, TypeVar

from consult.seating import allocation
from consult.seating.case import Case, Seating

#: Up to this many people a search is done before anybody notices.
SMALL = 60
T = TypeVar("T")
_run: Callable[..., Any] = lambda function, *args: function(*args)  # noqa: E731


def use_runner(runner: Callable[..., Any]) -> None:
    """How larger searches run: the server gives a thread pool."""
    global _run
    _run = runner


def searched(case: Case, *, seed: int) -> Seating:
    """The seating of a case, found off the hub when there are many people."""
    return off_hub(lambda: allocation.seat(case, seed=seed), people=len(case.people))


def off_hub(work: Callable[[], T], *, people: int) -> T:
    """What `work` returns, done off the hub when it is about many people."""
    found: T = work() if people <= SMALL else _run(work)
    return found
