"""Two processes on one database: one of them has a room at a time, and one that was stopped cannot write what another took over."""

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine, update

from consult import clock
from consult.db import engine_for, reading_session, sessions_for, unit_of_work
from consult.drafting import leases, states, store
from consult.drafting.content import DraftContent
from consult.drafting.models import Draft, DraftUpdate, RoomLease
from consult.items.models import ActionItem
from consult.proceedings import service as proceedings
from tests import cast
from tests.drafting.stage import Page, Stage


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    url = request.getfixturevalue("database_url" if request.param == "sqlite" else "postgresql_url")
    found = engine_for(url)
    yield found
    found.dispose()


@pytest.fixture
def world(engine: Engine) -> cast.World:
    with unit_of_work(sessions_for(engine)) as db:
        return cast.build(db)


@pytest.fixture
def one(engine: Engine, world: cast.World) -> Stage:
    return Stage(engine, world, name="one")


@pytest.fixture
def two(engine: Engine, world: cast.World) -> Stage:
    return Stage(engine, world, name="two")


@pytest.fixture
def item(one: Stage) -> ActionItem:
    return one.item()


def written(page: Page, text: str) -> Page:
    """A page that joined and saved a title."""
    assert page.join()["ok"] == 1
    page.editor.title += text
    assert page.saved()[0]["ok"] == 1
    return page


def run_out(stage: Stage) -> None:
    """What the database's clock does to the leases of a process that was stopped."""
    with unit_of_work(stage.sessions) as db:
        db.execute(update(RoomLease).values(expires_ms=0))


def second_later(stage: Stage) -> None:
    """The process takes its regular look."""
    stage.registry._looked_at = stage.registry.leases._renewed_at = float("-inf")
    stage.turn()


def rows(stage: Stage) -> int:
    with reading_session(stage.engine) as db:
        return db.query(DraftUpdate).count()


def test_a_room_that_another_process_holds_is_asked_for_and_given_up_when_nobody_is_there(
    one: Stage, two: Stage, item: ActionItem
) -> None:
    first = written(one.page("kenya", item, client_id=101), "kept ")
    second = two.page("canada", item, client_id=202)
    ack = second.join()
    assert (ack["ok"], ack["code"], ack["after"]) == (0, "handover", 1000)
    second_later(one)
    assert second.join()["code"] == "handover", "somebody is at work there"
    first.lose()
    second_later(one)
    assert second.join()["ok"] == 1
    assert str(second.editor.title) == "kept "
    assert two.registry.leases.rooms == [one.world.rooms[0].id]
    assert one.registry.leases.rooms == []


