"""The order of the items of a room: the one in which the room takes them up, and later the plenary.

An item's number stays what it is: what was said about "item 3" remains true wherever item 3 stands.
"""

from sqlalchemy import select

from consult.announce.events import ItemMoved
from consult.db import Db
from consult.errors import Invalid
from consult.items.acting import announce, locked, record
from consult.items.models import GONE, ActionItem
from consult.items.queries import items_of_room, place_of
from consult.permissions.actor import Actor
from consult.permissions.check import require
from consult.permissions.names import Permission
from consult.rooms.locking import require_time


def move_up(db: Db, actor: Actor, item: ActionItem) -> int:
    """Exchange an item with the one before it; the first one stays. Returns its place, from 1.

    Raises:
        NotAllowed: not seated, or the room is not open.
    """
    return _step(db, actor, item, -1)


def move_down(db: Db, actor: Actor, item: ActionItem) -> int:
    """Exchange an item with the one behind it; the last one stays. Returns its place, from 1.

    Raises:
        NotAllowed: not seated, or the room is not open.
    """
    return _step(db, actor, item, 1)


def move_behind(db: Db, actor: Actor, item: ActionItem, after: ActionItem | None) -> int:
    """Put an item behind another one of its room; None: before all others. Returns its place, from 1.

    Raises:
        NotAllowed: not seated, or the room is not open.
        Invalid: `item.no_such_place`.
    """
    order = _order(db, actor, item)
    others = [other for other in order if other.id != item.id]
    if after is not None and after.id == item.id:
        return order.index(item) + 1
    if after is not None and after not in others:
        raise Invalid("item.no_such_place")
    place = others.index(after) + 1 if after is not None else 0
    return _settle(db, actor, item, order, [*others[:place], item, *others[place:]])


def put_after(db: Db, item: ActionItem, after: ActionItem) -> None:
    """Give a new item of the room its place behind another one. The room is held by the caller."""
    query = select(ActionItem).where(ActionItem.room_id == item.room_id, ActionItem.id != item.id)
    others = list(db.scalars(query.order_by(ActionItem.position, ActionItem.number)))
    place = others.index(after) + 1
    _number([*others[:place], item, *others[place:]])


def _step(db: Db, actor: Actor, item: ActionItem, by: int) -> int:
    order = _order(db, actor, item)
    now = order.index(item)
    then = min(max(now + by, 0), len(order) - 1)
    others = [other for other in order if other.id != item.id]
    return _settle(db, actor, item, order, [*others[:then], item, *others[then:]])


def _order(db: Db, actor: Actor, item: ActionItem) -> list[ActionItem]:
    """The items of the room that are still in its list, held until this act is done."""
    require(actor, Permission.ITEM_ARRANGE, locked(db, item.room))
    require_time(item.room)
    order = list(items_of_room(db, item.room_id))
    if item.state in GONE or item not in order:
        raise Invalid("item.no_such_place")
    return order


def _settle(db: Db, actor: Actor, item: ActionItem, before: list[ActionItem], after: list[ActionItem]) -> int:
    place = after.index(item) + 1
    if before != after:
        _number(after)
        where = place_of(db, item)
        record(db, actor, "item.moved", item, where, to=place, of=len(after))
        announce(db, ItemMoved(item.public_id, where.room), where)
    return place


def _number(order: list[ActionItem]) -> None:
    for position, item in enumerate(order, 1):
        item.position = position
