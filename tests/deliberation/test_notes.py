"""Notes in the margin of a draft: who writes, resolves and reads them, and what is kept of whom."""

import pytest
from sqlalchemy import select

from consult import clock
from consult.announce.models import OutboxEvent
from consult.audit.models import AuditEntry
from consult.db import Db
from consult.deliberation import notes
from consult.deliberation.note_models import MarginNote
from consult.drafting import service as drafting
from consult.drafting.anchors import Anchor, beside
from consult.errors import Conflict, Invalid, NotAllowed, NotFound
from consult.items import service as items
from consult.items.models import ActionItem
from tests.cast import World
from tests.factories.items import close_rooms, drafted

ANCHOR = Anchor(beside(7, 3), beside(7, 9, after=True))


@pytest.fixture
def item(db: Db, world: World) -> ActionItem:
    return drafted(db, world)


def heard(db: Db) -> list[tuple[str, str, dict[str, object]]]:
    query = select(OutboxEvent.audience, OutboxEvent.name, OutboxEvent.data).order_by(OutboxEvent.id)
    return [tuple(row) for row in db.execute(query.where(OutboxEvent.name.like("note.%")))]  # type: ignore[misc]


def written(db: Db, world: World, item: ActionItem, *, by: str = "canada", **more: object) -> MarginNote:
    return notes.write_note(db, world.actor(db, by), item, text="Which States?", **more)  # type: ignore[arg-type]


def test_a_note_is_kept_with_its_words_and_the_room_hears_of_it(
    db: Db, world: World, item: ActionItem
) -> None:
    before, acts = drafting.content_of(db, item), len(db.scalars(select(AuditEntry.seq)).all())
    note = written(db, world, item, quote="  [ten]\n States ", anchor=ANCHOR)
    (thread,) = notes.notes_of(db, item.id)
    assert thread.note is note
    assert (note.text, note.quote, note.member) == ("Which States?", "[ten] States", world.members["canada"])
    assert notes.anchor_of(note) == ANCHOR
    room = world.rooms[0].public_id
    data = {"item": item.public_id, "room": room, "note": note.public_id}
    assert heard(db) == [(f"room:{room}", "note.posted", data)], "the room, and nobody else"
    assert drafting.content_of(db, item) == before
    assert len(db.scalars(select(AuditEntry.seq)).all()) == acts, "it is no part of the record"


def test_words_typed_by_hand_are_looked_for_in_the_draft(db: Db, world: World, item: ActionItem) -> None:
    found = written(db, world, item, quote="[ten] States")
    assert notes.anchor_of(found) == drafting.anchor_of(db, item, "[ten] States")
    assert notes.anchor_of(found) is not None
    for words in ("States", "never said", ""):
        note = written(db, world, item, quote=words)
        assert (note.quote, notes.anchor_of(note)) == (words, None)
    about_all = written(db, world, item, anchor=ANCHOR)
    assert notes.anchor_of(about_all) is None, "an anchor without words is about nothing"
    assert written(db, world, item, quote="w " * 300, anchor=ANCHOR).quote.endswith("w…")


def test_the_same_note_sent_twice_is_one(db: Db, world: World, item: ActionItem) -> None:
    first = written(db, world, item, message_id="m1")
    assert written(db, world, item, message_id="m1") is first
    kenya = world.actor(db, "kenya")
    reply = notes.reply_to_note(db, kenya, item, first, text="Those who offer it", message_id="m2")
    assert notes.reply_to_note(db, kenya, item, first, text="Those who offer it", message_id="m2") is reply
    assert [thread.replies for thread in notes.notes_of(db, item.id)] == [(reply,)]
    assert len(heard(db)) == 2
    with pytest.raises(Invalid):
        written(db, world, item, message_id="m" * 41)


def test_a_note_is_resolved_opened_again_and_opened_by_a_reply(
    db: Db, world: World, item: ActionItem
) -> None:
    note = written(db, world, item)
    kenya, ngo = world.actor(db, "kenya"), world.actor(db, "ngo")
    notes.resolve_note(db, ngo, item, note)
    notes.resolve_note(db, kenya, item, note)
    assert note.resolved_at is not None
    assert note.resolved_by == world.members["ngo"], "who was first"
    notes.resolve_note(db, kenya, item, note, resolved=False)
    assert (note.resolved_at, note.resolved_by_id) == (None, None)
    notes.resolve_note(db, kenya, item, note)
    reply = notes.reply_to_note(db, ngo, item, note, text="Not yet")
    assert note.resolved_at is None
    assert [name for _audience, name, _data in heard(db)] == [
        "note.posted", "note.changed", "note.changed", "note.changed", "note.posted",
    ]  # fmt: skip
    for act in (
        lambda: notes.resolve_note(db, kenya, item, reply),
        lambda: notes.reply_to_note(db, kenya, item, reply, text="And more"),
    ):
        with pytest.raises(Invalid, match=r"note.invalid"):
            act()


