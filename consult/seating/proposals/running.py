"""Where searches run: small ones at once, larger ones off the hub, so that a server never waits for one.

And whether a search that was run before still finds what it found.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from consult.i18n import N_
from consult.seating import allocation
from consult.seating.case import Case, Seating
from consult.seating.casefile.reading import case_of
from consult.seating.casefile.writing import case_json, input_hash
from consult.seating.models import SeatingPlan
from consult.seating.sentences import Sentence

#: Up to this many people a search is done before anybody notices.
SMALL = 60
T = TypeVar("T")
#: By hash of the input, seed and version: the last seatings found. They are never changed.
_remembered: dict[str, Seating] = {}
_MOST_REMEMBERED = 8
_run: Callable[..., Any] = lambda function, *args: function(*args)  # noqa: E731


def use_runner(runner: Callable[..., Any]) -> None:
    """How larger searches run: the server gives a thread pool."""
    global _run
    _run = runner


def searched(case: Case, *, seed: int) -> Seating:
    """The seating of a case, found off the hub when there are many people, and remembered for a while.

    That lets a page search before it writes anything: on SQLite everybody else's writing would wait for the search.
    """
    key = input_hash(case_json(case), seed=seed, version=allocation.VERSION)
    if key not in _remembered:
        while len(_remembered) >= _MOST_REMEMBERED:
            _remembered.pop(next(iter(_remembered)))
        _remembered[key] = _search(case, seed)
    return _remembered[key]


def _search(case: Case, seed: int) -> Seating:
    return off_hub(lambda: allocation.seat(case, seed=seed), people=len(case.people))


def off_hub(work: Callable[[], T], *, people: int) -> T:
    """What `work` returns, done off the hub when it is about many people."""
    found: T = work() if people <= SMALL else _run(work)
    return found


@dataclass(frozen=True)
class Rerun:
    """What running a proposal again found."""

    #: None when it could not be tried.
    matches: bool | None
    sentence: Sentence


def rerun_matches(plan: SeatingPlan) -> Rerun:
    """Whether the kept input and seed of a proposal still give the seating that was proposed."""
    if plan.case is None:
        return Rerun(
            None, Sentence(N_("The input of this proposal was not kept, so it cannot be run again."))
        )
    if plan.version != allocation.VERSION:
        message = N_(
            "This proposal was made by version %(then)s of the search; this is version %(now)s, which may find another."
        )
        return Rerun(None, Sentence(message, {"then": plan.version, "now": allocation.VERSION}))
    if plan.input_hash != input_hash(plan.case, seed=plan.seed, version=plan.version):
        return Rerun(False, Sentence(N_("What was kept of this proposal is not what its hash was made of.")))
    found = _search(case_of(plan.case), plan.seed)
    if {person: int(room) for person, room in found.rounds[0].items()} != plan.proposed:
        return Rerun(False, Sentence(N_("Run again, this proposal came out differently.")))
    return Rerun(True, Sentence(N_("Run again, this proposal came out the same, seat by seat.")))
