"""What connections may do, read from the database once for all of them after a right changed."""

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import Engine, event

from consult import clock
from consult.db import unit_of_work
from consult.drafting.live_draft import Subject
from consult.live.connections import Connection
from consult.live.rights import LiveRights
from consult.rooms.models import Seat
from tests import cast
from tests.drafting.stage import Stage


@dataclass
class Hall:
    """As much of the hub as rights are read from: a page for everybody of the cast."""

    engine: Engine
    connections: dict[str, Connection]


@pytest.fixture
def stage(engine: Engine, world: cast.World) -> Stage:
    return Stage(engine, world)


@pytest.fixture
def hall(engine: Engine, world: cast.World) -> Hall:
    members = world.members
    pages = {who: Connection(who, 1, member.user_id, "u") for who, member in members.items()}
    return Hall(engine, pages)


@pytest.fixture
def subject(stage: Stage) -> Subject:
    item = stage.item()
    stage.page("kenya", item, client_id=1).join()
    return next(iter(stage.registry._drafts.values())).subject


def statements(engine: Engine, act: Any) -> int:
    count = 0

    def counted(*_: Any) -> None:
        nonlocal count
        count += 1

    event.listen(engine, "before_cursor_execute", counted)
    try:
        act()
    finally:
        event.remove(engine, "before_cursor_execute", counted)
    return count


def test_after_a_change_everybody_is_read_in_one_go_and_as_they_are_now(
    hall: Hall, subject: Subject, world: cast.World, stage: Stage
) -> None:
    rights = LiveRights(hall)  # type: ignore[arg-type]

    def ask_all() -> dict[str, str | None]:
        return {sid: rights.editing(sid, subject) for sid in hall.connections}

    before = ask_all()
    assert before["canada"] is None
    assert len(before) > 10
    with unit_of_work(stage.sessions) as db:
        seat = db.query(Seat).filter_by(member_id=world.members["canada"].id, left_at=None).one()
        seat.left_at = clock.now()
    rights.forget()
    after: dict[str, str | None] = {}
    assert statements(hall.engine, lambda: after.update(ask_all())) <= 4
    assert after["canada"] is not None
    assert {who: why for who, why in after.items() if who != "canada"} == {
        who: why for who, why in before.items() if who != "canada"
    }


def test_a_connection_that_left_meanwhile_is_not_read_again(hall: Hall, subject: Subject) -> None:
    rights = LiveRights(hall)  # type: ignore[arg-type]
    for sid in hall.connections:
        rights.editing(sid, subject)
    rights.forget()
    del hall.connections["canada"]
    assert rights.editing("kenya", subject) is None
    assert rights.editing("canada", subject) == "not_a_member"