def test_who_moved_the_words_says_where_they_stand_now(db: Db, world: World, item: ActionItem) -> None:
    note, about_all = written(db, world, item, quote="[ten]", anchor=ANCHOR), written(db, world, item)
    moved = Anchor(beside(8, 1), beside(8, 5, after=True))
    kenya = world.actor(db, "kenya")
    notes.anchor_note(db, kenya, item, note, moved)
    notes.anchor_note(db, kenya, item, note, moved)
    assert notes.anchor_of(note) == moved
    assert [name for _audience, name, _data in heard(db)].count("note.changed") == 1
    with pytest.raises(Conflict, match=r"note.has_no_words"):
        notes.anchor_note(db, kenya, item, about_all, moved)


@pytest.mark.parametrize(("text", "problem"), [(" ", "field.required"), ("x" * 2001, "field.too_long")])
def test_a_note_has_a_text_of_some_length(
    db: Db, world: World, item: ActionItem, text: str, problem: str
) -> None:
    with pytest.raises(Invalid) as refused:
        notes.write_note(db, world.actor(db, "canada"), item, text=text)
    assert (refused.value.code, refused.value.fields) == ("note.invalid", {"text": problem})


def test_there_are_not_more_notes_than_anybody_reads(
    db: Db, world: World, item: ActionItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notes, "MOST_NOTES", 1)
    note = written(db, world, item)
    with pytest.raises(Invalid, match=r"note.too_many"):
        written(db, world, item)
    with pytest.raises(Invalid, match=r"note.too_many"):
        notes.reply_to_note(db, world.actor(db, "kenya"), item, note, text="Who?")


def test_under_the_chatham_house_rule_nobody_is_kept(db: Db, world: World, item: ActionItem) -> None:
    world.consultation.attribution = "none"
    note = written(db, world, item)
    notes.reply_to_note(db, world.actor(db, "kenya"), item, note, text="Who?")
    notes.resolve_note(db, world.actor(db, "kenya"), item, note)
    rows = db.scalars(select(MarginNote)).all()
    assert [(row.member_id, row.resolved_by_id) for row in rows] == [(None, None)] * 2


@pytest.mark.parametrize(
    ("name", "reason"), [("philippines", "room.not_seated"), ("viewer", "viewers_only_read")]
)
def test_who_does_not_write_in_the_draft_writes_nothing_beside_it(
    db: Db, world: World, item: ActionItem, name: str, reason: str
) -> None:
    note, actor = written(db, world, item, quote="[ten]", anchor=ANCHOR), world.actor(db, name)
    for act in (
        lambda: notes.write_note(db, actor, item, text="X"),
        lambda: notes.reply_to_note(db, actor, item, note, text="X"),
        lambda: notes.anchor_note(db, actor, item, note, ANCHOR),
        lambda: notes.resolve_note(db, actor, item, note),
    ):
        with pytest.raises(NotAllowed, match=reason):
            act()


def test_once_submitted_notes_are_closed_by_who_keeps_the_record_and_written_by_nobody(
    db: Db, world: World, item: ActionItem
) -> None:
    note = written(db, world, item)
    kenya, canada = world.actor(db, "kenya"), world.actor(db, "canada")
    items.submit_items(db, kenya, world.rooms[0], items=[item])
    close_rooms(db, world)
    for actor in (kenya, world.actor(db, "facilitator")):
        with pytest.raises(NotAllowed, match=r"room.closed"):
            notes.write_note(db, actor, item, text="X")
    with pytest.raises(NotAllowed):
        notes.resolve_note(db, canada, item, note)
    notes.resolve_note(db, kenya, item, note)
    assert note.resolved_by == world.members["kenya"]


def test_time_that_is_over_lets_no_note_in(db: Db, world: World, item: ActionItem) -> None:
    world.rooms[0].deadline_at = clock.now()
    db.flush()
    with pytest.raises(NotAllowed, match=r"room.closed"):
        written(db, world, item)


def test_a_note_is_found_on_its_own_item_only(db: Db, world: World, item: ActionItem) -> None:
    note, other = written(db, world, item), drafted(db, world)
    assert notes.note_called(db, item, note.public_id) is note
    with pytest.raises(NotFound):
        notes.note_called(db, other, note.public_id)


def test_words_are_looked_for_before_the_room_is_taken(
    db: Db, world: World, item: ActionItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a long text that lasts, and all that is written in the room waits for whoever has taken it."""
    done: list[str] = []
    find, take = drafting.anchor_of, notes.locked
    monkeypatch.setattr(drafting, "anchor_of", lambda *told: done.append("looked") or find(*told))
    monkeypatch.setattr(notes, "locked", lambda *told: done.append("taken") or take(*told))
    notes.write_note(db, world.actor(db, "canada"), item, text="Ten?", quote="[ten] States")
    assert done == ["looked", "taken"]
