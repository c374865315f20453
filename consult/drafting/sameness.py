"""What the writer has of a draft, for a page to compare with what it shows.

A page asks now and then. The answer stands between two broadcasts on the page's connection, so whoever reads it has received
exactly what it describes: any difference but the page's own unsent words is one, and the page mends it by joining again.
Runs inside the writer only; the digest of what is deleted is made for drafts at rest, once for all pages that ask.
"""

from collections.abc import Iterable
from typing import NamedTuple
from zlib import crc32

from consult.drafting import protocol
from consult.drafting.document import Document
from consult.drafting.live_draft import Ack, Page
from consult.drafting.protocol import Code, Refused, invalid
from consult.drafting.walker import TRUSTED, Deletion, walked


class Question(NamedTuple):
    """A page's question: the draft's name, and whether to tell of deletions too, as it does when nobody is writing."""

    draft: str
    deletions: bool


def question(payload: object) -> Question:
    """The question in what a page sent.

    Raises:
        Refused: `invalid`.
    """
    if not isinstance(payload, dict) or not isinstance(payload.get("draft"), str):
        invalid("payload")
    return Question(payload["draft"], payload.get("deletions") is True)


def answer(page: Page, asked: Question) -> Ack:
    """State vector, and on request the digest of what is deleted.

    Raises:
        Refused: `resync`, the page has not joined this draft (any more).
    """
    live = page.drafts.get(asked.draft)
    if live is None or live.document is None:
        raise Refused(Code.RESYNC, "not joined")
    ack: Ack = {"ok": 1, "seq": live.seq, "sv": protocol.encoded(live.document.state_vector())}
    if asked.deletions:
        known = live.deleted
        if known is None or known[:2] != (live.document, live.seq):
            known = live.deleted = (live.document, live.seq, _digest_of(live.document))
        ack["deleted"] = known[2]
    return ack


def _digest_of(document: Document) -> int:
    """The digest of everything deleted in a document."""
    rest = walked(document.since(document.state_vector()), TRUSTED)
    return digest(rest.deletions)


def digest(deletions: Iterable[Deletion]) -> int:
    """CRC-32 of the deleted ranges in order, those that touch made one: `client:from-to;` each. The page computes the same."""
    ranges: list[tuple[int, int, int]] = []
    for client, clock, length in sorted(deletions):
        if ranges and ranges[-1][0] == client and ranges[-1][2] >= clock:
            ranges[-1] = (client, ranges[-1][1], max(ranges[-1][2], clock + length))
        else:
            ranges.append((client, clock, clock + length))
    return crc32("".join(f"{client}:{start}-{end};" for client, start, end in ranges).encode())
