"""The life of an action item: created, ready, submitted; withdrawn; sent back to its room; sources quoted.

Decides which step an item takes and keeps what it said at that moment. The words themselves belong to `drafting`.
"""

from collections.abc import Callable, Iterable

from sqlalchemy import func, select

from consult import clock, richtext
from consult.announce.events import (
    ItemChanged,
    ItemCreated,
    ItemReturned,
    ItemSubmitted,
    ItemWithdrawn,
    LateDecided,
)
from consult.db import Db
from consult.drafting import service as drafting
from consult.drafting.content import DraftContent, Facts
from consult.drafting.limits import LONGEST_TITLE
from consult.drafting.models import LateContribution
from consult.errors import Conflict, Invalid, NotFound
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
from consult.items.arranging import put_after
from consult.items.models import GONE, ActionItem, ItemState, Origin, VersionReason
from consult.items.queries import Place, drafted_in, gone_on_as, place_of
from consult.items.versions import keep_version
from consult.library.models import Source
from consult.permissions.actor import Actor
from consult.permissions.check import require
from consult.permissions.names import Permission
from consult.programme.models import Session, SessionState
from consult.rooms.locking import require_time
from consult.rooms.models import Room

#: Items of one room that are neither withdrawn nor merged.
ITEMS_PER_ROOM = 30
LONGEST_REASON = 1000
#: Rooms an item can be sent back to: they were open once and can be opened again.
REOPENABLE = ("open", "closing", "closed", "reopened")


def create_item(
    db: Db,
    actor: Actor,
    room: Room,
    *,
    title: str = "",
    text: richtext.Doc | None = None,
    facts: Facts | None = None,
    origin: Origin | None = None,
) -> ActionItem:
    """Start a new action item in a room, with its draft: at the end of the list, or behind the item it comes from.

    Raises:
        NotAllowed: not seated, or the room is not open.
        Invalid: `item.too_many`.
    """
    require(actor, Permission.ITEM_CREATE, locked(db, room))
    require_time(room)
    here = ActionItem.room_id == room.id
    living = select(func.count()).where(here, ActionItem.state.not_in(GONE))
    if (db.scalar(living) or 0) >= ITEMS_PER_ROOM:
        raise Invalid("item.too_many")
    item = ActionItem(
        consultation_id=room.consultation_id,
        session_id=room.session_id,
        room_id=room.id,
        number=(db.scalar(select(func.max(ActionItem.number)).where(here)) or 0) + 1,
        position=(db.scalar(select(func.max(ActionItem.position)).where(here)) or 0) + 1,
        title=title.strip()[:LONGEST_TITLE],
        text=text or richtext.empty(),
        facts=facts or {},
        origin_id=origin.item.id if origin else None,
        origin_act=origin.act if origin else "",
        created_by_id=actor.member_id,
        created_at=clock.now(),
    )
    db.add(item)
    db.flush()
    drafting.create_draft(db, item)
    place = place_of(db, item)
    came_from = {origin.act: origin.item.public_id} if origin else {}
    record(db, actor, "item.created", item, place, **came_from)
    if origin:
        put_after(db, item, origin.item)
    announce(db, ItemCreated(item.public_id, place.room), place)
    return item


def write_item(
    db: Db,
    actor: Actor,
    item: ActionItem,
    *,
    title: str | None = None,
    text: richtext.Doc | None = None,
    facts: dict[str, object] | None = None,
) -> None:
    """Write title, text or facts from the server, for whom the live editor is not there; what is None stays.

    Raises:
        NotAllowed: not seated, the room is not open, or the item is submitted.
        Invalid: `draft.content`.
    """
    tell_changed(db, item, change_words(db, actor, item, title=title, text=text, facts=facts))


def change_words(
    db: Db,
    actor: Actor,
    item: ActionItem,
    *,
    title: str | None = None,
    text: richtext.Doc | None = None,
    facts: dict[str, object] | None = None,
) -> Place:
    """As `write_item`, and the pages are still to be told (`tell_changed`): after what the act has to record."""
    rewrite(db, actor, item, lambda _now: drafting.Words(title, text, facts))
    return place_of(db, item)


