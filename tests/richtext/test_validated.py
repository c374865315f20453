"""What is a rich text of ours, and what is refused with its place and reason."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given, settings

from consult.richtext import (
    InvalidRichText,
    Limits,
    empty,
    from_text,
    repaired,
    to_text,
    validated,
    word_count,
)
from tests.richtext.docs import doc, hostile_docs, paragraph, sound_docs, text


@settings(max_examples=60)
@given(sound_docs)
def test_validating_twice_changes_nothing(made: dict[str, Any]) -> None:
    once = validated(made)
    assert validated(once) == once


@settings(max_examples=60)
@given(sound_docs)
def test_validating_and_repairing_keep_the_words(made: dict[str, Any]) -> None:
    assert word_count(validated(made)) == word_count(made) == word_count(repaired(made))


@settings(max_examples=60)
@given(sound_docs)
def test_a_sound_text_needs_no_repair(made: dict[str, Any]) -> None:
    sound = validated(made)
    assert repaired(sound) == sound


@settings(max_examples=80)
@given(hostile_docs)
def test_whatever_comes_in_comes_out_allowed(anything: object) -> None:
    assert validated(repaired(anything), Limits(characters=10**9, nodes=10**9))


@settings(max_examples=80)
@given(hostile_docs)
def test_refusal_is_the_only_other_answer(anything: object) -> None:
    with contextlib.suppress(InvalidRichText):
        assert validated(anything)["type"] == "doc"


def test_the_canonical_form() -> None:
    made = doc(
        paragraph(
            text("a", "strike", "bold"), text("b", "bold", "strike"), text("", "bold"), "\u202ec\x00\nd"
        )
    )
    assert validated(made) == doc(
        {
            "type": "paragraph",
            "content": [
                {"type": "text", "text": "ab", "marks": [{"type": "bold"}, {"type": "strike"}]},
                {"type": "text", "text": "c d"},
            ],
        }
    )


def test_attributes_that_the_editor_writes_itself_are_dropped() -> None:
    link = {"type": "link", "attrs": {"href": "https://e.org", "target": "_blank", "rel": "x", "class": None}}
    made = doc(
        {
            "type": "orderedList",
            "attrs": {"start": 3.0, "type": None},
            "content": [
                {
                    "type": "listItem",
                    "content": [paragraph({"type": "text", "text": "a", "marks": [link]})],
                }
            ],
        }
    )
    listed = validated(made)["content"][0]
    assert listed["attrs"] == {"start": 3}
    assert listed["content"][0]["content"][0]["content"][0]["marks"] == [
        {"type": "link", "attrs": {"href": "https://e.org"}}
    ]


def test_nothing_written_is_one_empty_paragraph() -> None:
    assert validated({"type": "doc"}) == validated(doc()) == empty()


REFUSED: dict[str, tuple[object, str]] = {
    "not an object": ([], "doc: not a node"),
    "another root": (paragraph("a"), "doc: the outermost"),
    "an unknown block": (doc({"type": "image"}), "doc.content[0]: this kind of block"),
    "raw html": (doc({"type": "html", "text": "<b>"}), "doc.content[0]: this kind of block"),
    "text outside a block": (doc({"type": "text", "text": "a"}), "doc.content[0]: this kind of block"),
    "a block in a line": (doc(paragraph(paragraph("a"))), "doc.content[0].content[0]: this kind of node"),
    "an unknown mark": (doc(paragraph(text("a", "textStyle"))), "marks[0]: this kind of mark"),
    "an unknown attribute": (
        doc({"type": "paragraph", "attrs": {"style": "color:red"}}),
        "doc.content[0].attrs: unknown attribute",
    ),
    "a handler": (
        doc({"type": "paragraph", "onclick": "x"}),
        "doc.content[0]: unknown key",
    ),
    "heading level 1": (doc({"type": "heading", "attrs": {"level": 1}}), "attrs.level: not a whole number"),
    "heading level true": (doc({"type": "heading", "attrs": {"level": True}}), "attrs.level"),
    "heading without level": (doc({"type": "heading"}), "attrs.level"),
    "an empty list": (doc({"type": "bulletList", "content": []}), "must not be empty"),
    "a paragraph in a list": (doc({"type": "bulletList", "content": [paragraph("a")]}), "list items only"),
    "a text that is a number": (doc(paragraph({"type": "text", "text": 5})), "a text node holds text"),
    "content that is a string": (doc({"type": "paragraph", "content": "abc"}), "content is not a list"),
}


@pytest.mark.parametrize(("made", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_refused_with_place_and_reason(made: object, reason: str) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        validated(made)
    assert reason in str(refused.value)


BAD_LINKS = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "vbscript:x",
    "//evil.org",
    "/relative",
    "https:",
    "https://",
    "http:\\\\evil.org",
    "https://a b.org",
    "https://e.org/\u202egro",
    "https://[::1",
    "mailto:",
    "https://e.org/" + "a" * 2000,
    "",
    None,
    5,
]


@pytest.mark.parametrize("href", BAD_LINKS)
def test_a_link_that_leads_elsewhere_is_refused_and_repaired_away(href: object) -> None:
    node = {"type": "text", "text": "a", "marks": [{"type": "link", "attrs": {"href": href}}]}
    with pytest.raises(InvalidRichText, match="http, https or mailto"):
        validated(doc(paragraph(node)))
    assert repaired(doc(paragraph(node))) == doc(paragraph("a"))


@pytest.mark.parametrize(
    "href", ["https://e.org/a?b#c", "http://e.org:80", "mailto:a@e.org", "https://مثال.org/"]
)
def test_a_link_that_leads_somewhere_safe_stays(href: str) -> None:
    made = doc(paragraph(text("a", href=href)))
    assert validated(made) == made


def nested(depth: int) -> dict[str, Any]:
    block = paragraph("deep")
    for _ in range(depth):
        block = {"type": "blockquote", "content": [block]}
    return doc(block)


def test_depth_is_limited_and_repair_keeps_the_words_of_any_depth() -> None:
    assert validated(nested(11))
    with pytest.raises(InvalidRichText, match="nested deeper than 12"):
        validated(nested(12))
    assert to_text(validated(repaired(nested(12)))).endswith("deep")
    assert to_text(repaired(nested(400))).endswith("deep")


def test_size_is_limited_but_ten_thousand_words_fit() -> None:
    long = from_text("word " * 10_000)
    assert word_count(validated(long)) == 10_000
    with pytest.raises(InvalidRichText, match="longer than 120000 characters"):
        validated(from_text("a" * 120_001))
    with pytest.raises(InvalidRichText, match="more than 6000 parts"):
        validated(doc(*[{"type": "paragraph"}] * 6_000))


def test_repair_lifts_words_out_of_what_is_not_known() -> None:
    made = doc(
        {"type": "table", "content": [{"type": "row", "content": [paragraph("cell")]}]},
        {"type": "text", "text": "loose"},
        {"type": "bulletList", "content": [paragraph("no item"), {"type": "image"}]},
        {"type": "heading", "attrs": {"level": "9"}, "content": [{"type": "text", "text": "h"}]},
        paragraph({"type": "mention", "content": [{"type": "text", "text": "kept"}]}),
    )
    assert repaired(made) == doc(
        paragraph("cell"),
        paragraph("loose"),
        {"type": "bulletList", "content": [{"type": "listItem", "content": [paragraph("no item")]}]},
        {"type": "heading", "attrs": {"level": 4}, "content": [{"type": "text", "text": "h"}]},
        paragraph("kept"),
    )
