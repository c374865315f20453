"""An outline as a DOCX file with real styles: headings, lists, quotations, tables whose header rows repeat.

No I/O, no clock. The file names no person: its author fields are empty.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from consult.exports.docx_styles import Numbering, prepared
from consult.exports.outline import Facts, Note, Outline, Part, Remark, Table
from consult.richtext.characters import direction
from consult.richtext.model import Block, Heading, ListBlock, Paragraph, Quote, Run

_MARKS = {"bold": "w:b", "italic": "w:i", "strike": "w:strike"}
_OPEN = "FFF1C9"


def to_docx(outline: Outline) -> bytes:
    """The outline as the bytes of a DOCX file."""
    file = Document()
    prepared(file, outline)
    writer = _Writer(file)
    writer.line("Title", [Run(outline.title)])
    for line in outline.subtitle:
        writer.line("Subtitle", [Run(line)])
    for part in (*outline.notes, *outline.parts):
        writer.part(part)
    _properties(file, outline)
    bytes_ = BytesIO()
    file.save(bytes_)
    return bytes_.getvalue()


def _properties(file: Any, outline: Outline) -> None:
    made = datetime.fromisoformat(outline.generated_at).replace(tzinfo=None)
    core = file.core_properties
    core.title, core.language = outline.title[:255], outline.language
    core.author = core.last_modified_by = core.comments = core.keywords = ""
    core.created = core.modified = made
    core.revision = 1


class _Writer:
    """Writes parts at the end of the body. Elements are built directly: looking styles up by name is slow."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self._body = file.element.body
        self._end = self._body.sectPr
        self._numbering = Numbering(file)
        self._links: dict[str, str] = {}

    def part(self, part: Part) -> None:
        if isinstance(part, Note):
            self.line("ConsultNote", [Run(part.text)])
        elif isinstance(part, Facts):
            for name, value in part.pairs:
                self.line("ConsultFact", [Run(f"{name}: ", frozenset({"bold"})), Run(value)])
        elif isinstance(part, Table):
            self._table(part)
        elif isinstance(part, Remark):
            self._remark(part)
        else:
            self._block(part, "BodyText")

    def line(self, style: str, runs: Sequence[Run], numbered: tuple[int, int] | None = None) -> Any:
        """Adds one paragraph; ``numbered`` is a list's number and the depth in it."""
        made = self._paragraph(style, runs, numbered)
        self._end.addprevious(made)
        return made

    def _block(self, block: Block, style: str, depth: int = 0) -> None:
        if isinstance(block, Paragraph):
            self.line(style, block.runs)
        elif isinstance(block, Heading):
            self.line(f"Heading{block.level}", block.runs)
        elif isinstance(block, Quote):
            for inner in block.blocks:
                self._block(inner, "Quote", depth)
        else:
            self._list(block, depth)

    def _list(self, block: ListBlock, depth: int) -> None:
        style = "ListNumber" if block.ordered else "ListBullet"
        number = self._numbering.started(block.ordered, block.start)
        level = min(depth, Numbering.LEVELS - 1)
        for item in block.items:
            for index, inner in enumerate(item):
                if isinstance(inner, Paragraph):
                    kind = style if index == 0 else "ListContinue"
                    self.line(kind, inner.runs, (number, level) if index == 0 else None)
                else:
                    self._block(inner, "ListContinue", depth + 1)

    def _remark(self, remark: Remark) -> None:
        style = "ConsultAnswer" if remark.depth else "ConsultRemark"
        head = [Run(remark.head, frozenset({"bold"})), Run(f" · {remark.detail}")]
        _keep_with_next(self.line(style, head))
        for block in remark.blocks:
            self._block(block, style)

    def _table(self, table: Table) -> None:
        _keep_with_next(self.line("Caption", [Run(table.caption)]))
        self._file.add_table(rows=0, cols=len(table.header)).style = "Table Grid"
        element = self._end.getprevious()
        element.append(self._row(table.header, table, header=True))
        for row in table.rows:
            element.append(self._row(row, table))

    def _row(self, cells: Sequence[str], table: Table, *, header: bool = False) -> Any:
        row = OxmlElement("w:tr")
        properties = _child(row, "w:trPr")
        _child(properties, "w:cantSplit")
        if header:
            _child(properties, "w:tblHeader")
        for column, words in enumerate(cells):
            cell = _child(row, "w:tc")
            form = _child(cell, "w:tcPr")
            if header:
                _child(form, "w:shd", val="clear", color="auto", fill="EEF2F6")
            marks = frozenset({"bold"}) if header else frozenset[str]()
            line = self._paragraph("ConsultCell", [Run(words, marks)])
            if column >= table.numbers_from:
                _child(line.pPr, "w:jc", val="end")
            cell.append(line)
        return row

    def _paragraph(self, style: str, runs: Sequence[Run], numbered: tuple[int, int] | None = None) -> Any:
        made = OxmlElement("w:p")
        form = _child(made, "w:pPr")
        _child(form, "w:pStyle", val=style)
        if numbered:
            number = _child(form, "w:numPr")
            _child(number, "w:ilvl", val=str(numbered[1]))
            _child(number, "w:numId", val=str(numbered[0]))
        turned = direction("".join(run.text for run in runs)) == "rtl"
        if turned:
            _child(form, "w:bidi")
        for run in runs:
            parent = self._link(made, run.href) if run.href else made
            parent.append(_run(run, turned))
        return made

    def _link(self, paragraph: Any, href: str) -> Any:
        if href not in self._links:
            part = self._file.part
            self._links[href] = part.relate_to(href, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
        link = _child(paragraph, "w:hyperlink")
        link.set(qn("r:id"), self._links[href])
        return link


def _run(run: Run, turned: bool) -> Any:
    made = OxmlElement("w:r")
    form = _child(made, "w:rPr")
    if run.href:
        _child(form, "w:rStyle", val="Hyperlink")
    for mark, tag in _MARKS.items():
        if mark in run.marks:
            _child(form, tag)
            if tag == "w:b":
                _child(form, "w:bCs")
    if "underline" in run.marks:
        _child(form, "w:u", val="single")
    if run.depth:
        _child(form, "w:shd", val="clear", color="auto", fill=_OPEN)
    if turned:
        _child(form, "w:rtl")
    if run.text == "\n":
        _child(made, "w:br")
        return made
    text = _child(made, "w:t")
    text.set(qn("xml:space"), "preserve")
    text.text = run.text
    return made


def _keep_with_next(paragraph: Any) -> None:
    paragraph.pPr.insert(1, OxmlElement("w:keepNext"))


def _child(parent: Any, tag: str, **attributes: str) -> Any:
    made = OxmlElement(tag)
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), value)
    parent.append(made)
    return made
