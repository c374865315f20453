"""A copy of an item, a part of it as an item of its own, two as one; what is kept of it, and who is refused."""

import pytest
from sqlalchemy import func, select

from consult import richtext
from consult.announce.models import OutboxEvent
from consult.audit.models import AuditEntry
from consult.db import Db
from consult.drafting import service as drafting
from consult.drafting.models import Draft, DraftUpdate
from consult.errors import Conflict, Invalid, NotAllowed
from consult.items import combining, pieces, service
from consult.items.models import ActionItem
from consult.items.queries import items_of_room
from tests.cast import World
from tests.factories.items import close_rooms, suggested

FACTS = {"term": "short", "means": "A fund", "actor:states": True}


def made(db: Db, world: World, title: str, text: str, facts: dict[str, object] | None = None) -> ActionItem:
    actor = world.actor(db, "kenya")
    item = service.create_item(db, actor, world.rooms[0], title=title)
    service.write_item(db, actor, item, text=richtext.from_text(text), facts=facts or {})
    return item


def says(db: Db, item: ActionItem) -> tuple[str, str, dict[str, object]]:
    content = drafting.content_of(db, item)
    return content.title, richtext.to_text(content.text), content.facts


def last(db: Db, act: str) -> dict[str, object]:
    return db.scalars(select(AuditEntry).where(AuditEntry.act == act)).all()[-1].facts


def order(db: Db, world: World) -> list[str]:
    return [item.title for item in items_of_room(db, world.rooms[0].id)]


def block(db: Db, item: ActionItem, words: str) -> pieces.Block:
    return next(b for b in pieces.blocks_of(drafting.content_of(db, item).text) if b.words == words)


def test_a_copy_stands_behind_and_says_the_same(db: Db, world: World) -> None:
    first = made(db, world, "First", "One.\n\nTwo.", FACTS)
    made(db, world, "Second", "Else.")
    copy = combining.duplicate_item(db, world.actor(db, "canada"), first)
    assert says(db, copy) == says(db, first)
    assert (copy.number, copy.origin, copy.origin_act) == (3, first, "copy_of")
    assert order(db, world) == ["First", "First", "Second"]
    assert items_of_room(db, world.rooms[0].id)[1] is copy
    assert last(db, "item.created")["copy_of"] == first.public_id


def test_a_submitted_item_can_be_copied_to_go_on_with_it(db: Db, world: World) -> None:
    first = made(db, world, "First", "One.")
    service.submit_items(db, world.actor(db, "kenya"), world.rooms[0], items=[first])
    copy = combining.duplicate_item(db, world.actor(db, "kenya"), first)
    assert (copy.state, says(db, copy)[1]) == ("drafting", "One.")


def test_the_rest_of_an_item_becomes_an_item_of_its_own(db: Db, world: World) -> None:
    item = made(db, world, "Training", "One.\n\nTwo.\n\nThree.", FACTS)
    made(db, world, "Last", "Else.")
    kenya = world.actor(db, "kenya")
    service.mark_ready(db, kenya, item)
    rows = db.scalar(select(func.count(DraftUpdate.seq)))
    chosen = block(db, item, "Two.")
    rest = combining.split_item(db, kenya, item, place=chosen.place, mark=chosen.mark, title="Officers")
    assert says(db, item) == ("Training", "One.", FACTS)
    assert says(db, rest) == ("Officers", "Two.\n\nThree.", FACTS)
    assert (item.title, richtext.to_text(item.text)) == ("Training", "One."), "the columns follow"
    assert item.ready_at is None, "the room agreed to another text"
    assert order(db, world) == ["Training", "Officers", "Last"]
    assert (rest.origin, rest.origin_act) == (item, "part_of")
    assert last(db, "item.split") == {"room": world.rooms[0].public_id, "into": rest.public_id}
    assert db.scalar(select(func.count(DraftUpdate.seq))) == (rows or 0) + 2, (
        "written behind, nothing rewritten"
    )
    assert drafting.rebuild(db, item) == drafting.content_of(db, item)


