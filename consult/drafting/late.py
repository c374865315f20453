"""Text that came after the end: kept aside, word for word, until somebody of the room's record decides.

Rule: what arrives after the room closed, or from anyone who was not cut off before, is a late contribution. It is never
written into the draft by itself and never thrown away unasked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from consult import clock
from consult.db import Db
from consult.drafting.content import DraftContent
from consult.drafting.document import Broken, Document
from consult.drafting.models import LateContribution
from consult.drafting.protocol import Refused
from consult.drafting.walker import STRING, TRUSTED, Walked, walked

PREVIEW_LENGTH = 500


def words(update: Walked) -> str:
    """The words an update brings, in order."""
    found = (str(piece.content) for run in update.runs for piece in run.structs if piece.kind == STRING)
    return " ".join("".join(found).replace("\x00", "").split())


def preview(update: Walked) -> str:
    """The same, shortened."""
    text = words(update)
    return text if len(text) <= PREVIEW_LENGTH else text[: PREVIEW_LENGTH - 1].rstrip() + "…"


@dataclass(frozen=True)
class Effect:
    """What accepting would do to the draft as it stands: what it says before and after, and the words that are brought.

    `after` is what it says before where it has no longer what the words build on (`is_usable` is False).
    """

    before: DraftContent
    after: DraftContent
    words: str
    is_usable: bool = True
    #: The draft has all of it already.
    is_there: bool = False

    @property
    def suggestions(self) -> int:
        """How many suggestions it brings."""
        return max(0, self.after.suggestions - self.before.suggestions)


def effects(document: Document, updates: Sequence[bytes]) -> list[Effect]:
    """What each of these (kept) updates would do, on its own; the document stays as it is."""
    encoded, before = document.encoded(), document.content()
    found = []
    for data in updates:
        update = walked(data, TRUSTED)
        scratch = Document()
        scratch.restore(encoded)
        try:
            changed = scratch.apply(scratch.structure.admit(update, TRUSTED))
            found.append(Effect(before, scratch.content(), words(update), is_there=not changed))
        except (Refused, Broken):
            found.append(Effect(before, before, words(update), is_usable=False))
        clock.give_way()
    return found


def brings_nothing(document: Document, update: Walked) -> bool:
    """Whether the document has everything in the (already judged) update."""
    scratch = Document()
    scratch.restore(document.encoded())
    return scratch.apply(scratch.structure.admit(update, TRUSTED)) == b""


def undecided_of(db: Db, draft_id: int, owner: str) -> int:
    """How many late contributions of this author wait in the draft."""
    query = select(func.count()).select_from(LateContribution)
    query = query.where(
        LateContribution.draft_id == draft_id,
        LateContribution.owner == owner,
        LateContribution.decided_at.is_(None),
    )
    return db.scalar(query) or 0


def keep(
    db: Db, draft_id: int, update: Walked, *, owner: str, member_id: int | None, at: datetime
) -> LateContribution:
    """Keep an update as a late contribution; the same bytes of the same author are kept once."""
    query = select(LateContribution).where(
        LateContribution.draft_id == draft_id,
        LateContribution.owner == owner,
        LateContribution.data == update.data,
    )
    known = db.scalar(query)
    if known is not None:
        return known
    kept = LateContribution(
        draft_id=draft_id, owner=owner, member_id=member_id, data=update.data, preview=preview(update), at=at
    )
    db.add(kept)
    db.flush()
    return kept
