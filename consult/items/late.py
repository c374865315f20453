"""Reading text that came after the end: where it waits for a decision, and what accepting it would do. No effects.

Rule: it waits with the item as which the item it was written to goes on.
"""

from dataclasses import dataclass

from sqlalchemy import func, select

from consult.db import Db
from consult.drafting import service as drafting
from consult.drafting.late import Effect
from consult.drafting.models import Draft, LateContribution
from consult.items.models import GONE, ActionItem, ItemState
from consult.items.queries import gone_on_as


@dataclass(frozen=True)
class Waiting:
    """An item for which late contributions wait. `item`: its public id; `room_id`: row id of its room."""

    room_id: int
    item: str
    number: int
    title: str
    count: int


@dataclass(frozen=True)
class Offer:
    """A late contribution and what accepting it would do. `refused`: the code of why it cannot be accepted; None when it can."""

    contribution: LateContribution
    effect: Effect
    #: It goes to the end of the item, as the one it was written to goes on as this.
    at_the_end: bool
    refused: str | None


def waiting(db: Db, session_id: int) -> list[Waiting]:
    """The items of a session for which late contributions wait, in the order of rooms and items."""
    query = (
        select(ActionItem, func.count())
        .join(Draft, Draft.item_id == ActionItem.id)
        .join(LateContribution, LateContribution.draft_id == Draft.id)
        .where(ActionItem.session_id == session_id, LateContribution.decided_at.is_(None))
        .group_by(ActionItem.id)
    )
    counts: dict[ActionItem, int] = {}
    for item, count in db.execute(query):
        goes_on = _goes_on_as(db, item)
        counts[goes_on] = counts.get(goes_on, 0) + count
    found = sorted(counts, key=lambda item: (item.room_id, item.position, item.number))
    return [Waiting(item.room_id, item.public_id, item.number, item.title, counts[item]) for item in found]


def _goes_on_as(db: Db, item: ActionItem) -> ActionItem:
    while item.merged_into_id is not None:
        item = db.get_one(ActionItem, item.merged_into_id)
    return item


def late_contributions(db: Db, item: ActionItem) -> list[LateContribution]:
    """What waits to be decided for an item: late contributions to it, and to those that went on as it."""
    return drafting.late_contributions(db, item, gone_on_here=gone_on_as(db, item))


def offers(db: Db, item: ActionItem) -> list[Offer]:
    """The same, each with what accepting it would do and whether that can be."""
    found = late_contributions(db, item)
    effects = drafting.late_effects(db, found)
    return [_offer(item, one, effect) for one, effect in zip(found, effects, strict=True)]


def _offer(item: ActionItem, contribution: LateContribution, effect: Effect) -> Offer:
    at_the_end = contribution.draft.item_id != item.id
    return Offer(contribution, effect, at_the_end, refused=_why_not(item, effect, at_the_end))


def _why_not(item: ActionItem, effect: Effect, at_the_end: bool) -> str | None:
    if item.state in GONE:
        return "item.not_drafting"
    if item.state != ItemState.DRAFTING:
        return "late.not_drafting"
    if at_the_end:
        return None if effect.words else "late.no_words"
    return None if effect.is_usable else "late.unusable"
