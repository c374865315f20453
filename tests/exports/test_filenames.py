"""Names of downloads."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consult.exports.filenames import content_disposition, safe_filename


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Panel 3: returns", "Panel-3-returns.pdf"),
        ("a\r\nX-Injected: yes", "a-X-Injected-yes.pdf"),
        ("../../etc/passwd", "etc-passwd.pdf"),
        ("..\\..\\windows", "windows.pdf"),
        ('<svg onload="x">', "svg-onload-x.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe.pdf"),
        ("ملخص الميسرين", "ملخص-الميسرين.pdf"),
        ("返回", "返回.pdf"),
        ("", "record.pdf"),
        ("...", "record.pdf"),
        ("CON", "record-CON.pdf"),
        ("\ud800", "record.pdf"),
        (".hidden", "hidden.pdf"),
    ],
)
def test_titles_become_names(title: str, name: str) -> None:
    assert safe_filename(title, "pdf") == name


def test_long_titles_are_cut_between_characters() -> None:
    assert safe_filename("a" * 300, "docx") == "a" * 120 + ".docx"
    assert len(safe_filename("ملخص " * 100, "docx").encode()) <= 125


@given(st.text(max_size=200))
def test_no_name_can_do_harm(title: str) -> None:
    name = safe_filename(title, "md")
    assert name.endswith(".md")
    assert 4 <= len(name.encode()) <= 130
    assert not set(name) & set("/\\\"'<>:|?*\r\n\0\u202e")
    assert ".." not in name
    assert name.isprintable()
    header = content_disposition(name)
    assert header.isascii()
    assert header.count('"') == 2


def test_the_header_has_a_plain_name_and_the_real_one() -> None:
    assert content_disposition("a-é.pdf") == "attachment; filename=\"a-.pdf\"; filename*=UTF-8''a-%C3%A9.pdf"
    assert content_disposition("返回.pdf").startswith('attachment; filename="record.pdf"; ')
