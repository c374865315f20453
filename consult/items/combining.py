"""One item out of another: a copy, a part of it as an item of its own, two as one, the same in another room.

Decides what goes along and what is kept of where it came from. Texts are written into the drafts, so open editors follow;
nothing is taken out of any log. Rule: open suggestions stay with the passage they were made in; what moves or is copied goes
without them, and the audit log keeps how many they were (`docs/adr/0026`).
"""

from collections.abc import Mapping

from consult import clock
from consult.announce.events import ItemChanged, ItemMerged
from consult.db import Db
from consult.drafting import service as drafting
from consult.drafting.content import DraftContent, Facts
from consult.drafting.limits import LONGEST_FACT
from consult.errors import Conflict, Invalid
from consult.items import pieces
from consult.items.acting import (
    announce,
    locked,
    mirror,
    move,
    open_suggestions,
    record,
    set_ready,
)
from consult.items.models import ActionItem, ItemState, Origin
from consult.items.queries import place_of
from consult.items.service import create_item
from consult.permissions.actor import Actor
from consult.permissions.check import require
from consult.permissions.names import Permission
from consult.rooms.locking import require_time
from consult.rooms.models import Room

COPY, PART, BROUGHT = "copy_of", "part_of", "brought"


def duplicate_item(db: Db, actor: Actor, item: ActionItem) -> ActionItem:
    """Start a new item in the same room that says what this one says now; it stands right behind it.

    Raises:
        NotAllowed: not seated, or the room is not open.
        Invalid: `item.too_many`.
    """
    require(actor, Permission.ITEM_CREATE, item.room)
    now = drafting.content_of(db, item)
    return create_item(
        db, actor, item.room, title=now.title, text=now.text, facts=now.facts, origin=Origin(item, COPY)
    )


def split_item(
    db: Db, actor: Actor, item: ActionItem, *, place: int, mark: str, title: str = ""
) -> ActionItem:
    """Move the text from a block on to a new item, which stands right behind this one and has the same details.

    Args:
        place, mark: of the block, as `pieces.blocks_of` names it.
        title: of the new item; without one, the heading it begins with, if that is short enough for a title.

    Raises:
        NotAllowed: not seated, the room is not open, or the item is not in drafting.
        Invalid: `item.too_many`, `item.nothing_before`.
        Conflict: `item.block_changed`, the block says something else by now.
    """
    locked(db, item.room)
    require(actor, Permission.ITEM_EDIT, item)
    require_time(item.room)
    now = drafting.content_of(db, item)
    found = pieces.place_of_block(now.text, place, mark)
    if found is None:
        raise Conflict("item.block_changed")
    blocks = pieces.blocks_of(now.text)
    if blocks and blocks[0].place >= found:
        raise Invalid("item.nothing_before")
    stays, title, goes = pieces.cut(now.text, found, title=title)
    made = create_item(
        db, actor, item.room, title=title, text=goes, facts=now.facts, origin=Origin(item, PART)
    )
    left = now.suggestions - _rewritten(db, actor, item, text=stays).suggestions
    record(db, actor, "item.split", item, place_of(db, item), into=made.public_id, **open_suggestions(left))
    _tell_rewritten(db, actor, item)
    return made


def merge_item(
    db: Db, actor: Actor, item: ActionItem, into: ActionItem, *, choices: Mapping[str, str] | None = None
) -> list[pieces.Contradiction]:
    """Append an item to another one of its room. It leaves the list and stays in the record as merged into the other.

    Args:
        choices: for every structured field that the two state differently, what becomes of it (`pieces.KEPT`, …).

    Returns:
        What contradicts and was not chosen; nothing has happened then. Empty: it is done.

    Raises:
        NotAllowed: not seated, the room is not open, or one of them is not in drafting.
        Invalid: `item.merge_itself`, `item.merge_too_long`, `draft.content` (together they are too long).
        Conflict: somebody was faster.
    """
    locked(db, item.room)
    require(actor, Permission.ITEM_MERGE, item)
    require(actor, Permission.ITEM_EDIT, into)
    require_time(item.room)
    if item.id == into.id or item.room_id != into.room_id:
        raise Invalid("item.merge_itself")
    theirs, ours = drafting.content_of(db, item), drafting.content_of(db, into)
    chosen = choices or {}
    try:
        facts = pieces.united(ours.facts, theirs.facts, chosen)
    except KeyError:
        open_ones = pieces.contradictions(ours.facts, theirs.facts)
        return [one for one in open_ones if chosen.get(one.key) not in one.options]
    if any(isinstance(value, str) and len(value) > LONGEST_FACT for value in facts.values()):
        raise Invalid("item.merge_too_long")
    move(db, item, (ItemState.DRAFTING,), ItemState.MERGED)
    mirror(item, drafting.freeze(db, item))
    item.merged_into_id = into.id
    title = ours.title or theirs.title
    heading = theirs.title if ours.title else ""
    text = pieces.joined(ours.text, theirs.text, heading=heading)
    now = _rewritten(db, actor, into, title=title, text=text, facts=facts)
    left = open_suggestions(theirs.suggestions + ours.suggestions - now.suggestions)
    place = place_of(db, item)
    record(db, actor, "item.merged", item, place, into=into.public_id, chosen=dict(chosen), **left)
    _tell_rewritten(db, actor, into)
    announce(db, ItemMerged(item.public_id, into.public_id, place.room), place)
    return []


def bring_over(db: Db, actor: Actor, item: ActionItem, room: Room) -> ActionItem:
    """Go on with an item of one room in another one: a new item there that says what this one says now. This one leaves its
    room's list and stays in the record as merged into the new one; the items of the other room are untouched beside it.

    Raises:
        NotAllowed: the other room is not open, or it is not the actor's to begin items there.
        Invalid: `item.too_many`.
        Conflict: the item is not in drafting any more.
    """
    made = create_item(db, actor, room)
    move(db, item, (ItemState.DRAFTING,), ItemState.MERGED)
    content = drafting.freeze(db, item)
    mirror(item, content)
    mirror(made, drafting.write(db, actor, made, title=content.title, text=content.text, facts=content.facts))
    made.origin_id, made.origin_act = item.id, BROUGHT
    item.merged_into_id = made.id
    place = place_of(db, item)
    left = open_suggestions(content.suggestions)
    record(db, actor, "item.brought_over", item, place, into=made.public_id, **left)
    announce(db, ItemMerged(item.public_id, made.public_id, place.room), place)
    return made


def _rewritten(
    db: Db,
    actor: Actor,
    item: ActionItem,
    *,
    title: str | None = None,
    text: dict[str, object] | None = None,
    facts: Facts | None = None,
) -> DraftContent:
    """What an item says once this is written into it; the pages are still to be told, after what the act has to record."""
    content = drafting.write(db, actor, item, title=title, text=text, facts=facts)
    mirror(item, content)
    item.text_changed_at = clock.now()
    return content


def _tell_rewritten(db: Db, actor: Actor, item: ActionItem) -> None:
    """The room must agree on the item anew."""
    set_ready(db, actor, item, ready=False)
    place = place_of(db, item)
    announce(db, ItemChanged(item.public_id, place.room), place)
