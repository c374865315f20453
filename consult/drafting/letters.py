"""Whose letters a draft is made of: its lines as runs of text, each with the client id that wrote it.

The CRDT library does not say who wrote what it shows. Its encoded form does, piece by piece but not in reading order; the
library in turn tells where a piece stands. Decides nothing about people: a client id is a number here.
Pure: no I/O, no clock; pycrdt is the calculation library.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate, islice
from typing import Any

from pycrdt import Doc, StickyIndex

from consult.drafting import schema
from consult.drafting.anchors import Anchor, beside
from consult.drafting.lib0 import utf16_units
from consult.drafting.places import Container
from consult.drafting.structure import Structure
from consult.drafting.walker import ANY, STRING, TRUSTED, TYPE, ClientId, Element, Struct, walked


@dataclass(frozen=True, slots=True)
class Run:
    """Letters written one after the other by one client. `clock`: of the first one, where the run is one piece of the document."""

    client: ClientId
    text: str
    clock: int = field(default=-1, compare=False)


@dataclass(frozen=True)
class WrittenLine:
    """A line of the draft. `kind`, `depth` and `mark` are those of `richtext.Line`."""

    kind: str
    runs: tuple[Run, ...]
    depth: int = 0
    mark: str = ""

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)


@dataclass
class _Part:
    """A container with what stands in it, in order, and its attributes."""

    kind: str
    inside: list[tuple[int, "Run | _Part"]] = field(default_factory=list)
    attributes: dict[str, Any] = field(default_factory=dict)

    def children(self) -> Iterator["Run | _Part"]:
        for _place, child in sorted(self.inside, key=lambda entry: entry[0]):
            yield child


def written_title(doc: "Doc[Any]") -> tuple[Run, ...]:
    """The letters of the title."""
    return tuple(_runs(_roots(doc)[schema.TITLE_ROOT]))


def written_lines(doc: "Doc[Any]") -> list[WrittenLine]:
    """The lines of the text in reading order; empty ones at the end are left out."""
    lines = [line for part in _parts(_roots(doc)[schema.TEXT_ROOT]) for line in _lines(part, 0)]
    while lines and not lines[-1].text:
        lines.pop()
    return lines


def anchor_of(doc: "Doc[Any]", words: str) -> Anchor | None:
    """Where these words stand in the text; None where they do not, more than once, or in no single line."""
    found = islice(
        (
            anchor
            for line in _textblocks(_roots(doc)[schema.TEXT_ROOT])
            for anchor in _anchors(list(_letters(line)), words)
        ),
        2,  # a second one is enough to know that they stand more than once
    )
    first, second = next(found, None), next(found, None)
    return first if second is None else None


def _anchors(pieces: list[Run], words: str) -> Iterator[Anchor]:
    text = "".join(piece.text for piece in pieces)
    starts = list(accumulate((len(piece.text) for piece in pieces), initial=0))
    at = text.find(words) if words else -1
    while at >= 0:
        first, last = (
            _id_at(pieces, starts, at),
            _id_at(pieces, starts, at + len(words) - 1, end=True),
        )
        yield Anchor(beside(*first), beside(*last, after=True))
        at = text.find(words, at + 1)


def _id_at(pieces: list[Run], starts: list[int], offset: int, *, end: bool = False) -> tuple[ClientId, int]:
    """The id of the letter at this offset; `end`: of its last half, where it takes two units. `starts`: where each piece does."""
    at = bisect_right(starts, offset) - 1
    piece = pieces[at]
    before = utf16_units(piece.text[: offset - starts[at] + end])
    return piece.client, piece.clock + before - end


def _textblocks(part: _Part) -> Iterator[_Part]:
    for child in _parts(part):
        if child.kind in ("paragraph", "heading"):
            yield child
        else:
            yield from _textblocks(child)


def _roots(doc: "Doc[Any]") -> dict[str, _Part]:
    """The document's roots with everything alive in them."""
    update = walked(doc.get_update(), TRUSTED)
    structure = Structure()
    structure.take(structure.admit(update, TRUSTED))
    deleted: dict[ClientId, list[tuple[int, int]]] = {}
    for gone in update.deletions:
        deleted.setdefault(gone.client, []).append((gone.clock, gone.clock + gone.length))
    alive = [
        (run.client, piece)
        for run in update.runs
        for piece in run.structs
        if piece.kind in (STRING, TYPE, ANY)
        and not any(start <= piece.clock < end for start, end in _near(deleted, run.client, piece.clock))
    ]
    return _Assembly(doc, structure).put_together(alive)