def rewrite(
    db: Db, actor: Actor, item: ActionItem, change: Callable[[DraftContent], drafting.Words]
) -> DraftContent:
    """Make the words anew from those that stand, which nobody changes meanwhile. The pages are still to be told.

    Returns:
        What the draft says now.

    Raises:
        NotAllowed: not seated, the room is not open, or the item is submitted.
        Invalid: `draft.content`.
    """
    require(actor, Permission.ITEM_EDIT, _locked_room_of(db, item))
    require_time(item.room)
    content = drafting.rewrite(db, actor, item, change)
    mirror(item, content)
    item.text_changed_at = clock.now()
    return content


def tell_changed(db: Db, item: ActionItem, place: Place) -> None:
    """Tell the pages that an item says something else now."""
    announce(db, ItemChanged(item.public_id, place.room), place)


def quote_source(db: Db, actor: Actor, item: ActionItem, source: Source) -> None:
    """Name a source of the consultation as one the item builds on."""
    if source.consultation_id != item.consultation_id:
        raise Invalid("form.invalid")

    def quoting(now: DraftContent) -> drafting.Words:
        return drafting.Words(facts={**now.facts, f"source:{source.public_id}": True})

    rewrite(db, actor, item, quoting)
    tell_changed(db, item, place_of(db, item))


def mark_ready(db: Db, actor: Actor, item: ActionItem) -> int:
    """Say that the room agrees to submit the item as it stands.

    Returns:
        How many suggestions in it are open: words to be put in do not count, words to be taken out still do.

    Raises:
        Invalid: `item.no_title`, `item.no_text`.
    """
    require(actor, Permission.ITEM_SUBMIT, _locked_room_of(db, item))
    require_time(item.room)
    content = drafting.content_of(db, item)
    _check_complete(content)
    set_ready(db, actor, item, ready=True)
    mirror(item, content)
    return content.suggestions


def unmark_ready(db: Db, actor: Actor, item: ActionItem) -> None:
    """Say that the item needs more work after all."""
    require(actor, Permission.ITEM_SUBMIT, _locked_room_of(db, item))
    require_time(item.room)
    set_ready(db, actor, item, ready=False)


def submit_items(
    db: Db, actor: Actor, room: Room, *, items: Iterable[ActionItem] | None = None
) -> list[ActionItem]:
    """Submit items of a room to plenary: those given, else all that are ready. All are submitted or none.

    Raises:
        NotAllowed: not seated, or the room is not open.
        Invalid: `item.nothing_ready`, `item.no_title`, `item.no_text`.
        Conflict: one was submitted or withdrawn meanwhile.
    """
    locked(db, room)
    chosen = list(_ready_items(db, room) if items is None else items)
    if not chosen:
        require(actor, Permission.ITEM_CREATE, room)
        raise Invalid("item.nothing_ready")
    require_time(room)
    for item in chosen:
        require(actor, Permission.ITEM_SUBMIT, item)
        _submit(db, actor, item)
    return chosen


def withdraw_item(db: Db, actor: Actor, item: ActionItem) -> None:
    """Take an item out of the room's list; its text stays in the record.

    Raises:
        NotAllowed: not seated, the room is not open, or the item is submitted.
        Conflict: somebody was faster.
    """
    require(actor, Permission.ITEM_WITHDRAW, _locked_room_of(db, item))
    require_time(item.room)
    move(db, item, (ItemState.DRAFTING,), ItemState.WITHDRAWN)
    mirror(item, drafting.freeze(db, item))
    place = place_of(db, item)
    record(db, actor, "item.withdrawn", item, place)
    announce(db, ItemWithdrawn(item.public_id, place.room), place)


