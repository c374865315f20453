"""Where an item comes from and what became of it, in words; and what its structured fields are called."""

from typing import Any

from consult import labels, richtext
from consult.i18n import N_
from consult.items.combining import BROUGHT, COPY
from consult.items.models import ActionItem
from consult.permissions.actor import Actor
from consult.permissions.check import allows
from consult.permissions.names import Permission
from consult.web.pages import t


def called(item: ActionItem) -> str:
    """An item by its number and title, such as "2: Training by secondment"."""
    return t("%(number)s: %(title)s", number=item.number, title=item.title or t("Untitled item"))


def fact_name(key: str) -> str:
    """What a structured field is called; for an SDG target, which one."""
    if key.startswith("target:"):
        return t("SDG target %(target)s", target=key.removeprefix("target:"))
    return t(labels.of("fact", key))


def fact_value(key: str, value: str) -> str:
    """What a structured field says, in words."""
    if key == "term":
        return t(labels.of("term", value))
    return t(labels.of("alignment", value)) if key.startswith("target:") else value


def provenance(actor: Actor, item: ActionItem) -> list[dict[str, Any]]:
    """Sentences about the items it was made from or merged with; title and address only where the reader may read them."""
    found = []
    if item.merged_into is not None:
        found.append((N_("Merged into item %(item)s"), item.merged_into))
    if item.origin is not None:
        words = {
            COPY: N_("Copy of item %(item)s"),
            BROUGHT: N_("Brought along from another room: item %(item)s"),
        }.get(item.origin_act, N_("Split from item %(item)s"))
        found.append((words, item.origin))
    found += [(N_("Takes in item %(item)s"), other) for other in item.merged_here]
    return [_line(actor, words, other) for words, other in found]


def goes_on_in(actor: Actor, item: ActionItem) -> dict[str, Any] | None:
    """The item in which a merged one goes on: its number, and title and address where the reader may read it."""
    into = item.merged_into
    if into is None:
        return None
    may_read = allows(actor, Permission.ITEM_VIEW, into)
    in_room = f"/rooms/{into.room.public_id}?item={into.public_id}"
    sees_room = may_read and allows(actor, Permission.ROOM_VIEW, into.room)
    url = in_room if sees_room else f"/items/{into.public_id}"
    return {"number": into.number, "title": into.title if may_read else "", "url": url if may_read else None}


def _line(actor: Actor, words: str, other: ActionItem) -> dict[str, Any]:
    # A title is text of the room like any other: who may not read the item is told its number only.
    may_read = allows(actor, Permission.ITEM_VIEW, other)
    return {
        "words": richtext.one_line(t(words, item=called(other) if may_read else other.number)),
        "url": f"/items/{other.public_id}" if may_read else None,
    }
