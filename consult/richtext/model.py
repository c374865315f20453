"""A rich text as a small tree of frozen values: what every renderer (page, DOCX, PDF, Markdown) walks.

Bracketed passages are found once, here, over the whole document. Pure: no I/O, no clock.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from consult.richtext.brackets import Passage, passages
from consult.richtext.repair import repaired
from consult.richtext.schema import Node


@dataclass(frozen=True)
class Run:
    """A stretch of text in one form. A line break is a run whose text is a newline.

    ``depth`` says in how many bracketed passages it lies; ``closes`` how many of them end with it.
    """

    text: str
    marks: frozenset[str] = frozenset()
    href: str | None = None
    depth: int = 0
    closes: int = 0


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of text."""

    runs: tuple[Run, ...]


@dataclass(frozen=True)
class Heading:
    """A heading; levels 2 to 4 as the editor offers them."""

    level: int
    runs: tuple[Run, ...]


@dataclass(frozen=True)
class ListBlock:
    """A bulleted or numbered list; every item holds blocks."""

    ordered: bool
    start: int
    items: tuple[tuple[Block, ...], ...]


@dataclass(frozen=True)
class Quote:
    """A passage quoted from elsewhere."""

    blocks: tuple[Block, ...]


Block = Paragraph | Heading | ListBlock | Quote


#: Passages nested deeper, or coming later, are left unmarked: only somebody who wants to harm a reader writes them.
_MARKED_DEPTH, _MARKED = 8, 2000


def parsed(doc: object, *, marked: bool = True) -> tuple[Block, ...]:
    """The blocks of a rich text. What is not allowed is dropped on the way, so that no renderer meets it.

    Args:
        doc: a rich text.
        marked: whether runs say in which bracketed passages they lie; who only wants words saves the search.
    """
    sound = repaired(doc)
    found = passages("".join(_texts(sound))) if marked else []
    return _Parser([passage for passage in found if passage.depth <= _MARKED_DEPTH][:_MARKED]).blocks(sound)


def words_of(blocks: Sequence[Block]) -> Iterator[str]:
    """The text of every paragraph and heading, in reading order, with breaks as newlines."""
    for block in blocks:
        if isinstance(block, Paragraph | Heading):
            yield "".join(run.text for run in block.runs)
        elif isinstance(block, Quote):
            yield from words_of(block.blocks)
        else:
            for item in block.items:
                yield from words_of(item)


def _texts(node: Node) -> Iterator[str]:
    if node["type"] == "text":
        yield node["text"]
    for child in node.get("content", []):
        yield from _texts(child)


class _Parser:
    """Walks the JSON once, cutting texts where a bracketed passage begins or ends."""

    def __init__(self, found: list[Passage]) -> None:
        self._starts = {passage.start for passage in found}
        self._ends = {passage.end for passage in found}
        self._cuts = sorted(self._starts | self._ends)
        self._next = 0
        self._offset = 0
        self._depth = 0

    def blocks(self, node: Node) -> tuple[Block, ...]:
        return tuple(self._block(child) for child in node.get("content", []))

    def _block(self, node: Node) -> Block:
        kind = node["type"]
        if kind == "paragraph":
            return Paragraph(self._runs(node))
        if kind == "heading":
            return Heading(node["attrs"]["level"], self._runs(node))
        if kind == "blockquote":
            return Quote(self.blocks(node))
        items = tuple(self.blocks(item) for item in node["content"])
        return ListBlock(kind == "orderedList", node.get("attrs", {}).get("start", 1), items)

    def _runs(self, node: Node) -> tuple[Run, ...]:
        return tuple(run for child in node.get("content", []) for run in self._text(child))

    def _text(self, node: Node) -> Iterator[Run]:
        if node["type"] == "hardBreak":
            yield Run("\n", depth=self._depth)
            return
        marks = frozenset(mark["type"] for mark in node.get("marks", []))
        hrefs = [mark["attrs"]["href"] for mark in node.get("marks", []) if mark["type"] == "link"]
        for piece in self._pieces(node["text"]):
            self._depth += self._offset in self._starts
            self._offset += len(piece)
            closes = int(self._offset in self._ends)
            yield Run(piece, marks, hrefs[0] if hrefs else None, self._depth, closes)
            self._depth -= closes

    def _pieces(self, text: str) -> Iterator[str]:
        """The text cut at the passages' edges; every edge lies before one ``[`` or after one ``]``."""
        begin, end = self._offset, self._offset + len(text)
        while self._next < len(self._cuts) and self._cuts[self._next] < end:
            cut = self._cuts[self._next]
            self._next += 1
            if cut > begin:
                yield text[begin - end : cut - end]
                begin = cut
        yield text[begin - end :]
