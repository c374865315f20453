"""The draft wall: every room of a round at a glance, and the same as a compact message for pages that are open.

Reads few rows: texts only of the item that changed last in each room, and those once per change (`LastLines`).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, select

from consult import clock, reference, richtext
from consult.db import Db
from consult.items.late import waiting
from consult.items.models import ActionItem
from consult.people.models import Delegation, Member
from consult.proceedings.attention import Signals, need, ordered
from consult.proceedings.drafted import Drafted
from consult.proceedings.queries import Progress, progress_of
from consult.rooms import help as rooms_help
from consult.rooms import presence, timing
from consult.rooms.models import EDITABLE, Presence, Room, Round, Seat
from consult.rooms.queries import ORDER
from consult.rooms.queue_models import Hand

#: People who wrote within this time count as writing.
WRITING = timedelta(minutes=5)
LINE_LENGTH = 60


@dataclass
class LastLines:
    """Last lines of texts that were read before, by item and the moment it changed. One per reader that looks often."""

    known: dict[int, tuple[datetime | None, str]] = field(default_factory=dict)

    def missing(self, newest: dict[int, tuple[int, datetime | None]]) -> list[int]:
        """Items whose text has to be read: item row id -> when it changed, by room row id."""
        return [item for item, at in newest.values() if item not in self.known or self.known[item][0] != at]


@dataclass(frozen=True)
class Tile:
    """One room on the wall."""

    room: Room
    marks: dict[str, int]
    expected: int
    here: int
    writers: int
    hands: int
    items: Progress
    wanted: int
    #: Late contributions that wait for a decision.
    late: int
    #: Drafted in the last minutes.
    words: int
    line: str
    help: rooms_help.Waiting | None
    need: str
    is_open: bool

    def on_wire(self) -> dict[str, Any]:
        """What the page needs to redraw the tile: short keys, moments in milliseconds UTC, no words but the room's own text."""
        call = self.help
        return {
            "n": self.room.number,
            "s": self.room.state,
            "a": self.room.step,
            "h": self.here,
            "e": self.expected,
            "w": self.writers,
            "d": self.words,
            "q": self.hands,
            "i": [
                self.items.ready + self.items.submitted,
                max(self.wanted, self.items.items),
                self.items.items,
            ],
            "l": clock.milliseconds(self.items.last_edit) if self.items.last_edit else 0,
            "x": self.line,
            "f": [call.category, clock.milliseconds(call.since), call.taken_by_name] if call else None,
            "r": self.need,
            "t": self.late,
        }


@dataclass(frozen=True)
class Wall:
    """All rooms of a round by number, and the numbers in the order in which they need a facilitator."""

    tiles: list[Tile]
    order: list[int]


def wall_of(
    db: Db,
    round_: Round,
    rooms: Sequence[Room],
    *,
    lines: LastLines | None = None,
    drafted: Drafted | None = None,
    counts: bool = False,
) -> Wall:
    """The wall of a round as it stands now.

    Args:
        rooms: the rooms of the round, as they stand now.
        drafted: of who looks all the time; nobody else can tell how many words were drafted.
        counts: this is such a look.
    """
    now, ids = clock.now(), [room.id for room in rooms]
    marks, here, at_all, writers = _people(db, round_.id, now)
    hands = _hands(db, ids)
    items = progress_of(db, ids)
    texts = _lines(db, items, lines or LastLines())
    if drafted is not None and counts:
        drafted.look(db, {room.id: items[room.id] for room in rooms if room.state in EDITABLE}, now)
    late = Counter[int]()
    for one in waiting(db, round_.session_id):
        late[one.room_id] += one.count
    calls = {call.room_id: call for call in rooms_help.waiting_in(db, ids)}
    tiles, signals = [], []
    for room in rooms:
        found, call = items[room.id], calls.get(room.id)
        is_open = room.state in EDITABLE
        known = Signals(
            number=room.number,
            is_open=is_open,
            expected=sum(marks.get(room.id, {}).values()),
            here=(here if is_open else at_all)[room.id],
            opened_at=room.opened_at,
            asked_at=call.since if call else None,
            is_taken=call is not None and call.taken_by is not None,
            last_edit=found.last_edit,
            ready=found.ready + found.submitted,
            wanted=round_.items_wanted,
            ends_at=_ends_at(room, now),
        )
        signals.append(known)
        tiles.append(
            Tile(
                room=room,
                marks=marks.get(room.id, {}),
                expected=known.expected,
                here=known.here,
                writers=writers[room.id] if is_open else 0,
                hands=hands.get(room.id, 0) if is_open else 0,
                items=found,
                wanted=round_.items_wanted,
                late=late[room.id],
                words=drafted.words(room.id, now) if drafted is not None and is_open else 0,
                line=texts.get(room.id, "") or found.last_title,
                help=call,
                need=need(known, now),
                is_open=is_open,
            )
        )
    return Wall(tiles, ordered(signals, now))


