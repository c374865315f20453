"""Reading how far the rooms are: items by state and when text was last changed. No effects."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from consult.db import Db
from consult.items.models import GONE, ActionItem, ItemState


class Change(NamedTuple):
    """When an item's text was changed last. `is_own`: it began empty, and not with the words of another item."""

    item: int
    at: datetime | None
    created_at: datetime
    is_own: bool


@dataclass(frozen=True)
class Progress:
    """One room's items in numbers. `last_edit`: UTC, None when nothing was written; `last_title`, `last_item`: of that item; `changes`: of all."""

    items: int = 0
    ready: int = 0
    submitted: int = 0
    last_edit: datetime | None = None
    last_title: str = ""
    last_item: int | None = None
    changes: tuple[Change, ...] = ()


def progress_of(db: Db, room_ids: Collection[int]) -> dict[int, Progress]:
    """How far each of these rooms is; rooms without items have zeros."""
    found = {room_id: Progress() for room_id in room_ids}
    query = select(
        ActionItem.id,
        ActionItem.room_id,
        ActionItem.state,
        ActionItem.ready_at,
        ActionItem.text_changed_at,
        ActionItem.title,
        ActionItem.created_at,
        ActionItem.origin_id,
    ).where(ActionItem.room_id.in_(room_ids), ActionItem.state.not_in(GONE))
    for item_id, room_id, state, ready_at, changed_at, title, created_at, origin_id in db.execute(query):
        before = found[room_id]
        drafting = state == ItemState.DRAFTING
        newest = changed_at is not None and (before.last_edit is None or changed_at > before.last_edit)
        found[room_id] = Progress(
            items=before.items + 1,
            ready=before.ready + (drafting and ready_at is not None),
            submitted=before.submitted + (not drafting),
            last_edit=changed_at if newest else before.last_edit,
            last_title=title if newest else before.last_title,
            last_item=item_id if newest else before.last_item,
            changes=(*before.changes, Change(item_id, changed_at, created_at, origin_id is None)),
        )
    return found
