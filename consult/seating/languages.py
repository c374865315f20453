"""What the languages of a room cost, and what changes when somebody goes or comes. Pure: NumPy, no I/O, no clock.

The definition is that of `measures.language_cover`: under the main language that serves a room best, people with nobody to
bridge for them are uncovered, and people who rely on somebody are bridged.
"""

from collections.abc import Iterable
from copy import copy

import numpy as np
from numpy.typing import NDArray

from consult.seating.measures import WEIGHTS
from consult.seating.numbers import Languages

Counts = NDArray[np.float32]
#: How many rooms' tables are remembered: a search meets the same mixtures again and again.
_REMEMBERED = 20_000


class LanguageTable:
    """Language costs of rooms, by how many people of each mask are inside."""

    def __init__(self, languages: Languages, firmness: float = 1.0) -> None:
        """Prepare the tables; `firmness` is the share of its weight that an uncovered person costs."""
        self._uncovered = round(WEIGHTS["lang_uncovered"] * firmness)
        self._has = languages.has
        self.masks, self._spoken = languages.has.shape
        self._both = (languages.has[:, :, None] * languages.has[:, None, :]).reshape(
            self.masks, self._spoken * self._spoken
        )
        self._known = (languages.has.sum(axis=1) > 0).astype(np.float32)
        self._interpreted = [
            (languages.has @ row > 0).astype(np.float32) if row.any() else None
            for row in languages.interpreted
        ]
        self._one = np.eye(self.masks + 1, self.masks, dtype=np.float32)
        self._seen: dict[tuple[bytes, int], tuple[NDArray[np.int32], int]] = {}
        self._rooms = list(range(len(languages.interpreted)))

    def for_rooms(self, rooms: Iterable[int]) -> "LanguageTable":
        """The same table, with what it remembers, for rooms numbered anew."""
        view = copy(self)
        view._rooms = [int(room) for room in rooms]  # noqa: SLF001
        return view

    def exchanges(self, room: int, inside: Counts) -> tuple[NDArray[np.int32], int]:
        """What changes when one person of a mask goes and another comes, and what the room costs now, weighted.

        Args:
            inside: people of each mask in the room.

        Returns:
            (masks + 1) × (masks + 1), goes × comes, the last row and column standing for nobody; and the cost.
        """
        key = inside.tobytes(), -1 if self._interpreted[self._rooms[room]] is None else self._rooms[room]
        found = self._seen.get(key)
        if found is None:
            if len(self._seen) >= _REMEMBERED:
                self._seen.clear()
            found = self._seen[key] = self._priced(room, inside)
        return found

    def cost(self, room: int, counts: Counts) -> NDArray[np.int64]:
        """What the languages of a room cost, weighted, for each row of counts (variants × masks)."""
        variants = len(counts)
        if not self._spoken:
            return np.zeros(variants, dtype=np.int64)
        reach = (counts @ self._both > 0).astype(np.float32).reshape(-1, self._spoken)
        away = (reach @ self._has.T == 0).reshape(variants, self._spoken, self.masks).astype(np.float32)
        known = counts * self._known
        alone = np.matmul(away, known[:, :, None])[:, :, 0]
        bridged = known.sum(axis=1)[:, None] - alone - counts @ self._has
        cost = (self._uncovered * alone + WEIGHTS["lang_bridged"] * bridged).min(axis=1)
        follows = self._interpreted[self._rooms[room]]
        if follows is not None:
            cost = np.minimum(cost, self._uncovered * (known * (1 - follows)).sum(axis=1))
        return cost.astype(np.int64)

    def _priced(self, room: int, inside: Counts) -> tuple[NDArray[np.int32], int]:
        there = [*np.flatnonzero(inside), self.masks]
        variants = inside - self._one[there][:, None, :] + self._one[None, :, :]
        cost = self.cost(room, variants.reshape(-1, self.masks)).reshape(len(there), -1)
        now = int(cost[-1, -1])
        table = np.zeros((self.masks + 1, self.masks + 1), dtype=np.int32)
        table[there] = cost - now
        return table, now
