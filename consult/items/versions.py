"""Versions of an item: what it said at a named moment, kept for good.

Decides who may read which version and gives them their numbers; when one is kept is decided where the moment is
(submission, recall, close, publication), or by whoever names one.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from consult import clock
from consult.db import Db
from consult.disclosure.attribution import names_authors
from consult.drafting import service as drafting
from consult.drafting.content import DraftContent
from consult.errors import NotFound
from consult.items.models import ActionItem, ItemVersion, VersionReason
from consult.people.models import Member
from consult.permissions.actor import Actor
from consult.permissions.check import allows
from consult.permissions.names import Permission
from consult.programme.models import Consultation

#: Versions of what a room has let go of; the others say what it tried, and are for those who may look at its history.
PUBLIC = (VersionReason.SUBMITTED.value, VersionReason.PUBLISHED.value)


def keep_version(
    db: Db, item: ActionItem, content: DraftContent, reason: VersionReason, *, by: Actor | None = None
) -> ItemVersion:
    """Keep what an item says now.

    Args:
        by: whose act it was; None for the clock's.
    """
    version = ItemVersion(
        item_id=item.id,
        number=next_number(db, item),
        reason=reason.value,
        title=content.title,
        text=content.text,
        facts=dict(content.facts),
        at=clock.now(),
        seq=drafting.seq_of(db, item),
        made_by_id=maker_of(db, item, by),
    )
    db.add(version)
    db.flush()
    return version


def maker_of(db: Db, item: ActionItem, by: Actor | None) -> int | None:
    """Who is kept as the maker of a version (row id of a member); nobody for what the clock did.

    Rule: under "none" (Chatham House Rule) nothing says who wrote, so nobody is kept; what is not there cannot be shown later.
    """
    rule = db.scalar(select(Consultation.attribution).where(Consultation.id == item.consultation_id))
    return by.member_id if by and names_authors(rule or "") else None


def keep_published(db: Db, items: Iterable[ActionItem], *, by: Actor) -> list[ItemVersion]:
    """Keep the text of items that are made public, except where the newest published version says the same."""
    kept = []
    for item in items:
        content = DraftContent(item.title, item.text, item.facts)
        query = select(ItemVersion).where(
            ItemVersion.item_id == item.id, ItemVersion.reason == VersionReason.PUBLISHED.value
        )
        last = db.scalar(query.order_by(ItemVersion.number.desc()).limit(1))
        if last is None or DraftContent(last.title, last.text, last.facts) != content:
            kept.append(keep_version(db, item, content, VersionReason.PUBLISHED, by=by))
    return kept


def next_number(db: Db, item: ActionItem) -> int:
    """The number of the version that is kept next."""
    return (db.scalar(select(func.max(ItemVersion.number)).where(ItemVersion.item_id == item.id)) or 0) + 1


def versions_for(db: Db, actor: Actor, item: ActionItem) -> Sequence[ItemVersion]:
    """The versions of an item the actor may read, newest first, with who made them."""
    made_by = joinedload(ItemVersion.made_by)
    query = select(ItemVersion).where(ItemVersion.item_id == item.id).order_by(ItemVersion.number.desc())
    query = query.options(made_by.joinedload(Member.user), made_by.joinedload(Member.delegation))
    return [version for version in db.scalars(query) if may_read(actor, item, version)]


def version_for(db: Db, actor: Actor, item: ActionItem, number: int) -> ItemVersion:
    """One version.

    Raises:
        NotFound: there is none of this number, or it is not for this actor.
    """
    query = select(ItemVersion).where(ItemVersion.item_id == item.id, ItemVersion.number == number)
    version = db.scalar(query)
    if version is None or not may_read(actor, item, version):
        raise NotFound()
    return version


def may_read(actor: Actor, item: ActionItem, version: ItemVersion) -> bool:
    """Rule: what was submitted or published is for everybody who may read the item, the rest for its room and staff."""
    if version.reason in PUBLIC and allows(actor, Permission.ITEM_VIEW, item):
        return True
    return allows(actor, Permission.ITEM_HISTORY, item)
