"""Who is connected where: a heartbeat with an expiry, never a counter that must be decremented.

Who left is gone at once. Whose line was lost is held for a while where they were: a blip makes nobody look absent.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from consult import clock
from consult.db import Db, UtcDateTime
from consult.rooms.models import Presence, Room, Seat

#: A member whose page is said to be open and was not heard from for this long is gone: the process that had it has died. What is
#: written every 15 seconds is at least half a minute old by then.
FRESH_SECONDS = 45
_CHANGING = ("seen_at", "room_id", "left_at", "held_until", "wrote_at", "observes")


class Cut(NamedTuple):
    """When somebody's line was lost, and until when they are held."""

    at: datetime
    until: datetime


@dataclass(frozen=True)
class Whereabouts:
    """Where one member's page is. Row ids; `room_id`: None elsewhere; `wrote_at`: last text accepted there."""

    consultation_id: int | None
    room_id: int | None = None
    wrote_at: datetime | None = None
    observes: bool = False
    #: Of a page whose line was lost.
    cut: Cut | None = None


class Place(NamedTuple):
    """Where somebody is who counts as here. `is_open`: a page of theirs is, which can be told things; else they are only held."""

    room_id: int | None
    is_open: bool


def seen(db: Db, here: Mapping[int, Whereabouts], *, process: str = "") -> None:
    """Write down who is here now, by member row id. `process`: the name of the one whose pages these are."""
    if not here:
        return
    insert = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
    now = clock.now()
    rows = [
        {
            "member_id": member,
            "process": process,
            "consultation_id": place.consultation_id,
            "room_id": place.room_id,
            "seen_at": now,
            "left_at": place.cut.at if place.cut else None,
            "held_until": place.cut.until if place.cut else None,
            "wrote_at": place.wrote_at,
            "observes": place.observes,
        }
        for member, place in sorted(here.items())
    ]
    statement = insert(Presence).values(rows)
    db.execute(
        statement.on_conflict_do_update(
            index_elements=["member_id", "process"],
            set_={name: statement.excluded[name] for name in _CHANGING},
        )
    )


def left(db: Db, members: Collection[int], *, process: str = "") -> None:
    """Write down that these members are gone from this process: they left now, or did not come back in time."""
    gone = update(Presence).where(Presence.member_id.in_(members), Presence.process == process)
    gone = gone.where(or_(Presence.left_at.is_(None), Presence.held_until.is_not(None)))
    at = func.coalesce(Presence.left_at, literal(clock.now(), UtcDateTime))
    db.execute(gone.values(left_at=at, held_until=None, wrote_at=None, observes=False))


def cut_all(db: Db, until: datetime, *, process: str = "") -> set[int]:
    """Hold those who were here when the last process of this name ended, and those whom it held; their row ids.

    Their pages may come back to its successor only.
    """
    now = clock.now()
    mine = select(Presence.member_id).where(Presence.process == process, is_here(now))
    found = set(db.scalars(mine))
    if found:
        cut = update(Presence).where(Presence.member_id.in_(found), Presence.process == process)
        db.execute(cut.values(left_at=func.coalesce(Presence.left_at, Presence.seen_at), held_until=until))
    return found


def at_others(db: Db, members: Collection[int], *, process: str) -> set[int]:
    """Which of these members have a page open at another process."""
    query = select(Presence.member_id).where(Presence.member_id.in_(members), Presence.process != process)
    return set(db.scalars(query.where(_is_open(clock.now()))))


def rank(place: Whereabouts) -> tuple[bool, bool, float]:
    """Rule: of several pages of one person a room's counts, there the one not only observing, then who wrote last."""
    wrote = place.wrote_at.timestamp() if place.wrote_at else 0.0
    return place.room_id is not None, not place.observes, wrote


#: The same for rows: of several of one member the last counts. One of an open page counts more than one of a lost line.
BY_RANK = (
    Presence.left_at.is_(None),
    Presence.room_id.is_not(None),
    Presence.observes.desc(),
    Presence.wrote_at.nulls_first(),
)


def is_here(now: datetime) -> ColumnElement[bool]:
    """Rule: whether a row speaks of somebody who is here: with a page that is open, or cut off a moment ago."""
    return or_(_is_open(now), Presence.held_until > now)


def _is_open(now: datetime) -> ColumnElement[bool]:
    fresh = now - timedelta(seconds=FRESH_SECONDS)
    return and_(Presence.left_at.is_(None), Presence.seen_at >= fresh)


def places(db: Db, consultation_id: int, *, now: datetime) -> dict[int, Place]:
    """Row ids of members who are here, and where."""
    return _places(db, _PLACE.where(Presence.consultation_id == consultation_id, is_here(now)))


def present_members(db: Db, consultation_id: int, *, now: datetime) -> dict[int, int | None]:
    """Row ids of members who are here, and the room they are in (None: elsewhere in the consultation)."""
    return {member: place.room_id for member, place in places(db, consultation_id, now=now).items()}


def places_around(db: Db, room: Room, *, now: datetime) -> dict[int, Place]:
    """As `places`, of those who sit in a room or are in it."""
    sitting = select(Seat.member_id).where(Seat.room_id == room.id, Seat.left_at.is_(None))
    inside = select(Presence.member_id).where(Presence.room_id == room.id, is_here(now))
    return _places(db, _PLACE.where(is_here(now), Presence.member_id.in_(sitting.union(inside))))


def _places(db: Db, query: Select[int, int | None, bool]) -> dict[int, Place]:
    rows = db.execute(query.order_by(*BY_RANK))
    return {member: Place(room_id, is_open) for member, room_id, is_open in rows}


_PLACE = select(Presence.member_id, Presence.room_id, Presence.left_at.is_(None))


def away_since(db: Db, consultation_id: int) -> dict[int, datetime]:
    """Row ids of members who were here and are not any more, and when they were last heard from."""
    query = select(
        Presence.member_id, func.coalesce(Presence.left_at, Presence.seen_at), is_here(clock.now())
    )
    last: dict[int, datetime] = {}
    still_here = set()
    for member, heard, here in db.execute(query.where(Presence.consultation_id == consultation_id)):
        if here:
            still_here.add(member)
        last[member] = max(last.get(member, heard), heard)
    return {member: at for member, at in last.items() if member not in still_here}


def observers_in(db: Db, room_id: int) -> set[int]:
    """Row ids of members who only look on in a room."""
    query = select(Presence.member_id, Presence.observes)
    query = query.where(Presence.room_id == room_id, is_here(clock.now())).order_by(*BY_RANK)
    return {member for member, observes in dict(db.execute(query).all()).items() if observes}
