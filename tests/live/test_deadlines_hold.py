"""Deadlines hold although nobody is there: the facilitator's laptop asleep, the server killed shortly before."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from consult import clock
from consult.db import Db, engine_for, sessions_for, unit_of_work
from consult.items.models import ItemVersion
from consult.people.models import Member
from consult.proceedings import service as proceedings
from consult.rooms import service as rooms
from consult.rooms.actors import actor_of
from consult.rooms.models import Room, Round, Seat
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


@pytest.mark.complaint(8)
def test_a_server_that_was_killed_goes_on_with_staged_recalled_and_reopened_rooms(
    database_url: str, server: RunningServer
) -> None:
    """None is closed early, none is forgotten, and what was staged opens as if nothing had happened."""
    engine = engine_for(database_url)
    with unit_of_work(sessions_for(engine)) as db:
        world = cast.build(db)
        facilitator = world.actor(db, "facilitator")
        drafted(db, world)
        recalled, reopened = world.rooms
        proceedings.recall_room(db, facilitator, recalled, seconds=12)
        closed_before(db, reopened)
        proceedings.reopen_room(db, facilitator, reopened, minutes=10)
        reopened.deadline_at = clock.now() + timedelta(seconds=14)
        later = rooms.create_round(db, facilitator, world.session, topic="The next one", minutes=30)
        (staged,) = rooms.stage_rooms(db, later, count=1)
        rooms.seat_member(db, facilitator, staged, world.members["kenya"])
        deadlines = [recalled.deadline_at, reopened.deadline_at]
        ids = [recalled.id, reopened.id]
        round_id, staged_id, member_id = later.id, staged.id, facilitator.member_id
    assert states(engine, ids) == ["closing", "reopened"]
    server.start()
    server.kill()
    server.start()
    wait_until(lambda: states(engine, ids) == ["closed", "closed"], seconds=60, what="both rooms to close")
    assert states(engine, [staged_id]) == ["staged"]
    with unit_of_work(sessions_for(engine)) as db:
        for room_id, deadline in zip(ids, deadlines, strict=True):
            closed = db.get_one(Room, room_id)
            assert deadline is not None
            assert closed.closed_at is not None
            assert deadline <= closed.closed_at
        assert db.scalars(select(ItemVersion.reason)).all()[-1] == "closed", "its drafts are kept as versions"
        staff = actor_of(db, db.get_one(Member, member_id))
        (opened,) = rooms.open_rooms(db, staff, db.get_one(Round, round_id))
        assert len(db.scalars(select(Seat).where(Seat.room_id == opened.id)).all()) == 1
        opened.deadline_at = clock.now() + timedelta(seconds=3)
    wait_until(lambda: states(engine, [staged_id]) == ["closed"], seconds=60, what="the staged room's end")
    engine.dispose()


def closed_before(db: Db, room: Room) -> None:
    """As the close of a round leaves a room."""
    room.deadline_at = clock.now() - timedelta(seconds=1)
    db.flush()
    proceedings.close_due(db, clock.now())


def states(engine: Engine, ids: list[int]) -> list[str]:
    with unit_of_work(sessions_for(engine)) as db:
        return list(db.scalars(select(Room.state).where(Room.id.in_(ids)).order_by(Room.number)))