def test_a_heading_becomes_the_title_of_the_new_item(db: Db, world: World) -> None:
    item = made(db, world, "Training", "One.")
    kenya = world.actor(db, "kenya")
    text = richtext.from_text("One.\n\nTwo.")
    text["content"].insert(
        1, {"type": "heading", "attrs": {"level": 3}, "content": [{"type": "text", "text": "Officers"}]}
    )
    service.write_item(db, kenya, item, text=text)
    chosen = block(db, item, "Officers")
    rest = combining.split_item(db, kenya, item, place=chosen.place, mark=chosen.mark)
    assert says(db, rest)[:2] == ("Officers", "Two.")


def test_what_was_changed_or_would_leave_nothing_is_not_cut(db: Db, world: World) -> None:
    item = made(db, world, "Training", "One.\n\nTwo.")
    kenya = world.actor(db, "kenya")
    one, two = block(db, item, "One."), block(db, item, "Two.")
    with pytest.raises(Invalid, match=r"item.nothing_before"):
        combining.split_item(db, kenya, item, place=one.place, mark=one.mark)
    service.write_item(db, kenya, item, text=richtext.from_text("One.\n\nTwo, changed."))
    with pytest.raises(Conflict, match=r"item.block_changed"):
        combining.split_item(db, kenya, item, place=two.place, mark=two.mark)
    assert order(db, world) == ["Training"]


def test_two_items_become_one_and_the_other_stays_in_the_record(db: Db, world: World) -> None:
    into = made(db, world, "Training", "One.", {"term": "short", "actor:states": True})
    item = made(db, world, "Officers", "Two.", {"term": "short", "actor:iom": True, "means": "A fund"})
    kenya = world.actor(db, "kenya")
    for one in (into, item):
        service.mark_ready(db, kenya, one)
    assert combining.merge_item(db, kenya, item, into) == []
    title, text, facts = says(db, into)
    assert (title, text.split("\n\n")) == ("Training", ["One.", "Officers", "Two."])
    assert facts == {"term": "short", "actor:states": True, "actor:iom": True, "means": "A fund"}
    assert (item.state, item.merged_into, into.merged_here) == ("merged", into, [item])
    assert says(db, item)[:2] == ("Officers", "Two.")
    assert order(db, world) == ["Training"]
    assert into.ready_at is None
    assert last(db, "item.merged")["into"] == into.public_id
    heard = select(OutboxEvent.data).where(OutboxEvent.name == "item.merged")
    assert db.scalars(heard).first() == {
        "item": item.public_id,
        "into": into.public_id,
        "room": world.rooms[0].public_id,
    }
    frozen = db.scalar(select(Draft.frozen_at).where(Draft.item_id == item.id))
    assert frozen is not None, "what somebody still types there is refused"


def test_facts_that_contradict_are_asked_about_first(db: Db, world: World) -> None:
    into = made(db, world, "Training", "One.", {"term": "short", "means": "A fund"})
    item = made(db, world, "Officers", "Two.", {"term": "long", "means": "Training"})
    kenya = world.actor(db, "kenya")
    open_ones = combining.merge_item(db, kenya, item, into, choices={"term": "kept"})
    assert [(one.key, one.kept, one.taken) for one in open_ones] == [("means", "A fund", "Training")]
    assert (item.state, says(db, into)[1]) == ("drafting", "One."), "nothing has happened"
    assert combining.merge_item(db, kenya, item, into, choices={"term": "kept", "means": "both"}) == []
    assert says(db, into)[2] == {"term": "short", "means": "A fund\nTraining"}
    assert last(db, "item.merged")["chosen"] == {"term": "kept", "means": "both"}


def test_suggestions_stay_where_they_were_made_and_the_record_counts_what_is_left_behind(
    db: Db, world: World
) -> None:
    kenya = world.actor(db, "kenya")
    item = made(db, world, "Training", "One.\n\nTwo.\n\nThree.")
    suggested(db, item, name="staying1", line=0)
    suggested(db, item, name="moving01", line=1)
    suggested(db, item, name="newpart1", paragraph="Four.")
    chosen = block(db, item, "Two.")
    rest = combining.split_item(db, kenya, item, place=chosen.place, mark=chosen.mark)
    assert says(db, item)[1] == "One."
    assert drafting.content_of(db, item).suggestions == 2, "also the paragraph that is only suggested"
    assert drafting.content_of(db, rest).suggestions == 0
    assert last(db, "item.split")["open_suggestions"] == 1
    other = made(db, world, "Officers", "Else.")
    assert combining.merge_item(db, kenya, item, other) == []
    assert (drafting.content_of(db, other).suggestions, last(db, "item.merged")["open_suggestions"]) == (0, 2)
    assert combining.merge_item(db, kenya, rest, other) == []
    assert "open_suggestions" not in last(db, "item.merged"), "said only where there were any"
    suggested(db, other, name="brought1", line=0)
    combining.bring_over(db, world.actor(db, "facilitator"), other, world.rooms[1])
    assert last(db, "item.brought_over")["open_suggestions"] == 1


