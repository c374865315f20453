"""The way of a room through its round: six steps with suggested minutes, and how long it has been at one. Pure: no I/O, no clock.

The minutes are a suggestion. Nothing is locked by a step, and nothing happens when one takes longer.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

#: In order: saying who one is, saying what could be done, talking it over, choosing, writing, hearing the text again;
#: with the share of a round that each is suggested, in hundredths.
SHARES: Mapping[str, int] = {
    "names": 5,
    "ideas": 15,
    "discuss": 25,
    "choose": 10,
    "draft": 35,
    "read_back": 10,
}
STEPS: tuple[str, ...] = tuple(SHARES)
FIRST = STEPS[0]


def suggested(minutes: int) -> dict[str, int]:
    """Whole minutes for each step of a round, in proportion to its length.

    Rule: they add up to the round, and each step has a minute or more where the round has that many.

    Args:
        minutes: planned length of the round.

    Returns:
        Minutes by step, in order; steps of a round shorter than six minutes may have none.

    Source: largest remainder method (Hamilton): each step gets the whole part of its share, and what is left goes by one
    minute to those that lost most.
    """
    least = 1 if minutes >= len(STEPS) else 0
    whole = {step: max(least, minutes * share // 100) for step, share in SHARES.items()}
    lost = {step: minutes * share / 100 - whole[step] for step, share in SHARES.items()}
    while sum(whole.values()) < minutes:
        step = max(STEPS, key=lost.__getitem__)
        whole[step], lost[step] = whole[step] + 1, lost[step] - 1
    while sum(whole.values()) > minutes:
        step = min((step for step in STEPS if whole[step] > least), key=lost.__getitem__)
        whole[step], lost[step] = whole[step] - 1, lost[step] + 1
    return whole


def next_step(step: str) -> str | None:
    """The step after this one; None after the last."""
    place = STEPS.index(step) + 1
    return STEPS[place] if place < len(STEPS) else None


def step_before(step: str) -> str | None:
    """The step before this one; None before the first."""
    place = STEPS.index(step)
    return STEPS[place - 1] if place else None


def began_after_pause(began: datetime, paused: datetime, now: datetime) -> datetime:
    """When a step has begun as far as its length goes, once a pause that started at `paused` is over: it does not count."""
    return began + max(now - max(began, paused), timedelta(0))


def seconds_taken(began: datetime, now: datetime, *, paused: datetime | None = None) -> int:
    """Whole seconds a room has been at a step; they stand still while its clock does."""
    until = now if paused is None else min(now, paused)
    return max(0, int((until - began).total_seconds()))
