"""The same writer on PostgreSQL: locks in the right order, several rows at once, a close that nothing can pass."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from consult import clock
from consult.db import engine_for, sessions_for, unit_of_work
from consult.drafting import service
from consult.rooms.models import Room
from tests import cast
from tests.drafting.stage import Stage


@pytest.fixture
def engine(postgresql_url: str) -> Iterator[Engine]:
    found = engine_for(postgresql_url)
    yield found
    found.dispose()


@pytest.fixture
def world(engine: Engine) -> cast.World:
    with unit_of_work(sessions_for(engine)) as db:
        return cast.build(db)


def test_write_share_close_and_accept(engine: Engine, world: cast.World) -> None:
    stage = Stage(engine, world)
    item, other = stage.item(), stage.item(title="Second")
    kenya, canada = (
        stage.page("kenya", item, client_id=(1 << 53) - 1),
        stage.page("canada", other, client_id=202),
    )
    kenya.join(), canada.join()
    for word in ("one ", "two ", "three "):
        kenya.editor.title += word
        canada.editor.paragraph(word)
        answers = [*kenya.send(), *canada.send()]
        stage.turn()
        assert {answer.value["ok"] for answer in answers} == {1}
    with unit_of_work(stage.sessions) as db:
        service.write(db, None, item, facts={"term": "short"})
        assert service.freeze(db, other).title == "Second"
    stage.turn()
    kenya.editor.title += "four"
    assert kenya.saved()[0]["ok"] == 1
    canada.editor.title += "!"
    assert canada.saved()[0]["code"] == "late"
    content = stage.content(item)
    assert (content.title, content.facts) == ("one two three four", {"term": "short"})
    stage.restart()
    again = stage.page("canada", item, client_id=203)
    again.join()
    assert str(again.editor.title) == "one two three four"


def test_a_close_before_the_write_wins(engine: Engine, world: cast.World) -> None:
    """The writer asks again inside its transaction: what was allowed when it came is late when it is written."""
    stage = Stage(engine, world)
    item = stage.item()
    page = stage.page("kenya", item, client_id=101)
    page.join()
    page.editor.title += "too late"
    (answer,) = page.send()
    with unit_of_work(stage.sessions) as db:
        room = db.get(Room, world.rooms[0].id)
        assert room is not None
        room.state, room.closed_at = "closed", clock.now()
    stage.turn()
    assert answer.value["code"] == "late"
    assert stage.content(item).title == ""