def return_item(db: Db, actor: Actor, item: ActionItem, *, reason: str) -> None:
    """Send a submitted item back to its room, which reads the reason. The room itself is reopened on the console.

    Rule: submitted items can be sent back to their room by a facilitator while the session is open, with a reason.

    Raises:
        NotAllowed: not a facilitator, or the item is in a poll.
        Invalid: no reason, or too long a one.
        Conflict: the session is closed, or somebody was faster.
    """
    require(actor, Permission.ITEM_RETURN, item)
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise Invalid("form.invalid", fields={"reason": "field.required" if not reason else "field.too_long"})
    if item.room.state not in REOPENABLE or _session_state(db, item) == SessionState.CLOSED:
        raise Conflict("item.cannot_return")
    move(db, item, (ItemState.SUBMITTED, ItemState.UNDER_COMMENT), ItemState.DRAFTING)
    item.returned_reason, item.ready_at, item.submitted_at = reason, None, None
    drafting.thaw(db, item)
    place = place_of(db, item)
    record(db, actor, "item.returned", item, place, reason=reason)
    announce(db, ItemReturned(item.public_id, place.room), place)


def decide_late(
    db: Db, actor: Actor, item: ActionItem, contribution: LateContribution, *, accept: bool
) -> None:
    """Take a late contribution into the item's text, or set it aside; it stays in the record.

    Words for an item that went on as this one are put at the end of the text: what they stood beside has been moved since.

    Raises:
        NotAllowed: not of the room's record.
        NotFound: it was made to another item.
        Conflict: decided already, no longer usable, or the item is not in drafting any more.
    """
    # The room first, as whoever writes in it takes it first.
    require(actor, Permission.LATE_DECIDE, _locked_room_of(db, item))
    if contribution.draft.item_id not in (item.id, *gone_on_as(db, item)):
        raise NotFound()
    if accept:
        db.refresh(item, ["state"])  # it may have been submitted while we waited for the room
        if item.state != ItemState.DRAFTING:
            raise Conflict("item.not_drafting")
        mirror(item, _with_late(db, actor, item, contribution))
        item.text_changed_at = clock.now()
    else:
        drafting.drop_late(db, actor, contribution, item=item)
    place = place_of(db, item)
    record(db, actor, "late.decided", item, place, late=contribution.public_id, accepted=accept)
    announce(db, LateDecided(item.public_id, place.room, accept), place)


def _with_late(db: Db, actor: Actor, item: ActionItem, contribution: LateContribution) -> DraftContent:
    if contribution.draft.item_id == item.id:
        return drafting.accept_late(db, actor, contribution)
    said = richtext.from_text(drafting.accept_late_words(db, actor, contribution, item))

    def with_late(now: DraftContent) -> drafting.Words:
        return drafting.Words(text=pieces.joined(now.text, said, heading=""))

    return drafting.rewrite(db, actor, item, with_late)


def _submit(db: Db, actor: Actor, item: ActionItem) -> None:
    content = drafting.freeze(db, item)
    _check_complete(content)
    commenting = _session_state(db, item) == SessionState.REPORT_BACK
    move(db, item, (ItemState.DRAFTING,), ItemState.UNDER_COMMENT if commenting else ItemState.SUBMITTED)
    mirror(item, content)
    item.submitted_at = clock.now()
    item.ready_at = item.ready_at or item.submitted_at
    item.returned_reason = ""
    version = keep_version(db, item, content, VersionReason.SUBMITTED, by=actor)
    place = place_of(db, item)
    left = open_suggestions(content.suggestions)
    record(db, actor, "item.submitted", item, place, version=version.number, **left)
    announce(db, ItemSubmitted(item.public_id, place.room), place)


def _check_complete(content: DraftContent) -> None:
    if not content.title.strip():
        raise Invalid("item.no_title")
    if richtext.is_blank(content.text):
        raise Invalid("item.no_text")


def _ready_items(db: Db, room: Room) -> list[ActionItem]:
    return [item for item in drafted_in(db, room.id) if item.ready_at is not None]


def _locked_room_of(db: Db, item: ActionItem) -> ActionItem:
    locked(db, item.room)
    return item


def _session_state(db: Db, item: ActionItem) -> str | None:
    return db.scalar(select(Session.state).where(Session.id == item.session_id))
