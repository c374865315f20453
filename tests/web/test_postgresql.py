"""The main job by form on PostgreSQL, which locks rows where SQLite locks everything: nothing of it is refused there."""

import pytest
from sqlalchemy import select

from consult.db import Db
from consult.deliberation.note_models import MarginNote
from consult.deliberation.notes import anchor_of
from consult.items.models import ActionItem, ItemVersion
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
