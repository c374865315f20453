"""Where a text can be cut, what two texts are as one, and facts that contradict each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consult import richtext
from consult.items import pieces
from consult.items.templates import TEMPLATES, text_of

FACTS = st.dictionaries(
    st.sampled_from(["term", "means", "indicator", "actor:states", "actor:iom", "target:10.7"]),
    st.sampled_from(["short", "long", "aligns", "adds"]),
)


def paragraph(words: str) -> dict[str, object]:
    return {"type": "paragraph", "content": [{"type": "text", "text": words}] if words else []}


def heading(words: str) -> dict[str, object]:
    return {"type": "heading", "attrs": {"level": 3}, "content": [{"type": "text", "text": words}]}


def doc(*nodes: dict[str, object]) -> richtext.Doc:
    return richtext.repaired({"type": "doc", "content": list(nodes)})


TEXT = doc(paragraph("One."), paragraph(""), heading("Second part"), paragraph("Two."), paragraph("One."))


def test_a_text_can_be_cut_before_every_block_that_says_something() -> None:
    assert [(block.place, block.kind, block.words) for block in pieces.blocks_of(TEXT)] == [
        (0, "paragraph", "One."),
        (2, "heading", "Second part"),
        (3, "paragraph", "Two."),
        (4, "paragraph", "One."),
    ]


def test_a_cut_at_a_heading_makes_it_the_title_and_elsewhere_loses_nothing() -> None:
    stays, title, goes = pieces.cut(TEXT, 2)
    assert (richtext.to_text(stays).strip(), title) == ("One.", "Second part")
    assert richtext.to_text(goes) == "Two.\n\nOne."
    stays, title, goes = pieces.cut(TEXT, 3)
    assert title == ""
    assert stays["content"] + goes["content"] == TEXT["content"]


def test_a_heading_at_the_very_end_leaves_an_empty_text() -> None:
    _stays, title, goes = pieces.cut(doc(paragraph("One."), heading("End")), 1)
    assert title == "End"
    assert richtext.is_blank(goes)


def test_a_heading_stays_in_the_text_where_it_cannot_be_the_title() -> None:
    _stays, title, goes = pieces.cut(TEXT, 2, title="Another title")
    assert title == "Another title"
    assert richtext.to_text(goes) == "Second part\n\nTwo.\n\nOne."
    _stays, title, goes = pieces.cut(TEXT, 2, title="Second part")
    assert (title, richtext.to_text(goes)) == ("Second part", "Two.\n\nOne."), "it says so already"
    long = "word " * 80
    _stays, title, goes = pieces.cut(doc(paragraph("One."), heading(long.strip()), paragraph("Two.")), 1)
    assert title == ""
    assert richtext.to_text(goes) == f"{long.strip()}\n\nTwo."


def test_a_block_is_found_again_when_others_were_written_before_it() -> None:
    two = next(block for block in pieces.blocks_of(TEXT) if block.words == "Two.")
    longer = doc(paragraph("New."), *TEXT["content"])
    assert pieces.place_of_block(longer, two.place, two.mark) == 4
    assert pieces.place_of_block(doc(paragraph("Two, changed.")), two.place, two.mark) is None


def test_two_blocks_that_say_the_same_are_told_apart_by_their_place_or_not_at_all() -> None:
    first, last = (block for block in pieces.blocks_of(TEXT) if block.words == "One.")
    assert first.mark == last.mark
    assert pieces.place_of_block(TEXT, last.place, last.mark) == 4
    assert pieces.place_of_block(doc(paragraph("New."), *TEXT["content"]), last.place, last.mark) is None


def test_the_second_text_stands_under_its_title() -> None:
    first, second = doc(paragraph("One.")), doc(paragraph("Two."))
    both = pieces.joined(first, second, heading="Another")
    assert both["content"] == [paragraph("One."), heading("Another"), paragraph("Two.")]
    assert pieces.joined(doc(), second, heading="")["content"] == [paragraph("Two.")]
    assert pieces.joined(first, doc(), heading="Another") == first


@given(FACTS, FACTS)
def test_facts_that_do_not_contradict_add_up(kept: dict[str, object], taken: dict[str, object]) -> None:
    against = pieces.contradictions(kept, taken)
    facts = pieces.united(kept, taken, {found.key: pieces.TAKEN for found in against})
    assert facts == {**kept, **taken}
    if against:
        with pytest.raises(KeyError):
            pieces.united(kept, taken, {})


def test_both_wordings_can_be_kept_where_a_field_holds_words() -> None:
    kept, taken = {"term": "short", "means": "A fund"}, {"term": "long", "means": "Training"}
    found = pieces.contradictions(kept, taken)
    assert [(one.key, one.options) for one in found] == [
        ("means", ("kept", "taken", "both")),
        ("term", ("kept", "taken")),
    ]
    assert pieces.united(kept, taken, {"term": "taken", "means": "both"}) == {
        "term": "long",
        "means": "A fund\nTraining",
    }
    with pytest.raises(KeyError):
        pieces.united(kept, taken, {"term": "both", "means": "both"})


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.code)
def test_a_template_is_a_text_of_ours_with_brackets_to_fill_in(template: object) -> None:
    text = text_of(template, str.upper)  # type: ignore[arg-type]
    assert richtext.validated(text) == text
    assert richtext.repaired(text) == text
    assert richtext.open_brackets(text) >= 3
    assert richtext.to_text(text).isupper()
