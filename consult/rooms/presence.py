"""Who is connected where: a heartbeat with an expiry, never a counter that must be decremented."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from consult import clock
from consult.db import Db
from consult.rooms.models import Presence

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


def seen(db: Db, here: Mapping[int, Whereabouts]) -> None:
    """Write down who is here now, by member row id."""
    if not here:
        return
    insert = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
    now = clock.now()
    rows = [
        {
            "member_id": member,
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
            index_elements=["member_id"],
            set_={name: statement.excluded[name] for name in _CHANGING},
        )
    )


def left(db: Db, members: Collection[int]) -> None:
    """Write down that the last page of these members was closed now."""
    gone = update(Presence).where(Presence.member_id.in_(members), Presence.left_at.is_(None))
    db.execute(gone.values(left_at=clock.now(), wrote_at=None, observes=False))


def present_members(db: Db, consultation_id: int, *, now: datetime) -> dict[int, int | None]:
    """Row ids of members who are here, and the room they are in (None: elsewhere in the consultation)."""
    fresh = now - timedelta(seconds=FRESH_SECONDS)
    query = select(Presence.member_id, Presence.room_id).where(
        Presence.consultation_id == consultation_id, Presence.seen_at >= fresh, Presence.left_at.is_(None)
    )
    return dict(db.execute(query).all())


def away_since(db: Db, consultation_id: int) -> dict[int, datetime]:
    """Row ids of members who were here and are not any more, and when they were last heard from."""
    query = select(Presence.member_id, Presence.left_at, Presence.seen_at).where(
        Presence.consultation_id == consultation_id
    )
    fresh = clock.now() - timedelta(seconds=FRESH_SECONDS)
    return {
        member: left_at or seen_at
        for member, left_at, seen_at in db.execute(query)
        if left_at is not None or seen_at < fresh
    }


def observers_in(db: Db, room_id: int) -> set[int]:
    """Row ids of members who only look on in a room."""
    fresh = clock.now() - timedelta(seconds=FRESH_SECONDS)
    query = select(Presence.member_id).where(
        Presence.room_id == room_id,
        Presence.observes.is_(True),
        Presence.left_at.is_(None),
        Presence.seen_at >= fresh,
    )
    return set(db.scalars(query))
