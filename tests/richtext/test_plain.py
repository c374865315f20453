"""Rich text as words: counts, brackets, excerpts, and back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from consult.richtext import (
    Bracket,
    brackets,
    count_words,
    excerpt,
    from_text,
    is_blank,
    open_brackets,
    to_markdown,
    to_text,
    validated,
    word_count,
)
from consult.richtext.brackets import passages
from consult.richtext.characters import clean
from consult.richtext.model import parsed, words_of
from tests.richtext.docs import doc, paragraph, sound_docs, text
from tests.richtext.test_html import Reader


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("", 0),
        ("one", 1),
        ("States' well-being isn't 3.5 per cent", 6),
        ("[shall/should]", 2),
        ("العودة وإعادة الإدماج", 3),
        ("返回和重返社会", 7),
        ("wo", 1),
        ("— … !", 0),
    ],
)
def test_words_are_counted_as_people_count_them(words: str, count: int) -> None:
    assert count_words(words) == count


def test_marks_and_lists_do_not_change_the_count() -> None:
    item = {"type": "listItem", "content": [paragraph("three more words")]}
    made = doc(paragraph("wo", text("rd", "bold"), " two"), {"type": "orderedList", "content": [item]})
    assert word_count(made) == 5


@pytest.mark.parametrize(
    ("words", "open_ones"),
    [
        ("no bracket", 0),
        ("[one]", 1),
        ("[one][two] [three]", 3),
        ("[one [inside] it]", 1),
        ("[never closed", 0),
        ("never opened]", 0),
        ("[a [b]", 1),
        ("[ ]", 1),
    ],
)
def test_brackets_left(words: str, open_ones: int) -> None:
    assert open_brackets(from_text(words)) == open_ones


def test_a_passage_may_run_over_paragraphs_and_marks() -> None:
    made = doc(paragraph("a [b", text("c", "bold")), paragraph("d] e"))
    assert brackets(made) == [Bracket("bc d", ())]


def test_alternatives() -> None:
    assert brackets(from_text("States [shall/should/may] [see https://e.org/a] [a/[b/c]] [/x]")) == [
        Bracket("shall/should/may", ("shall", "should", "may")),
        Bracket("see https://e.org/a", ("see https://e.org", "a")),
        Bracket("a/[b/c]", ("a", "[b/c]")),
        Bracket("/x", ()),
    ]


@given(st.text(alphabet="[]ab", max_size=40))
def test_passages_are_balanced_and_nested(words: str) -> None:
    found = passages(words)
    for passage in found:
        inner = words[passage.start : passage.end]
        assert inner[0] == "["
        assert inner[-1] == "]"
        around = [other for other in found if other.start < passage.start and passage.end < other.end]
        assert passage.depth == len(around) + 1
    assert len(found) == len({passage.start for passage in found}) == len({passage.end for passage in found})


def test_excerpts_end_between_words() -> None:
    made = from_text("One two three.\n\nFour five six")
    assert excerpt(made) == "One two three. Four five six"
    assert excerpt(made, 16) == "One two three…"
    assert excerpt(from_text("a" * 50), 10) == "a" * 9 + "…"


@given(st.text(max_size=80))
def test_plain_text_comes_back(words: str) -> None:
    made = validated(from_text(words))
    assert made == validated(from_text(to_text(made)))


def test_paragraphs_and_line_breaks_of_plain_text() -> None:
    assert from_text("a\r\nb\n \n\nc") == doc(
        paragraph("a", {"type": "hardBreak"}, "b"),
        paragraph("c"),
    )
    assert is_blank(from_text(" \n\n \t"))


def test_plain_text_of_lists_and_quotations() -> None:
    item = {"type": "listItem", "content": [paragraph("one"), paragraph("more")]}
    made = doc(
        {"type": "orderedList", "attrs": {"start": 2}, "content": [item, item]},
        {"type": "blockquote", "content": [paragraph("said"), paragraph("so")]},
    )
    assert to_text(made) == "2. one\n   more\n3. one\n   more\n\n> said\n> \n> so"


_MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["strikethrough", "table"])


@settings(max_examples=100)
@given(sound_docs)
def test_markdown_shows_what_was_written(made: dict[str, Any]) -> None:
    reader = Reader()
    reader.feed(_MARKDOWN.render(to_markdown(made)))
    shown = "".join("".join(reader.words).split())
    assert shown == "".join("".join(words_of(parsed(made))).split())


def test_markdown_of_marks_lists_and_headings() -> None:
    item = {"type": "listItem", "content": [paragraph("one"), paragraph("more")]}
    made = doc(
        {"type": "heading", "attrs": {"level": 2}, "content": [{"type": "text", "text": "Means"}]},
        paragraph(
            text("bold", "bold"),
            " and ",
            text("a link", href="https://e.org/x"),
            {"type": "hardBreak"},
            "# no",
        ),
        {"type": "orderedList", "attrs": {"start": 2}, "content": [item, item]},
        {"type": "blockquote", "content": [paragraph("[said]")]},
    )
    assert to_markdown(made, heading_offset=1) == (
        "### Means\n\n**bold** and [a link](<https://e.org/x>)\\\n\\# no\n\n"
        "2. one\n\n   more\n3. one\n\n   more\n\n> \\[said\\]"
    )


def test_a_text_of_printable_characters_is_clean_as_it_is() -> None:
    """So that `clean` may say so without looking for what it drops."""
    printable = "".join(chr(code) for code in range(0x110000) if chr(code).isprintable())
    assert clean(f"{printable}\ufeff") == printable
