"""Who is connected where: a heartbeat with an expiry, never a counter that must be decremented."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.dialects import postgresql, sqlite

from consult import clock
from consult.db import Db
from consult.rooms.models import Presence, Room, Seat

#: A member not heard from for this long is gone.
FRESH_SECONDS = 45
_CHANGING = ("seen_at", "room_id", "left_at", "wrote_at", "observes")


@dataclass(frozen=True)
class Whereabouts:
    """Where one member's page is. Row ids; `room_id`: None elsewhere; `wrote_at`: last text accepted there."""

    consultation_id: int | None
    room_id: int | None = None
    wrote_at: datetime | None = None
    observes: bool = False


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
            "left_at": None,
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
    """Write down that the last page of these members at this process was closed now."""
    gone = update(Presence).where(
        Presence.member_id.in_(members), Presence.process == process, Presence.left_at.is_(None)
    )
    db.execute(gone.values(left_at=clock.now(), wrote_at=None, observes=False))


def rank(place: Whereabouts) -> tuple[bool, bool, float]:
    """Rule: of several pages of one person a room's counts, there the one not only observing, then who wrote last."""
    wrote = place.wrote_at.timestamp() if place.wrote_at else 0.0
    return place.room_id is not None, not place.observes, wrote


#: The same for rows: of several of one member the last counts.
BY_RANK = (Presence.room_id.is_not(None), Presence.observes.desc(), Presence.wrote_at.nulls_first())


def is_here(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Whether a row speaks of a page that is open."""
    return Presence.seen_at >= now - timedelta(seconds=FRESH_SECONDS), Presence.left_at.is_(None)


def present_members(db: Db, consultation_id: int, *, now: datetime) -> dict[int, int | None]:
    """Row ids of members who are here, and the room they are in (None: elsewhere in the consultation)."""
    query = select(Presence.member_id, Presence.room_id)
    query = query.where(Presence.consultation_id == consultation_id, *is_here(now)).order_by(*BY_RANK)
    return dict(db.execute(query).all())


def present_around(db: Db, room: Room, *, now: datetime) -> dict[int, int | None]:
    """As `present_members`, of those who sit in a room or have a page of it open."""
    sitting = select(Seat.member_id).where(Seat.room_id == room.id, Seat.left_at.is_(None))
    inside = select(Presence.member_id).where(Presence.room_id == room.id, *is_here(now))
    query = select(Presence.member_id, Presence.room_id).where(*is_here(now))
    query = query.where(Presence.member_id.in_(sitting.union(inside)))
    return dict(db.execute(query.order_by(*BY_RANK)).all())


def away_since(db: Db, consultation_id: int) -> dict[int, datetime]:
    """Row ids of members who were here and are not any more, and when they were last heard from."""
    query = select(Presence.member_id, Presence.left_at, Presence.seen_at).where(
        Presence.consultation_id == consultation_id
    )
    fresh = clock.now() - timedelta(seconds=FRESH_SECONDS)
    last: dict[int, datetime] = {}
    still_here = set()
    for member, left_at, seen_at in db.execute(query):
        if left_at is None and seen_at >= fresh:
            still_here.add(member)
        heard = left_at or seen_at
        last[member] = max(last.get(member, heard), heard)
    return {member: at for member, at in last.items() if member not in still_here}


def observers_in(db: Db, room_id: int) -> set[int]:
    """Row ids of members who only look on in a room."""
    query = select(Presence.member_id, Presence.observes)
    query = query.where(Presence.room_id == room_id, *is_here(clock.now())).order_by(*BY_RANK)
    return {member for member, observes in dict(db.execute(query).all()).items() if observes}
