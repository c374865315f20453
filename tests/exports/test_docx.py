"""The DOCX file as a word processor finds it."""

from __future__ import annotations

import itertools
from functools import cache
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from docx import Document
from docx.oxml.ns import qn

from consult.exports.worker import made
from tests.exports.records import record


@cache
def content(language: str = "en") -> bytes:
    return made(record(language=language), "docx")[0]


def file() -> Any:
    return Document(BytesIO(content()))


def part(name: str, language: str = "en") -> str:
    with ZipFile(BytesIO(content(language))) as package:
        return package.read(name).decode()


def test_headings_are_real_and_in_order() -> None:
    levels = [int(line.style.name[-1]) for line in file().paragraphs if line.style.name.startswith("Heading")]
    assert levels[0] == 1
    assert max(levels) >= 4
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    assert file().paragraphs[0].style.name == "Title"


def test_every_table_repeats_its_header_and_keeps_its_rows_whole() -> None:
    tables = file().tables
    assert len(tables) == 5
    for table in tables:
        first, *others = table.rows
        assert first._tr.trPr.find(qn("w:tblHeader")) is not None
        assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)
        assert all(row._tr.trPr.find(qn("w:tblHeader")) is None for row in others)


def test_the_file_names_its_title_and_language_and_no_person() -> None:
    core = file().core_properties
    assert core.title == record().title
    assert core.language == "en"
    assert core.author == core.last_modified_by == core.comments == core.keywords == ""
    assert 'w:val="en-GB"' in part("word/styles.xml")
    assert "python-docx" not in part("docProps/core.xml")


def test_lists_are_lists_and_count_from_where_they_start() -> None:
    lines = {line.text: line for line in file().paragraphs if line.style.name.startswith("List")}
    assert lines["Who pays?"].style.name == "List Number"
    assert lines["Canada"].style.name == "List Bullet"
    number = lines["First point"]._p.pPr.numPr.numId.val
    restarted = (
        f'w:numId="{number}"><w:abstractNumId w:val="9002"/>'
        '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="3"'
    )
    assert restarted in part("word/numbering.xml")
    assert lines["Who pays?"]._p.pPr.numPr.numId.val != number


def test_kinds_of_number_come_before_numbers() -> None:
    numbering = part("word/numbering.xml")
    assert numbering.rfind("<w:abstractNum ") < numbering.find("<w:num ")


def test_what_is_not_agreed_is_shaded_and_links_lead_out() -> None:
    document = part("word/document.xml")
    assert (
        '<w:shd w:val="clear" w:color="auto" w:fill="FFF1C9"/></w:rPr><w:t xml:space="preserve">[ten]</w:t>'
        in document
    )
    assert 'Target="https://example.org/statement" TargetMode="External"' in part(
        "word/_rels/document.xml.rels"
    )


def test_arabic_runs_from_right_to_left() -> None:
    line = next(line for line in file().paragraphs if line.text == "العودة")
    assert line._p.pPr.find(qn("w:bidi")) is not None
    assert line.runs[0]._r.rPr.find(qn("w:rtl")) is not None
    assert "<w:bidi/><w:docGrid" in part("word/document.xml", "ar")


def test_pages_are_numbered() -> None:
    footer = part("word/footer1.xml")
    assert 'w:instr=" PAGE "' in footer
    assert "Sample consultation, synthetic participants" in footer
