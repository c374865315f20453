"""Content that wants to be more than content: formulas, markup of every format, files, hidden characters."""

from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO
from typing import Any
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import pytest
from docx import Document
from markdown_it import MarkdownIt

from consult.exports.record import Comment, Count, Participation, Record
from consult.exports.run import FORMATS
from consult.exports.worker import made
from consult.richtext import from_text
from tests.exports.records import record
from tests.exports.test_pdf import words

CORPUS = [
    '=HYPERLINK("https://evil.example","x")',
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1:A2)",
    "<img src=file:///etc/passwd onerror=alert(1)>",
    "<script>alert(1)</script></style><style>@import url(file:///etc/passwd)",
    '#read("/etc/passwd")',
    '#image("/etc/passwd") $x$ #{1+1} \\u{41} *b* _i_ `raw` @ref <label> // comment',
    '"))); #read("/etc/hostname") #((("',
    "![x](file:///etc/passwd) [a](javascript:alert(1)) <b>",
    "]]><!ENTITY xxe SYSTEM 'file:///etc/passwd'>&xxe;",
    "{{ 7*7 }} {% include 'x' %} %(x)s %s {0}",
    "a\u202egpj.exe\u2066b\x00c\x07d\ufeff\ud800e",
    "zero\u200bwidth\u200djoiner",
    "\r\nX-Injected: yes",
    "| a | b |\n|---|---|",
]


def hostile(text: str) -> Record:
    """The small record with this text in every place that people fill in."""
    session = record().sessions[0]
    item = replace(
        session.rooms[0].items[0],
        title=text,
        text=from_text(text),
        means=text,
        indicator=text,
        actors=(text,),
        comments=(Comment("panelists", "question", text, text, passage=text),),
    )
    room = replace(session.rooms[0], title=text, topic=text, items=(item,))
    return record(
        title=text,
        consultation=replace(record().consultation, title=text, place=text),
        sessions=(replace(session, title=text, rooms=(room,), questions=(text,)),),
        participation=Participation(1, 9, (Count(text, 9),)),
        delegations=(text,),
    )


def shown(text: str) -> str:
    """The text without spaces and hidden characters, which formats may treat as they like."""
    return re.sub(r"[\s\u200b-\u200d\u202a-\u202e\u2066-\u2069\ufeff\x00\x07\ud800]", "", text)


@pytest.mark.parametrize("text", CORPUS)
@pytest.mark.parametrize("form", FORMATS)
def test_is_content_and_nothing_else(form: str, text: str) -> None:
    content, _ = made(hostile(text), form)
    assert b"root:x:0" not in content
    read = {"docx": _docx, "pdf": _pdf, "html": _html, "md": _markdown, "json": _json}[form](content)
    assert shown(text) in shown(read)


def _docx(content: bytes) -> str:
    with ZipFile(BytesIO(content)) as package:
        for name in package.namelist():
            if name.endswith((".xml", ".rels")):
                ET.fromstring(package.read(name))
        assert b"evil.example" not in package.read("word/_rels/document.xml.rels")
        assert b"instrText" not in package.read("word/document.xml")
    _no_hidden(content_text := "\n".join(line.text for line in Document(BytesIO(content)).paragraphs))
    return content_text


def _pdf(content: bytes) -> str:
    return words(content)


def _html(content: bytes) -> str:
    page = content.decode()
    _no_hidden(page)
    body = page[page.index("<body>") :]
    assert not re.search(r"<(script|img|style|link|iframe|b)\b", body)
    assert 'href="javascript' not in body
    return _unescaped(re.sub(r"<[^>]*>", "", body))


def _markdown(content: bytes) -> str:
    _no_hidden(content.decode())
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(content.decode())
    assert not re.search(r"<(script|img|style)\b", html)
    assert 'javascript:alert(1)"' not in html
    return _unescaped(re.sub(r"<[^>]*>", "", html))


def _json(content: bytes) -> str:
    import json

    def texts(value: Any) -> list[str]:
        if isinstance(value, dict):
            return [text for entry in value.values() for text in texts(entry)]
        if isinstance(value, list):
            return [text for entry in value for text in texts(entry)]
        return [value] if isinstance(value, str) else []

    return "\n".join(texts(json.loads(content)))


def _unescaped(text: str) -> str:
    from html import unescape

    return unescape(text)


def _no_hidden(text: str) -> None:
    assert not re.search(r"[\u202a-\u202e\u2066-\u2069\x00\x07]", text)
