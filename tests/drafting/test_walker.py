"""Nothing reaches the CRDT library that it would choke on; everything real editors write does."""

import resource
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycrdt import Doc, XmlElement, XmlFragment

from consult.drafting.document import Document
from consult.drafting.lib0 import write_uint
from consult.drafting.limits import Limits
from consult.drafting.protocol import Refused, checked_state_vector, decoded
from consult.drafting.walker import TRUSTED, walked
from tests.drafting.stage import Editor

LIMITS = Limits()


def taken(document: Document, data: bytes) -> bytes:
    """Judge and apply, as the writer does."""
    return document.apply(document.judge(walked(data, LIMITS), LIMITS))


def has_nothing_pending(document: Document) -> bool:
    """Reading the encoded document back gives the same letters: nothing waits for something that never came."""
    full = walked(document.encoded(), TRUSTED)
    return {run.client: run.end for run in full.runs} == document.structure.state()


def test_everything_real_editors_wrote_is_taken(recording: dict[str, Any]) -> None:
    document = Document()
    for update in recording["updates"]:
        taken(document, update)
        assert has_nothing_pending(document)
    content = document.content()
    assert content.title == recording["title"].strip()
    assert set(content.facts) == set(recording["facts"])


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xff\xff\x7f",
        b"\xff\xff\xff\xff\x0f\x00\x00",
        b"\x01\xff\xff\xff\xff\x0f\x05\x00\x00",
        b"\x00\xff\xff\xff\x7f",
        b"\x01\x01\x05\x00\x00\xff\xff\xff\xff\x0f\x00",
        b"\x01\x01\x05\xff\xff\xff\xff\xff\xff\x1f\x04\x01\x05title\x01a\x00",
    ],
)
def test_a_few_bytes_cannot_claim_half_a_gigabyte(data: bytes) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(Refused):
        walked(data, LIMITS)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 10_000


@pytest.mark.parametrize(
    ("root", "tag", "reason"),
    [
        ("default", "script", "wrong place"),
        ("default", "listItem", "wrong place"),
        ("evil", "paragraph", "unknown root"),
    ],
)
def test_foreign_elements_and_roots_are_refused(root: str, tag: str, reason: str) -> None:
    doc: Doc[Any] = Doc(client_id=77)
    doc.get(root, type=XmlFragment).children.append(XmlElement(tag))
    with pytest.raises(Refused, match=reason):
        taken(Document(), doc.get_update())


@pytest.mark.parametrize(
    ("tag", "name", "value", "is_allowed"),
    [
        ("heading", "level", 2, True),
        ("heading", "level", 1, False),
        ("heading", "level", "2", False),
        ("heading", "onclick", "alert(1)", False),
        ("orderedList", "start", 7, True),
        ("orderedList", "start", '1" onload="x', False),
        ("orderedList", "start", 1.5, False),
        ("paragraph", "dir", "rtl", True),
        ("paragraph", "style", "color:red", False),
    ],
)
def test_attributes_have_their_type(tag: str, name: str, value: Any, is_allowed: bool) -> None:
    editor = Editor(77)
    editor.text.children.append(XmlElement(tag, {name: value}))
    if is_allowed:
        assert taken(Document(), editor.doc.get_update())
    else:
        with pytest.raises(Refused, match="attribute"):
            taken(Document(), editor.doc.get_update())


def test_an_attribute_cannot_be_overwritten_with_something_else() -> None:
    """On the wire an overwriting value names no key: the picture of the document has to know it."""
    editor, document = Editor(77), Document()
    heading = editor.text.children.append(XmlElement("heading", {"level": 2}))
    taken(document, editor.doc.get_update())
    editor.take_outgoing()
    heading.attributes["level"] = "9"
    with pytest.raises(Refused, match="attribute"):
        taken(document, editor.take_outgoing()[0])
    editor.facts["term"] = "short"
    with pytest.raises(Refused, match="hole"):
        taken(document, editor.take_outgoing()[0])


@pytest.mark.parametrize(
    ("href", "is_allowed"),
    [
        ("https://example.org/a?b#c", True),
        ("mailto:a@example.org", True),
        ("javascript:alert(1)", False),
        ("JaVaScRiPt:alert(1)", False),
        (" https://x", False),
        ("data:text/html,x", False),
        ('https://x/"onclick=', False),
    ],
)
def test_links_lead_to_the_web_or_to_mail(href: str, is_allowed: bool) -> None:
    editor = Editor(77)
    editor.paragraph("see here")
    editor.lines()[0].format(0, 3, {"link": {"href": href}})
    if is_allowed:
        assert taken(Document(), editor.doc.get_update())
    else:
        with pytest.raises(Refused, match="mark"):
            taken(Document(), editor.doc.get_update())