def _ends_at(room: Room, now: datetime) -> datetime | None:
    """When the room would close if nothing were done: while its clock stands still, it has as much time left as then."""
    if room.deadline_at is None or room.paused_at is None:
        return room.deadline_at
    return timing.resumed(room.deadline_at, room.paused_at, now)


def _people(
    db: Db, round_id: int, now: datetime
) -> tuple[dict[int, dict[str, int]], Counter[int], Counter[int], Counter[int]]:
    """By room: people seated by group in the usual order, how many are in it, are here at all, wrote lately."""
    query = (
        select(
            Seat.room_id,
            Seat.member_id,
            Delegation.kind,
            Delegation.group,
            Presence.member_id.is_not(None).label("is_here"),
            Presence.room_id.label("inside"),
            Presence.wrote_at,
        )
        .join(Member, Member.id == Seat.member_id)
        .join(Delegation, Delegation.id == Member.delegation_id)
        .outerjoin(Presence, and_(Presence.member_id == Seat.member_id, presence.is_here(now)))
        .where(Seat.round_id == round_id, Seat.left_at.is_(None))
        .order_by(*presence.BY_RANK)
    )
    people = {row.member_id: row for row in db.execute(query)}
    marks: dict[int, Counter[str]] = {}
    inside: Counter[int] = Counter()
    here: Counter[int] = Counter()
    writing: Counter[int] = Counter()
    for room_id, _member, kind, group, is_here, where, wrote_at in people.values():
        marks.setdefault(room_id, Counter())[reference.mark_of(kind, group)] += 1
        here[room_id] += is_here
        inside[room_id] += where == room_id
        writing[room_id] += where == room_id and wrote_at is not None and wrote_at >= now - WRITING
    in_order = {
        room_id: {mark: found[mark] for mark in ORDER if found[mark]} for room_id, found in marks.items()
    }
    return in_order, inside, here, writing


def _hands(db: Db, room_ids: Sequence[int]) -> dict[int, int]:
    query = select(Hand.room_id, func.count()).where(Hand.room_id.in_(room_ids), Hand.ended_at.is_(None))
    return dict(db.execute(query.group_by(Hand.room_id)).all())


def _lines(db: Db, items: dict[int, Progress], lines: LastLines) -> dict[int, str]:
    """The last line that was written in each room, as far as one can be made out: the end of the text changed last."""
    newest = {
        room: (found.last_item, found.last_edit)
        for room, found in items.items()
        if found.last_item is not None
    }
    missing = lines.missing(newest)
    if missing:
        query = select(ActionItem.id, ActionItem.text_changed_at, ActionItem.text)
        for item_id, at, text in db.execute(query.where(ActionItem.id.in_(missing))):
            lines.known[item_id] = (at, last_line(text))
    return {room: lines.known[item][1] for room, (item, _at) in newest.items() if item in lines.known}


def last_line(text: object) -> str:
    """The last line of a text that says something, from its end where it is long."""
    said = [line.strip() for line in richtext.to_text(text).splitlines() if line.strip()]
    if not said:
        return ""
    line = said[-1]
    return line if len(line) <= LINE_LENGTH else "…" + line[-(LINE_LENGTH - 1) :].lstrip()
