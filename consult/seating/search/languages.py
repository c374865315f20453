"""What the languages of a room cost, and what changes when somebody goes or comes. Pure: NumPy, no I/O, no clock.

The definition is that of `measures.language_cover`: under the main language that serves a room best, people with nobody to
bridge for them are uncovered, and people who rely on somebody are bridged.
"""

from collections.abc import Iterable
from copy import copy

import numpy as np
from numpy.typing import NDArray

from consult.seating.measures import WEIGHTS
from consult.seating.search.numbers import Languages, Whole

Counts = NDArray[np.float32]
#: How many rooms' tables are remembered, and how many numbers they hold: a search meets the same mixtures again and again.
_REMEMBERED = 20_000
_REMEMBERED_NUMBERS = 2**24
#: Numbers worked on at once.
_AT_ONCE = 2**20


class LanguageTable:
    """Language costs of rooms, by how many people of each mask are inside."""

    def __init__(self, languages: Languages, firmness: float = 1.0) -> None:
        """Prepare the tables; `firmness` is the share of its weight that an uncovered person costs."""
        self._uncovered = round(WEIGHTS["lang_uncovered"] * firmness)
        self._has = languages.has
        self.masks, self._spoken = languages.has.shape
        has = np.vstack([languages.has, np.zeros_like(languages.has[:1])])
        both = (has[:, :, None] * has[:, None, :]).reshape(self.masks + 1, self._spoken * self._spoken)
        known = (has.sum(axis=1) > 0).astype(np.float32)
        #: By mask, with a last row for nobody.
        self._padded = has, both, known
        self._both, self._known = both[:-1], known[:-1]
        self._interpreted = [
            (languages.has @ row > 0).astype(np.float32) if row.any() else None
            for row in languages.interpreted
        ]
        self._most = min(_REMEMBERED, _REMEMBERED_NUMBERS // (self.masks + 1) ** 2)
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
            if len(self._seen) >= self._most:
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
        there = np.flatnonzero(inside)
        goes = np.append(there, self.masks)
        table = np.zeros((self.masks + 1, self.masks + 1), dtype=np.int32)
        has, both, known = self._padded
        spoken = np.flatnonzero(has[there].any(axis=0))
        if not len(spoken):
            return table, 0
        if len(spoken) < self._spoken:
            has = np.ascontiguousarray(has[:, spoken])
            both = (has[:, :, None] * has[:, None, :]).reshape(len(has), -1)
        step = max(1, _AT_ONCE // (len(goes) * len(spoken) * max(len(spoken), len(goes))))
        for first in range(0, self.masks + 1, step):
            comes = np.arange(first, min(first + step, self.masks + 1))
            table[np.ix_(goes, comes)] = self._changed(room, inside, (goes, comes), (has, both, known))
        now = int(table[self.masks, self.masks])
        table[goes] -= now
        return table, now

    def _changed(
        self, room: int, inside: Counts, masks: tuple[Whole, Whole], languages: tuple[Counts, Counts, Counts]
    ) -> NDArray[np.int64]:
        """What a room costs when one person of a mask goes and one of another comes: goes × comes.

        The same as `cost` finds, though only masks and languages of the room are looked at. A main language that nobody but
        the one who comes speaks serves no better than another, unless they are alone, and then they follow themselves.

        Args:
            masks: those that may go, the last standing for nobody, and those that may come.
            languages: what each mask speaks, pairs of it, and whether that is anything, with a last row for nobody.
        """
        (goes, comes), (has, both, known) = masks, languages
        there = goes[:-1]
        # goes × comes × main language × language: whether somebody who speaks both is there.
        pairs = (inside[there] @ both[there])[None, :] - both[goes]
        reach = (pairs[:, None] + both[comes][None] > 0).astype(np.float32)
        reach = reach.reshape(len(goes), len(comes), has.shape[1], has.shape[1])
        left = inside[there] * known[there] - (goes[:, None] == there) * known[there]
        away = reach @ has[there].T == 0
        alone = (away @ left[:, None, :, None])[..., 0]
        lost = (reach @ has[comes][None, :, :, None])[..., 0] == 0
        alone = alone + lost * known[comes][None, :, None]
        people = left.sum(axis=1)[:, None] + known[comes]
        speak = (inside[there] @ has[there] - has[goes])[:, None] + has[comes]
        bridged = people[..., None] - alone - speak
        cost = (self._uncovered * alone + WEIGHTS["lang_bridged"] * bridged).min(axis=-1) * (people > 1)
        follows = self._interpreted[self._rooms[room]]
        if follows is not None:
            deaf = known * (1 - np.append(follows, 0)).astype(np.float32)
            lone = (inside[there] @ deaf[there] - deaf[goes])[:, None] + deaf[comes]
            cost = np.minimum(cost, self._uncovered * lone)
        return cost.astype(np.int64)