def _near(
    deleted: dict[ClientId, list[tuple[int, int]]], client: ClientId, clock: int
) -> list[tuple[int, int]]:
    """The deleted stretch that could hold this letter."""
    ranges = deleted.get(client, [])
    at = bisect_right(ranges, (clock, 1 << 62)) - 1
    return ranges[at : at + 1] if at >= 0 else []


def _at(client: ClientId, clock: int) -> StickyIndex:
    """Where this letter stands, as the library's relative position."""
    return StickyIndex.decode(beside(client, clock))


class _Assembly:
    """Puts pieces where the library says they stand."""

    def __init__(self, doc: "Doc[Any]", structure: Structure) -> None:
        self._doc = doc
        self._structure = structure
        self._parts: dict[Container, _Part] = {}

    def put_together(self, pieces: list[tuple[ClientId, Struct]]) -> dict[str, _Part]:
        roots = {name: self._structure.root(name) for name in (schema.TITLE_ROOT, schema.TEXT_ROOT)}
        made = {name: self._part(root) for name, root in roots.items() if root is not None}
        with self._doc.transaction() as transaction:
            for client, piece in pieces:
                track = self._structure.track(client)
                place = track.at(piece.clock) if track else None
                if place is None:
                    continue
                if place.key is not None:
                    self._part(place.container).attributes[place.key] = piece.content
                    continue
                index = _at(client, piece.clock).get_index(transaction)
                child = self._child(client, piece)
                if child is not None:
                    self._part(place.container).inside.append((index, child))
        return made

    def _child(self, client: ClientId, piece: Struct) -> "Run | _Part | None":
        if isinstance(piece.content, Element):
            container = self._structure.container((client, piece.clock))
            return self._part(container) if container else None
        return Run(client, piece.content, piece.clock) if isinstance(piece.content, str) else None

    def _part(self, container: Container) -> _Part:
        if container not in self._parts:
            self._parts[container] = _Part(container.kind)
        return self._parts[container]


def _parts(part: _Part) -> Iterator[_Part]:
    return (child for child in part.children() if isinstance(child, _Part))


def _runs(part: _Part) -> Iterator[Run]:
    """Neighbouring letters of one client are one run."""
    client, text = -1, ""
    for run in _letters(part):
        if run.client != client and text:
            yield Run(client, text)
            text = ""
        client, text = run.client, text + run.text
    if text:
        yield Run(client, text)


def _letters(part: _Part) -> Iterator[Run]:
    last = -1
    for child in part.children():
        if isinstance(child, Run):
            last = child.client
            yield child
        elif child.kind == "hardBreak":
            yield Run(last, "\n")
        else:
            yield from _letters(child)


def _lines(part: _Part, depth: int) -> Iterator[WrittenLine]:
    if part.kind in ("paragraph", "heading"):
        level = part.attributes.get("level", 2)
        kind = f"heading{int(level) if level in schema.HEADING_LEVELS else 2}"
        yield WrittenLine(kind if part.kind == "heading" else "paragraph", tuple(_runs(part)), depth)
    elif part.kind == "blockquote":
        for child in _parts(part):
            yield from _lines(child, depth + 1)
    elif part.kind in ("bulletList", "orderedList"):
        start = int(part.attributes.get("start") or 1)
        for number, entry in enumerate(_parts(part), start):
            yield from _entry(entry, depth + 1, f"{number}." if part.kind == "orderedList" else "•")


def _entry(part: _Part, depth: int, mark: str) -> Iterator[WrittenLine]:
    kind = "bullet" if mark == "•" else "number"
    lines = (line for child in _parts(part) for line in _lines(child, depth))
    for position, line in enumerate(lines):
        if position == 0 and line.kind == "paragraph" and line.depth == depth:
            yield WrittenLine(kind, line.runs, depth, mark)
        else:
            yield line
