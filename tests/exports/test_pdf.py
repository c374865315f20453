"""The PDF file as a reader, and a screen reader, finds it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from io import BytesIO
from typing import Any

from pypdf import PdfReader

from consult.exports.pdf import packages_for
from consult.exports.worker import made
from consult.richtext import from_text
from tests.exports.records import record


@cache
def exported() -> tuple[bytes, str]:
    return made(record(), "pdf")


def reader() -> Any:
    return read(exported()[0])


def read(content: bytes) -> Any:
    return PdfReader(BytesIO(content))


def words(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())


def test_the_file_claims_pdf_ua_and_is_tagged() -> None:
    content, note = exported()
    root = reader().trailer["/Root"]
    assert note == ""
    assert b"<pdfuaid:part>1</pdfuaid:part>" in content
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]


def test_title_and_language_are_set_and_no_person_is_named() -> None:
    found = reader()
    assert found.metadata is not None
    assert found.metadata.title == record().title
    assert not found.metadata.author
    assert found.trailer["/Root"]["/Lang"].lower().startswith("en")


def test_headings_make_the_bookmarks() -> None:
    titles = [entry["/Title"] for entry in reader().outline if not isinstance(entry, list)]
    assert titles[:4] == [
        "Co-facilitators' summary",
        "Programme",
        "Proposals for actionable commitments",
        "Breakout groups",
    ]


def test_everything_can_be_read_out() -> None:
    text = words(exported()[0])
    for said in (
        "does not represent a negotiated outcome",
        "[shall/should]",
        "Both numbers stay in brackets.",
        "fewer than 5",
        "Côte d'Ivoire",
        "Page 1 / ",
    ):
        assert said in text


def test_the_same_record_gives_the_same_file() -> None:
    assert made(record(), "pdf")[0] == exported()[0]


def test_a_missing_letter_gives_an_ordinary_tagged_file_and_a_note() -> None:
    content, note = made(record(title="Nobody has a glyph for \U0010fff0"), "pdf")
    assert note.startswith("The file is an ordinary tagged PDF, not PDF/UA")
    assert b"pdfuaid" not in content
    assert read(content).trailer["/Root"]["/MarkInfo"]["/Marked"]


def test_the_note_names_the_package_with_the_letters() -> None:
    assert packages_for("the text “返回” and 돌아") == ["fonts-noto-cjk"]
    assert packages_for("العودة") == ["fonts-noto-core"]
    assert packages_for("plain") == []


def test_a_right_to_left_record_is_made() -> None:
    content, _ = made(record(language="ar"), "pdf")
    assert read(content).trailer["/Root"]["/Lang"].startswith("ar")


def test_ten_thousand_words_in_one_item() -> None:
    session = record().sessions[0]
    long = replace(session.rooms[0].items[0], text=from_text(("word " * 100 + "\n\n") * 100))
    content, _ = made(
        record(sessions=(replace(session, rooms=(replace(session.rooms[0], items=(long,)),)),)), "pdf"
    )
    assert words(content).count("word ") >= 9_900
