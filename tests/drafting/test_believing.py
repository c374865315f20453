"""On PostgreSQL the writer writes what it believes by one statement; whatever is not so any more is found out and taken back."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import select, update

from consult import clock
from consult.db import StandingWriter, engine_for, reading_session, sessions_for, unit_of_work
from consult.drafting import service, store
from consult.drafting.models import Draft, DraftUpdate, RoomLease
from consult.items.models import ActionItem
from consult.rooms.models import Room
from tests import cast
from tests.drafting.stage import Page, Stage

#: How a tick was written: each draft by one statement, or locked and read first.
Ways = list[str]


@pytest.fixture(params=["pool", "standing"])
def stage(postgresql_url: str, request: pytest.FixtureRequest) -> Iterator[Stage]:
    """The writer takes a connection each time, or keeps one, as the server's does."""
    engine = engine_for(postgresql_url)
    with unit_of_work(sessions_for(engine)) as db:
        world = cast.build(db)
    stage = Stage(engine, world)
    writer = StandingWriter(stage.sessions)
    if request.param == "standing":
        stage._writing = writer.unit_of_work  # type: ignore[method-assign]
        stage.restart()
    yield stage
    writer.end()
    engine.dispose()


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> Ways:
    """Which way each transaction of the writer went, in order."""
    found: Ways = []

    def noted(name: str) -> Callable[..., Any]:
        act = getattr(store, name)

        def noting(db: Any, entries: Any, *more: Any) -> Any:
            if entries:
                found.append(name)
            return act(db, entries, *more)

        return noting

    for name in ("append", "append_unchanged"):
        monkeypatch.setattr(store, name, noted(name))
    return found


@pytest.fixture
def item(stage: Stage) -> ActionItem:
    return stage.item()


@pytest.fixture
def kenya(stage: Stage, item: ActionItem) -> Page:
    """Somebody who has written before."""
    return known(stage, "kenya", item, 101)


def known(stage: Stage, who: str, item: ActionItem, client_id: int) -> Page:
    page = stage.page(who, item, client_id=client_id)
    page.join()
    page.editor.title += "one "
    assert page.saved()[0]["ok"] == 1
    return page


def log_of(stage: Stage, item: ActionItem) -> list[int]:
    """The numbers in an item's log, which are without a gap up to what its draft says."""
    with reading_session(stage.engine) as db:
        draft = db.scalars(select(Draft).where(Draft.item_id == item.id)).one()
        numbers = db.scalars(select(DraftUpdate.seq).where(DraftUpdate.draft_id == draft.id)).all()
    assert sorted(numbers) == list(range(1, draft.seq + 1))
    return sorted(numbers)


def test_who_has_written_before_is_written_by_one_statement(
    stage: Stage, item: ActionItem, kenya: Page, ways: Ways
) -> None:
    other = known(stage, "canada", stage.item(), 202)
    del ways[:]
    for number in (2, 3):
        kenya.editor.title += "two "
        other.editor.title += "two "
        answers = [*kenya.send(), *other.send()]
        stage.turn()
        assert [answer.value for answer in answers] == [{"ok": 1, "seq": number}] * 2
    assert ways == ["append_unchanged"] * 2
    assert log_of(stage, item) == [1, 2, 3]
    stage.restart()
    again = stage.page("canada", item, client_id=203)
    again.join()
    assert str(again.editor.title) == "one two two "


def test_a_first_word_goes_the_long_way_behind_what_came_before_it(
    stage: Stage, item: ActionItem, kenya: Page, ways: Ways
) -> None:
    canada, listener = stage.page("canada", item, client_id=202), stage.page("ngo", item, client_id=303)
    canada.join(), listener.join()
    kenya.editor.title += "two "
    kenya.saved()
    del ways[:]
    kenya.editor.title += "three "
    canada.editor.facts["term"] = "short"
    answers = [*kenya.send(), *canada.send()]
    kenya.editor.title += "four "
    answers += kenya.send()
    stage.turn()
    assert [answer.value["seq"] for answer in answers] == [3, 4, 4]
    assert ways == ["append_unchanged", "append"]
    assert [event[2] for event in listener.heard("u")] == [2, 3, 4]
    listener.hear()
    assert listener.editor.said() == ("one two three four ", "", '{"term": "short"}')
    assert log_of(stage, item) == [1, 2, 3, 4]
    canada.editor.facts["term"] = "long"
    assert canada.saved()[0]["ok"] == 1
    assert ways[2:] == ["append_unchanged"]


def closes(stage: Stage) -> None:
    with unit_of_work(stage.sessions) as db:
        room = db.get_one(Room, stage.world.rooms[0].id)
        room.state, room.closed_at = "closed", clock.now()


def submits(stage: Stage, item: ActionItem) -> None:
    with unit_of_work(stage.sessions) as db:
        service.freeze(db, item)


def taken_over(stage: Stage) -> None:
    with unit_of_work(stage.sessions) as db:
        db.execute(update(RoomLease).values(owner="another/0", fence=RoomLease.fence + 1))


