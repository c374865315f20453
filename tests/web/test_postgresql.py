"""The main job by form on PostgreSQL, which locks rows where SQLite locks everything: nothing of it is refused there."""

import time
from types import SimpleNamespace

import pytest
from sqlalchemy import Engine, select

from consult.db import Db, sessions_for
from consult.deliberation.note_models import MarginNote
from consult.deliberation.notes import anchor_of
from consult.items.models import ActionItem, ItemVersion
from consult.rooms.models import Room, Round
from consult.web import context
from tests.cast import World
from tests.conftest import post
from tests.factories.items import close_rooms, drafted
from tests.web.conftest import Read
from tests.web.test_items import Browser


@pytest.fixture
def database_url(postgresql_url: str) -> str:
    return postgresql_url


def test_an_item_goes_its_way_from_the_room_to_a_closed_poll(
    db: Db, read: Read, world: World, client_for: Browser
) -> None:
    """The room is locked with what was loaded beside it, so these acts have to say what they lock."""
    item, other = drafted(db, world), drafted(db, world, title="Withdrawn")
    db.commit()
    room, session = world.rooms[0].public_id, world.session.public_id
    kenya, facilitator = client_for("kenya"), client_for("facilitator")
    for browser, address, fields in (
        (kenya, f"/rooms/{room}/items", {}),
        (kenya, f"/items/{other.public_id}/withdraw", {}),
        (kenya, f"/items/{item.public_id}/ready", {"ready": "1"}),
        (kenya, f"/rooms/{room}/submit", {}),
        (facilitator, f"/items/{item.public_id}/return", {"reason": "Say who pays."}),
        (kenya, f"/rooms/{room}/submit", {"item": item.public_id}),
        (facilitator, f"/rooms/{room}/clock", {"act": "more", "minutes": "5"}),
    ):
        assert post(browser, address, **fields).status_code == 303, address
    close_rooms(db, world)
    db.commit()
    comment = {"kind": "support", "text": "Yes", "message_id": "once"}
    for browser, address, fields in (
        (facilitator, f"/s/{session}/report-back", {}),
        (kenya, f"/items/{item.public_id}/comments", comment),
        (facilitator, f"/s/{session}/decisions", {"item": item.public_id, "minutes": "0"}),
        (facilitator, f"/s/{session}/decisions/close", {}),
    ):
        assert post(browser, address, **fields).status_code == 303, address
    assert read(select(ActionItem.state).where(ActionItem.id == item.id)) == ["tabled"]


def test_items_are_ordered_copied_split_and_merged(
    db: Db, read: Read, world: World, client_for: Browser
) -> None:
    item = drafted(db, world, text="One.\n\nTwo.")
    other = drafted(db, world, title="Other")
    db.commit()
    kenya = client_for("kenya")
    page = kenya.get(f"/items/{item.public_id}/split").text
    passage = page.split('name="at" value="')[1].split('"')[0]
    for address, fields in (
        (f"/items/{other.public_id}/place", {"step": "up"}),
        (f"/items/{other.public_id}/place", {"after": item.public_id}),
        (f"/items/{item.public_id}/copy", {}),
        (f"/items/{item.public_id}/split", {"at": passage, "title": "Rest"}),
        (f"/items/{other.public_id}/merge", {"into": item.public_id}),
    ):
        assert post(kenya, address, **fields).status_code == 303, address
    titles = read(
        select(ActionItem.title).where(ActionItem.state == "drafting").order_by(ActionItem.position)
    )
    assert titles == [item.title, "Rest", item.title]


def test_notes_are_written_and_resolved_and_a_text_is_restored(
    db: Db, read: Read, world: World, client_for: Browser
) -> None:
    item = drafted(db, world)
    db.commit()
    kenya, address = client_for("kenya"), f"/items/{item.public_id}"
    fields = {"text": "Which States?", "quote": "[ten] States", "message": "once"}
    for _twice in range(2):
        assert post(kenya, f"{address}/notes", **fields).status_code == 303
    (note,) = read(select(MarginNote))
    found = anchor_of(note)
    assert found is not None
    start, end = found.for_page()
    note_address = f"{address}/notes/{note.public_id}"
    assert post(kenya, f"{note_address}/anchor", start=start, end=end).json == {"ok": True}
    for act, fields in (("replies", {"text": "Those willing"}), ("resolve", {"resolved": "1"})):
        assert post(kenya, f"{note_address}/{act}", **fields).status_code == 303, act
    assert "Resolved by Kenya" in kenya.get(f"/rooms/{world.rooms[0].public_id}?part=notes").text
    assert post(kenya, f"{address}/restore", at="1", confirmed="1").status_code == 303
    assert read(select(ItemVersion.reason)) == ["restored"]


@pytest.mark.parametrize("kind", [Room, Round])
@pytest.mark.parametrize("act", ["merge", "split"])
def test_rooms_that_somebody_else_changes_are_not_waited_for_by_the_writer_of_all_rooms(
    engine: Engine,
    read: Read,
    world: World,
    client_for: Browser,
    monkeypatch: pytest.MonkeyPatch,
    act: str,
    kind: type[Room | Round],
) -> None:
    """Nothing is saved in any room while it waits: it gives up soon, is tried again from outside, and says so in the end."""
    browser, room = client_for("facilitator"), world.rooms[0]
    fields = {"into": "2"} if act == "merge" else {"member": world.members["ngo"].public_id}
    elsewhere, waits = sessions_for(engine)(), list[float]()
    row = room.id if kind is Room else world.round.id
    elsewhere.get_one(kind, row, with_for_update=True)
    barrier = browser.application.extensions["consult.hub"].drafting.barrier

    def timed_barrier(do: object) -> object:
        began = time.monotonic()
        try:
            return barrier(do)
        finally:
            waits.append(time.monotonic() - began)

    drafting = browser.application.extensions["consult.hub"].drafting
    monkeypatch.setattr(drafting, "barrier", timed_barrier)
    monkeypatch.setattr(context, "WRITER_PAUSE_SECONDS", 0.0)
    answer = post(browser, f"/rooms/{room.public_id}/{act}", **fields)
    assert answer.status_code == 409
    assert "Somebody changed this at the same moment." in answer.text
    assert len(waits) > 1
    assert max(waits) < 1, "not until the other one is done"
    monkeypatch.setattr(context, "time", SimpleNamespace(sleep=lambda _seconds: elsewhere.rollback()))
    tried = len(waits)
    assert post(browser, f"/rooms/{room.public_id}/{act}", **fields).status_code == 303
    assert len(waits) == tried + 2
    elsewhere.close()
    numbers = read(select(Room.number).where(Room.round_id == world.round.id).order_by(Room.number))
    assert numbers == ([1, 2] if act == "merge" else [1, 2, 3])
