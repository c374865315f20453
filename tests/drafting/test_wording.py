"""What changed between two wordings: both can be read off it, words stay whole, lines that belong together meet."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consult import richtext
from consult.drafting.wording import (
    Counts,
    Kind,
    LineChange,
    counted,
    counted_pieces,
    line_changes,
    word_changes,
)
from consult.richtext import lines_of, tokens
from tests.drafting.test_content import DOCS

PHRASES = st.text(alphabet="ab [](é😀ع中 \u0301\n\t.,'-", max_size=40) | st.text(max_size=20)


def joined(pieces: object, *kinds: Kind) -> str:
    return "".join(piece.text for piece in pieces if piece.kind in kinds)  # type: ignore[attr-defined]


@given(PHRASES, PHRASES)
def test_both_wordings_can_be_read_off_the_pieces(before: str, after: str) -> None:
    pieces = word_changes(before, after)
    assert joined(pieces, Kind.SAME, Kind.OUT) == before
    assert joined(pieces, Kind.SAME, Kind.IN) == after
    assert (before == after) == all(piece.kind == Kind.SAME for piece in pieces)


@given(DOCS, DOCS)
def test_both_texts_can_be_read_off_the_lines(before: richtext.Doc, after: richtext.Doc) -> None:
    old, new = lines_of(before), lines_of(after)
    changes = list(line_changes(old, new))
    assert [change.before for change in changes if change.before] == old
    assert [change.after for change in changes if change.after] == new
    for change in changes:
        assert joined(change.pieces, Kind.SAME, Kind.OUT) == (change.before.text if change.before else "")
        assert joined(change.pieces, Kind.SAME, Kind.IN) == (change.after.text if change.after else "")
    assert counted(changes).is_nothing == (old == new)


@given(st.text(max_size=60))
def test_tokens_are_the_text(text: str) -> None:
    assert "".join(tokens(text)) == text


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("ten States", "twenty States", "-ten +twenty = States"),
        ("officers", "officers'", "=officers +'"),
        ("States [shall] offer", "States offer", "=States - [shall] = offer"),
        ("don't go", "do go", "-don't +do = go"),
        ("cafe\u0301 au lait", "cafe au lait", "-cafe\u0301 +cafe = au lait"),
        ("难民可以返回", "移民可以返回", "-难 +移 =民可以返回"),
    ],
)
def test_words_change_whole(before: str, after: str, expected: str) -> None:
    signs = {Kind.SAME: "=", Kind.OUT: "-", Kind.IN: "+"}
    assert " ".join(signs[piece.kind] + piece.text for piece in word_changes(before, after)) == expected


def states(before: str, after: str) -> list[str]:
    changes = line_changes(lines_of(richtext.from_text(before)), lines_of(richtext.from_text(after)))
    return [change.state for change in changes]


def test_lines_that_belong_together_meet() -> None:
    before = "States offer training.\n\nThe fund pays for it all.\n\nIt is reviewed yearly."
    after = "A preamble that is new.\n\nStates may offer training.\n\nIt is reviewed yearly."
    assert states(before, after) == ["added", "changed", "removed", "same"]
    assert states("", "One.") == ["added"]
    assert states("One.", "One.") == ["same"]


def test_a_changed_form_is_told_from_changed_words() -> None:
    plain = {
        "type": "doc",
        "content": [{"type": "paragraph", "content": [{"type": "text", "text": "Same words"}]}],
    }
    bold = {"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": "Same words", "marks": [{"type": "bold"}]}]}]}  # fmt: skip
    (change,) = line_changes(lines_of(plain), lines_of(bold))
    assert change.state == "restyled"
    assert counted([change]) == Counts(0, 0, 1)


def test_words_are_counted_as_everywhere_else() -> None:
    assert counted_pieces(word_changes("one two, three", "one 2, three four")) == Counts(2, 1, 1)
    assert counted_pieces(word_changes("one", "one")).is_nothing


def test_text_made_to_keep_a_server_busy_does_not() -> None:
    hostile = [richtext.from_text("\n\n".join(" ".join(word * 2 for word in order * 400) for _ in range(40))) for order in ("abc", "cba")]  # fmt: skip
    began = time.perf_counter()
    changes: list[LineChange] = list(line_changes(lines_of(hostile[0]), lines_of(hostile[1])))
    assert time.perf_counter() - began < 10
    assert joined([piece for change in changes for piece in change.pieces], Kind.IN)
