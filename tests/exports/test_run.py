"""Exports in a process of their own."""

from __future__ import annotations

import subprocess
import sys

import pytest

from consult.exports.run import FORMATS, MEDIA_TYPES, ExportFailed, render
from consult.exports.worker import made
from tests.exports.records import record


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_is_made_as_it_would_be_here(form: str) -> None:
    export = render(record(), form)
    assert export.media_type == MEDIA_TYPES[form]
    assert export.filename == f"Panel-3-returns-readmission-integration-and-reintegration.{form}"
    assert export.note == ""
    if form != "docx":
        assert export.content == made(record(), form)[0]


def test_a_note_comes_back_with_the_file() -> None:
    export = render(record(title="Nobody has a glyph for \U0010fff0"), "pdf")
    assert export.content.startswith(b"%PDF")
    assert "not PDF/UA" in export.note


def test_no_such_format() -> None:
    with pytest.raises(KeyError):
        render(record(), "exe")


def test_a_process_that_takes_too_long_is_ended() -> None:
    with pytest.raises(ExportFailed, match="too long"):
        render(record(), "json", timeout=0.001)


def test_a_process_that_fails_is_reported_without_its_content(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(ExportFailed, match="could not be made"):
        render(record(generated_at="no time"), "html")
    assert "Invalid isoformat" in caplog.text


def test_the_server_does_not_load_what_only_exports_need() -> None:
    code = (
        "import sys, consult.exports.run; print([m for m in ('docx', 'typst', 'lxml') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
