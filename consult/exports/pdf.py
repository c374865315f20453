"""An outline as a tagged PDF, set by Typst.

PDF/UA-1 first, which refuses a missing glyph; then an ordinary tagged PDF and a note that names what is
missing. Content reaches the layout as data, never as markup. No network; the layout's folder is the only one it
may read.
"""

from __future__ import annotations

import json
import unicodedata
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typst

from consult.exports.outline import Facts, Note, Outline, Part, Remark, Table
from consult.i18n import N_, text
from consult.richtext.characters import direction
from consult.richtext.model import Block, Heading, ListBlock, Paragraph, Quote, Run, words_of

_LAYOUT = Path(__file__).parent / "templates" / "record.typ"
_MARKS = {"bold": "b", "italic": "i", "underline": "u", "strike": "s"}
_REGIONS = {"en": "GB"}
#: The Debian package with the letters of a script, by the first word of the Unicode name of its characters.
_PACKAGES = {
    "CJK": "fonts-noto-cjk",
    "HIRAGANA": "fonts-noto-cjk",
    "KATAKANA": "fonts-noto-cjk",
    "HANGUL": "fonts-noto-cjk",
    "EMOJI": "fonts-noto-color-emoji",
}
_OTHER_PACKAGE = "fonts-noto-core"
_MISSING = N_(
    "This server has no letters for some of the text, so they are empty boxes in the PDF and the file is an "
    "ordinary tagged PDF, not PDF/UA. The package %(packages)s has them; DOCX and HTML are complete."
)
_NOT_UA = N_("The file is an ordinary tagged PDF, not PDF/UA: %(reason)s")


def to_pdf(outline: Outline) -> tuple[bytes, str]:
    """The outline as the bytes of a PDF file, and a note for the page that offered it (may be empty)."""
    compiler = typst.Compiler(
        input=_LAYOUT,
        root=_LAYOUT.parent,
        sys_inputs={"document": json.dumps(as_data(outline), ensure_ascii=False)},
        package_path=_LAYOUT.parent / "no-packages",
        package_cache_path=_LAYOUT.parent / "no-packages",
    )
    made = int(datetime.fromisoformat(outline.generated_at).astimezone(UTC).timestamp())
    try:
        return _bytes(compiler.compile(format="pdf", pdf_standards="ua-1", timestamp=made)), ""
    except typst.TypstError as refused:
        return _bytes(compiler.compile(format="pdf", timestamp=made)), _note(refused, outline.language)


def as_data(outline: Outline) -> dict[str, Any]:
    """What the layout reads: words, numbers and the kinds of parts."""
    return {
        "title": outline.title,
        "lang": outline.language,
        "region": _REGIONS.get(outline.language),
        "subtitle": list(outline.subtitle),
        "notes": [note.text for note in outline.notes],
        "contents": outline.contents_label,
        "running": outline.running_title,
        "footer": outline.footer,
        "page": outline.page_label,
        "parts": [_part(part) for part in outline.parts],
    }


def _bytes(made: object) -> bytes:
    if not isinstance(made, bytes):
        raise TypeError("the layout gave no single PDF file")
    return made


def _note(refused: typst.TypstError, tongue: str) -> str:
    """Why the file is an ordinary tagged PDF: letters that are missing, and where to get them; or the reason."""
    reason = " ".join([refused.message, *refused.hints])
    missing = packages_for(reason)
    if missing:
        return text(tongue, _MISSING, packages=", ".join(missing))
    return text(tongue, _NOT_UA, reason=reason[:200])


def packages_for(words: str) -> list[str]:
    """The Debian packages with fonts for the letters in these words that are not ASCII."""
    return sorted({package for letter in words if (package := _package(letter))})


def _package(letter: str) -> str | None:
    if letter.isascii():
        return None
    script = unicodedata.name(letter, "").split(" ")[0]
    if not script or unicodedata.category(letter) in ("Pi", "Pf", "Po", "Pd"):
        return None
    return _PACKAGES.get(script, _OTHER_PACKAGE)


def _part(part: Part) -> dict[str, Any]:
    if isinstance(part, Note):
        return {"kind": "note", "text": part.text}
    if isinstance(part, Facts):
        return {"kind": "facts", "pairs": [list(pair) for pair in part.pairs]}
    if isinstance(part, Table):
        return _table(part)
    if isinstance(part, Remark):
        return {
            "kind": "remark",
            "head": part.head,
            "detail": part.detail,
            "depth": part.depth,
            "blocks": [_block(block) for block in part.blocks],
        }
    return _block(part)


def _table(table: Table) -> dict[str, Any]:
    return {
        "kind": "table",
        "caption": table.caption,
        "header": list(table.header),
        "rows": [list(row) for row in table.rows],
        "numbers": table.numbers_from,
        "weights": [_weight(column, table) for column in range(len(table.header))],
    }


def _weight(column: int, table: Table) -> int:
    """How wide a column is beside the others: what its longest cell needs, within bounds."""
    longest = max(len(row[column]) for row in (table.header, *table.rows))
    return max(12, min(32, longest))


def _block(block: Block) -> dict[str, Any]:
    if isinstance(block, Heading):
        return {"kind": "heading", "level": block.level, "runs": [_run(run) for run in block.runs]}
    way = direction(" ".join(words_of([block])))
    if isinstance(block, Paragraph):
        return {"kind": "paragraph", "way": way, "runs": [_run(run) for run in block.runs]}
    if isinstance(block, Quote):
        return {"kind": "quote", "blocks": [_block(inner) for inner in block.blocks]}
    return _list(block, way)


def _list(block: ListBlock, way: str) -> dict[str, Any]:
    return {
        "kind": "numbers" if block.ordered else "bullets",
        "start": block.start,
        "way": way,
        "items": [[_block(inner) for inner in item] for item in block.items],
    }


def _run(run: Run) -> list[Any]:
    marks = "".join(sign for mark, sign in _MARKS.items() if mark in run.marks)
    return [run.text, marks, run.href, run.depth > 0]