@pytest.mark.parametrize(("what", "code"), [("closes", "late"), ("submits", "late"), ("lease", "retry")])
@pytest.mark.parametrize("when", ["before", "meanwhile"])
def test_what_changed_behind_its_back_is_not_written_over(
    stage: Stage,
    item: ActionItem,
    kenya: Page,
    ways: Ways,
    monkeypatch: pytest.MonkeyPatch,
    what: str,
    code: str,
    when: str,
) -> None:
    """Before the writer judges, or when it has judged and is about to write. Another room goes on."""
    elsewhere = stage.item(room=2)
    free = known(stage, "philippines", elsewhere, 404)
    before, given = stage.content(item), dict.fromkeys(["left"], 1)

    def change() -> None:
        if given.pop("left", None):
            {
                "closes": lambda: closes(stage),
                "submits": lambda: submits(stage, item),
                "lease": lambda: taken_over(stage),
            }[what]()

    act = store.append_unchanged

    def append_behind_it(*arguments: Any) -> Any:
        change()
        return act(*arguments)

    monkeypatch.setattr(store, "append_unchanged", append_behind_it)
    if when == "before":
        change()
    kenya.editor.title += "too late"
    free.editor.title += "in time"
    (answer,), (other,) = kenya.send(), free.send()
    stage.turn()
    assert answer.value["code"] == code
    assert other.value["code" if what == "lease" else "ok"] == ("retry" if what == "lease" else 1)
    assert stage.content(item) == before
    assert log_of(stage, item) == [1]
    assert log_of(stage, elsewhere) == [1] if what == "lease" else [1, 2]


def test_what_another_writer_appended_meanwhile_is_taken_along(
    stage: Stage, item: ActionItem, kenya: Page, ways: Ways
) -> None:
    canada = known(stage, "canada", item, 202)
    with unit_of_work(stage.sessions) as db:
        service.write(db, None, item, facts={"term": "short"})
    kenya.editor.title += "two"
    (answer,) = kenya.send()
    stage.turn()
    assert answer.value == {"ok": 1, "seq": 4}
    assert [event[2] for event in canada.heard("u")] == [3, 4]
    assert ways[-2:] == ["append_unchanged", "append"]
    for page in (kenya, canada):
        page.hear()
        assert page.editor.facts.to_py() == {"term": "short"}
    content = stage.content(item)
    assert "two" in content.title
    assert content.facts == {"term": "short"}
    kenya.editor.title += "!"
    assert kenya.saved()[0]["ok"] == 1
    assert ways[-1:] == ["append_unchanged"], "believed again"
    assert not kenya.heard("resync")
    assert not canada.heard("resync")


@pytest.mark.parametrize("held", [Draft, Room, RoomLease])
def test_what_somebody_else_holds_waits_and_is_written_once(
    stage: Stage, item: ActionItem, kenya: Page, held: type[Any]
) -> None:
    """Nothing of it is shown meanwhile, and who writes elsewhere does not wait."""
    free = known(stage, "philippines", stage.item(room=2), 404)
    kenya.editor.title += "meets somebody"
    free.editor.title += "elsewhere"
    rows = {
        Draft: select(Draft).where(Draft.item_id == item.id),
        Room: select(Room).where(Room.id == item.room_id),
        RoomLease: select(RoomLease).where(RoomLease.room_id == item.room_id),
    }
    with unit_of_work(stage.sessions) as db:
        db.scalars(rows[held].with_for_update()).one()
        (meeting,), (other,) = kenya.send(), free.send()
        stage.turn()
        assert (meeting.value, other.value) == (None, {"ok": 1, "seq": 2})
        kenya.editor.title += ", twice"
        (behind,) = kenya.send()
        stage.turn()
        assert behind.value is None
    stage.turn()
    assert [meeting.value["ok"], behind.value["ok"]] == [1, 1]
    assert stage.content(item).title == "one meets somebody, twice"
    assert log_of(stage, item) == [1, 2]


def test_a_statement_that_fails_leaves_nothing_that_was_not_written(
    stage: Stage, item: ActionItem, kenya: Page, ways: Ways, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here it was written, and only the answer was lost; the page sends it again, and nothing is doubled."""
    act = store.append_unchanged

    def append_and_lose(*arguments: Any) -> Any:
        act(*arguments)
        raise OSError("the connection broke")

    monkeypatch.setattr(store, "append_unchanged", append_and_lose)
    kenya.editor.title += "two"
    update = kenya.editor.take_outgoing()[0]
    assert kenya.saved(update)[0]["code"] == "retry"
    monkeypatch.undo()
    kenya.join()
    assert kenya.saved(update)[0]["ok"] == 1
    kenya.editor.title += " three"
    assert kenya.saved()[0]["ok"] == 1
    assert stage.content(item).title == "one two three"
    log_of(stage, item)


def test_nobody_is_refused_on_belief_alone(stage: Stage, item: ActionItem, kenya: Page, ways: Ways) -> None:
    """The room was closed, found to be closed, and opened again behind the writer's back: what counts is what the database says."""
    canada = known(stage, "canada", item, 202)
    closes(stage)
    canada.editor.title += "late"
    assert canada.saved()[0]["code"] == "late"
    stage.set_room(state="open", closed_at=None)
    kenya.editor.title += "two"
    assert kenya.saved()[0]["ok"] == 1
    assert ways[-1] == "append", "what it believed said no"
