"""The order of a room's items: moved by one or behind another, told to the room, kept in the record."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from consult import clock
from consult.announce.models import OutboxEvent
from consult.audit.models import AuditEntry
from consult.db import Db
from consult.errors import Invalid, NotAllowed
from consult.items import arranging, service
from consult.items.models import ActionItem
from consult.items.queries import items_of_room, items_of_session
from tests.cast import World
from tests.factories.items import close_rooms


@pytest.fixture
def items(db: Db, world: World) -> list[ActionItem]:
    """Three items of room 1, the second of them withdrawn."""
    kenya = world.actor(db, "kenya")
    made = [service.create_item(db, kenya, world.rooms[0], title=title) for title in "ABCD"]
    service.withdraw_item(db, kenya, made[1])
    return [made[0], made[2], made[3]]


def order(db: Db, world: World) -> str:
    return "".join(item.title for item in items_of_room(db, world.rooms[0].id))


def events(db: Db, name: str) -> int:
    return len(db.scalars(select(OutboxEvent).where(OutboxEvent.name == name)).all())


def test_an_item_goes_up_and_down_past_what_is_in_the_list(
    db: Db, world: World, items: list[ActionItem]
) -> None:
    a, c, _d = items
    canada = world.actor(db, "canada")
    assert arranging.move_up(db, canada, c) == 1
    assert order(db, world) == "CAD"
    assert arranging.move_down(db, canada, a) == 3
    assert order(db, world) == "CDA"
    assert [item.number for item in items_of_room(db, world.rooms[0].id)] == [3, 4, 1], "numbers stay"
    last = db.scalars(select(AuditEntry).where(AuditEntry.act == "item.moved")).all()[-1]
    assert last.facts == {"room": world.rooms[0].public_id, "to": 3, "of": 3}
    assert events(db, "item.moved") == 4, "two moves, each told to the room and to the session"


def test_the_first_does_not_go_up_and_nothing_is_said_of_it(
    db: Db, world: World, items: list[ActionItem]
) -> None:
    kenya = world.actor(db, "kenya")
    assert arranging.move_up(db, kenya, items[0]) == 1
    assert arranging.move_down(db, kenya, items[2]) == 3
    assert arranging.move_behind(db, kenya, items[1], items[0]) == 2
    assert arranging.move_behind(db, kenya, items[1], items[1]) == 2
    assert order(db, world) == "ACD"
    assert events(db, "item.moved") == 0


def test_an_item_is_put_behind_another_or_first(db: Db, world: World, items: list[ActionItem]) -> None:
    a, c, d = items
    kenya = world.actor(db, "kenya")
    assert arranging.move_behind(db, kenya, a, d) == 3
    assert arranging.move_behind(db, kenya, d, None) == 1
    assert order(db, world) == "DCA"
    assert arranging.move_behind(db, kenya, a, d) == 2
    assert order(db, world) == "DAC"
    assert c.number == 3


def test_the_order_is_that_of_submission_and_plenary(db: Db, world: World, items: list[ActionItem]) -> None:
    kenya = world.actor(db, "kenya")
    for item in items:
        service.write_item(db, kenya, item, text={"type": "doc", "content": [_line(item.title)]})
        service.mark_ready(db, kenya, item)
    arranging.move_behind(db, kenya, items[2], None)
    assert [item.title for item in service.submit_items(db, kenya, world.rooms[0])] == ["D", "A", "C"]
    assert [item.title for item in items_of_session(db, world.session.id)] == ["D", "A", "C"]


def _line(words: str) -> dict[str, object]:
    return {"type": "paragraph", "content": [{"type": "text", "text": words}]}


def test_no_item_goes_to_a_place_that_is_none(db: Db, world: World, items: list[ActionItem]) -> None:
    kenya = world.actor(db, "kenya")
    elsewhere = service.create_item(db, world.actor(db, "philippines"), world.rooms[1], title="X")
    gone = db.scalar(select(ActionItem).where(ActionItem.title == "B"))
    assert gone is not None
    for other in (elsewhere, gone):
        with pytest.raises(Invalid, match=r"item.no_such_place"):
            arranging.move_behind(db, kenya, items[0], other)
    with pytest.raises(Invalid, match=r"item.no_such_place"):
        arranging.move_up(db, kenya, gone)
    assert order(db, world) == "ACD"


def test_only_the_room_and_facilitators_order_and_only_in_time(
    db: Db, world: World, items: list[ActionItem]
) -> None:
    with pytest.raises(NotAllowed, match=r"room.not_seated"):
        arranging.move_up(db, world.actor(db, "philippines"), items[1])
    assert arranging.move_up(db, world.actor(db, "facilitator"), items[1]) == 1
    late = clock.now() + timedelta(minutes=31)
    clock.set_source(lambda: late)
    with pytest.raises(NotAllowed, match=r"room.closed"):
        arranging.move_up(db, world.actor(db, "kenya"), items[0])
    clock.set_source(None)
    close_rooms(db, world)
    with pytest.raises(NotAllowed, match=r"room.closed"):
        arranging.move_up(db, world.actor(db, "facilitator"), items[0])
