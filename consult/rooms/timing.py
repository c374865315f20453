"""What the clock says about a room: open or not, how long still, which warning is due. Pure: no I/O, no clock.

Times are UTC; lengths are seconds unless a name says minutes.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

#: Warnings are given when this many seconds are left (Rule: at 10, 5 and 1 minutes and 10 seconds).
WARNINGS = (600, 300, 60, 10)
SOON_SECONDS = 300
LAST_SECONDS = 60
#: States in which people seated in a room may write.
EDITABLE = ("open", "closing", "reopened")


def is_over_at(deadline: datetime | None, moment: datetime, *, paused: datetime | None = None) -> bool:
    """Whether a room's time has run out at `moment`: at the deadline itself it has; while paused it does not run."""
    return deadline is not None and paused is None and moment >= deadline


def is_open_at(
    state: str, deadline: datetime | None, now: datetime, *, paused: datetime | None = None
) -> bool:
    """Whether the people of a room may write at `now`. Rule: a pause stops the clock, not the writing."""
    return state in EDITABLE and not is_over_at(deadline, now, paused=paused)


def resumed(deadline: datetime, paused: datetime, now: datetime) -> datetime:
    """The deadline after a pause that began at `paused`: as much time is left as was then."""
    return deadline + max(now - paused, timedelta(0))


def passes_end(before: datetime, after: datetime, end: datetime | None) -> bool:
    """Whether a deadline moved from `before` to `after` passes the session's end, having been within it.

    Rule: rooms do not run past the end of their session unless somebody confirms it; once they do, nobody asks again.
    """
    return end is not None and before <= end < after


def seconds_left(deadline: datetime, now: datetime) -> int:
    """Whole seconds until the deadline, rounded up so that 1 is shown until the very end; never negative."""
    left = deadline - now
    whole = int(left.total_seconds())
    return max(0, whole + (1 if left > timedelta(seconds=whole) else 0))


def grace_ends_at(closed_at: datetime, grace: int) -> datetime:
    """Until when a connection that was cut off before the close may still deliver its text. `grace`: seconds."""
    return closed_at + timedelta(seconds=grace)


def warnings_due(left_before: float, left_now: float) -> list[int]:
    """The warnings whose moment lies between two looks at the clock, in the order they are given.

    Args:
        left_before, left_now: seconds left at the earlier and the later look.
    """
    return [mark for mark in WARNINGS if left_now <= mark < left_before]


def phase(deadline: datetime | None, now: datetime, *, paused: datetime | None = None) -> str:
    """How urgent the clock looks: none, paused, calm, soon (5 minutes or less), last (1 minute or less), over."""
    if deadline is None:
        return "none"
    if paused is not None:
        return "paused"
    left = seconds_left(deadline, now)
    if left == 0:
        return "over"
    if left <= LAST_SECONDS:
        return "last"
    return "soon" if left <= SOON_SECONDS else "calm"


def extended(deadline: datetime, now: datetime, minutes: int) -> datetime:
    """The deadline moved by some minutes, fewer when negative: from the old one, or from now when that has passed."""
    return max(deadline, now) + timedelta(minutes=minutes)


def round_state(states: Iterable[str]) -> str:
    """The state of a round, derived from its rooms: the liveliest of them; `draft` while it has none.

    Rule: states are per room; a round has none of its own. A room that was held back does not keep a round from being
    over: the report-back need not wait for a room that nobody opens.
    """
    found = set(states)
    for state in ("open", "reopened", "closing", "closed", "staged"):
        if state in found:
            return state
    return "draft"
