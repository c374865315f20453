"""A rich text as lines: every paragraph, heading and list entry by itself, with its words and its place. What is compared.

Pure: no I/O, no clock.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from consult.richtext.model import Block, Heading, ListBlock, Quote, Run, parsed


@dataclass(frozen=True)
class Line:
    """One line of a rich text.

    `kind`: paragraph, heading2, heading3, heading4, bullet or number (first line of a list entry). `depth`: how deep in lists
    and quotations it stands. `mark`: "•", "3.", or nothing. `form` tells lines apart whose words are the same but not their style.
    """

    kind: str
    text: str
    depth: int = 0
    mark: str = ""
    form: str = ""


def lines_of(doc: object) -> list[Line]:
    """The lines of a rich text in reading order; empty ones at the end are left out."""
    lines = list(_lines(parsed(doc, marked=False), 0))
    while lines and not lines[-1].text:
        lines.pop()
    return lines


def _lines(blocks: Sequence[Block], depth: int) -> Iterator[Line]:
    for block in blocks:
        if isinstance(block, ListBlock):
            for number, item in enumerate(block.items, block.start):
                yield from _entry(item, depth + 1, f"{number}." if block.ordered else "•")
        elif isinstance(block, Quote):
            yield from _lines(block.blocks, depth + 1)
        else:
            kind = f"heading{block.level}" if isinstance(block, Heading) else "paragraph"
            yield Line(kind, _text(block.runs), depth, form=_form(block.runs))


def _entry(blocks: Sequence[Block], depth: int, mark: str) -> Iterator[Line]:
    kind = "bullet" if mark == "•" else "number"
    for position, line in enumerate(_lines(blocks, depth)):
        if position == 0 and line.kind == "paragraph" and line.depth == depth:
            yield Line(kind, line.text, depth, mark, line.form)
        else:
            yield line


def _text(runs: Sequence[Run]) -> str:
    return "".join(run.text for run in runs)


def _form(runs: Sequence[Run]) -> str:
    """The style of the words: where each one begins, and what it is."""
    found, at, before = [], 0, ""
    for run in runs:
        style = ",".join(sorted(run.marks)) + (f" {run.href}" if run.href else "")
        if style != before:
            found.append(f"{at}:{style}")
            before = style
        at += len(run.text)
    return ";".join(found)
