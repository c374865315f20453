"""The end of a room by the server's clock, whatever a page still shows and whether or not anything has noticed yet."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from consult import clock
from consult.db import Db
from consult.errors import NotAllowed
from consult.items import service as items
from consult.items.models import ActionItem
from consult.permissions.actor import Actor
from tests.cast import World
from tests.factories.items import drafted

Act = Callable[[Db, Actor, ActionItem], object]
ACTS: dict[str, Act] = {
    "create": lambda db, actor, item: items.create_item(db, actor, item.room),
    "write": lambda db, actor, item: items.write_item(db, actor, item, title="T"),
    "ready": items.mark_ready,
    "not ready": items.unmark_ready,
    "submit": lambda db, actor, item: items.submit_items(db, actor, item.room, items=[item]),
    "withdraw": items.withdraw_item,
}


@pytest.mark.parametrize("name", ["kenya", "facilitator"])
@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_a_second_after_the_deadline_nothing_is_done_any_more(
    act: Act, name: str, db: Db, world: World
) -> None:
    """Row 7: the room is still marked open, because the clock that closes it has not ticked."""
    item = drafted(db, world)
    deadline = world.rooms[0].deadline_at
    assert deadline is not None
    assert world.rooms[0].state == "open"
    clock.set_source(lambda: deadline + timedelta(seconds=1))
    with pytest.raises(NotAllowed) as refused:
        act(db, world.actor(db, name), item)
    assert refused.value.code == "room.closed"
