"""A rich text as HTML for our pages: every character of input escaped, no style, no script, no handler.

Pure: no I/O, no clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from consult.richtext.characters import direction
from consult.richtext.model import (
    Block,
    Heading,
    ListBlock,
    Paragraph,
    Quote,
    Run,
    parsed,
    words_of,
)

_TAGS = {"bold": "strong", "italic": "em", "underline": "u", "strike": "s"}
_LAST_LEVEL = 6


def to_html(doc: object, *, heading_offset: int = 0) -> str:
    """The rich text as HTML, with what is in square brackets marked as not agreed.

    Args:
        doc: a rich text; what is not allowed in it is left out.
        heading_offset: how many levels deeper headings are put, so that they follow the page's own.
    """
    return blocks_html(parsed(doc), heading_offset)


def blocks_html(blocks: Sequence[Block], heading_offset: int = 0) -> str:
    """The blocks as HTML."""
    return "".join(_block(block, heading_offset) for block in blocks)


def runs_html(runs: Sequence[Run]) -> str:
    """Runs of text as HTML, bracketed passages in nested spans that end with their block."""
    written: list[str] = []
    depth = 0
    for run in runs:
        if run.depth > depth:
            written.append('<span class="bracket">' * (run.depth - depth))
            depth = run.depth
        written.append(_run(run))
        written.append("</span>" * run.closes)
        depth -= run.closes
    return "".join(written) + "</span>" * depth


def _block(block: Block, offset: int) -> str:
    if isinstance(block, Paragraph):
        return f'<p dir="auto">{runs_html(block.runs)}</p>'
    if isinstance(block, Heading):
        level = min(block.level + offset, _LAST_LEVEL)
        return f'<h{level} dir="auto">{runs_html(block.runs)}</h{level}>'
    way = direction(" ".join(words_of([block])))
    if isinstance(block, Quote):
        return f'<blockquote dir="{way}">{blocks_html(block.blocks, offset)}</blockquote>'
    return _list(block, way, offset)


def _list(block: ListBlock, way: str, offset: int) -> str:
    items = "".join(f"<li>{blocks_html(item, offset)}</li>" for item in block.items)
    if not block.ordered:
        return f'<ul dir="{way}">{items}</ul>'
    start = f' start="{block.start}"' if block.start != 1 else ""
    return f'<ol dir="{way}"{start}>{items}</ol>'


def _run(run: Run) -> str:
    if run.text == "\n":
        return "<br>"
    html = escape(run.text)
    for mark, tag in reversed(_TAGS.items()):
        if mark in run.marks:
            html = f"<{tag}>{html}</{tag}>"
    if run.href is not None:
        html = f'<a href="{escape(run.href)}" rel="noopener nofollow">{html}</a>'
    return html
