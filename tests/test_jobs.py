"""Due work that nobody asks for: people who came late are seated once they have waited as long as their round says."""

from types import SimpleNamespace

import pytest
from sqlalchemy import Engine

from consult import jobs
from consult.db import Db, reading_session, sessions_for
from consult.rooms import presence
from consult.rooms import service as rooms
from consult.rooms.models import Round
from consult.rooms.presence import Whereabouts
from consult.seating.proposals.plans import real_seats
from tests.cast import World


def test_who_comes_late_is_seated_after_a_minute_and_not_before(
    db: Db, world: World, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = [100.0]
    monkeypatch.setattr("consult.jobs.gevent.sleep", lambda _seconds: None)
    monkeypatch.setattr("consult.jobs.clock.monotonic", lambda: moment[0])
    late, round_id = world.members["late"], world.round.id
    look = jobs.late_joiners(SimpleNamespace(engine=engine, sessions=sessions_for(engine)))

    def seat_after(seconds: float) -> int | None:
        moment[0] += seconds
        look()
        with reading_session(engine) as reading:
            return real_seats(reading, reading.get_one(Round, round_id)).get(late.public_id)

    presence.seen(db, {late.id: Whereabouts(world.consultation.id)})
    db.commit()
    assert seat_after(0) is None
    assert seat_after(600) is None, "no rule was set"
    rooms.set_late_rule(db, world.actor(db, "facilitator"), world.round, after=60)
    db.commit()
    assert seat_after(0) is None
    assert seat_after(59) is None
    presence.left(db, [late.id])
    db.commit()
    assert seat_after(5) is None, "who is gone waits no more"
    presence.seen(db, {late.id: Whereabouts(world.consultation.id)})
    db.commit()
    assert seat_after(5) is None, "and begins anew"
    assert seat_after(60) == 2
    assert seat_after(60) == 2
