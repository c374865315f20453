"""Writing an item's title and text as plain words, without the editor: by form, and by pages that use little data."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete

from consult import clock, richtext
from consult.db import Db
from consult.drafting import service as drafting
from consult.drafting.content import DraftContent
from consult.drafting.merging import merged
from consult.errors import Invalid
from consult.items import service
from consult.items.acting import open_suggestions, record
from consult.items.models import ActionItem, PlainSave
from consult.items.queries import place_of
from consult.permissions.actor import Actor

#: For so long a page may ask whether what it sent before had arrived.
KEPT = timedelta(hours=2)


@dataclass(frozen=True)
class Words:
    """A title and a text as plain words."""

    title: str
    text: str


@dataclass(frozen=True)
class Sending:
    """One of the saves of a page, so that a save whose answer got lost is not made twice.

    Attributes:
        page: what the page calls itself; made by chance, it says nothing about the person.
        save: what it calls this save.
        after: its saves before this one that got no answer.
    """

    page: str
    save: str
    after: frozenset[str] = frozenset()


def write(
    db: Db,
    actor: Actor,
    item: ActionItem,
    words: Words,
    *,
    base: Words | None,
    sending: Sending | None = None,
) -> DraftContent:
    """Write plain words that somebody made of `base`: what others changed since stays.

    Where no base is given the words take the place of what is there. What stays of a line keeps its styles.

    Returns:
        What the draft says now.

    Raises:
        NotAllowed: not seated, the room is not open, or the item is submitted.
        Invalid: `draft.content`.
    """
    suggested = 0

    def written(now: DraftContent) -> drafting.Words:
        nonlocal suggested
        suggested = now.suggestions
        made_of = _arrived(db, item, sending) or base
        before = richtext.to_text(now.text).strip()
        text = words.text if made_of is None else merged(made_of.text, words.text, before)
        title = words.title if made_of is None else merged(made_of.title, words.title, now.title)
        try:
            told = None if text == before else richtext.rewritten(now.text, text)
        except richtext.InvalidRichText as error:
            raise Invalid("draft.content", detail=str(error)) from error
        return drafting.Words(richtext.one_line(title).strip(), told, is_plain=True)

    said = service.rewrite(db, actor, item, written)
    place = place_of(db, item)
    lost = open_suggestions(suggested - said.suggestions)
    if lost:
        record(db, actor, "item.written", item, place, **lost)
    service.tell_changed(db, item, place)
    if sending is not None:
        _keep(db, item, sending, words)
    return said


def _arrived(db: Db, item: ActionItem, sending: Sending | None) -> Words | None:
    """What the page sent before without hearing that it arrived, where it did: what it sends now was made of that."""
    if sending is None:
        return None
    kept = db.get(PlainSave, (item.id, sending.page))
    if kept is None or kept.save not in sending.after:
        return None
    return Words(kept.title, kept.text)


def _keep(db: Db, item: ActionItem, sending: Sending, words: Words) -> None:
    now = clock.now()
    db.execute(delete(PlainSave).where(PlainSave.at < now - KEPT))
    db.merge(
        PlainSave(
            item_id=item.id, page=sending.page, save=sending.save, title=words.title, text=words.text, at=now
        )
    )
