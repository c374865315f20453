"""The plan: each fault by its number, what it needs, and how a run of it is judged."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.site import POSTGRESQL, SQLITE, TWO, Site
from tests.faults.verdict import Verdict, judge

EVERYWHERE = (SQLITE, POSTGRESQL, TWO)
WITH_SERVICES = (POSTGRESQL, TWO)
#: The short form runs beside a whole test suite; there only what blocks is to be told from what is slow.
SLOW = 4


class NotHere(Exception):
    """What this fault needs is not on this machine; the reason."""


@dataclass
class Run:
    """One fault on one back end. `is_short` is for tests: fewer people, fewer and shorter faults."""

    folder: Path
    backend: str
    is_short: bool = False
    verdict: Verdict = field(default_factory=Verdict)

    def pick(self, full: Any, short: Any) -> Any:
        """A number of the full run, or of the short one."""
        return short if self.is_short else full

    @contextmanager
    def site(self, **options: Any) -> Iterator[Site]:
        """An installation at work; when the fault is over it is judged."""
        options = {
            "people": self.pick(30, 6),
            "rate": self.pick(1.0, 2.0),
            "visitors": self.pick(6, 2),
            **options,
        }
        site = Site(self.folder, self.backend, **options)
        try:
            site.start()
            yield site
            found = judge(site)
            self.verdict.violations += found.violations
            self.verdict.measured = {**found.measured, **self.verdict.measured}
        finally:
            site.close()

    def note(self, **measured: Any) -> None:
        self.verdict.measured.update(measured)

    def require(self, holds: bool, promise: str) -> None:
        """A promise of this fault's own."""
        if not holds:
            self.verdict.violations.append(promise)

    def timed(self, act: Callable[[], Any], what: str, limit: float) -> float:
        """Do it; longer than `limit` seconds is a violation."""
        began = time.monotonic()
        act()
        took = time.monotonic() - began
        self.require(took <= limit, f"{what} took {took:.1f} s, at most {limit} s were promised")
        return round(took, 1)


@dataclass(frozen=True)
class Fault:
    number: str
    title: str
    backends: tuple[str, ...]
    run: Callable[[Run], None]


FAULTS: dict[str, Fault] = {}


def fault(
    number: str, title: str, backends: tuple[str, ...] = EVERYWHERE
) -> Callable[[Callable[[Run], None]], Callable[[Run], None]]:
    """Enter a scenario into the plan."""

    def enter(run: Callable[[Run], None]) -> Callable[[Run], None]:
        FAULTS[number] = Fault(number, title, backends, run)
        return run

    return enter
