"""What every act on an item does: take the room, see that there is time, make a step that one person makes, keep and tell it."""

from collections.abc import Sequence

from sqlalchemy import update

from consult import clock
from consult.announce import audiences, outbox
from consult.announce.events import Event, ItemReadyChanged
from consult.audit import service as audit
from consult.db import Db
from consult.drafting.content import DraftContent
from consult.errors import Conflict
from consult.items.models import ActionItem, ItemState
from consult.items.queries import Place, place_of
from consult.permissions.actor import Actor
from consult.rooms import locking
from consult.rooms.models import Room


def locked(db: Db, room: Room) -> Room:
    """The room as it stands now; it cannot close, and no item can start or move in it, before this act is done."""
    locking.locked(db, [room])
    return room


def move(db: Db, item: ActionItem, before: Sequence[ItemState], after: ItemState) -> None:
    """Take a step that exactly one of two people makes.

    Raises:
        Conflict: somebody else made it.
    """
    states = [state.value for state in before]
    moved = db.execute(
        update(ActionItem)
        .where(ActionItem.id == item.id, ActionItem.state.in_(states))
        .values(state=after.value)
    )
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("item.changed_meanwhile")
    db.refresh(item, ["state"])


def set_ready(db: Db, actor: Actor, item: ActionItem, *, ready: bool) -> None:
    """Let an item be ready or not; nothing when it is so already. The right to do so is the caller's to check.

    Raises:
        Conflict: the item is not in drafting.
    """
    if (item.ready_at is not None) == ready:
        return
    now = clock.now() if ready else None
    changed = db.execute(
        update(ActionItem)
        .where(ActionItem.id == item.id, ActionItem.state == ItemState.DRAFTING.value)
        .values(ready_at=now)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("item.not_drafting")
    db.refresh(item, ["ready_at"])
    place = place_of(db, item)
    record(db, actor, "item.ready" if ready else "item.not_ready", item, place)
    announce(db, ItemReadyChanged(item.public_id, place.room, ready), place)


def mirror(item: ActionItem, content: DraftContent) -> None:
    """Let the item's columns say what its draft says."""
    item.title, item.text, item.facts = content.title, content.text, content.facts


def open_suggestions(count: int) -> dict[str, int]:
    """What the audit log keeps of suggestions that nobody had decided on when a text was moved, replaced or submitted."""
    return {"open_suggestions": count} if count else {}


def record(db: Db, actor: Actor, act: str, item: ActionItem, place: Place, **facts: object) -> None:
    """Keep an act on an item in the audit log."""
    audit.record(
        db,
        actor,
        act,
        f"item:{item.public_id}",
        chain=place.consultation,
        facts={"room": place.room, **facts},
    )


def announce(db: Db, event: Event, place: Place) -> None:
    """Tell the session and the room."""
    outbox.add(db, event, to=[audiences.session(place.session), audiences.room(place.room)])
