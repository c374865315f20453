"""Rich text as HTML: nothing that people type becomes markup."""

from __future__ import annotations

from html import unescape
from html.parser import HTMLParser
from typing import Any

from hypothesis import given, settings

from consult.richtext import to_html, to_text, validated
from consult.richtext.model import parsed, words_of
from tests.richtext.docs import doc, hostile_docs, paragraph, sound_docs, text

ALLOWED = {
    "p": {"dir"},
    "h2": {"dir"},
    "h3": {"dir"},
    "h4": {"dir"},
    "ul": {"dir"},
    "ol": {"dir", "start"},
    "li": set(),
    "blockquote": {"dir"},
    "br": set(),
    "strong": set(),
    "em": set(),
    "u": set(),
    "s": set(),
    "a": {"href", "rel"},
    "span": {"class"},
}


class Reader(HTMLParser):
    """Reads tags and words, and fails on a tag or attribute that is not ours, or on a crossing of tags."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ALLOWED, tag
        assert {name for name, _ in attrs} <= ALLOWED[tag], attrs
        if tag != "br":
            self.open.append(tag)
        if tag == "a":
            assert str(dict(attrs)["href"]).startswith("https://")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag == "br"
        assert not attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment out of input: {data}")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(f"a declaration out of input: {decl}")


def read(html: str) -> str:
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    return "".join(reader.words)


@settings(max_examples=100)
@given(sound_docs)
def test_what_is_read_is_what_was_written(made: dict[str, Any]) -> None:
    assert read(to_html(made)) == "".join(words_of(parsed(made))).replace("\n", "")


@settings(max_examples=100)
@given(hostile_docs)
def test_hostile_documents_give_allowed_tags_only(anything: object) -> None:
    read(to_html(anything))


@settings(max_examples=100)
@given(sound_docs)
def test_canonical_form_reads_the_same(made: dict[str, Any]) -> None:
    assert to_html(validated(made)) == to_html(made)
    assert to_text(validated(made)) == to_text(made)


def test_markup_in_words_is_shown_as_words() -> None:
    html = to_html(doc(paragraph('<script>alert("1")</script> &amp; <img src=x onerror=alert(1)>')))
    assert "<script" not in html
    assert "<img" not in html
    assert '<script>alert("1")</script> &amp; <img src=x onerror=alert(1)>' in unescape(html)


def test_links_do_not_vouch_for_where_they_lead() -> None:
    html = to_html(doc(paragraph(text("a", href='https://e.org/?q="><b>'))))
    assert html == (
        '<p dir="auto"><a href="https://e.org/?q=&quot;&gt;&lt;b&gt;" rel="noopener nofollow">a</a></p>'
    )


def test_what_is_not_agreed_is_marked() -> None:
    html = to_html(doc(paragraph("States ", text("[shall", "bold"), "/should] act")))
    assert html == (
        '<p dir="auto">States <span class="bracket"><strong>[shall</strong>/should]</span> act</p>'
    )


def test_nested_and_neighbouring_brackets_nest_and_part() -> None:
    assert to_html(doc(paragraph("[a [b] c][d]"))) == (
        '<p dir="auto"><span class="bracket">[a <span class="bracket">[b]</span> c]</span>'
        '<span class="bracket">[d]</span></p>'
    )


def test_a_passage_over_two_paragraphs_is_marked_in_both() -> None:
    assert to_html(doc(paragraph("a [b"), paragraph("c] d"))) == (
        '<p dir="auto">a <span class="bracket">[b</span></p>'
        '<p dir="auto"><span class="bracket">c]</span> d</p>'
    )


def test_brackets_without_partner_are_ordinary() -> None:
    assert to_html(doc(paragraph("a] [b"))) == '<p dir="auto">a] [b</p>'


def test_lists_run_the_way_of_their_words() -> None:
    arabic = {"type": "listItem", "content": [paragraph("العودة")]}
    assert to_html(doc({"type": "bulletList", "content": [arabic]})).startswith(
        '<ul dir="rtl"><li><p dir="auto">'
    )
    numbered = {"type": "orderedList", "attrs": {"start": 3}, "content": [arabic]}
    assert to_html(doc(numbered)).startswith('<ol dir="rtl" start="3">')


def test_headings_follow_those_of_the_page() -> None:
    heading = {"type": "heading", "attrs": {"level": 2}, "content": [{"type": "text", "text": "a"}]}
    assert to_html(doc(heading), heading_offset=1) == '<h3 dir="auto">a</h3>'


def test_brackets_by_the_thousand_are_marked_only_as_far_as_anybody_reads() -> None:
    html = to_html(doc(paragraph("[" * 5000 + "]" * 5000, "[]" * 5000)))
    assert html.count("<span") == 2000
    assert html.count("<span") == html.count("</span>")
    assert read(html) == "[" * 5000 + "]" * 5000 + "[]" * 5000
