"""When sign-ins were last used: kept in memory for a few seconds and written together, so that reading a page never waits to write."""

from sqlalchemy import update

from consult import clock
from consult.db import Db
from consult.people.models import SignIn


class LastUses:
    """Sign-ins used since it was last written down, by row id."""

    def __init__(self) -> None:
        self._used: set[int] = set()

    def note(self, row_id: int) -> None:
        self._used.add(row_id)

    def __bool__(self) -> bool:
        return bool(self._used)

    def write(self, db: Db) -> None:
        """Write them down; forgotten when the statement was carried out."""
        used = sorted(self._used)
        db.execute(update(SignIn).where(SignIn.id.in_(used)).values(last_seen_at=clock.now()))
        self._used.difference_update(used)
