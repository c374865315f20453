"""Reading comments: the conversation on one item, and the numbers of many. No effects."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload, selectinload

from consult.db import Db
from consult.deliberation.lanes import LANES
from consult.deliberation.models import Comment, Disposition
from consult.people.models import Member


@dataclass(frozen=True)
class Thread:
    """A comment with its replies, oldest first, and what became of it (the newest answer)."""

    comment: Comment
    replies: tuple[Comment, ...]
    disposition: Disposition | None


@dataclass
class Numbers:
    """Comments on one item, replies not counted: by lane, and how many wait for an answer."""

    by_lane: dict[str, int] = field(default_factory=lambda: dict.fromkeys(LANES, 0))
    unanswered: int = 0

    @property
    def total(self) -> int:
        """Comments in all lanes."""
        return sum(self.by_lane.values())


def threads_of(db: Db, item_id: int) -> list[Thread]:
    """The comments on an item, oldest first. Three statements, however many there are."""
    speaker = joinedload(Comment.member)
    query = (
        select(Comment)
        .where(Comment.item_id == item_id)
        .options(speaker.joinedload(Member.user), speaker.joinedload(Member.delegation))
        .options(
            selectinload(Comment.dispositions)
            .joinedload(Disposition.by)
            .options(joinedload(Member.user), joinedload(Member.delegation))
        )
        .order_by(Comment.id)
    )
    replies: defaultdict[int, list[Comment]] = defaultdict(list)
    comments = []
    for comment in db.scalars(query):
        if comment.parent_id is None:
            comments.append(comment)
        else:
            replies[comment.parent_id].append(comment)
    return [
        Thread(
            comment, tuple(replies[comment.id]), comment.dispositions[-1] if comment.dispositions else None
        )
        for comment in comments
    ]


def numbers_of(db: Db, item_ids: Sequence[int]) -> dict[int, Numbers]:
    """How much has been said about each of these items. Two statements."""
    found = {item_id: Numbers() for item_id in item_ids}
    for item_id, lane, count in _counts(db, item_ids):
        found[item_id].by_lane[lane] = found[item_id].by_lane.get(lane, 0) + count
    waiting = ~select(Disposition.id).where(Disposition.comment_id == Comment.id).exists()
    for item_id, _lane, count in _counts(db, item_ids, waiting):
        found[item_id].unanswered += count
    return found


def _counts(db: Db, item_ids: Sequence[int], *conditions: ColumnElement[bool]) -> list[tuple[int, str, int]]:
    query = (
        select(Comment.item_id, Comment.lane, func.count())
        .where(Comment.item_id.in_(item_ids), Comment.parent_id.is_(None), *conditions)
        .group_by(Comment.item_id, Comment.lane)
    )
    return [(item_id, lane, count) for item_id, lane, count in db.execute(query)]
