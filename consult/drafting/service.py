"""What the rest of the house asks of drafts: create, read, write, freeze, thaw, late contributions.

Everything works inside the caller's transaction, on the log: what was acknowledged is in it, so what is read here is never
behind what a page calls saved. Live documents in memory follow the log (`registry.py` looks every second, and at every flush),
so a change made here reaches open pages by itself. Who may do it is decided by the caller (`permissions`), except for late
contributions, whose acts begin and end here.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pycrdt import Doc
from sqlalchemy import select

from consult import clock, richtext
from consult.db import Db
from consult.drafting import late, letters, store
from consult.drafting.anchors import Anchor
from consult.drafting.content import SERVER_CLIENT, DraftContent, Facts, kept_facts, roots
from consult.drafting.document import Broken
from consult.drafting.models import Draft, LateContribution
from consult.drafting.protocol import Refused
from consult.drafting.pseudonyms import new_salt
from consult.drafting.seed import seed_update
from consult.drafting.walker import TRUSTED, walked
from consult.errors import Conflict, Invalid, NotFound
from consult.permissions.actor import Actor
from consult.permissions.check import require
from consult.permissions.names import Permission

ACCEPTED, DROPPED = "accepted", "dropped"


class DraftedItem(Protocol):
    """What a draft needs to know of its action item."""

    id: int
    public_id: str
    room_id: int
    consultation_id: int
    title: str
    text: richtext.Doc | None
    facts: Facts | None


def create_draft(db: Db, item: DraftedItem) -> Draft:
    """Give an item its draft, beginning with what the item's columns say.

    Raises:
        Invalid: `draft.content`, the columns hold what a draft cannot.
    """
    draft = Draft(
        public_id=item.public_id,
        item_id=item.id,
        room_id=item.room_id,
        consultation_id=item.consultation_id,
        salt=new_salt(),
    )
    db.add(draft)
    db.flush()
    content = DraftContent(item.title or "", item.text or richtext.empty(), kept_facts(item.facts))
    if content != DraftContent():
        try:
            first = seed_update(content)
        except ValueError as error:
            raise Invalid("draft.content", detail=str(error)) from error
        store.append(db, [store.Entry(draft.id, 1, first)], clock.now())
        draft.seq = draft.mirrored_seq = 1
        db.flush()
    return draft


def content_of(db: Db, item: DraftedItem) -> DraftContent:
    """What the item's draft says: everything that was ever acknowledged, and nothing else."""
    return store.load(db, _draft_of(db, item)).content()


def seq_of(db: Db, item: DraftedItem) -> int:
    """The number of the newest row of the item's log."""
    return _draft_of(db, item).seq


@dataclass(frozen=True, slots=True)
class Words:
    """What a draft is to say; what is None stays."""

    title: str | None = None
    text: richtext.Doc | None = None
    facts: Facts | None = None
    #: The text knows no styles; what stays keeps those it has.
    is_plain: bool = False


def write(
    db: Db,
    actor: Actor | None,
    item: DraftedItem,
    *,
    title: str | None = None,
    text: richtext.Doc | None = None,
    facts: Facts | None = None,
    is_plain: bool = False,
) -> DraftContent:
    """Write into a draft from the server: the form without script, the sample consultation.

    Args:
        is_plain: the text knows no styles; what stays keeps those it has.
        actor: who writes; None for the house itself. The right to do so (`ITEM_EDIT`) is the caller's to check.

    Returns:
        What the draft says afterwards, for the item's columns.

    Raises:
        Invalid: `draft.content`.
        Conflict: `draft.frozen`, the item has been submitted meanwhile.
    """
    return rewrite(db, actor, item, lambda _now: Words(title, text, facts, is_plain))


def rewrite(
    db: Db, actor: Actor | None, item: DraftedItem, change: Callable[[DraftContent], Words]
) -> DraftContent:
    """As `write`, where what is to be said is made of what the draft says: read once nobody else can write it any more.

    What was read before might lack words that a page was told are saved meanwhile, and would delete them.
    """
    draft = _draft_of(db, item, lock=True)
    if draft.frozen_at is not None:
        raise Conflict("item.not_drafting")
    document = store.load(db, draft)
    words = change(document.content())
    try:
        delta = document.write(title=words.title, text=words.text, facts=words.facts, is_plain=words.is_plain)
    except ValueError as error:
        raise Invalid("draft.content", detail=str(error)) from error
    if delta:
        store.append(db, [store.Entry(draft.id, draft.seq + 1, delta)], clock.now())
    content = document.content()
    db.refresh(draft)
    draft.mirrored_seq = draft.seq
    return content


def suggestions_lost(db: Db, item: DraftedItem, text: richtext.Doc) -> int:
    """How many open suggestions would go if the draft were made to say this text: those in passages that change."""
    document = store.load(db, _draft_of(db, item))
    before = document.content().suggestions
    document.write(text=text)
    return before - document.content().suggestions


def anchor_of(db: Db, item: DraftedItem, words: str) -> Anchor | None:
    """Where these words stand in an item's draft; None where they do not, more than once, or in no single line."""
    doc: Doc[Any] = Doc(client_id=SERVER_CLIENT)
    roots(doc)
    doc.apply_update(store.load(db, _draft_of(db, item)).encoded())
    return letters.anchor_of(doc, words)


def freeze(db: Db, item: DraftedItem) -> DraftContent:
    """Stop a draft (its item is submitted or withdrawn) and return what it says, for the item's columns and a version."""
    draft = _draft_of(db, item, lock=True)
    draft.frozen_at = draft.frozen_at or clock.now()
    return snapshot(db, item)


