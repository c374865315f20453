"""Opening a draft: from any state of log and snapshot the same document, a long history at once, memory given back."""

import os
import random
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest

from consult import clock
from consult.db import reading_session, unit_of_work
from consult.drafting import states, store, upkeep
from consult.drafting.document import Document
from consult.drafting.limits import Limits
from consult.drafting.models import Draft, DraftUpdate
from consult.items.models import ActionItem
from consult.rooms.models import Room
from tests.drafting.stage import Editor, Stage


def history(stage: Stage, item: ActionItem, edits: int) -> list[bytes]:
    """Rows of a log as three editors make them: letters in several paragraphs, some deleted again."""
    rnd, editors, rows = random.Random(7), [Editor(1000 + n) for n in range(3)], []
    while len(rows) < edits:
        editor = rnd.choice(editors)
        lines = editor.lines()
        if not lines or rnd.random() < 0.04:
            editor.paragraph("p")
        elif rnd.random() < 0.1 and len(line := rnd.choice(lines)) > 3:
            del line[1:2]
        else:
            line = rnd.choice(lines)
            line.insert(rnd.choice([0, len(line)]), "a")
        for update in editor.take_outgoing():
            rows.append(update)
            for other in editors:
                if other is not editor:
                    other.receive(update)
    with unit_of_work(stage.sessions) as db:
        draft = db.query(Draft).filter_by(item_id=item.id).one()
        store.append(
            db, [store.Entry(draft.id, n, data) for n, data in enumerate(rows, draft.seq + 1)], clock.now()
        )
    return rows


def opened(stage: Stage, item: ActionItem) -> Document:
    with reading_session(stage.engine) as db:
        return store.load(db, db.query(Draft).filter_by(item_id=item.id).one())


def row_by_row(rows: list[bytes]) -> Document:
    document = Document()
    for row in rows:
        document.restore(row)
    return document


