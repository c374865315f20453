"""The cheapest way to give everybody a place when there are many people and few kinds of places. Pure: no I/O, no clock.

Kinds of places are topics or rooms. Everybody starts at their cheapest kind; then people are moved along the cheapest
chains from kinds that are too full (or from the others) to kinds that are too empty. The graph has one node per kind,
so that a chain is found in microseconds; the cost of the step from kind i to kind j is the smallest regret among the
people at i.

Source: successive shortest paths for minimum-cost flows (Ahuja, Magnanti and Orlin, "Network Flows", 1993, section
9.7), with the people of one kind treated as parallel arcs. The result is exact, not a heuristic.
"""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
#: More than any regret, and small enough to be added up.
_FAR = np.int64(2**60)


def cheapest_places(costs: Whole, places: Whole, least: Whole | None = None) -> tuple[Whole, int]:
    """Give everybody a place at the lowest total cost; of equally cheap ways always the same one.

    Args:
        costs: people × kinds of places, whole numbers (below 2**40 in size).
        places: by kind, most people.
        least: by kind, fewest people; none when left out.

    Returns:
        The kind of every person, and the total cost.

    Raises:
        ValueError: there is no way to place everybody.
    """
    costs, places = np.asarray(costs, np.int64), np.asarray(places, np.int64)
    people, kinds = costs.shape
    fewest = np.zeros(kinds, np.int64) if least is None else np.asarray(least, np.int64)
    if places.sum() < people or fewest.sum() > people or (fewest > places).any():
        raise ValueError(f"{people} people cannot be given these places")
    if not people:
        return np.zeros(0, np.int64), 0
    at = _Places(costs, places, fewest).filled()
    return at, int(costs[np.arange(people), at].sum())


class _Places:
    """People at kinds of places, not yet all within their limits, and never at a higher cost than needed so far.

    The last node is a hub that stands for "a place more here, a place fewer there", within the limits.
    """

    def __init__(self, costs: Whole, places: Whole, least: Whole) -> None:
        self._costs, self._places, self._least = costs, places, least
        self._hub = kinds = len(places)
        self._at: Whole = costs.argmin(axis=1)
        count = np.bincount(self._at, minlength=kinds)
        #: By kind, the places counted as filled; always within the limits.
        self._filled: Whole = np.clip(count, least, places)
        #: By node, people too many (or, below zero, too few).
        self._excess = np.append(count - self._filled, 0)
        self._excess[kinds] = -self._excess.sum()
        self._steps = np.full((kinds + 1, kinds + 1), _FAR)
        for kind in range(kinds):
            self._price(kind)

    def filled(self) -> Whole:
        """The kind of every person once all limits are kept."""
        while (self._excess > 0).any():
            self._move(self._chain())
        return self._at

    def _price(self, kind: int) -> None:
        """Work out anew what a step from this kind to every other costs."""
        members = self._costs[self._at == kind]
        self._steps[kind, : self._hub] = (members - members[:, [kind]]).min(axis=0) if len(members) else _FAR
        self._steps[kind, self._hub] = 0 if self._filled[kind] < self._places[kind] else _FAR
        self._steps[self._hub, kind] = 0 if self._filled[kind] > self._least[kind] else _FAR

    def _chain(self) -> list[int]:
        """The nodes of a cheapest chain from a node with people too many to one with too few (Bellman and Ford)."""
        cost = np.where(self._excess > 0, 0, _FAR)
        before = np.full(len(cost), -1)
        while True:
            ways = cost[:, None] + self._steps
            best = ways.argmin(axis=0)
            found = ways[best, np.arange(len(cost))]
            better = found < np.minimum(cost, _FAR // 2)
            if not better.any():
                break
            cost, before = np.where(better, found, cost), np.where(better, best, before)
        node = int(np.where(self._excess < 0, cost, 2 * _FAR).argmin())
        chain = [node]
        while before[node] >= 0:
            node = int(before[node])
            chain.append(node)
        return chain[::-1]

    def _move(self, chain: list[int]) -> None:
        """Move as many people along a chain as its narrowest step lets through at the same cost."""
        moved = min(self._excess[chain[0]], -self._excess[chain[-1]])
        movers: list[tuple[int, Whole]] = []
        for start, end in pairwise(chain):
            if end == self._hub:
                moved = min(moved, self._places[start] - self._filled[start])
            elif start == self._hub:
                moved = min(moved, self._filled[end] - self._least[end])
            else:
                there = np.flatnonzero(self._at == start)
                regrets = self._costs[there, end] - self._costs[there, start]
                movers.append((end, there[regrets == self._steps[start, end]]))
                moved = min(moved, len(movers[-1][1]))
        for end, who in movers:
            self._at[who[:moved]] = end
        for start, end in pairwise(chain):
            if end == self._hub:
                self._filled[start] += moved
            elif start == self._hub:
                self._filled[end] -= moved
        self._excess[chain[0]] -= moved
        self._excess[chain[-1]] += moved
        for node in chain:
            if node != self._hub:
                self._price(node)
