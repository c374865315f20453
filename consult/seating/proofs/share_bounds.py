"""The fewest people outside the fair ranges of one attribute, when some seats are fixed: exact. Pure: no I/O, no clock.

Without fixed seats it is none: the table of fair shares has whole row and column sums, and can be rounded up or down in
every cell at once. With fixed seats it is a transportation problem with convex costs (each person below or above the
fair range of a cell costs one). Every room first takes what suits itself best; then single seats change their category
along the cheapest chains until every category has as many seats as it has people.

Source: successive shortest paths (Ahuja, Magnanti and Orlin, "Network Flows", 1993, sections 9.7 and 14.5).
"""

from collections import Counter

import numpy as np

from consult.seating.measures import category_counts
from consult.seating.proofs.frames import Frame, Whole
from consult.seating.quotas import fair_range

_FAR = np.int64(10**9)
#: Categories looked at when there are many; leaving the others out can only lower the bound.
_MOST_CATEGORIES = 30


def fewest_outside(frame: Frame, field: str) -> int:
    """The fewest people outside the fair ranges that any seating within this frame has.

    Args:
        field: name of the attribute of a person.
    """
    if not frame.fixed:
        return 0
    totals = category_counts(frame.seated, field)
    held = Counter(
        (getattr(person, field), frame.fixed[person.id])
        for person in frame.seated
        if person.id in frame.fixed and getattr(person, field)
    )
    weight = Counter[str]()
    for (category, _), n in held.items():
        weight[category] += n
    looked_at = sorted(totals, key=lambda c: (-weight[c], c))[:_MOST_CATEGORIES]
    people, rooms = len(frame.seated), len(frame.rooms)
    fixed = np.array([[held[c, r] for c in looked_at] for r in range(rooms)], np.int64)
    ranges = np.array([[fair_range(totals[c], int(s), people) for c in looked_at] for s in frame.sizes])
    ranges = ranges.reshape(rooms, len(looked_at), 2)
    need = np.array([totals[c] for c in looked_at], np.int64) - fixed.sum(axis=0)
    return _Seats(fixed, ranges[:, :, 0], ranges[:, :, 1], frame.free, need).fewest()


class _Seats:
    """Free seats (rooms × categories), the last category standing for people of none."""

    def __init__(self, fixed: Whole, low: Whole, high: Whole, free: Whole, need: Whole) -> None:
        rooms = len(free)
        none = np.zeros((rooms, 1), np.int64)
        self._low = np.hstack([low, none])
        self._high = np.hstack([high, none + _FAR])
        self._count = np.hstack([fixed, none])
        self._least = self._count.copy()
        need = np.append(need, free.sum() - need.sum())
        #: By category, seats too many (or, below zero, too few).
        self._excess = self._start(free, need)

    def fewest(self) -> int:
        """The lowest cost of a table with the right number of seats for every category."""
        while (self._excess > 0).any():
            self._move()
        below, above = self._low - self._count, self._count - self._high
        return int(np.maximum(0, np.maximum(below, above)).sum())

    def _start(self, free: Whole, need: Whole) -> Whole:
        """Fill every room with what costs it least; among equals, with what is wanted most."""
        left = need.tolist()
        low, high = self._low.tolist(), self._high.tolist()
        for room, seats in enumerate(free.tolist()):
            row = self._count[room].tolist()
            for _ in range(seats):
                slopes = [-1 if n < low[room][c] else int(n >= high[room][c]) for c, n in enumerate(row)]
                best = min(range(len(row)), key=lambda c: (slopes[c], -left[c]))
                row[best] += 1
                left[best] -= 1
            self._count[room] = row
        return -np.array(left, np.int64)

    def _slopes(self, count: Whole) -> Whole:
        """What one seat more costs in each cell."""
        return np.where(count < self._low, -1, (count >= self._high).astype(np.int64))

    def _move(self) -> None:
        """Change one seat from a category with too many to one with too few, at the lowest cost."""
        fewer = np.where(self._count > self._least, -self._slopes(self._count - 1), _FAR)
        ways = fewer[:, :, None] + self._slopes(self._count)[:, None, :]
        room = ways.argmin(axis=0)
        steps = ways.min(axis=0)
        cost = np.where(self._excess > 0, 0, _FAR)
        before = np.full(len(cost), -1)
        while True:
            reached = cost[:, None] + steps
            best = reached.argmin(axis=0)
            found = reached.min(axis=0)
            better = found < np.minimum(cost, _FAR // 2)
            if not better.any():
                break
            cost, before = np.where(better, found, cost), np.where(better, best, before)
        node = int(np.where(self._excess < 0, cost, 2 * _FAR).argmin())
        self._excess[node] += 1
        while before[node] >= 0:
            start = int(before[node])
            self._count[room[start, node], start] -= 1
            self._count[room[start, node], node] += 1
            node = start
        self._excess[node] -= 1
