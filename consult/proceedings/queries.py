"""Reading how far the rooms are: items by state and when text was last changed. No effects."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from consult.db import Db
from consult.items.models import GONE, ActionItem, ItemState


@dataclass(frozen=True)
class Progress:
    """One room's items in numbers. `last_edit`: UTC, None when nothing was written; `last_title`, `last_item`: of that item."""

    items: int = 0
    ready: int = 0
    submitted: int = 0
    last_edit: datetime | None = None
    last_title: str = ""
    last_item: int | None = None


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
    ).where(ActionItem.room_id.in_(room_ids), ActionItem.state.not_in(GONE))
    for item_id, room_id, state, ready_at, changed_at, title in db.execute(query):
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
        )
    return found
