"""Another process closes a room while this one, which has its drafts, writes what people typed: nothing is lost, doubled or slips in."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from consult import clock
from consult.db import engine_for, reading_session, sessions_for, unit_of_work
from consult.drafting import late, service, store
from consult.drafting.models import LateContribution
from consult.items.models import ActionItem, ItemVersion
from consult.proceedings import service as proceedings
from tests import cast
from tests.drafting.stage import Stage


@pytest.fixture
def stage(postgresql_url: str) -> Iterator[Stage]:
    engine = engine_for(postgresql_url)
    with unit_of_work(sessions_for(engine)) as db:
        world = cast.build(db)
    yield Stage(engine, world)
    engine.dispose()


def closed_elsewhere(stage: Stage) -> list[str]:
    """The job of another process closes what is due; the rooms it closed."""
    with unit_of_work(sessions_for(stage.engine)) as db:
        return proceedings.close_due(db, clock.now())


def time_is_over(stage: Stage) -> None:
    """In both rooms, though nobody has closed them."""
    with unit_of_work(stage.sessions) as db:
        for room in stage.world.rooms:
            db.merge(room).deadline_at = clock.now() - timedelta(milliseconds=1)


def kept(stage: Stage, item: ActionItem) -> tuple[str, str, list[str]]:
    """What the close kept as a version, what the draft says, and what waits as late."""
    with reading_session(stage.engine) as db:
        version = db.scalars(select(ItemVersion).where(ItemVersion.item_id == item.id)).one()
        assert version.seq == service.seq_of(db, item), "nothing came behind it"
        previews = db.scalars(select(LateContribution.preview)).all()
        return version.title, service.content_of(db, item).title, list(previews)


def test_a_room_that_is_being_written_in_is_closed_behind_that_and_what_it_keeps_has_it(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    item, first = stage.item(), stage.world.rooms[0].public_id
    page = stage.page("kenya", item, client_id=101)
    page.join()
    page.editor.title += "in time"
    (answer,) = page.send()
    append, closed = store.append, list[str]()

    def append_while_it_closes(*arguments: Any) -> None:
        append(*arguments)
        closed.extend(closed_elsewhere(stage))

    monkeypatch.setattr(store, "append", append_while_it_closes)
    time_is_over(stage)
    stage.turn()
    assert len(closed) == 1
    assert first not in closed, "but the other room is"
    assert answer.value["ok"] == 1
    assert closed_elsewhere(stage) == [first]
    assert kept(stage, item) == ("in time", "in time", [])


def test_what_is_to_be_written_while_the_close_is_under_way_is_kept_aside_once(stage: Stage) -> None:
    item = stage.item()
    page, other = stage.page("kenya", item, client_id=101), stage.page("canada", item, client_id=202)
    page.join(), other.join()
    page.editor.title += "in time"
    page.saved()
    time_is_over(stage)
    page.editor.title += ", met the close"
    with unit_of_work(stage.sessions) as elsewhere:
        assert proceedings.close_due(elsewhere, clock.now())
        (answer,) = page.send()
        stage.turn()
        assert answer.value is None, "it waits for the close, and holds up nobody"
    stage.turn()
    assert answer.value["code"] == "late"
    assert kept(stage, item) == ("in time", "in time", [", met the close"])
    assert not other.heard("resync")
    again = stage.page("kenya", item, client_id=101, editor=page.editor)
    again.join()
    assert again.saved(again.missing())[0]["code"] == "late", "a page that sends it once more"
    assert kept(stage, item) == ("in time", "in time", [", met the close"])


def test_text_that_comes_late_in_one_room_and_the_close_of_two_do_not_wait_for_each_other(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Late text is announced while its room is held; so nobody who has announced something may wait for that room."""
    item, closed = stage.item(room=2), list[str]()
    page = stage.page("philippines", item, client_id=101)
    page.join()
    time_is_over(stage)
    page.editor.title += "too late"
    (answer,) = page.send()
    keep = late.keep

    def keep_while_it_closes(*arguments: Any, **more: Any) -> LateContribution:
        closed.extend(closed_elsewhere(stage))
        return keep(*arguments, **more)

    monkeypatch.setattr(late, "keep", keep_while_it_closes)
    stage.turn()
    assert closed == [stage.world.rooms[0].public_id]
    assert answer.value["code"] == "late"
    assert closed_elsewhere(stage) == [stage.world.rooms[1].public_id]
    assert kept(stage, item) == ("", "", ["too late"])
