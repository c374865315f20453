"""A rich text as CommonMark, with everything that people typed escaped.

Pure: no I/O, no clock. Underlining, which Markdown lacks, is a tag, and so are marks that its signs cannot
express (several at once, or beside a full stop); no other tag is ever written.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from consult.richtext.model import (
    Block,
    Heading,
    ListBlock,
    Paragraph,
    Quote,
    Run,
    parsed,
)

_SPECIAL = re.compile(r"([\\`*_\[\]<>|~$^=!])")
_LINE_START = re.compile(r"^(\s*)(?:([#+\-:])|(\d+)([.)]))", re.MULTILINE)
_ENTITY = re.compile(r"&(?=#|\w)")
_AUTOLINK = re.compile(r"(?i)\b(https?|ftp|mailto)(:)|\b(www)(\.)|(?<=\w)(@)(?=\w)")
_SIGNS = {"bold": "**", "italic": "*", "strike": "~~"}
_TAGS = {"bold": "strong", "italic": "em", "underline": "u", "strike": "s"}
_LAST_LEVEL = 6


def to_markdown(doc: object, *, heading_offset: int = 0) -> str:
    """The rich text as Markdown; ``heading_offset`` puts its headings that many levels deeper."""
    return blocks_markdown(parsed(doc, marked=False), heading_offset)


def blocks_markdown(blocks: Sequence[Block], heading_offset: int = 0) -> str:
    """The blocks as Markdown, a blank line between them."""
    return "\n\n".join(filter(None, (_block(block, heading_offset) for block in blocks)))


def escaped(text: str) -> str:
    """Plain text as Markdown that shows exactly that text."""
    safe = _ENTITY.sub("&amp;", _SPECIAL.sub(r"\\\1", text))
    safe = _AUTOLINK.sub(_unlinked, safe)
    return _LINE_START.sub(_shielded, safe)


def runs_markdown(runs: Sequence[Run]) -> str:
    """Runs of text as Markdown."""
    edges = [not (set(_TAGS) & run.marks) or run.href is not None for run in runs]
    free = [
        all(edges[near] for near in (index - 1, index + 1) if 0 <= near < len(runs))
        for index in range(len(runs))
    ]
    text = "".join(_run(run, alone) for run, alone in zip(runs, free, strict=True)).strip(" ")
    lines = [_LINE_START.sub(_shielded, line.strip(" ")) for line in text.split("\n") if line.strip()]
    return "\\\n".join(lines)


def _shielded(found: re.Match[str]) -> str:
    space, sign, number, point = found.groups()
    return f"{space}\\{sign}" if sign else f"{space}{number}\\{point}"


def _unlinked(found: re.Match[str]) -> str:
    scheme, _, www, _, at = found.groups()
    if at:
        return "&#64;"
    return f"{scheme}&#58;" if scheme else f"{www}&#46;"


def _block(block: Block, offset: int) -> str:
    if isinstance(block, Paragraph):
        return runs_markdown(block.runs)
    if isinstance(block, Heading):
        words = runs_markdown(block.runs).replace("\\\n", " ")
        return f"{'#' * min(block.level + offset, _LAST_LEVEL)} {words}" if words else ""
    if isinstance(block, Quote):
        inner = blocks_markdown(block.blocks, offset)
        return "\n".join(f"> {line}".rstrip() for line in inner.split("\n"))
    return _list(block, offset)


def _list(block: ListBlock, offset: int) -> str:
    lines = []
    for number, item in enumerate(block.items, block.start):
        mark = f"{number}. " if block.ordered else "- "
        inner = blocks_markdown(item, offset).split("\n")
        lines.append(
            "\n".join((" " * len(mark) + line) if line else "" for line in inner).replace(
                " " * len(mark), mark, 1
            )
        )
    return "\n".join(lines)


def _run(run: Run, alone: bool) -> str:
    """One run; ``alone`` when no neighbour is marked, so that signs cannot be read together with theirs."""
    if run.text == "\n":
        return "\n"
    core = run.text.strip(" ")
    if not core:
        return run.text
    before, after = run.text.split(core, 1)
    text = _marked(escaped(core), core, run.marks & set(_TAGS), alone)
    if run.href is not None:
        text = f"[{text}](<{_address(run.href)}>)"
    return f"{before}{text}{after}"


def _marked(text: str, core: str, marks: frozenset[str], alone: bool) -> str:
    if len(marks) == 1 and alone and core[0].isalnum() and core[-1].isalnum():
        (mark,) = marks
        if mark in _SIGNS:
            return f"{_SIGNS[mark]}{text}{_SIGNS[mark]}"
    for mark, tag in reversed(_TAGS.items()):
        if mark in marks:
            text = f"<{tag}>{text}</{tag}>"
    return text


def _address(href: str) -> str:
    return href.replace("<", "%3C").replace(">", "%3E").replace("&", "&amp;")
