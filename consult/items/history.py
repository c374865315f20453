"""An item's past: points in it, versions named by hand, and an earlier text written anew.

Decides what can be pointed at and by whom, and what a restoration is: one more change at the end of the log, never an
undoing of it. The words themselves belong to `drafting`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from consult import clock
from consult.db import Db
from consult.drafting import service as drafting
from consult.drafting.content import DraftContent
from consult.drafting.history import past_of
from consult.errors import Conflict, Invalid, NotFound
from consult.items.acting import open_suggestions, record, set_ready
from consult.items.models import ActionItem, ItemVersion, VersionReason
from consult.items.queries import place_of
from consult.items.service import change_words, tell_changed
from consult.items.versions import keep_version, maker_of, next_number, version_for
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


def point_in(db: Db, actor: Actor, item: ActionItem, key: str) -> Point:
    """What `key` points at.

    Raises:
        NotAllowed: a row of the log, for somebody who may not look at the history.
        NotFound: there is no such point, or it is not for this actor.
    """
    return points_in(db, actor, item, [key])[0]


def points_in(db: Db, actor: Actor, item: ActionItem, keys: Sequence[str]) -> list[Point]:
    """What each of these keys points at, as `point_in`; the log is read and replayed once for all of them."""
    rows = _rows(db, actor, item, sorted({int(key) for key in keys if _ROW.match(key)}))
    return [rows[key] if key in rows else _standing(db, actor, item, key) for key in keys]


def _rows(db: Db, actor: Actor, item: ActionItem, seqs: Sequence[int]) -> dict[str, Point]:
    if not seqs:
        return {}
    require(actor, Permission.ITEM_HISTORY, item)
    past = past_of(db, item.id)
    if seqs[-1] > past.last_seq:
        raise NotFound()
    contents = zip(seqs, past.contents(seqs), strict=True)
    return {str(seq): Point(str(seq), content, seq, past.at(seq)) for seq, content in contents}


def _standing(db: Db, actor: Actor, item: ActionItem, key: str) -> Point:
    """The item as it stands now, or one of its versions."""
    if key == NOW:
        if allows(actor, Permission.ITEM_HISTORY, item):
            return Point(NOW, drafting.content_of(db, item), drafting.seq_of(db, item), None)
        require(actor, Permission.ITEM_VIEW, item)
        return Point(NOW, DraftContent(item.title, item.text, item.facts), None, None)
    found = _VERSION.match(key)
    if found is None:
        raise NotFound()
    version = version_for(db, actor, item, int(found[1]))
    content = DraftContent(version.title, version.text, version.facts)
    return Point(key, content, version.seq, version.at, version)


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
        made_by_id=maker_of(db, item, actor),
    )
    db.add(version)
    db.flush()
    record(db, actor, "version.named", item, place_of(db, item), version=version.number, seq=point.seq)
    return version


def restore(db: Db, actor: Actor, item: ActionItem, point: Point) -> ItemVersion:
    """Write an earlier text at the end of the log, as a new version; open editors follow. What stood there stays in the history.

    Suggestions in passages that change go with them, and an item that was ready is so no longer.

    Raises:
        NotAllowed: not seated, the room is not open, or the item is submitted.
        Conflict: `item.says_so_already`.
    """
    require(actor, Permission.ITEM_RESTORE, item)
    before, content = drafting.content_of(db, item), point.content
    if before == content:
        raise Conflict("item.says_so_already")
    place = change_words(db, actor, item, title=content.title, text=content.text, facts=dict(content.facts))
    version = keep_version(db, item, content, VersionReason.RESTORED, by=actor)
    version.from_number = point.version.number if point.version else None
    version.from_at = point.at
    left = open_suggestions(before.suggestions - drafting.content_of(db, item).suggestions)
    record(db, actor, "item.restored", item, place, version=version.number, restored=point.key, **left)
    # The room agreed to another text.
    set_ready(db, actor, item, ready=False)
    tell_changed(db, item, place)
    return version
