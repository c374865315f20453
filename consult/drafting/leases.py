"""One owner process for each room's drafts: the lease in the database, and what this process believes it holds.

Decides who may hold a room's drafts in memory. What a process believes decides nothing: the transaction that writes an update
looks at owner and fence again (`states.locked`, `states.unchanged`) and writes only when they are still its own, so a process that was stopped and
comes back cannot write into what another took over meanwhile. Time is the database's, so the clocks of the machines do not matter.
"""

import logging
import secrets
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    SQLColumnExpression,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from consult import clock
from consult.db import Db, database_ms
from consult.drafting.models import RoomLease
from consult.drafting.subject import DraftState

log = logging.getLogger("consult.drafting")
LEASE_MS = 5_000
RENEW_EVERY_SECONDS = 2.0
#: A process keeps a room that has pages at least this long, so that a proxy without routing by room cannot toss it to and fro.
KEEP_SECONDS = 10.0
#: A wish that was not repeated for so long is over.
WISH_MS = 4_000
#: How long a page waits before it asks again.
ASK_AGAIN_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Held:
    """A lease as this process knows it; `since` is monotonic seconds."""

    fence: int
    since: float


@dataclass(frozen=True, slots=True)
class Renewal:
    """What renewing showed: rooms another process took, and rooms another process has pages for."""

    lost: list[int]
    wanted: list[int]


def held_by_another(
    room_id: SQLColumnExpression[int], owner: str | BindParameter[str]
) -> ColumnElement[bool]:
    """Whether a process other than `owner` holds a room's drafts, as the database knows it."""
    held = exists().where(RoomLease.room_id == room_id, RoomLease.owner != "", RoomLease.owner != owner)
    return held.where(RoomLease.expires_ms >= database_ms())


class Leases:
    """The leases of this process. Every function works inside the caller's transaction; call `believe` only after the commit."""

    def __init__(self, name: str) -> None:
        self._name = name
        #: This start of this process.
        self.owner = f"{self._name}/{secrets.token_hex(6)}"
        self._held: dict[int, Held] = {}
        self._is_heir = not name
        self._renewed_at = float("-inf")
        self.taken = 0

    @property
    def rooms(self) -> list[int]:
        """Rooms this process believes it holds."""
        return list(self._held)

    def holds(self, draft: DraftState) -> bool:
        """Whether the lease, as the database showed it with this draft, is the one this process took."""
        held, lease = self._held.get(draft.subject.room_id), draft.lease
        return held is not None and lease is not None and lease == (self.owner, held.fence)

    def believe(self, room_id: int, fence: int) -> None:
        """A lease was taken and committed."""
        self._held[room_id] = Held(fence, clock.monotonic())
        self.taken += 1

    def forget(self, room_id: int) -> None:
        """This process holds the room no longer."""
        self._held.pop(room_id, None)

    def take(self, db: Db, room_id: int) -> int | None:
        """Take a lease that is free, has run out, or belongs to an earlier start of this process.

        Never waits for a process that is writing the room's drafts at this moment, or stands still in the middle of it: the
        drafts of all other rooms would wait too.

        Returns:
            The fence, or None while another process holds it; that process is told that pages ask for it here.
        """
        self._inherit(db)
        free = or_(RoomLease.owner.in_(("", self.owner)), RoomLease.expires_ms < database_ms())
        mine = {
            "owner": self.owner,
            "fence": RoomLease.fence + 1,
            "expires_ms": database_ms() + LEASE_MS,
            "wanted_by": "",
        }
        known = select(RoomLease.room_id).where(RoomLease.room_id == room_id)
        if db.scalar(known.with_for_update(skip_locked=True)) is not None:
            row = update(RoomLease).where(RoomLease.room_id == room_id)
            fence = db.scalar(row.where(free).values(mine).returning(RoomLease.fence))
            if fence is None:
                db.execute(row.values(wanted_by=self.owner, wanted_ms=database_ms()))
            return fence
        if db.scalar(known) is not None:
            return None
        try:
            with db.begin_nested():
                db.execute(insert(RoomLease).values(mine | {"room_id": room_id, "fence": 1, "wanted_ms": 0}))
        except IntegrityError:  # another process was first, a moment ago
            return None
        return 1

    def _inherit(self, db: Db) -> None:
        """Leases of an earlier start under this name end at once: two processes cannot listen at one place."""
        if self._is_heir:
            return
        prefix = f"{self._name}/"
        earlier = func.substr(RoomLease.owner, 1, len(prefix)) == prefix
        db.execute(update(RoomLease).where(earlier, RoomLease.owner != self.owner).values(expires_ms=0))
        self._is_heir = True

    def is_due(self, now: float) -> bool:
        """Whether it is time to renew, or to end what an earlier start of this process left."""
        return not self._is_heir or (bool(self._held) and now - self._renewed_at >= RENEW_EVERY_SECONDS)

    def renew(self, db: Db, now: float) -> Renewal:
        """Prolong what is held, and see what is held no longer or asked for elsewhere."""
        self._inherit(db)
        mine = RoomLease.owner == self.owner
        db.execute(update(RoomLease).where(mine).values(expires_ms=database_ms() + LEASE_MS))
        asked = (RoomLease.wanted_by != "") & (RoomLease.wanted_ms > database_ms() - WISH_MS)
        rows = db.execute(select(RoomLease.room_id, RoomLease.fence, asked.label("asked")).where(mine)).all()
        found = {row.room_id: row for row in rows}
        self._renewed_at = now
        return Renewal(
            lost=[
                room
                for room, held in self._held.items()
                if room not in found or found[room].fence != held.fence
            ],
            wanted=[room for room in self._held if room in found and found[room].asked],
        )

    def may_go(self, room_id: int, now: float) -> bool:
        """Whether a room with pages may be handed over by now."""
        held = self._held.get(room_id)
        return held is not None and now - held.since >= KEEP_SECONDS

    def release(self, db: Db, room_ids: Collection[int]) -> None:
        """Give leases up; whoever asks next has them."""
        mine = update(RoomLease).where(RoomLease.owner == self.owner, RoomLease.room_id.in_(list(room_ids)))
        db.execute(mine.values(owner="", expires_ms=0))
