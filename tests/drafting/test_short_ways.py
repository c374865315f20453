"""What nearly every update is, somebody typing on, goes shorter ways: they say the same as the long ones, or nothing."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pycrdt import Doc, XmlElement, XmlText

from consult.drafting.document import Document
from consult.drafting.lib0 import write_uint
from consult.drafting.limits import Limits
from consult.drafting.protocol import Refused
from consult.drafting.structure import Admission, Structure, TypedOn, _Judge
from consult.drafting.walker import GC, Typed, Update, read_through, walked
from tests.drafting.stage import Editor
from tests.drafting.test_walker import LIMITS, has_nothing_pending, taken


def outcome(read: Any, *arguments: Any) -> Any:
    try:
        return read(*arguments)
    except Refused as refusal:
        return refusal.code


def said(outcome: Any) -> Any:
    """All that a walked update says; of a refusal its code."""
    if not isinstance(outcome, Update | Typed):
        return outcome
    return outcome.data, outcome.runs, outcome.deletions, outcome.is_empty


NUMBERS = st.integers(0, 300) | st.integers(0, 2**45) | st.integers(2**30, 2**32)


def typed(
    client: int, clock: int, behind: tuple[int, int], before: tuple[int, int] | None, raw: bytes
) -> bytes:
    """What a page sends when its person types on behind a letter, and perhaps before another."""
    numbers = [client, clock], [*behind, *(before or ()), len(raw)]
    first, then = (b"".join(write_uint(number) for number in some) for some in numbers)
    return b"\x01\x01" + first + (b"\x84" if before is None else b"\xc4") + then + raw + b"\x00"


@given(
    numbers=st.tuples(NUMBERS, NUMBERS),
    behind=st.tuples(NUMBERS, NUMBERS),
    before=st.none() | st.tuples(NUMBERS, NUMBERS),
    text=st.text(max_size=140) | st.binary(max_size=12),
    damage=st.none() | st.tuples(st.integers(0, 60), st.integers(0, 255)),
    cut=st.integers(0, 2),
)
@settings(max_examples=400, deadline=None)
def test_typing_on_is_read_as_every_other_update(
    numbers: tuple[int, int],
    behind: tuple[int, int],
    before: tuple[int, int] | None,
    text: str | bytes,
    damage: tuple[int, int] | None,
    cut: int,
) -> None:
    raw = text.encode("utf-8", "replace") if isinstance(text, str) else text
    data = bytearray(typed(*numbers, behind, before, raw))
    if damage is not None and damage[0] < len(data):
        data[damage[0]] = damage[1]
    sent = bytes(data)[: len(data) - cut]
    for limits in (LIMITS, Limits(run_units=3)):
        short, long = outcome(walked, sent, limits), outcome(read_through, sent, limits)
        assert said(short) == said(long)


def test_numbers_written_longer_than_they_are_go_the_long_way() -> None:
    """What is plain is handed on as it came, so it must be what the library itself would have written."""
    sent = typed(77, 12, (77, 11), None, b"a")
    assert isinstance(walked(sent, LIMITS), Typed)
    longer = sent.replace(write_uint(12), b"\x8c\x00", 1)
    found = walked(longer, LIMITS)
    assert (type(found), found.runs) == (Update, walked(sent, LIMITS).runs)


def told(admission: Admission | TypedOn) -> Any:
    """Everything an admission says."""
    if isinstance(admission, TypedOn):
        track = ([admission.update.runs[0].clock], [admission.place], admission.end, [], [])
        return {admission.client: track}, {}, admission.title_units, {}
    tracks = {
        client: (track.starts, track.places, track.end, track.dead_starts, track.dead_ends)
        for client, track in admission.tracks.items()
    }
    return tracks, admission.containers, admission.title_units, admission.suggestions


def judged_both_ways(structure: Structure, update: Update) -> bool:
    """Judge by the short way and by the long one; whether the short one had something to say, which must be the same."""
    short = structure._typed(update) if isinstance(update, Typed) else None
    if short is None:
        return False
    assert told(short) == told(_Judge(structure, LIMITS, update).judged())
    return True


def test_typing_on_is_judged_as_every_other_update(recording: dict[str, Any]) -> None:
    document, short = Document(), 0
    for data in recording["updates"]:
        short += judged_both_ways(document.structure, walked(data, LIMITS))
        taken(document, data)
    assert short >= 10, "many of them are somebody typing on"


def letters_of(document: Document) -> list[tuple[int, int]]:
    return [(client, clock) for client, end in document.structure.state().items() for clock in range(end + 2)]


@given(data=st.data())
@settings(max_examples=300, deadline=None)
def test_text_behind_any_letter_is_judged_the_same_both_ways(data: st.DataObject) -> None:
    """Behind letters of the title, of marks, of elements, of attributes, of what is deleted, and behind none there are."""
    document = Document()
    editor = Editor(70)
    editor.title += "name"
    editor.paragraph("some words")
    editor.lines()[0].format(1, 4, {"bold": True})
    heading = editor.text.children.append(XmlElement("heading", {"level": 2}))
    heading.children.append(XmlText("more"))
    other = Editor(71)
    for update in editor.take_outgoing():
        other.receive(update)
        taken(document, update)
    other.lines()[0] += "from another"
    del other.lines()[0][2:5]
    del other.text.children[1]
    for update in other.take_outgoing():
        taken(document, update)
    gone = (
        write_uint(1) + write_uint(1) + write_uint(72) + write_uint(0) + bytes([GC]) + write_uint(4) + b"\x00"
    )
    taken(document, gone)
    letters = letters_of(document)
    client = data.draw(st.sampled_from([70, 71, 72, 73]))
    behind = data.draw(st.sampled_from(letters))
    clock = document.structure.state_of(client) + data.draw(st.sampled_from([0, 0, 0, -1, 1]))
    before = data.draw(st.none() | st.sampled_from(letters))
    update = walked(typed(client, max(0, clock), behind, before, b"words"), LIMITS)
    if judged_both_ways(document.structure, update):
        does_what_the_library_says(document, update)


def does_what_the_library_says(document: Document, update: Update) -> None:
    """What is handed on as it came changes everybody's document as the library's own telling of it would."""
    watched, *pages = (Doc[Any]() for _ in range(3))
    for doc in (watched, *pages):
        doc.apply_update(document.encoded())
    told: list[bytes] = []
    watch = watched.observe(lambda event: told.append(event.update))
    watched.apply_update(update.data)
    watched.unobserve(watch)
    delta = document.apply(document.judge(update, LIMITS))
    assert delta == update.data
    pages[0].apply_update(told[0])
    pages[1].apply_update(delta)
    assert pages[0].get_update() == pages[1].get_update() == watched.get_update() == document.encoded()
    assert has_nothing_pending(document)