def test_a_room_follows_its_pages_after_a_while(
    one: Stage, two: Stage, item: ActionItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a process comes back after a restart and the proxy sends new pages of the room to it again."""
    first = written(one.page("kenya", item, client_id=101), "kept ")
    second = two.page("canada", item, client_id=202)
    second.join()
    first.editor.title += "in the last moment"
    (answer,) = first.send()
    monkeypatch.setattr(leases, "KEEP_SECONDS", 0.0)
    one.registry._looked_at = one.registry.leases._renewed_at = float("-inf")
    one.turn()
    assert answer.value["ok"] == 1, "what was received is written before the room goes"
    assert first.heard("reconnect"), "its pages connect anew, wherever the proxy leads them"
    assert second.join()["ok"] == 1
    assert str(second.editor.title) == "kept in the last moment"
    assert first.saved(b"\x00\x00")[0]["code"] == "resync", "nothing is written here any more"


def test_a_process_that_was_stopped_and_comes_back_writes_nothing_and_doubles_nothing(
    one: Stage, two: Stage, item: ActionItem
) -> None:
    frozen = written(one.page("kenya", item, client_id=101), "before ")
    frozen.editor.title += "and while it stood still"
    (waiting,) = frozen.send()
    run_out(one)
    second = two.page("canada", item, client_id=202)
    assert second.join()["ok"] == 1
    second.editor.facts["term"] = "long"
    assert second.saved()[0]["ok"] == 1
    before = rows(two)
    one.turn()
    assert (waiting.value["ok"], waiting.value["code"]) == (0, "retry")
    assert frozen.heard("reconnect")
    assert rows(two) == before, "the stale owner wrote nothing"
    back = two.page("kenya", item, client_id=0, editor=frozen.editor)
    assert back.join()["ok"] == 1
    assert back.saved(back.missing())[0]["ok"] == 1
    assert two.content(item).title == "before and while it stood still"
    assert two.content(item).facts == {"term": "long"}


def test_a_stale_owner_finds_out_by_itself(one: Stage, two: Stage, item: ActionItem) -> None:
    first = written(one.page("kenya", item, client_id=101), "x")
    run_out(one)
    assert two.page("canada", item, client_id=202).join()["ok"] == 1
    second_later(one)
    assert one.registry.leases.rooms == []
    assert first.heard("reconnect")
    assert first.join()["code"] == "handover"


def test_a_lease_that_was_lost_and_taken_again_is_another_one(
    one: Stage, two: Stage, item: ActionItem
) -> None:
    """A fence, not the name, decides: documents from before the loss are not believed."""
    first = written(one.page("kenya", item, client_id=101), "x")
    room = one.world.rooms[0].id
    run_out(one)
    with unit_of_work(two.sessions) as db:
        assert two.registry.leases.take(db, room) is not None
    run_out(one)
    with unit_of_work(one.sessions) as db:
        assert one.registry.leases.take(db, room) == 3
    first.editor.title += "y"
    assert first.saved()[0]["code"] == "retry"
    assert first.join()["ok"] == 1
    assert first.saved(first.missing())[0]["ok"] == 1


def test_who_starts_again_under_the_same_name_need_not_wait(one: Stage, item: ActionItem) -> None:
    written(one.page("kenya", item, client_id=101), "kept")
    old = one.registry
    one.restart()
    again = one.page("kenya", item, client_id=102)
    assert again.join()["ok"] == 1
    assert str(again.editor.title) == "kept"
    assert old.leases.owner != one.registry.leases.owner


def test_who_stops_leaves_the_room_to_others_at_once(one: Stage, two: Stage, item: ActionItem) -> None:
    written(one.page("kenya", item, client_id=101), "kept")
    one.registry.stop()
    assert two.page("canada", item, client_id=202).join()["ok"] == 1


def test_a_room_whose_time_is_over_is_left_to_the_process_that_has_its_drafts(
    one: Stage, two: Stage, item: ActionItem
) -> None:
    """What came in time may still wait there; only where it is not closed soon after, another process does it."""
    written(one.page("kenya", item, client_id=101), "x")
    now = clock.now()
    one.set_room(deadline_at=now)
    room = one.world.rooms[0].id

    def due(stage: Stage, seconds: float) -> list[int]:
        with reading_session(stage.engine) as db:
            later = now + timedelta(seconds=seconds)
            return proceedings.rooms_due(db, later, by=stage.registry.leases.owner)

    assert due(one, 0) == [room]
    assert due(two, 1) == []
    assert due(two, 2) == [room]
    run_out(one)
    assert due(two, 0) == [room]
    with unit_of_work(one.sessions) as db:
        assert len(proceedings.close_due(db, now, by=two.registry.leases.owner)) == 1


def test_columns_never_go_back_to_what_a_stale_owner_remembers(
    one: Stage, two: Stage, item: ActionItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(one.page("kenya", item, client_id=101), "old")
    stale = next(iter(one.registry._drafts.values()))
    run_out(one)
    second = two.page("canada", item, client_id=202)
    second.join()
    second.editor.facts["term"] = "long"
    second.saved()
    two.registry.stop()
    assert two.mirrored[-1].facts == {"term": "long"}
    one.mirrored.clear()
    one.registry._upkeep.care([stale], float("inf"))
    assert one.mirrored == []
    with reading_session(one.engine) as db:
        draft = db.query(Draft).one()
        assert draft.mirrored_seq == draft.seq == 2


def test_columns_left_behind_by_a_crash_follow_when_the_draft_is_open_again(
    one: Stage, item: ActionItem
) -> None:
    written(one.page("kenya", item, client_id=101), "Mirrored")
    assert one.mirrored == []
    one.restart()
    one.registry._upkeep._swept_at = float("inf")  # the sweep leaves open drafts alone
    one.page("canada", item, client_id=202).join()
    one.registry._looked_at = float("-inf")
    one.turn()
    assert [content.title for content in one.mirrored] == ["Mirrored"]


def test_a_process_that_stops_in_the_middle_of_a_transaction_does_not_keep_the_room(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its connection is ended by the database, and with it the lock and the text nobody was told was saved."""
    engine = engine_for(postgresql_url)
    with unit_of_work(sessions_for(engine)) as db:
        world = cast.build(db)
    one, two = Stage(engine, world, name="one"), Stage(engine, world, name="two")
    item = one.item()
    written(one.page("kenya", item, client_id=101), "kept")
    monkeypatch.setattr(states, "_FROZEN_MS", 300)
    draft_id = next(iter(one.registry._drafts.values())).draft_id
    with one.sessions() as frozen:
        assert len(states.locked(frozen, {draft_id: None}).drafts) == 1
        run_out(two)
        assert two.page("canada", item, client_id=202).join()["ok"] == 1
        with pytest.raises(Exception, match=r"idle-in-transaction|closed|terminat"):
            store.append(frozen, [store.Entry(draft_id, 2, b"\x00\x00")], clock.now())
        frozen.invalidate()
    assert two.content(item) == DraftContent(title="kept")
    engine.dispose()


def test_taking_a_room_does_not_wait_for_its_owner_to_end_a_transaction(postgresql_url: str) -> None:
    """Else every room of the process that asks would stand still with the one that stopped."""
    engine = engine_for(postgresql_url)
    with unit_of_work(sessions_for(engine)) as db:
        world = cast.build(db)
    one, two = Stage(engine, world, name="one"), Stage(engine, world, name="two")
    item = one.item()
    written(one.page("kenya", item, client_id=101), "kept")
    draft_id = next(iter(one.registry._drafts.values())).draft_id
    run_out(one)
    second = two.page("canada", item, client_id=202)
    with one.sessions() as frozen:
        assert len(states.locked(frozen, {draft_id: None}).drafts) == 1
        began = time.monotonic()
        assert second.join()["code"] == "handover"
        assert time.monotonic() - began < states._FROZEN_MS / 2000
        frozen.rollback()
    assert second.join()["ok"] == 1
    engine.dispose()
