"""One round as the search sees it: who sits where, and what every exchange of two people, or move to a free seat, costs.

Costs are kept in tables of which an exchange changes only the two rooms it touches; one person is priced against
everybody else in a dozen vector operations. Prices are exact: the difference that `plan_measures` would find, weighted.
Pure: NumPy, no I/O, no clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from consult.seating.measures import WEIGHTS
from consult.seating.search.languages import LanguageTable
from consult.seating.search.numbers import Categories, Pairs, Whole

#: The price of what is no exchange or no move.
NEVER = 10**9


@dataclass(frozen=True)
class Ground:
    """What stays the same while a round is searched. People and rooms are numbered within the round."""

    categories: Categories
    languages: LanguageTable
    #: By person: number of the mask.
    mask: Whole
    #: By room: fewest and most people.
    least: Whole
    most: Whole
    #: People who may be exchanged or moved one by one.
    movable: NDArray[np.bool_]
    #: Whether uneven rooms cost anything.
    even_sizes: bool = True
    #: Whether a room with nobody counts for nothing.
    allow_empty: bool = False
    #: Whether rooms can be of one size, give or take one, so that the more even of two fair seatings is taken.
    is_level: bool = False


class Round:
    """Who sits where in one round, with the tables that price a change."""

    def __init__(self, ground: Ground, seats: Whole, pair_cost: Pairs, place_cost: Pairs | None) -> None:
        """Read the tables off a seating.

        Args:
            seats: by person, the room.
            pair_cost: people × people, symmetric, diagonal 0: what it costs that two share a room.
            place_cost: rooms × people: what it costs a person to be in a room.
        """
        self.ground, self.seat = ground, seats.copy()
        self.people, self.rooms = len(seats), len(ground.least)
        self._pair_cost, self._place_cost = pair_cost, place_cost
        self._everyone = np.arange(self.people)
        c = ground.categories
        self._has_more = bool(c.more.any())
        sizes = np.arange(self.people + 2)
        self._low = c.total * sizes[:, None] // max(1, self.people)
        self._high = -(-c.total * sizes[:, None] // max(1, self.people))
        fewest, most = self.people // self.rooms, -(-self.people // self.rooms)
        uneven = np.maximum(0, np.maximum(fewest - sizes, sizes - most))
        self._size_cost = uneven * (WEIGHTS["size"] if ground.even_sizes else 0)
        self.size = np.bincount(self.seat, minlength=self.rooms)
        self._even = c.total // self.rooms, -(-c.total // self.rooms)
        self.count = np.zeros((self.rooms, len(c.total)), dtype=np.int64)
        for row in c.of:
            np.add.at(self.count, (self.seat, row), 1)
        tongues = ground.languages.masks
        self._masks = np.zeros((self.rooms, tongues), dtype=np.float32)
        np.add.at(self._masks, (self.seat, ground.mask), 1)
        self._add = np.zeros_like(self.count)
        self._drop = np.zeros_like(self.count)
        self._tongues = np.zeros((self.rooms, tongues + 1, tongues + 1), dtype=np.int32)
        self._tongue_cost = np.zeros(self.rooms, dtype=np.int64)
        #: By room, weighted: what is wanting in categories, languages and size.
        self.wanting = np.zeros(self.rooms, dtype=np.int64)
        self._dropped = np.zeros_like(ground.categories.of)
        #: By person: what their company and the topic of their room cost them.
        self.burden = np.zeros(self.people, dtype=np.int64)
        self._company = np.zeros((self.rooms, self.people), dtype=np.int32)
        if place_cost is not None:
            self._company += place_cost
        for room in range(self.rooms):
            self._company[room] += pair_cost[self.seat == room].sum(axis=0, dtype=np.int32)
        self._touch(range(self.rooms))

    def exchange_prices(self, p: int, among: NDArray[np.bool_] | None = None) -> Whole:
        """By person: what changes when p and that person take each other's seats; `NEVER` where that is no exchange.

        Args:
            among: who may be exchanged with; otherwise everybody who is movable.
        """
        here, of, mask = self.seat[p], self.ground.categories.of, self.ground.mask
        own = of[:, p]
        shares = self._add[here][of] + self._dropped + self._add[:, own][self.seat].T
        shares += self._drop[here, own][:, None]
        shares *= of != own[:, None]
        prices: Whole = shares.sum(axis=0)
        prices += self._tongues[here, mask[p]][mask]
        prices += self._tongues[self.seat, mask, mask[p]]
        company = self._company
        prices += company[:, p][self.seat] - company[here, p] + company[here] - self.burden
        prices -= 2 * self._pair_cost[p]
        prices[self.seat == here] = NEVER
        prices[~(self.ground.movable if among is None else among)] = NEVER
        return prices

    def exchange_table(self, people: Whole) -> Whole:
        """People asked about × people: the prices of `exchange_prices` for several at once."""
        here, of, mask = self.seat[people], self.ground.categories.of, self.ground.mask
        own, at = of[:, people], here[:, None]
        shares = self._add[at, of[:, None, :]] + self._dropped[:, None, :]
        shares += self._add[self.seat, own[:, :, None]]
        shares += self._drop[here, own][:, :, None]
        shares *= of[:, None, :] != own[:, :, None]
        prices: Whole = shares.sum(axis=0)
        prices += self._tongues[at, mask[people][:, None], mask]
        prices += self._tongues[self.seat, mask, mask[people][:, None]]
        company = self._company
        prices += (
            company[self.seat, people[:, None]] - company[here, people][:, None] + company[here] - self.burden
        )
        prices -= 2 * self._pair_cost[people]
        prices[self.seat == at] = NEVER
        prices[:, ~self.ground.movable] = NEVER
        return prices

    def exchange(self, p: int, q: int) -> None:
        """Let two people take each other's seats."""
        r, s = int(self.seat[p]), int(self.seat[q])
        self._shift(p, r, s)
        self._shift(q, s, r)
        change = self._pair_cost[q] - self._pair_cost[p]
        self._company[r] += change
        self._company[s] -= change
        self._touch((r, s))

    def move_prices(self, p: int) -> Whole:
        """By room: what changes when p moves there, to a free seat; `NEVER` where that is no move."""
        here, own = int(self.seat[p]), self.ground.categories.of[:, p]
        free = self.size < self.ground.most
        free[here] = False
        if self.size[here] <= self.ground.least[here] or not free.any():
            return np.full(self.rooms, NEVER)
        count = self.count.copy()
        count[:, own] += 1
        count[here] = self.count[here]
        count[here, own] -= 1
        size = self.size + 1
        size[here] -= 2
        change = self._cost(count, size) - self._cost(self.count, self.size)
        prices: Whole = change + change[here]
        mask, nobody = self.ground.mask[p], self.ground.languages.masks
        prices += self._tongues[:, nobody, mask] + self._tongues[here, mask, nobody]
        prices += self._company[:, p] - self._company[here, p]
        prices[~free] = NEVER
        return prices

    def move(self, p: int, room: int) -> None:
        """Let p move to a free seat."""
        here = int(self.seat[p])
        self._shift(p, here, room)
        self.size[here] -= 1
        self.size[room] += 1
        self._company[here] -= self._pair_cost[p]
        self._company[room] += self._pair_cost[p]
        self._touch((here, room))

    @property
    def has_free_seats(self) -> bool:
        """Whether any move to a free seat is possible."""
        return bool((self.size > self.ground.least).any() and (self.size < self.ground.most).any())

    @property
    def fine(self) -> int:
        """What no bound is known for: people who rely on a bridge for their language, and an uneven but fair spread."""
        bridged = int((self._tongue_cost % WEIGHTS["lang_uncovered"]).sum())
        return bridged + (int(self._unevenness(self.count).sum()) if self.ground.is_level else 0)

    def cost(self) -> int:
        """Everything that is wanting in this round, weighted."""
        places = 0
        if self._place_cost is not None:
            places = int(self._place_cost[self.seat, self._everyone].sum())
        wanting = int(self.wanting.sum()) - self._excused_by_empty_rooms()
        return wanting + (int(self.burden.sum()) - places) // 2 + places

    def _excused_by_empty_rooms(self) -> int:
        """What the tables count and the measures do not, when a room has nobody."""
        used = self.size[self.size > 0]
        empty = self.rooms - len(used)
        if not empty or not len(used):
            return 0
        found = 0
        if self._has_more:
            c = self.ground.categories
            beyond = np.maximum(0, self.count - 1) @ c.more
            unit, facilitators = int(c.more.max()), int(c.total[c.more > 0].sum())
            free = max(0, facilitators - len(used)) if self.ground.allow_empty else empty
            found = min(int(beyond.sum()), free * unit)
        if self.ground.allow_empty and self.ground.even_sizes:
            fewest, most = self.people // len(used), -(-self.people // len(used))
            uneven = np.maximum(0, np.maximum(fewest - used, used - most)).sum()
            found += int(self._size_cost[self.size].sum()) - WEIGHTS["size"] * int(uneven)
        return found

    def _cost(self, count: Whole, size: Whole) -> Whole:
        """By room: what counts (rooms × categories) and sizes cost."""
        return self._count_cost(count, self._low[size], self._high[size], size) + self._size_cost[size]

    def _count_cost(self, count: Whole, low: Whole, high: Whole, size: Whole) -> Whole:
        return self._shares(count, low, high, size).sum(axis=-1)

    def _shares(self, count: Whole, low: Whole, high: Whole, size: Whole) -> Whole:
        c = self.ground.categories
        cost: Whole = np.maximum(0, np.maximum(low - count, count - high)) * c.weight
        cost += (count == 1) * c.lone + ((count == 0) & (size > 0)[..., None]) * c.none
        if self._has_more:
            cost += np.maximum(0, count - 1) * c.more
        return cost + self._unevenness(count) if self.ground.is_level else cost

    def _unevenness(self, count: Whole) -> Whole:
        fewest, most = self._even
        return np.maximum(0, np.maximum(fewest - count, count - most)) * self.ground.categories.level

    def _shift(self, p: int, room: int, to: int) -> None:
        own = self.ground.categories.of[:, p]
        self.count[room, own] -= 1
        self.count[to, own] += 1
        self._masks[room, self.ground.mask[p]] -= 1
        self._masks[to, self.ground.mask[p]] += 1
        self.seat[p] = to

    def _touch(self, rooms: Sequence[int]) -> None:
        """Bring the tables of some rooms up to date."""
        at = list(rooms)
        count, size = self.count[at], self.size[at]
        low, high = self._low[size], self._high[size]
        now = self._shares(count, low, high, size)
        self._add[at] = self._shares(count + 1, low, high, size) - now
        self._drop[at] = self._shares(count - 1, low, high, size) - now
        wanting = now.sum(axis=1) + self._size_cost[size]
        for i, room in enumerate(at):
            self._tongues[room], cost = self.ground.languages.exchanges(room, self._masks[room])
            wanting[i] += cost
            self._tongue_cost[room] = cost
        self.wanting[at] = wanting
        inside = self._everyone
        if len(at) == 2:
            inside = np.flatnonzero((self.seat == at[0]) | (self.seat == at[1]))
        seat = self.seat[inside]
        self._dropped[:, inside] = self._drop[seat, self.ground.categories.of[:, inside]]
        self.burden[inside] = self._company[seat, inside]
