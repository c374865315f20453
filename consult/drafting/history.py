"""A draft's past, read from its log: the moments at which people wrote, and what the draft said at each of them.

Decides what counts as one moment; refuses to decide who may look. The log is only ever read here.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple, TypeVar
from zlib import crc32

from pycrdt import Doc
from sqlalchemy import select

from consult import clock
from consult.db import Db
from consult.drafting.content import SERVER_CLIENT, DraftContent, content_of, roots
from consult.drafting.document import Broken, Document
from consult.drafting.models import Draft, DraftClient, DraftUpdate
from consult.drafting.protocol import Refused
from consult.drafting.walker import TRUSTED, ClientId, walked
from consult.errors import NotFound

#: What is written within this time is one moment, as long as there are not too many of them.
MOMENT_SECONDS = 20.0
MOST_MOMENTS = 300
#: Rows read before others are let run.
_STRETCH = 1000
_T = TypeVar("_T")


class PastRow(NamedTuple):
    """One row of the log with its time."""

    seq: int
    data: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class Moment:
    """A stretch of writing. `seq` is its last row, `clients` those whose letters came with it (nobody's when it only deleted)."""

    seq: int
    at: datetime
    clients: frozenset[ClientId]


class Past:
    """The log of one draft, in order, without damaged rows (`is_damaged` says that there are such)."""

    def __init__(self, rows: Sequence[PastRow], *, is_damaged: bool = False) -> None:
        self.rows = rows
        self._is_damaged = is_damaged

    @property
    def last_seq(self) -> int:
        """Number of the newest row; 0 when nothing was ever written."""
        return self.rows[-1].seq if self.rows else 0

    def at(self, seq: int) -> datetime | None:
        """When the newest row up to this number was written; None before the first."""
        return next((row.at for row in reversed(self.rows) if row.seq <= seq), None)

    def document(self, seq: int) -> "Doc[Any]":
        """The shared document as it stood after this row. Its client id is the server's; do not write into it."""
        return self._at_each([seq], lambda doc: doc)[0]

    def content(self, seq: int) -> DraftContent:
        """What the draft said after this row."""
        return self.contents([seq])[0]

    def contents(self, seqs: Sequence[int]) -> list[DraftContent]:
        """What the draft said after each of these rows, which are in order: the log is replayed once for all of them."""
        return self._at_each(seqs, content_of)

    def change(self, moments: Sequence[Moment], place: int) -> tuple[DraftContent, DraftContent]:
        """What the draft said before one of its moments, and after it."""
        found = self.contents([moment.seq for moment in moments[max(place - 1, 0) : place + 1]])
        return (found[0], found[1]) if place else (DraftContent(), found[0])

    def _at_each(self, seqs: Sequence[int], read: Callable[["Doc[Any]"], _T]) -> list[_T]:
        if not self._is_damaged:
            try:
                return [read(doc) for doc in self._replayed(seqs)]
            except BaseException as error:  # a panic of the library is not an Exception
                if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
                    raise
                self._is_damaged = True
        return [read(self._careful(seq)) for seq in seqs]

    def _replayed(self, seqs: Sequence[int]) -> Iterator["Doc[Any]"]:
        doc, done = _empty(), 0
        for seq in seqs:
            while done < len(self.rows) and self.rows[done].seq <= seq:
                doc.apply_update(self.rows[done].data)
                done += 1
                if done % _STRETCH == 0:
                    clock.give_way()
            yield doc

    def _careful(self, seq: int) -> "Doc[Any]":
        """Row by row through the judge: what builds on a damaged row is left out, as `store.load` does."""
        left_out: set[int] = set()
        while True:
            document = Document()
            try:
                for number, row in enumerate(self.rows, 1):
                    if number % _STRETCH == 0:
                        clock.give_way()
                    if row.seq <= seq and row.seq not in left_out:
                        last = row.seq
                        try:
                            document.restore(row.data)
                        except Refused:
                            left_out.add(row.seq)
                break
            except Broken:
                left_out.add(last)
        doc = _empty()
        doc.apply_update(document.encoded())
        return doc

    def moments(self, ends: Collection[int] = (), *, most: int = MOST_MOMENTS) -> list[Moment]:
        """The log as moments, oldest first.

        Args:
            ends: rows that must be the last of a moment, such as those at which a version was kept.
            most: where there would be more, what is written within a longer time is one moment (`ends` may exceed it).
        """
        written = [(row.seq, row.at, clients) for row, clients in zip(self.rows, self._clients, strict=True)]
        wanted = frozenset(ends)
        seconds = MOMENT_SECONDS
        while True:
            found = _grouped(written, wanted, timedelta(seconds=seconds))
            if len(found) <= most + len(wanted):
                return found
            seconds *= 2

    @cached_property
    def _clients(self) -> list[frozenset[ClientId]]:
        found = []
        for number, row in enumerate(self.rows, 1):
            try:
                found.append(frozenset(run.client for run in walked(row.data, TRUSTED).runs))
            except Refused:
                found.append(frozenset())
            if number % _STRETCH == 0:
                clock.give_way()
        return found


def _empty() -> "Doc[Any]":
    doc: Doc[Any] = Doc(client_id=SERVER_CLIENT)
    roots(doc)
    return doc


def _grouped(
    written: Sequence[tuple[int, datetime, frozenset[ClientId]]], ends: frozenset[int], within: timedelta
) -> list[Moment]:
    found: list[Moment] = []
    began: datetime | None = None
    for seq, at, clients in written:
        if began is not None and at - began < within and found[-1].seq not in ends:
            found[-1] = Moment(seq, at, found[-1].clients | clients)
        else:
            began = at
            found.append(Moment(seq, at, clients))
    return found


def past_of(db: Db, item_id: int) -> Past:
    """The past of an item's draft.

    Raises:
        NotFound: `draft.missing`.
    """
    draft_id = db.scalar(select(Draft.id).where(Draft.item_id == item_id))
    if draft_id is None:
        raise NotFound("draft.missing")
    query = select(DraftUpdate.seq, DraftUpdate.data, DraftUpdate.crc, DraftUpdate.at)
    query = query.where(DraftUpdate.draft_id == draft_id).order_by(DraftUpdate.seq)
    rows, is_damaged = [], False
    for number, (seq, data, crc, at) in enumerate(db.execute(query), 1):
        if number % _STRETCH == 0:
            clock.give_way()
        if crc32(data) == crc:
            rows.append(PastRow(seq, data, at))
        else:
            is_damaged = True
    return Past(rows, is_damaged=is_damaged)


def members_of(db: Db, item_id: int, clients: Collection[ClientId] | None = None) -> dict[ClientId, int]:
    """Whose each client id of an item's draft is, as member row ids; none where attribution was "none" when they wrote.

    Args:
        clients: only these; None for all.
    """
    query = select(DraftClient.client_id, DraftClient.member_id).join(Draft, Draft.id == DraftClient.draft_id)
    query = query.where(Draft.item_id == item_id, DraftClient.member_id.is_not(None))
    if clients is not None:
        query = query.where(DraftClient.client_id.in_(clients))
    return {client: member for client, member in db.execute(query) if member is not None}
