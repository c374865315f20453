"""Notes in the margin of a draft, as a browser meets them; all of it works without script."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from consult.db import Db
from consult.deliberation import notes
from consult.deliberation.note_models import MarginNote
from consult.drafting.anchors import Anchor, beside
from consult.items import service as items
from consult.items.models import ActionItem
from tests.cast import World
from tests.conftest import post
from tests.factories.items import drafted
from tests.web.conftest import Read

Browser = Callable[[str], FlaskClient]
ANCHOR = Anchor(beside(7, 3), beside(7, 9, after=True))
START, END = ANCHOR.for_page()


@pytest.fixture
def item(db: Db, world: World) -> ActionItem:
    found = drafted(db, world)
    db.commit()
    return found


def room(world: World, item: ActionItem) -> str:
    return f"/rooms/{world.rooms[0].public_id}?item={item.public_id}"


def words(page: str) -> str:
    """The text of a page without its elements."""
    return " ".join(re.sub(r"<[^>]+>", "", page).split())


def test_a_note_is_written_answered_and_resolved_by_plain_forms(
    read: Read, world: World, item: ActionItem, client_for: Browser
) -> None:
    canada, kenya = client_for("canada"), client_for("kenya")
    address = f"/items/{item.public_id}/notes"
    form = {"quote": "[ten] States", "text": "Which ones?\n\nAnd who asks them?", "message": "m1"}
    for _twice in range(2):
        answer = post(canada, address, **form)
        assert answer.location == f"{room(world, item)}#notes-{item.public_id}"
    (note,) = read(select(MarginNote))
    page = kenya.get(room(world, item)).text
    assert "Notes in the margin 1" in words(page)
    assert "<p>Which ones?</p><p>And who asks them?</p>" in page
    assert '<blockquote class="note__words" dir="auto">[ten] States</blockquote>' in page
    assert 'data-note-start="AA' in page, "found in the draft, so that the editor can mark them"
    assert "do not stand in the text any more" not in page
    assert post(kenya, f"{address}/{note.public_id}/replies", text="Those willing").status_code == 303
    assert "Those willing" in canada.get(f"{room(world, item)}&part=notes").text
    post(canada, f"{address}/{note.public_id}/resolve", resolved="1")
    part = kenya.get(f"{room(world, item)}&part=notes").text
    assert "<html" not in part
    assert "Resolved notes" in part
    assert "Resolved by Canada" in words(part)
    post(kenya, f"{address}/{note.public_id}/resolve", resolved="0")
    assert "Resolved by" not in kenya.get(room(world, item)).text


def test_words_that_went_are_told_to_who_has_no_script(
    db: Db, world: World, item: ActionItem, client_for: Browser
) -> None:
    notes.write_note(db, world.actor(db, "canada"), item, text="Which?", quote="[ten] States")
    items.write_item(
        db, world.actor(db, "kenya"), item, text={"type": "doc", "content": [{"type": "paragraph"}]}
    )
    db.commit()
    page = client_for("kenya").get(room(world, item)).text
    assert "These words do not stand in the text any more as they were." in page
    assert "[ten] States" in page, "the words are kept"


def test_what_the_editor_sends_is_kept_and_what_it_would_not_send_is_refused(
    read: Read, world: World, item: ActionItem, client_for: Browser
) -> None:
    browser, address = client_for("canada"), f"/items/{item.public_id}/notes"
    post(browser, address, text="X", quote="Y", start=START, end=END)
    (note,) = read(select(MarginNote))
    assert notes.anchor_of(note) == ANCHOR
    for start, end in ((END, START), (START, ""), ("!", END), (START, END * 9)):
        refused = post(browser, address, text="Kept while it is refused", quote="Y", start=start, end=end)
        assert refused.status_code == 422
        assert "Kept while it is refused" in refused.text
        assert post(browser, f"{address}/{note.public_id}/anchor", start=start, end=end).status_code == 422
    moved = Anchor(beside(8, 1), beside(8, 5, after=True)).for_page()
    answer = post(browser, f"{address}/{note.public_id}/anchor", start=moved[0], end=moved[1])
    assert answer.json == {"ok": True}
    assert f'data-note-start="{moved[0]}"' in browser.get(room(world, item)).text


@pytest.mark.parametrize("text", ["", "   ", "x" * 2001])
def test_a_note_without_words_or_with_too_many_is_refused_and_kept_on_the_page(
    read: Read, item: ActionItem, client_for: Browser, text: str
) -> None:
    answer = post(client_for("canada"), f"/items/{item.public_id}/notes", text=text, quote="[ten] States")
    assert answer.status_code == 422
    assert "Your note was not kept." in answer.text
    assert "[ten] States" in answer.text
    assert text.strip() in answer.text
    assert read(select(MarginNote)) == []


def test_only_the_room_reads_them_and_nobody_once_the_text_has_left_it(
    db: Db, world: World, item: ActionItem, client_for: Browser
) -> None:
    notes.write_note(db, world.actor(db, "canada"), item, text="Marker of the margin", quote="[ten] States")
    items.submit_items(db, world.actor(db, "kenya"), world.rooms[0], items=[item])
    db.commit()
    kenya = client_for("kenya")
    page = kenya.get(room(world, item)).text
    assert "Marker of the margin" in page
    assert "Put it in the margin" not in page
    assert "Resolve" in page, "who keeps the record closes them"
    assert "note-new-" not in client_for("canada").get(room(world, item)).text
    for name, address in (
        ("philippines", f"/items/{item.public_id}"),
        ("kenya", f"/items/{item.public_id}"),
        ("kenya", f"/items/{item.public_id}/history"),
        ("organizer", f"/s/{world.session.public_id}/report-back"),
        ("organizer", f"/c/{world.consultation.public_id}/record/json"),
    ):
        answer = client_for(name).get(address)
        assert answer.status_code == 200
        assert "Marker of the margin" not in answer.text, address


def test_who_only_looks_on_reads_notes_and_is_shown_no_act(
    db: Db, world: World, item: ActionItem, client_for: Browser
) -> None:
    notes.write_note(db, world.actor(db, "canada"), item, text="Which States?")
    db.commit()
    facilitator = client_for("facilitator")
    page = facilitator.get(f"{room(world, item)}&as=observer").text
    assert "Which States?" in page
    for act in ("note-new-", "/resolve", "/replies"):
        assert act not in page
        assert act in facilitator.get(room(world, item)).text


@pytest.mark.parametrize(
    ("rule", "shown", "hidden"),
    [
        ("name", "Delegate CAN-1 (Canada)", "A participant"),
        ("delegation", "Canada", "CAN-1"),
        ("region", "Western European and other States", "Canada"),
        ("none", "A participant", "Canada"),
    ],
)
def test_who_wrote_follows_the_rule_of_the_consultation(
    db: Db, world: World, item: ActionItem, client_for: Browser, rule: str, shown: str, hidden: str
) -> None:
    note = notes.write_note(db, world.actor(db, "canada"), item, text="Which?")
    notes.resolve_note(db, world.actor(db, "canada"), item, note)
    open_one = notes.write_note(db, world.actor(db, "canada"), item, text="Who?")
    notes.reply_to_note(db, world.actor(db, "canada"), item, open_one, text="Really?")
    world.consultation.attribution = rule
    db.commit()
    part = client_for("kenya").get(f"{room(world, item)}&part=notes").text
    assert part.count(shown) >= 3
    assert hidden not in part


def test_hostile_words_stay_words(db: Db, world: World, item: ActionItem, client_for: Browser) -> None:
    bad = "<img src=x onerror=alert(1)>\"'"
    notes.write_note(db, world.actor(db, "canada"), item, text=bad, quote=bad)
    db.commit()
    page = client_for("kenya").get(room(world, item)).text
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page
