"""Who is connected where: a heartbeat with an expiry, never a counter that must be decremented."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from consult import clock
from consult.db import Db
from consult.rooms.models import Presence

#: A member not heard from for this long is gone.
FRESH_SECONDS = 45


def seen(db: Db, here: Mapping[int, tuple[int | None, int | None]]) -> None:
    """Write down who is here now: member row id -> (consultation row id, room row id or None)."""
    if not here:
        return
    insert = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
    now = clock.now()
    rows = [
        {"member_id": member, "consultation_id": consultation, "room_id": room, "seen_at": now}
        for member, (consultation, room) in sorted(here.items())
    ]
    statement = insert(Presence).values(rows)
    db.execute(
        statement.on_conflict_do_update(
            index_elements=["member_id"],
            set_={"seen_at": statement.excluded.seen_at, "room_id": statement.excluded.room_id},
        )
    )


def present_members(db: Db, consultation_id: int, *, now: datetime) -> dict[int, int | None]:
    """Row ids of members who are here, and the room they are in (None: elsewhere in the consultation)."""
    fresh = now - timedelta(seconds=FRESH_SECONDS)
    query = select(Presence.member_id, Presence.room_id).where(
        Presence.consultation_id == consultation_id, Presence.seen_at >= fresh
    )
    return dict(db.execute(query).all())
