"""A document of headings, texts, facts, tables and remarks: what every format writes in its own way.

Pure: no I/O, no clock. ``document`` makes one out of a record; the formats decide nothing about content.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from consult.richtext.characters import clean, one_line
from consult.richtext.model import Block, Heading, ListBlock, Paragraph, Quote, Run, parsed
from consult.richtext.plain import from_text

_DEEPEST = 6


@dataclass(frozen=True)
class Note:
    """A line that must not be overlooked: the standing of the document, the mark of a sample."""

    text: str


@dataclass(frozen=True)
class Facts:
    """Pairs of a label and what it says."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Table:
    """A table with one header row; columns from ``numbers_from`` on hold numbers."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers_from: int = 99


@dataclass(frozen=True)
class Remark:
    """Somebody's words under a line that says whose and of what kind; ``depth`` 1 answers the one before."""

    head: str
    detail: str
    blocks: tuple[Block, ...]
    depth: int = 0


Part = Block | Note | Facts | Table | Remark


@dataclass(frozen=True)
class Outline:
    """A document: its title, the lines under it, and its parts. Top headings have level 1."""

    title: str
    language: str
    subtitle: tuple[str, ...]
    notes: tuple[Note, ...]
    parts: tuple[Part, ...]
    contents_label: str
    running_title: str
    footer: str
    page_label: str
    generated_at: str


def plain(text: str) -> tuple[Run, ...]:
    """Plain words as runs of text, lines kept apart."""
    runs: list[Run] = []
    for index, line in enumerate(clean(text).split("\n")):
        if index:
            runs.append(Run("\n"))
        if line:
            runs.append(Run(line.replace("\t", " ")))
    return tuple(runs)


@dataclass
class Writer:
    """Collects the parts of a document and keeps its headings in order: no level is ever skipped."""

    parts: list[Part] = field(default_factory=list)
    _level: int = 0

    def heading(self, level: int, text: str) -> None:
        self._heading(level, plain(one_line(text)))

    def paragraph(self, text: str) -> None:
        if text.strip():
            self.parts.append(Paragraph(plain(text)))

    def facts(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Adds the pairs that say something."""
        said = tuple((name, one_line(value).strip()) for name, value in pairs if value.strip())
        if said:
            self.parts.append(Facts(said))

    def table(
        self,
        caption: str,
        header: Sequence[str],
        rows: Sequence[Sequence[str]],
        numbers_from: int = 99,
    ) -> None:
        cells = tuple(tuple(one_line(cell) for cell in row) for row in rows)
        self.parts.append(Table(one_line(caption), tuple(header), cells, numbers_from))

    def bullets(self, lines: Sequence[str], *, ordered: bool = False) -> None:
        items = tuple((Paragraph(plain(one_line(line))),) for line in lines)
        if items:
            self.parts.append(ListBlock(ordered, 1, items))

    def remark(self, head: str, detail: str, text: str, depth: int = 0) -> None:
        self.parts.append(Remark(one_line(head), one_line(detail), parsed(from_text(text)), depth))

    def note(self, text: str) -> None:
        self.parts.append(Note(one_line(text)))

    def richtext(self, doc: object, under: int) -> None:
        """Adds a rich text whose own headings lie below level ``under``."""
        for block in parsed(doc):
            if isinstance(block, Heading):
                if block.runs:
                    self._heading(under + block.level - 1, block.runs)
            elif not (isinstance(block, Paragraph) and not block.runs):
                self.parts.append(_without_headings(block))

    def _heading(self, level: int, runs: tuple[Run, ...]) -> None:
        self._level = min(level, self._level + 1, _DEEPEST)
        self.parts.append(Heading(self._level, runs))


def _without_headings(block: Block) -> Block:
    """The block with headings inside lists and quotations as bold lines: they are no part of the outline."""
    if isinstance(block, Heading):
        return Paragraph(tuple(replace(run, marks=run.marks | {"bold"}) for run in block.runs))
    if isinstance(block, ListBlock):
        items = tuple(tuple(_without_headings(inner) for inner in item) for item in block.items)
        return replace(block, items=items)
    if isinstance(block, Quote):
        return Quote(tuple(_without_headings(inner) for inner in block.blocks))
    return block
