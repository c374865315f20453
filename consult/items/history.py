"""An item's past: points in it, versions named by hand, and an earlier text written anew.

Decides what can be pointed at and by whom, and what a restoration is: one more change at the end of the log, never an
undoing of it. The words themselves belong to `drafting`.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from consult import clock
from consult.db import Db
from consult.drafting import service as drafting
from consult.drafting.content import DraftContent
from consult.drafting.history import Past, past_of
from consult.errors import Conflict, Invalid, NotFound
from consult.items.acting import record
from consult.items.models import ActionItem, ItemVersion, VersionReason
from consult.items.queries import place_of
from consult.items.service import change_words, tell_changed
from consult.items.versions import keep_version, next_number, version_for
from consult.permissions.actor import Actor
from consult.permissions.check import allows, require
from consult.permissions.names import Permission

LONGEST_NAME = 120
#: Versions of one item that people may name.
MOST_NAMED = 100
NOW = "now"
_VERSION = re.compile(r"v([1-9][0-9]{0,5})\Z")
_ROW = re.compile(r"[1-9][0-9]{0,8}\Z")


@dataclass(frozen=True)
class Point:
    """A point in an item's past. `key` is what addresses call it: "v3" (a version), "1234" (a row of the log) or "now".

    `seq` is None where the log does not know the point; `at` is None for "now".
    """

    key: str
    content: DraftContent
    seq: int | None
    at: datetime | None
    version: ItemVersion | None = None


def point_in(db: Db, actor: Actor, item: ActionItem, key: str, *, past: Past | None = None) -> Point:
    """What `key` points at.

    Args:
        past: the item's past, where the caller has it already.

    Raises:
        NotAllowed: a row of the log, for somebody who may not look at the history.
        NotFound: there is no such point, or it is not for this actor.
    """
    if key == NOW:
        if allows(actor, Permission.ITEM_HISTORY, item):
            return Point(NOW, drafting.content_of(db, item), drafting.seq_of(db, item), None)
        require(actor, Permission.ITEM_VIEW, item)
        return Point(NOW, DraftContent(item.title, item.text, item.facts), None, None)
    if found := _VERSION.match(key):
        version = version_for(db, actor, item, int(found[1]))
        content = DraftContent(version.title, version.text, version.facts)
        return Point(key, content, version.seq, version.at, version)
    if not _ROW.match(key):
        raise NotFound()
    require(actor, Permission.ITEM_HISTORY, item)
    past = past or past_of(db, item.id)
    seq = int(key)
    if seq > past.last_seq:
        raise NotFound()
    return Point(key, past.content(seq), seq, past.at(seq))


def name_version(db: Db, actor: Actor, item: ActionItem, point: Point, *, name: str) -> ItemVersion:
    """Keep a point as a version with a name.

    Raises:
        NotAllowed: not of the room, or the room is not open.
        Invalid: no name, too long a one, or too many versions were named already.
    """
    require(actor, Permission.VERSION_NAME, item)
    name = name.strip()
    if not name or len(name) > LONGEST_NAME:
        raise Invalid("form.invalid", fields={"name": "field.required" if not name else "field.too_long"})
    db.refresh(item, ["state"], with_for_update=True)
    named = [version for version in item.versions if version.reason == VersionReason.NAMED]
    if len(named) >= MOST_NAMED:
        raise Invalid("version.too_many")
    version = ItemVersion(
        item_id=item.id,
        number=next_number(db, item),
        reason=VersionReason.NAMED.value,
        name=name,
        title=point.content.title,
        text=point.content.text,
        facts=dict(point.content.facts),
        at=point.at or clock.now(),
        seq=point.seq,
        made_by_id=actor.member_id,
    )
    db.add(version)
    db.flush()
    record(db, actor, "version.named", item, place_of(db, item), version=version.number, seq=point.seq)
    return version


def restore(db: Db, actor: Actor, item: ActionItem, point: Point) -> ItemVersion:
    """Write an earlier text at the end of the log, as a new version; open editors follow. What stood there stays in the history.

    Raises:
        NotAllowed: not seated, the room is not open, or the item is submitted.
        Conflict: `item.says_so_already`.
    """
    require(actor, Permission.ITEM_RESTORE, item)
    if drafting.content_of(db, item) == point.content:
        raise Conflict("item.says_so_already")
    content = point.content
    place = change_words(db, actor, item, title=content.title, text=content.text, facts=dict(content.facts))
    version = keep_version(db, item, content, VersionReason.RESTORED, by=actor)
    version.from_number = point.version.number if point.version else None
    version.from_at = point.at
    record(db, actor, "item.restored", item, place, version=version.number, restored=point.key)
    tell_changed(db, item, place)
    return version
