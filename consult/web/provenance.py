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

FACT_NAMES = {
    "term": N_("Term"),
    "means": N_("Means of implementation"),
    "indicator": N_("Indicator"),
    "baseline": N_("Baseline"),
    "beneficiaries": N_("Who benefits"),
    "gender": N_("Gender considerations"),
    "review": N_("Review"),
}


def called(item: ActionItem) -> str:
    """An item by its number and title, such as "2: Training by secondment"."""
    return t("%(number)s: %(title)s", number=item.number, title=item.title or t("Untitled item"))


def fact_name(key: str) -> str:
    """What a structured field is called; for an SDG target, which one."""
    if key.startswith("target:"):
        return t("SDG target %(target)s", target=key.removeprefix("target:"))
    return t(FACT_NAMES.get(key, key))


def fact_value(key: str, value: str) -> str:
    """What a structured field says, in words."""
    if key == "term":
        return t(labels.of("term", value))
    return t(labels.of("alignment", value)) if key.startswith("target:") else value


def provenance(actor: Actor, item: ActionItem) -> list[dict[str, Any]]:
    """Sentences about the items it was made from or merged with; an address where the reader may read them."""
    found = []
    if item.merged_into is not None:
        found.append((t("Merged into item %(item)s", item=called(item.merged_into)), item.merged_into))
    if item.origin is not None:
        words = {
            COPY: N_("Copy of item %(item)s"),
            BROUGHT: N_("Brought along from another room: item %(item)s"),
        }.get(item.origin_act, N_("Split from item %(item)s"))
        found.append((t(words, item=called(item.origin)), item.origin))
    found += [(t("Takes in item %(item)s", item=called(other)), other) for other in item.merged_here]
    return [
        {
            "words": richtext.one_line(words),
            "url": f"/items/{other.public_id}" if allows(actor, Permission.ITEM_VIEW, other) else None,
        }
        for words, other in found
    ]
