"""Every format says the same things in the same order, and nothing changes unnoticed."""

from __future__ import annotations

import pytest

from tests.exports.golden import made_now, path


@pytest.mark.parametrize(
    ("form", "language"), [("json", "en"), ("md", "en"), ("html", "en"), ("html", "ar"), ("docx", "en")]
)
def test_as_agreed(form: str, language: str) -> None:
    assert made_now(form, language) == path(form, language).read_text()