def test_the_item_that_goes_on_keeps_its_own_suggestions(db: Db, world: World) -> None:
    into, item = made(db, world, "Training", "One."), made(db, world, "Officers", "Two.")
    suggested(db, into, name="staying1", line=0)
    suggested(db, into, name="newpart1", paragraph="Three.")
    combining.merge_item(db, world.actor(db, "kenya"), item, into)
    assert drafting.content_of(db, into).suggestions == 2
    assert "open_suggestions" not in last(db, "item.merged")


def test_an_item_without_a_title_takes_that_of_the_other(db: Db, world: World) -> None:
    into, item = made(db, world, "", "One."), made(db, world, "Officers", "Two.")
    combining.merge_item(db, world.actor(db, "kenya"), item, into)
    assert says(db, into)[:2] == ("Officers", "One.\n\nTwo.")


def test_what_cannot_be_merged(db: Db, world: World) -> None:
    into = made(db, world, "Training", "One.", {"means": "a" * 1500})
    item = made(db, world, "Officers", "Two.", {"means": "b" * 1500})
    kenya = world.actor(db, "kenya")
    facilitator = world.actor(db, "facilitator")
    elsewhere = service.create_item(db, world.actor(db, "philippines"), world.rooms[1], title="X")
    for other in (item, elsewhere):
        with pytest.raises(Invalid, match=r"item.merge_itself"):
            combining.merge_item(db, facilitator, item, other)
    with pytest.raises(Invalid, match=r"item.merge_too_long"):
        combining.merge_item(db, kenya, item, into, choices={"means": "both"})
    service.submit_items(db, kenya, world.rooms[0], items=[into])
    with pytest.raises(NotAllowed, match=r"item.not_drafting"):
        combining.merge_item(db, kenya, item, into, choices={"means": "kept"})
    assert item.state == "drafting"


@pytest.mark.parametrize(
    ("name", "reason"), [("philippines", "room.not_seated"), ("viewer", "viewers_only_read")]
)
def test_who_has_no_seat_makes_nothing_of_an_item(db: Db, world: World, name: str, reason: str) -> None:
    into, item = made(db, world, "Training", "One.\n\nTwo."), made(db, world, "Officers", "Two.")
    actor, chosen = world.actor(db, name), block(db, into, "Two.")
    with pytest.raises(NotAllowed, match=reason):
        combining.duplicate_item(db, actor, item)
    with pytest.raises(NotAllowed, match=reason):
        combining.split_item(db, actor, into, place=chosen.place, mark=chosen.mark)
    with pytest.raises(NotAllowed, match=reason):
        combining.merge_item(db, actor, item, into)
    close_rooms(db, world)
    facilitator = world.actor(db, "facilitator")
    with pytest.raises(NotAllowed, match=r"room.closed"):
        combining.split_item(db, facilitator, into, place=chosen.place, mark=chosen.mark)
    with pytest.raises(NotAllowed, match=r"room.closed"):
        combining.merge_item(db, facilitator, item, into)
    with pytest.raises(NotAllowed, match=r"room.closed"):
        combining.duplicate_item(db, facilitator, item)


def test_the_thirty_items_of_a_room_are_those_in_its_list(db: Db, world: World) -> None:
    into, item = made(db, world, "Training", "One."), made(db, world, "Officers", "Two.")
    kenya = world.actor(db, "kenya")
    for _ in range(service.ITEMS_PER_ROOM - 2):
        service.create_item(db, kenya, world.rooms[0])
    with pytest.raises(Invalid, match=r"item.too_many"):
        combining.duplicate_item(db, kenya, item)
    combining.merge_item(db, kenya, item, into)
    assert combining.duplicate_item(db, kenya, into).title == "Training"
