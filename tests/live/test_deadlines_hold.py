"""Deadlines hold although nobody is there: the facilitator's laptop asleep, the server killed shortly before."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from consult import clock
from consult.db import engine_for, sessions_for, unit_of_work
from consult.items.models import ItemVersion
from consult.rooms.models import Room
from tests import cast
from tests.factories.items import drafted
from tests.running import ForkedServer, RunningServer, wait_until


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[RunningServer]:
    found = ForkedServer(database_url, tmp_path / "server.log")
    yield found
    found.stop()


@pytest.mark.complaint(8)
def test_rooms_close_at_their_deadline_with_no_facilitator_and_a_server_that_was_killed_before(
    database_url: str, server: RunningServer
) -> None:
    engine = engine_for(database_url)
    with unit_of_work(sessions_for(engine)) as db:
        world = cast.build(db)
        drafted(db, world)
        soon, paused = world.rooms
        soon.deadline_at = clock.now() + timedelta(seconds=12)
        paused.deadline_at = clock.now() + timedelta(seconds=12)
        paused.paused_at = clock.now()
        ids = [soon.id, paused.id]
        deadline = soon.deadline_at
    server.start()
    server.kill()
    server.start()
    wait_until(lambda: states(engine, ids)[0] == "closed", seconds=60, what="the room to close")
    assert states(engine, ids) == ["closed", "open"], "the one whose clock stands still is left open"
    with unit_of_work(sessions_for(engine)) as db:
        closed = db.get_one(Room, ids[0])
        assert closed.closed_at
        assert deadline <= closed.closed_at
        assert db.scalars(select(ItemVersion.reason)).all()[-1] == "closed", "its drafts are kept as versions"
    engine.dispose()


def states(engine: Engine, ids: list[int]) -> list[str]:
    with unit_of_work(sessions_for(engine)) as db:
        return list(db.scalars(select(Room.state).where(Room.id.in_(ids)).order_by(Room.number)))
