"""Text that came after the end: kept aside, word for word, until somebody of the room's record decides.

Rule: what arrives after the room closed, or from anyone who was not cut off before, is a late contribution. It is never
written into the draft by itself and never thrown away unasked.
"""

from datetime import datetime

from sqlalchemy import func, select

from consult.db import Db
from consult.drafting.document import Document
from consult.drafting.models import LateContribution
from consult.drafting.walker import STRING, TRUSTED, Update

PREVIEW_LENGTH = 500


def words(update: Update) -> str:
    """The words an update brings, in order."""
    found = (str(piece.content) for run in update.runs for piece in run.structs if piece.kind == STRING)
    return " ".join("".join(found).replace("\x00", "").split())


def preview(update: Update) -> str:
    """The same, shortened."""
    text = words(update)
    return text if len(text) <= PREVIEW_LENGTH else text[: PREVIEW_LENGTH - 1].rstrip() + "…"


def brings_nothing(document: Document, update: Update) -> bool:
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
    db: Db, draft_id: int, update: Update, *, owner: str, member_id: int | None, at: datetime
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
