"""Which room needs a facilitator first. Pure: no I/O, no clock.

Rule, in the words the console shows: first the rooms that asked for help and to which nobody goes, the longest waiting
first; then rooms in which nobody is; then rooms in which nothing was written for five minutes, the longest silence first;
then rooms in which fewer than half of the people are; then rooms that have fewer items ready than asked for in the last
ten minutes; then rooms a facilitator is on the way to; then the others, by number.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

#: A room in which nothing was written for this long needs somebody.
SILENT = timedelta(minutes=5)
#: People are given this long to come in before an empty room is worth a word.
ARRIVING = timedelta(minutes=1)
#: From here on the items that are missing matter.
LATE = timedelta(minutes=10)
#: What a room may need, the most urgent first; "" is nothing.
NEEDS = ("help", "empty", "silent", "thin", "behind", "helped", "")


@dataclass(frozen=True)
class Signals:
    """What is known of one room. Moments are UTC.

    Attributes:
        number: the room's number.
        is_open: people may write there.
        expected, here: people seated, and of those the ones who are in the room.
        asked_at: since when its call for help stands; None without one.
        is_taken: a facilitator is on the way.
        last_edit: when its text last changed.
        ready, wanted: items that are ready or submitted, and how many are asked for.
        ends_at: when it would close if nothing were done.
    """

    number: int
    is_open: bool
    expected: int = 0
    here: int = 0
    opened_at: datetime | None = None
    asked_at: datetime | None = None
    is_taken: bool = False
    last_edit: datetime | None = None
    ready: int = 0
    wanted: int = 0
    ends_at: datetime | None = None


def need(room: Signals, now: datetime) -> str:
    """Why a facilitator should look into the room at `now`: one of `NEEDS`, the most urgent that holds."""
    if not room.is_open:
        return ""
    if room.asked_at is not None and not room.is_taken:
        return "help"
    has_begun = room.expected > 0 and room.opened_at is not None and now - room.opened_at > ARRIVING
    if has_begun and room.here == 0:
        return "empty"
    if room.here and silent_since(room, now) is not None:
        return "silent"
    if has_begun and room.here * 2 < room.expected:
        return "thin"
    if room.ends_at is not None and room.ends_at - now <= LATE and room.ready < room.wanted:
        return "behind"
    return "helped" if room.asked_at is not None else ""


def silent_since(room: Signals, now: datetime) -> datetime | None:
    """Since when nothing was written in a room that has fallen silent; None when it has not."""
    last = room.last_edit or room.opened_at
    if last is None or now - last < SILENT:
        return None
    return last


def ordered(rooms: Iterable[Signals], now: datetime) -> list[int]:
    """Numbers of the rooms in the order in which they need a facilitator."""

    def place(room: Signals) -> tuple[int, float, int]:
        found = need(room, now)
        since = {"help": room.asked_at, "silent": silent_since(room, now)}.get(found)
        return NEEDS.index(found), since.timestamp() if since else 0.0, room.number

    return [room.number for room in sorted(rooms, key=place)]
