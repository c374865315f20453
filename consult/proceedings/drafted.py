"""How many words rooms drafted in the last minutes: what texts grew by, from one look at them to the next.

Words that were taken out are not counted against those that were put in, so a room that rewrites is not a silent one. What an item had when it
was first seen is no work of these minutes: who looks has to look all the time (`live/digests.py`).
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from consult import richtext
from consult.db import Db
from consult.items.models import ActionItem
from consult.proceedings.queries import Change, Progress

#: Words of this long count, in steps of so many seconds.
WINDOW, STEP_SECONDS = timedelta(minutes=5), 15
#: A text that people write in is counted no more often than this, and of all texts of a round no more than so many at a time: a
#: long one takes a millisecond.
COUNT_EVERY = timedelta(seconds=10)
MOST_AT_A_TIME = 20


@dataclass(frozen=True)
class Counted:
    """A text as it was when its words were counted. `changed_at`: when it had last been changed; `at`: when that was."""

    words: int
    changed_at: datetime | None
    at: datetime


class Drafted:
    """What one who looks at a round all the time remembers of its words."""

    def __init__(self) -> None:
        self._known: dict[int, Counted] = {}
        self._grown: defaultdict[int, dict[int, int]] = defaultdict(dict)
        #: Since when we look without a pause, and when we did last.
        self._began: datetime | None = None
        self._looked_at: datetime | None = None

    def look(self, db: Db, items: Mapping[int, Progress], now: datetime) -> None:
        """Count the words of texts that changed. `items`: the progress of the rooms now, by their row ids."""
        if self._began is None or self._looked_at is None or now - self._looked_at > WINDOW:
            self._known.clear()
            self._began = now
        self._looked_at = now
        changes = {change.item: (room, change) for room, found in items.items() for change in found.changes}
        due = sorted(
            (change for _room, change in changes.values() if self._is_due(change, now)), key=self._counted_at
        )[:MOST_AT_A_TIME]
        if not due:
            return
        query = select(ActionItem.id, ActionItem.text_changed_at, ActionItem.text)
        for item, changed_at, text in db.execute(query.where(ActionItem.id.in_([one.item for one in due]))):
            room, change = changes[item]
            is_new = change.is_own and change.created_at > self._began
            self._count(room, item, Counted(richtext.word_count(text), changed_at, now), is_new=is_new)

    def words(self, room: int, now: datetime) -> int:
        """How many words a room drafted in the last minutes."""
        first = _step(now - WINDOW)
        self._grown[room] = {step: words for step, words in self._grown[room].items() if step > first}
        return sum(self._grown[room].values())

    def _is_due(self, change: Change, now: datetime) -> bool:
        known = self._known.get(change.item)
        return known is None or (known.changed_at != change.at and now - known.at >= COUNT_EVERY)

    def _counted_at(self, change: Change) -> float:
        known = self._known.get(change.item)
        return known.at.timestamp() if known else 0.0

    def _count(self, room: int, item: int, found: Counted, *, is_new: bool) -> None:
        known = self._known.get(item)
        if (
            known is not None
            and known.changed_at
            and found.changed_at
            and found.changed_at < known.changed_at
        ):
            return  # two looked at the same time, and the other one later
        self._known[item] = found
        grown = found.words - (known.words if known else 0 if is_new else found.words)
        if grown > 0:
            step = _step(found.at)
            self._grown[room][step] = self._grown[room].get(step, 0) + grown


class Memories:
    """What is remembered of rounds, by public id."""

    def __init__(self) -> None:
        self._of: dict[str, Drafted] = {}

    def of(self, round_id: str) -> Drafted:
        return self._of.setdefault(round_id, Drafted())

    def keep(self, round_ids: Collection[str]) -> None:
        """Forget all other rounds."""
        self._of = {key: found for key, found in self._of.items() if key in round_ids}


def _step(at: datetime) -> int:
    return int(at.timestamp()) // STEP_SECONDS
