"""Writing an item's details by a form, without the editor, beside others who write them live.

Decides which of two that changed the same detail counts: of lists and of the term the one who comes last, as in the editor; words
are never overwritten by somebody who has not seen them.
"""

from consult.db import Db
from consult.drafting import service as drafting
from consult.drafting.content import DraftContent, Facts
from consult.drafting.schema import TEXT_FACTS
from consult.errors import Conflict
from consult.items import service
from consult.items.models import ActionItem
from consult.items.queries import place_of
from consult.permissions.actor import Actor


def write(db: Db, actor: Actor, item: ActionItem, facts: Facts, *, base: Facts) -> None:
    """Write the details that somebody made of `base`: what others changed since stays.

    Raises:
        NotAllowed: not seated, the room is not open, or the item is submitted.
        Conflict: `item.details_changed`, others wrote other words where this person did; nothing is written. `now` has the
            details as they stand, `keys` names those.
        Invalid: `draft.content`.
    """

    def written(now: DraftContent) -> drafting.Words:
        against = contradicted(base, facts, now.facts)
        if against:
            raise Conflict("item.details_changed", now=now.facts, keys=against)
        return drafting.Words(facts=brought_over(base, facts, now.facts))

    service.rewrite(db, actor, item, written)
    service.tell_changed(db, item, place_of(db, item))


def contradicted(base: Facts, mine: Facts, now: Facts) -> list[str]:
    """The details in which both sides wrote other words than `base`, and not the same."""
    return sorted(
        key
        for key in TEXT_FACTS
        if mine.get(key) != base.get(key) != now.get(key) and mine.get(key) != now.get(key)
    )


def brought_over(base: Facts, mine: Facts, now: Facts) -> Facts:
    """`now` with what `mine` changed of `base`."""
    facts = dict(now)
    for key in set(base) | set(mine):
        if key not in mine:
            facts.pop(key, None)
        elif mine[key] != base.get(key):
            facts[key] = mine[key]
    return facts
