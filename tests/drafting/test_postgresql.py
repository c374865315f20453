"""The same writer on PostgreSQL: locks in the right order, several rows at once, a close that nothing can pass."""

import time
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, delete, select, update

from consult import clock
from consult.db import Db, engine_for, reading_session, sessions_for, unit_of_work
from consult.drafting import service
from consult.drafting.models import Draft, RoomLease
from consult.items.models import ActionItem
from consult.live.drafting import mirror
from consult.rooms.models import Room
from tests import cast
from tests.drafting.stage import Answer, Stage


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


def test_a_form_that_writes_one_draft_keeps_no_other_waiting(engine: Engine, world: cast.World) -> None:
    """What meets the form's transaction is written behind it, and nobody has to join again."""
    stage = Stage(engine, world)
    item, other = stage.item(), stage.item()
    kenya, canada = stage.page("kenya", item, client_id=101), stage.page("canada", other, client_id=202)
    kenya.join(), canada.join()
    kenya.editor.title += "first"
    canada.editor.title += "elsewhere"
    with unit_of_work(stage.sessions) as db:
        service.write(db, None, item, facts={"term": "short"})
        (meeting,), (free,) = kenya.send(), canada.send()
        stage.turn()
        assert free.value["ok"] == 1
        assert meeting.value is None, "neither saved nor refused while the form writes"
        kenya.editor.title += ", second"
        (behind,) = kenya.send()
    stage.turn()
    assert (meeting.value["ok"], behind.value["ok"]) == (1, 1)
    content = stage.content(item)
    assert (content.title, content.facts) == ("first, second", {"term": "short"})
    kenya.hear()
    assert kenya.editor.facts.to_py() == {"term": "short"}
    assert not kenya.heard("resync")


def test_a_form_that_changes_one_room_keeps_no_other_waiting(engine: Engine, world: cast.World) -> None:
    """What belongs to its room is written behind it, by what the room has become."""
    stage = Stage(engine, world)
    item, other = stage.item(), stage.item(room=2)
    kenya, elsewhere = (
        stage.page("kenya", item, client_id=101),
        stage.page("philippines", other, client_id=202),
    )
    kenya.join(), elsewhere.join()
    kenya.editor.title += "behind the form"
    elsewhere.editor.title += "elsewhere"
    with unit_of_work(stage.sessions) as db:
        db.get(Room, world.rooms[0].id, with_for_update=True)
        (meeting,), (free,) = kenya.send(), elsewhere.send()
        began = time.monotonic()
        stage.turn()
        assert time.monotonic() - began < 4, "it does not wait for the form to end"
        assert free.value["ok"] == 1
        assert meeting.value is None
    stage.turn()
    assert meeting.value["ok"] == 1
    assert stage.content(item).title == "behind the form"


def test_what_waits_for_a_form_is_answered_when_its_room_is_lost(engine: Engine, world: cast.World) -> None:
    stage, other = Stage(engine, world), Stage(engine, world, name="other")
    free, busy = stage.item(), stage.item()
    canada, kenya = stage.page("canada", free, client_id=202), stage.page("kenya", busy, client_id=101)
    canada.join(), kenya.join()
    with unit_of_work(stage.sessions) as db:
        db.execute(update(RoomLease).values(expires_ms=0))
    assert other.page("ngo", free, client_id=303).join()["ok"] == 1
    canada.editor.title += "free"
    kenya.editor.title += "meets the form"
    with unit_of_work(stage.sessions) as db:
        service.write(db, None, busy, facts={"term": "short"})
        answers = [*canada.send(), *kenya.send()]
        stage.turn()
    assert [answer.value["code"] for answer in answers] == ["retry", "retry"]


def test_a_draft_whose_room_nobody_holds_is_not_waited_for(engine: Engine, world: cast.World) -> None:
    stage = Stage(engine, world)
    item = stage.item()
    page = stage.page("kenya", item, client_id=101)
    page.join()
    page.editor.title += "x"
    with unit_of_work(stage.sessions) as db:
        db.execute(delete(RoomLease))
    assert page.saved()[0]["code"] == "retry"


def test_columns_follow_behind_a_form_that_nobody_waits_for(engine: Engine, world: cast.World) -> None:
    """The writer keeps the columns up to date between two ticks: whoever types would wait with it."""
    stage = Stage(engine, world)
    stage.registry._upkeep._mirror = mirror
    items = [stage.item() for _ in range(3)]
    pages = [stage.page("kenya", item, client_id=101 + n) for n, item in enumerate(items)]
    for page in pages:
        page.join()
        page.editor.title += "typed"
        page.saved()
    drafts = list(stage.registry._drafts.values())

    def titles() -> list[str]:
        with reading_session(engine) as db:
            return list(db.scalars(select(ActionItem.title).order_by(ActionItem.id)))

    with unit_of_work(stage.sessions) as form, unit_of_work(stage.sessions) as other:
        form.execute(select(Draft.id).where(Draft.item_id == items[1].id).with_for_update())
        other.get(ActionItem, items[2].id, with_for_update=True)
        began = time.monotonic()
        stage.registry._upkeep.care(drafts, float("inf"), most=3)
        assert time.monotonic() - began < 4
        assert titles() == ["typed", "", ""]
    stage.registry._upkeep.care(drafts, float("inf"), most=3)
    assert titles() == ["typed", "typed", "typed"]


def test_a_close_takes_along_what_a_form_kept_waiting(engine: Engine, world: cast.World) -> None:
    stage = Stage(engine, world)
    item = stage.item()
    page = stage.page("kenya", item, client_id=101)
    page.join()
    page.editor.title += "in time"
    form = stage.sessions()
    service.write(form, None, item, facts={"term": "short"})
    (answer,) = page.send()
    stage.turn()
    assert answer.value is None
    closed = Answer()

    def close(db: Db) -> None:
        room = db.get(Room, world.rooms[0].id)
        assert room is not None
        room.state, room.closed_at = "closed", clock.now()

    stage.while_it_waits = form.commit
    stage.registry.barrier(close, closed)
    stage.turn()
    form.close()
    assert closed.value == (None, None)
    assert answer.value["ok"] == 1
    assert stage.content(item).title == "in time"
