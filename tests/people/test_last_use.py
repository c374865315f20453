"""The last use of sign-ins, written for many at once."""

from datetime import timedelta

from consult import clock
from consult.db import Db
from consult.people import accounts
from consult.people.last_use import LastUses
from tests import cast


def test_uses_are_written_together_and_once(db: Db) -> None:
    person = cast.account(db, "ada@example.org", "Ada")
    first, second, idle = (accounts.begin_sign_in(db, person, device="")[0] for _ in range(3))
    later = clock.now() + timedelta(minutes=5)
    clock.set_source(lambda: later)
    used = LastUses()
    assert not used
    for row in (first, second, first):
        used.note(row.id)
    used.write(db)
    assert not used, "what was written is not written again"
    for row in (first, second, idle):
        db.refresh(row)
    assert first.last_seen_at == second.last_seen_at == later
    assert accounts.is_stale(idle)