def thaw(db: Db, item: DraftedItem) -> None:
    """Let a frozen draft be written again; text from before the freeze that comes now is not sent in by itself."""
    draft = _draft_of(db, item, lock=True)
    if draft.frozen_at is not None:
        draft.frozen_at = None
        draft.epoch += 1


def snapshot(db: Db, item: DraftedItem) -> DraftContent:
    """Take a snapshot of the draft as it stands and return what it says: for the close of a room."""
    draft = _draft_of(db, item, lock=True)
    document = store.load(db, draft)
    if draft.seq > draft.snapshot_seq:
        store.take_snapshot(db, draft.id, draft.seq, document)
    draft.mirrored_seq = draft.seq
    return document.content()


def rebuild(db: Db, item: DraftedItem) -> DraftContent:
    """Forget the snapshot and make a new one from the whole log."""
    draft = _draft_of(db, item, lock=True)
    draft.snapshot, draft.snapshot_seq, draft.snapshot_crc = None, 0, 0
    db.flush()
    return snapshot(db, item)


def late_contributions(
    db: Db, item: DraftedItem, *, undecided_only: bool = True, gone_on_here: Iterable[int] = ()
) -> list[LateContribution]:
    """Late contributions to an item, and to those that go on as it (`gone_on_here`: their row ids), oldest first."""
    query = select(LateContribution).join(LateContribution.draft)
    query = query.where(Draft.item_id.in_([item.id, *gone_on_here]))
    if undecided_only:
        query = query.where(LateContribution.decided_at.is_(None))
    return list(db.scalars(query.order_by(LateContribution.id)))


def late_contribution(db: Db, public_id: str) -> LateContribution:
    """One late contribution.

    Raises:
        NotFound: there is none of this name.
    """
    found = db.scalar(select(LateContribution).where(LateContribution.public_id == public_id))
    if found is None:
        raise NotFound()
    return found


def late_effects(db: Db, contributions: Sequence[LateContribution]) -> list[late.Effect]:
    """What accepting each of these would do to its draft as it stands now; nothing changes."""
    found: dict[int, late.Effect] = {}
    drafts = {one.draft_id: one.draft for one in contributions}
    for draft_id, draft in drafts.items():
        its = [one for one in contributions if one.draft_id == draft_id]
        effects = late.effects(store.load(db, draft), [one.data for one in its])
        found |= {one.id: effect for one, effect in zip(its, effects, strict=True)}
    return [found[one.id] for one in contributions]


def accept_late(db: Db, actor: Actor, contribution: LateContribution) -> DraftContent:
    """Take a late contribution into its draft, as if it had come in time.

    Returns:
        What the draft says afterwards, for the item's columns.

    Raises:
        NotAllowed: not of the room's record.
        Conflict: `late.decided` already, or `late.unusable` when the draft no longer has what it builds on.
    """
    draft = _undecided(db, actor, contribution)
    document = store.load(db, draft)
    try:
        update = walked(contribution.data, TRUSTED)
        delta = document.apply(document.structure.admit(update, TRUSTED))
    except (Refused, Broken) as error:
        raise Conflict("late.unusable") from error
    if delta:
        store.append(db, [store.Entry(draft.id, draft.seq + 1, delta)], clock.now())
        db.refresh(draft)
    draft.mirrored_seq = draft.seq
    _decide(contribution, actor, ACCEPTED)
    return document.content()


def accept_late_words(db: Db, actor: Actor, contribution: LateContribution, item: DraftedItem) -> str:
    """Accept a late contribution to an item that goes on as another one: the words it brings, for the caller to write there.

    Raises:
        NotAllowed, Conflict: as `accept_late`; `late.no_words` when it brings none.
    """
    _undecided(db, actor, contribution, item)
    said = late.words(walked(contribution.data, TRUSTED))
    if not said:
        raise Conflict("late.no_words")
    _decide(contribution, actor, ACCEPTED)
    return said


def drop_late(
    db: Db, actor: Actor, contribution: LateContribution, *, item: DraftedItem | None = None
) -> None:
    """Set a late contribution aside; it stays in the record.

    Args:
        item: as which the item of the draft goes on, where it does.

    Raises:
        NotAllowed: not of the room's record.
        Conflict: `late.decided` already.
    """
    _undecided(db, actor, contribution, item)
    _decide(contribution, actor, DROPPED)


def _undecided(
    db: Db, actor: Actor, contribution: LateContribution, item: DraftedItem | None = None
) -> Draft:
    draft = db.get(Draft, contribution.draft_id, with_for_update=True, populate_existing=True)
    if draft is None:
        raise NotFound()
    require(actor, Permission.LATE_DECIDE, draft if item is None else item)
    db.refresh(contribution, ["decided_at"])  # somebody may have decided while we waited for the draft
    if contribution.decided_at is not None:
        raise Conflict("late.decided")
    return draft


def _decide(contribution: LateContribution, actor: Actor, decision: str) -> None:
    contribution.decision = decision
    contribution.decided_at = clock.now()
    contribution.decided_by_id = actor.member_id


def _draft_of(db: Db, item: DraftedItem, *, lock: bool = False) -> Draft:
    query = select(Draft).where(Draft.item_id == item.id).execution_options(populate_existing=True)
    draft = db.scalar(query.with_for_update() if lock else query)
    if draft is None:
        raise NotFound("draft.missing")
    return draft