def test_a_long_history_without_a_snapshot_is_read_at_once(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = stage.item()
    expected = row_by_row(history(stage, item, 1500))

    def slow(*_arguments: Any) -> None:
        raise AssertionError("row by row")

    monkeypatch.setattr(store, "_replay", slow)
    found = opened(stage, item)
    assert found.encoded() == expected.encoded()
    assert found.structure.state() == expected.structure.state()
    assert found.content() == expected.content()


def test_what_was_read_at_once_judges_like_what_was_read_row_by_row(stage: Stage) -> None:
    """The picture is the same too: the next edit, a hole and a foreign place are told apart as before."""
    item = stage.item()
    history(stage, item, 400)
    page = stage.page("kenya", item, client_id=5001)
    assert page.join()["ok"] == 1
    page.editor.lines()[0].insert(0, "next ")
    assert page.saved()[0]["ok"] == 1
    page.editor.title += "a"
    page.editor.take_outgoing()
    page.editor.title += "b"
    assert page.saved()[0]["code"] == "resync", "an update with a hole before it"


@pytest.mark.parametrize("damage", ["missing", "bytes", "bytes with their checksum"])
def test_a_damaged_log_opens_without_the_damaged_row(
    stage: Stage, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    item = stage.item(title="Before ")
    rows = history(stage, item, 60)
    with unit_of_work(stage.sessions) as db:
        row = db.query(DraftUpdate).filter_by(seq=len(rows) + 1).one()  # the newest: nothing builds on it
        if damage == "missing":
            db.delete(row)
        else:
            row.data = b"\xff\xff\xff\x7f" + row.data
            row.crc = crc32(row.data) if damage == "bytes with their checksum" else row.crc
    with reading_session(stage.engine) as db:
        kept = [bytes(row.data) for row in db.query(DraftUpdate).order_by(DraftUpdate.seq)]
    assert opened(stage, item).content() == row_by_row(kept[: len(rows)]).content()
    assert ("left out" in caplog.text) == (damage != "missing")


def test_a_hole_in_the_log_falls_back_to_what_can_be_placed(stage: Stage) -> None:
    item = stage.item()
    page, other = stage.page("kenya", item, client_id=101), stage.page("canada", item, client_id=202)
    page.join(), other.join()
    for word in ("one ", "two ", "three "):
        page.editor.title += word
        page.saved()
    other.editor.facts["term"] = "long"
    other.saved()
    with unit_of_work(stage.sessions) as db:
        db.delete(db.query(DraftUpdate).filter_by(seq=2).one())
    content = opened(stage, item).content()
    assert (content.title, content.facts) == ("one", {"term": "long"})


def test_a_draft_nobody_is_at_leaves_the_memory_with_a_snapshot(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = stage.item()
    page = stage.page("kenya", item, client_id=101)
    page.join()
    page.editor.title += "kept"
    page.saved()
    page.lose()
    registry, later = stage.registry, clock.monotonic()
    monkeypatch.setattr(clock, "monotonic", lambda: later + upkeep.UNLOAD_AFTER_SECONDS - 1)
    stage.turn()
    assert item.public_id in registry._drafts, "somebody may come back within the minute"
    monkeypatch.setattr(clock, "monotonic", lambda: later + upkeep.UNLOAD_AFTER_SECONDS + 2)
    stage.turn()
    assert registry._drafts == {}
    assert registry.leases.rooms == [], "and the room is free for any process"
    with reading_session(stage.engine) as db:
        draft = db.query(Draft).filter_by(item_id=item.id).one()
        assert (draft.snapshot_seq, draft.seq, db.query(DraftUpdate).count()) == (1, 1, 1)
    assert stage.content(item).title == "kept"


def test_after_a_crash_a_snapshot_is_taken_as_soon_as_the_draft_is_open(stage: Stage) -> None:
    item = stage.item()
    history(stage, item, store.SNAPSHOT_EVERY + 10)
    stage.page("kenya", item, client_id=101).join()
    stage.registry._looked_at = float("-inf")
    stage.turn()
    with reading_session(stage.engine) as db:
        draft = db.query(Draft).filter_by(item_id=item.id).one()
        assert draft.snapshot_seq == draft.seq
        assert db.query(DraftUpdate).count() == draft.seq, "the log stays whole"


def test_a_draft_that_is_nearly_full_says_so_and_a_full_one_still_gets_shorter(stage: Stage) -> None:
    stage.limits = Limits(document_bytes=4000, document_warning=3000, messages_burst=1e6, bytes_burst=1e9)
    stage.restart()
    item = stage.item()
    page = stage.page("kenya", item, client_id=101)
    page.join()
    said: list[float] = []
    for _ in range(60):
        page.editor.paragraph("x" * 100)
        acks = page.saved()
        if not all(ack["ok"] for ack in acks):
            break
        said += [ack["full"] for ack in acks if "full" in ack]
    assert acks[-1]["code"] == "too_big"
    assert said[0] < 0.85, "the warning comes well before"
    assert len(said) > 5
    page.editor.take_outgoing()
    kept = stage.page("kenya", item, client_id=102)
    kept.join()
    del kept.editor.text.children[0:5]
    assert all(ack["ok"] for ack in kept.saved())


def test_the_memory_of_a_document_nobody_holds_is_given_back() -> None:
    """The watch on a document must not keep it alive inside the library, where Python's own accounts do not reach."""

    def resident_bytes() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    editor = Editor(101)
    editor.title += "x" * 1_000_000
    (data,) = editor.take_outgoing()
    Document().restore(data)
    before = resident_bytes()
    for _ in range(60):
        Document().restore(data)
    assert resident_bytes() - before < 20_000_000


def test_what_has_not_changed_is_not_made_anew_and_what_has_is_read(stage: Stage) -> None:
    item = stage.item()
    with unit_of_work(stage.sessions) as db:
        draft_id = db.query(Draft).filter_by(item_id=item.id).one().id
        (first,) = states.locked(db, {draft_id: None}).drafts
        (again,) = states.locked(db, {draft_id: first}).drafts
        assert again.subject is first.subject
        store.append(db, [store.Entry(draft_id, first.seq + 1, b"\x00\x00")], clock.now())
        (longer,) = states.locked(db, {draft_id: first}).drafts
        assert (longer.seq, longer.subject is first.subject) == (first.seq + 1, True)
        db.query(Room).filter_by(id=first.subject.room.id).update({"state": "closed"})
        (closed,) = states.locked(db, {draft_id: first}).drafts
        assert closed.subject.room.state == "closed"
        assert first.subject.room.state != "closed"
        assert closed == states.locked(db, {draft_id: None}).drafts[0]
