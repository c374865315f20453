"""Suggestions at the server: which marks are taken, from whom, and what counts while they are open."""

from typing import Any

import pytest
from pycrdt import Doc, XmlElement, XmlFragment, XmlText

from consult.drafting import schema
from consult.drafting.document import Document
from consult.drafting.limits import Limits
from consult.drafting.protocol import Code, Refused
from consult.drafting.walker import walked

LIMITS = Limits()
ANN, BEN = 1001, 2002
MADE = {"id": "abcdef12", "by": str(ANN)}


class Writer:
    """Somebody with a document of their own, whose changes go through the judge."""

    def __init__(self, client: int, server: Document) -> None:
        self.doc: Doc[Any] = Doc(client_id=client)
        self.fragment = self.doc.get("default", type=XmlFragment)
        self.server = server
        self.seen = server.state_vector()

    def pull(self) -> None:
        self.doc.apply_update(self.server.encoded())

    def push(self) -> None:
        update = walked(self.doc.get_update(self.server.state_vector()), LIMITS)
        self.server.apply(self.server.judge(update, LIMITS))

    def paragraph(self, words: str, number: int = 0) -> XmlText:
        element = self.fragment.children.insert(number, XmlElement("paragraph"))
        text = element.children.append(XmlText(words))
        assert isinstance(text, XmlText)
        return text


@pytest.fixture
def server() -> Document:
    return Document()


def lines(server: Document) -> list[str]:
    blocks = server.content().text["content"]
    return ["".join(node.get("text", "") for node in block.get("content", [])) for block in blocks]


def test_only_what_is_accepted_changes_what_the_draft_says(server: Document) -> None:
    ann = Writer(ANN, server)
    text = ann.paragraph("States shall should act")
    text.format(7, 12, {"deletion": MADE})
    text.format(13, 20, {"insertion": MADE})
    ann.push()
    assert lines(server) == ["States shall act"]
    assert server.content().suggestions == 1
    assert "insertion" not in str(server.content().text)
    assert "deletion" not in str(server.content().text)


def test_a_paragraph_that_is_only_suggested_is_not_there_and_a_blank_one_is(server: Document) -> None:
    ann = Writer(ANN, server)
    ann.paragraph("One")
    ann.paragraph("", 1)
    ann.paragraph("Two", 2).format(0, 3, {"insertion": MADE})
    ann.push()
    assert lines(server) == ["One", ""]


def test_a_suggestion_is_made_in_ones_own_name(server: Document) -> None:
    ben = Writer(BEN, server)
    ben.paragraph("mine").format(0, 4, {"insertion": MADE})
    with pytest.raises(Refused) as refusal:
        ben.push()
    assert refusal.value.code == Code.INVALID
    assert lines(server) == [""]


def test_a_known_suggestion_is_repeated_as_it_was_made(server: Document) -> None:
    ann, ben = Writer(ANN, server), Writer(BEN, server)
    ann.paragraph("words").format(0, 5, {"insertion": MADE})
    ann.push()
    ben.pull()
    ben.paragraph("split", 1).format(0, 5, {"insertion": MADE})
    ben.push()
    assert server.content().suggestions == 1
    ben.paragraph("stolen", 2).format(0, 6, {"insertion": {**MADE, "by": str(BEN)}})
    with pytest.raises(Refused):
        ben.push()


def test_who_made_a_suggestion_is_known_after_a_restart(server: Document) -> None:
    ann = Writer(ANN, server)
    ann.paragraph("words").format(0, 5, {"deletion": MADE})
    ann.push()
    again = Document()
    again.restore(server.encoded())
    ben = Writer(BEN, again)
    ben.pull()
    ben.paragraph("theirs", 1).format(0, 6, {"deletion": MADE})
    ben.push()
    assert again.content().suggestions == 1
    assert lines(again) == ["theirs", "words"] or lines(again) == ["words", "theirs"]


@pytest.mark.parametrize(
    "value",
    [
        True,
        {},
        {"id": "abcdef12"},
        {"by": "1001"},
        {"id": "abcdef12", "by": 1001},
        {"id": "abcdef12", "by": "0"},
        {"id": "abcdef12", "by": "Kenya"},
        {"id": "short", "by": "1001"},
        {"id": 'a" onclick="x', "by": "1001"},
        {"id": "a" * 25, "by": "1001"},
        {**MADE, "name": "Delegate KEN-1"},
        [MADE],
        "abcdef12",
    ],
)
def test_other_values_of_the_marks_are_refused(value: object) -> None:
    assert not schema.is_mark("insertion", value)
    assert not schema.is_mark("deletion", value)


@pytest.mark.parametrize("key", ["insertion--abcdefgh", "modification", "deletion--", "Insertion"])
def test_other_marks_are_refused(key: str) -> None:
    assert not schema.is_mark(key, MADE)
    assert schema.is_mark("insertion", MADE)
    assert schema.is_mark("deletion", None)