@pytest.mark.parametrize(
    ("key", "value", "is_allowed"),
    [
        ("term", "short", True),
        ("term", "soon", False),
        ("means", "x" * 2000, True),
        ("means", "x" * 2001, False),
        ("actor:states", True, True),
        ("actor:states", "yes", False),
        ("target:10.7", "aligns", True),
        ("target:10.7", "loves", False),
        ("target:<b>", "aligns", False),
        ("owner", "me", False),
        ("means", {"a": 1}, False),
    ],
)
def test_facts_are_known_and_bounded(key: str, value: Any, is_allowed: bool) -> None:
    editor = Editor(77)
    editor.facts[key] = value
    if is_allowed:
        assert taken(Document(), editor.doc.get_update())
    else:
        with pytest.raises(Refused):
            taken(Document(), editor.doc.get_update())


def test_a_hole_asks_for_a_new_start() -> None:
    editor, document = Editor(77), Document()
    editor.title += "one"
    first = editor.take_outgoing()[0]
    editor.title += " two"
    second = editor.take_outgoing()[0]
    with pytest.raises(Refused, match="resync"):
        taken(document, second)
    taken(document, first)
    taken(document, second)
    assert taken(document, second) == b"", "sending again brings nothing and harms nothing"
    assert document.content().title == "one two"


def test_text_of_others_that_the_server_never_saw_asks_for_a_new_start() -> None:
    kenya, canada, document = Editor(77), Editor(88), Document()
    kenya.title += "never sent"
    canada.receive(kenya.doc.get_update())
    canada.take_outgoing()
    canada.title += "!"
    with pytest.raises(Refused, match="resync"):
        taken(document, canada.take_outgoing()[0])


def test_pieces_that_wait_for_each_other_in_a_circle_are_refused() -> None:
    def run(client: int, other: int) -> bytes:
        return b"\x01" + write_uint(client) + b"\x00\x84" + write_uint(other) + b"\x00\x01a"

    with pytest.raises(Refused, match="unknown"):
        taken(Document(), b"\x02" + run(200, 100) + run(100, 200) + b"\x00")


def test_a_title_has_a_length() -> None:
    editor, document = Editor(77), Document()
    editor.title += "x" * 290
    taken(document, editor.take_outgoing()[0])
    editor.title += "y" * 11
    with pytest.raises(Refused, match="title too long"):
        taken(document, editor.take_outgoing()[0])


def test_a_document_has_a_size_and_shortening_it_always_works() -> None:
    limits = Limits(document_bytes=4000)
    editor, document = Editor(77), Document()
    editor.paragraph("x" * 3900)
    for update in editor.take_outgoing():
        document.apply(document.judge(walked(update, limits), limits))
    editor.lines()[0].insert(0, "y" * 200)
    (refused,) = editor.take_outgoing()
    with pytest.raises(Refused, match="too_big"):
        document.judge(walked(refused, limits), limits)
    other = Editor(88)
    other.receive(document.encoded())
    other.take_outgoing()
    del other.text.children[0]
    for update in other.take_outgoing():
        document.apply(document.judge(walked(update, limits), limits))
    assert document.measure() < 400


@given(st.binary(max_size=80))
@settings(max_examples=400, deadline=None)
def test_random_bytes_never_reach_the_library_in_a_bad_shape(data: bytes) -> None:
    assert_harmless(Document(), data)


@given(st.integers(0, 10**6), st.data())
@settings(max_examples=400, deadline=None)
def test_damaged_real_updates_never_hurt(recording: dict[str, Any], pick: int, data: st.DataObject) -> None:
    """Bits flipped, bytes cut out and put in: refused, or taken without an exception, a stall or a pending piece."""
    updates = [update for update in recording["updates"] if len(update) < 400]
    at = pick % len(updates)
    document = Document()
    for update in updates[:at]:
        try:
            taken(document, update)
        except Refused:
            continue
    damaged = bytearray(updates[at])
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, max(0, len(damaged) - 1)))
        match data.draw(st.sampled_from(["flip", "set", "cut", "put"])):
            case "flip":
                damaged[place] ^= 1 << data.draw(st.integers(0, 7))
            case "set":
                damaged[place] = data.draw(st.integers(0, 255))
            case "cut" if len(damaged) > 1:
                del damaged[place]
            case _:
                damaged.insert(place, data.draw(st.integers(0, 255)))
    assert_harmless(document, bytes(damaged))


def assert_harmless(document: Document, data: bytes) -> None:
    try:
        admission = document.judge(walked(data, LIMITS), LIMITS)
    except Refused:
        return
    before = time.process_time()
    document.apply(admission)
    assert time.process_time() - before < 0.05
    assert has_nothing_pending(document)
    document.content()


@given(st.binary(max_size=60))
def test_state_vectors_are_checked(data: bytes) -> None:
    try:
        vector = checked_state_vector(data)
    except Refused:
        return
    Document().since(vector)


@pytest.mark.parametrize("value", [None, 5, b"AAAA", "ü", "A", "AA=A", "x" * 1000, {"a": 1}])
def test_only_base64_of_a_bearable_length_is_decoded(value: object) -> None:
    with pytest.raises(Refused):
        decoded(value, 100)
