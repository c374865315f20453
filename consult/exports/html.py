"""An outline as one HTML file that stands alone: no script, nothing loaded, readable, printable.

No I/O, no clock; its style sheet is read once, at import.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path

from consult.exports.outline import Facts, Note, Outline, Part, Remark, Table
from consult.i18n import language
from consult.richtext.html import blocks_html, runs_html
from consult.richtext.model import Heading

#: Nothing may be loaded or run, wherever the file is opened.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

_STYLE = (Path(__file__).parent / "templates" / "page.css").read_text().strip()


def to_html(outline: Outline) -> str:
    """The outline as a whole page."""
    tongue = language(outline.language)
    head = (
        f'<!DOCTYPE html>\n<html lang="{escape(tongue.code)}" dir="{tongue.direction}">\n<head>\n'
        '<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        f"<title>{escape(outline.title)}</title>\n<style>\n{_STYLE}\n</style>\n</head>\n<body>\n"
    )
    body = "\n".join([*_opening(outline), *_parts(outline), "</main>", _footer(outline)])
    return f"{head}{body}\n</body>\n</html>\n"


def _opening(outline: Outline) -> Iterator[str]:
    yield f'<header>\n<h1 dir="auto">{escape(outline.title)}</h1>'
    for line in outline.subtitle:
        yield f'<p class="subtitle" dir="auto">{escape(line)}</p>'
    for note in outline.notes:
        yield _note(note)
    yield "</header>"
    tops = [part for part in outline.parts if isinstance(part, Heading) and part.level == 1]
    if len(tops) > 1:
        links = "".join(
            f'<li><a href="#part-{number}">{runs_html(part.runs)}</a></li>'
            for number, part in enumerate(tops, 1)
        )
        label = escape(outline.contents_label)
        yield f'<nav aria-label="{label}">\n<h2>{label}</h2>\n<ol>{links}</ol>\n</nav>'
    yield "<main>"


def _parts(outline: Outline) -> Iterator[str]:
    number = 0
    for part in outline.parts:
        if isinstance(part, Heading) and part.level == 1:
            number += 1
            yield f'<h2 id="part-{number}" dir="auto">{runs_html(part.runs)}</h2>'
        else:
            yield _part(part)


def _part(part: Part) -> str:
    if isinstance(part, Note):
        return _note(part)
    if isinstance(part, Facts):
        pairs = "".join(
            f'<div><dt>{escape(name)}</dt><dd dir="auto">{escape(value)}</dd></div>'
            for name, value in part.pairs
        )
        return f"<dl>{pairs}</dl>"
    if isinstance(part, Table):
        return _table(part)
    if isinstance(part, Remark):
        kind = "remark answer" if part.depth else "remark"
        who = f'<bdi class="who">{escape(part.head)}</bdi>'
        detail = f'<span class="detail" dir="auto">{escape(part.detail)}</span>'
        return f'<div class="{kind}"><p>{who} {detail}</p>{blocks_html(part.blocks)}</div>'
    return blocks_html([part], 1)


def _note(note: Note) -> str:
    return f'<p class="note" dir="auto">{escape(note.text)}</p>'


def _table(table: Table) -> str:
    def cell(tag: str, column: int, words: str, scope: str = "") -> str:
        kind = ' class="number"' if column >= table.numbers_from else ""
        return f'<{tag}{scope}{kind} dir="auto">{escape(words)}</{tag}>'

    header = "".join(cell("th", column, words, ' scope="col"') for column, words in enumerate(table.header))
    rows = "".join(
        "<tr>"
        + cell("th", 0, row[0], ' scope="row"')
        + "".join(cell("td", column, words) for column, words in enumerate(row[1:], 1))
        + "</tr>\n"
        for row in table.rows
    )
    caption = escape(table.caption)
    return (
        f'<div class="wide" role="region" aria-label="{caption}" tabindex="0">'
        f"<table><caption>{caption}</caption>\n"
        f"<thead><tr>{header}</tr></thead>\n<tbody>\n{rows}</tbody></table></div>"
    )


def _footer(outline: Outline) -> str:
    return f'<footer dir="auto">{escape(outline.footer)}</footer>'
