"""Where words of a draft stand: which positions are taken from a page, and finding words that somebody typed by hand."""

import base64
import sys
from collections.abc import Callable
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycrdt import XmlElement, XmlText

from consult.drafting.anchors import Anchor, beside
from consult.drafting.letters import anchor_of, written_lines
from tests.drafting.stage import Editor

NUMBERS = st.integers(0, (1 << 53) - 1)


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


@given(NUMBERS, NUMBERS, NUMBERS, NUMBERS)
def test_an_anchor_is_read_as_it_was_written(one: int, first: int, other: int, last: int) -> None:
    anchor = Anchor(beside(one, first), beside(other, last, after=True))
    assert Anchor.of_page(*anchor.for_page()) == anchor


def test_positions_are_those_of_the_browsers_library() -> None:
    """Encoded by Yjs 13.6.33: `encodeRelativePosition(createRelativePositionFromTypeIndex(text, index, assoc))`."""
    assert beside(5, 6).hex() == "00050600"
    assert beside(1_234_567_890, 300, after=True).hex() == "00d285d8cc04ac0241"


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("", ""),
        ("????", "????"),
        ("é", "é"),
        (b64(beside(5, 6)), b64(beside(5, 6))),  # both before a letter
        (b64(beside(5, 6, after=True)), b64(beside(5, 6))),
        (b64(b"\x01\x07default\x00"), b64(beside(5, 6, after=True))),  # the beginning of a root
        (b64(beside(5, 6) + b"\x00"), b64(beside(5, 6, after=True))),
        (b64(b"\x00" + b"\xff" * 9 + b"\x00\x00"), b64(beside(5, 6, after=True))),
        (b64(b"\x00" * 4000), b64(beside(5, 6, after=True))),
    ],
)
def test_anything_else_is_refused(start: str, end: str) -> None:
    with pytest.raises(ValueError):
        Anchor.of_page(start, end)


def editor() -> Editor:
    made = Editor(5)
    made.paragraph("States 😀 shall act [now] and act well")
    quotation = made.text.children.append(XmlElement("blockquote"))
    inner = quotation.children.append(XmlElement("paragraph"))
    inner.children.append(XmlText("Quoted words"))
    return made


def test_words_are_found_where_they_stand_once_and_in_one_line() -> None:
    made = editor()
    found = anchor_of(made.doc, "shall act [now]")
    assert found is not None
    # Nothing comes before the letters of the line but its element and the text in it; a smiley takes two units.
    assert found == Anchor(beside(5, 2 + 10), beside(5, 2 + 24, after=True))
    assert anchor_of(made.doc, "😀") == Anchor(beside(5, 2 + 7), beside(5, 2 + 8, after=True))
    assert anchor_of(made.doc, "Quoted") is not None, "inside of a quotation"
    for words in ("act", "shall  act", "well Quoted", "never said", ""):
        assert anchor_of(made.doc, words) is None, words


def test_words_written_by_several_people_are_found_too() -> None:
    made, other = editor(), Editor(9)
    other.receive(made.doc.get_update())
    other.lines()[0].insert(len("States 😀 shall".encode()), " not")
    made.receive(other.doc.get_update())
    found = anchor_of(made.doc, "not act")
    assert found is not None
    assert found.start.hex().startswith("0009"), "the first letter is the other's"
    assert found.end.hex().startswith("0005")


def test_finding_words_in_a_line_of_many_pieces_takes_little_more_than_reading_it() -> None:
    """Letters typed from the end to the beginning are a piece each. The words stand in it a thousand times, or once at its end."""
    made = Editor(5)
    made.paragraph("z")
    (line,) = made.lines()
    with made.doc.transaction():
        for number in range(6000):
            line.insert(0, "ab"[number % 2])

    reading = lines_run(lambda: written_lines(made.doc))
    assert anchor_of(made.doc, "ab") is None
    assert anchor_of(made.doc, "az") is not None
    assert lines_run(lambda: anchor_of(made.doc, "ab")) < 2 * reading
    assert lines_run(lambda: anchor_of(made.doc, "az")) < 2 * reading


def lines_run(act: Callable[[], object]) -> int:
    """How many lines of Python this takes: the same on any machine, however busy."""
    count = 0

    def tracing(_frame: FrameType, event: str, _argument: object) -> object:
        nonlocal count
        count += event == "line"
        return tracing

    before = sys.gettrace()
    sys.settrace(tracing)
    try:
        act()
    finally:
        sys.settrace(before)
    return count
