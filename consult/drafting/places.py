"""Places in a draft: what holds parts, where a piece stands in it, and which letters of a client stand where.

Decides nothing; `structure` judges by it. Pure: no I/O, no clock.
"""

from bisect import bisect_right


class Container:
    """Something that holds parts: a root, an element (by tag), or a run of text."""

    __slots__ = ("body", "kind", "slots")

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.body = Place(self, None)
        self.slots: dict[str, Place] = {}


class Place:
    """Where a piece stands: in the body of its container, or under a key of it."""

    __slots__ = ("container", "key")

    def __init__(self, container: Container, key: str | None) -> None:
        self.container = container
        self.key = key


#: What is deleted for good, and where anything in it stands.
LOST = Container("#gone")
GONE = LOST.body


class Track:
    """One client's letters from the first to `end`, as runs of one place each, and which of them came already deleted."""

    __slots__ = ("dead_ends", "dead_starts", "end", "places", "starts")

    def __init__(self, end: int = 0) -> None:
        self.end = end
        self.starts: list[int] = []
        self.places: list[Place] = []
        self.dead_starts: list[int] = []
        self.dead_ends: list[int] = []

    def add(self, start: int, end: int, place: Place) -> None:
        """Append letters that follow what is there."""
        if not self.places or self.places[-1] is not place:
            self.starts.append(start)
            self.places.append(place)
        self.end = end

    def bury(self, start: int, end: int) -> None:
        """Note letters that came already deleted, in order."""
        if self.dead_ends and self.dead_ends[-1] == start:
            self.dead_ends[-1] = end
        else:
            self.dead_starts.append(start)
            self.dead_ends.append(end)

    def is_dead(self, clock: int) -> bool:
        """Whether this letter came already deleted."""
        at = bisect_right(self.dead_starts, clock) - 1
        return at >= 0 and clock < self.dead_ends[at]

    def at(self, clock: int) -> Place:
        """The place of one letter."""
        if clock >= self.starts[-1]:
            return self.places[-1]
        return self.places[bisect_right(self.starts, clock) - 1]
