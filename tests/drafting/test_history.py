"""The past of a draft: any row of the log, the moments, and whose letters it is made of. Real documents, random edits."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycrdt import Doc, XmlText
from sqlalchemy import Engine

from consult import clock, richtext
from consult.db import reading_session, unit_of_work
from consult.drafting import service, store
from consult.drafting.content import DraftContent, content_of, roots
from consult.drafting.document import Document
from consult.drafting.history import Past, PastRow, past_of
from consult.drafting.letters import written_lines, written_title
from consult.drafting.limits import Limits
from consult.drafting.models import DraftUpdate
from consult.drafting.walker import walked
from consult.richtext import lines_of
from tests.drafting.stage import Editor, Stage
from tests.drafting.test_content import DOCS, WORDS

BEGAN = datetime(2026, 6, 20, 14, 0, tzinfo=UTC)


def past(rows: list[bytes], seconds: float = 1.0) -> Past:
    return Past([PastRow(n, data, BEGAN + timedelta(seconds=seconds * n)) for n, data in enumerate(rows, 1)])


def marked(client: int, words: str) -> str:
    """Words whose letters say who wrote them: each client has its own alphabet."""
    return "".join(chr(0x2460 + client * 26 + ord(letter) % 26) for letter in words)


ACTS = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from(["insert", "insert", "insert", "delete", "paragraph", "title", "hear", "bold"]),
        st.integers(0, 50),
        st.text(alphabet="abcdefg", min_size=1, max_size=5),
    ),
    min_size=1,
    max_size=40,
)


def session_of(acts: Any) -> tuple[list[bytes], Doc[Any]]:
    """Three editors who do not always hear each other; the updates in the order in which a server received them."""
    editors = [Editor(client) for client in (21, 22, 23)]
    editors[0].paragraph("")
    rows = editors[0].take_outgoing()
    for editor in editors[1:]:
        for data in rows:
            editor.receive(data)
    waiting: list[list[bytes]] = [[], [], []]
    for who, act, at, words in acts:
        editor = editors[who]
        lines = editor.lines()
        line = lines[at % len(lines)]
        size = len(str_of(line))
        if act == "hear":
            for data in waiting[who]:
                editor.receive(data)
            waiting[who] = []
        elif act == "insert":
            line.insert(place(line, at), marked(who, words))
        elif act == "delete" and size:
            start = place(line, at)
            letter = next((c for n, c in enumerate_bytes(line) if n == start), "")
            if letter:
                del line[start : start + len(letter.encode())]
        elif act == "bold" and size:
            line.format(0, len(str_of(line).encode()), {"bold": {}})
        elif act == "title":
            editor.title.insert(0, marked(who, words))
        else:
            editor.paragraph(marked(who, words), at % (len(editor.text.children) + 1))
        new = editor.take_outgoing()
        rows += new
        for other in range(3):
            if other != who:
                waiting[other] += new
    final: Doc[Any] = Doc(client_id=2)
    roots(final)
    for data in rows:
        final.apply_update(data)
    return rows, final


def str_of(line: XmlText) -> str:
    return "".join(text for text, _marks in line.diff())


def enumerate_bytes(line: XmlText) -> Any:
    at = 0
    for letter in str_of(line):
        yield at, letter
        at += len(letter.encode())


def place(line: XmlText, at: int) -> int:
    """A byte offset at the edge of a letter."""
    offsets = [offset for offset, _letter in enumerate_bytes(line)] + [len(str_of(line).encode())]
    return offsets[at % len(offsets)]


@settings(max_examples=60)
@given(ACTS)
def test_the_end_of_the_past_is_the_document_and_every_row_is_what_it_was(acts: Any) -> None:
    rows, final = session_of(acts)
    found = past(rows)
    assert found.content(found.last_seq) == content_of(final)
    document = Document()
    for seq, data in enumerate(rows, 1):
        document.restore(data)
        if seq % 5 == 0:
            assert found.content(seq) == document.content()


@settings(max_examples=60)
@given(ACTS)
def test_every_letter_is_its_writers(acts: Any) -> None:
    _rows, final = session_of(acts)
    lines = written_lines(final)
    assert [line.text for line in lines] == [line.text for line in lines_of(content_of(final).text)]
    assert "".join(run.text for run in written_title(final)) == str(roots(final)[0])
    for run in [run for line in lines for run in line.runs] + list(written_title(final)):
        assert {21 + (ord(letter) - 0x2460) // 26 for letter in run.text} == {run.client}


@given(WORDS, DOCS)
def test_written_lines_have_the_place_and_kind_of_the_text(title: str, text: richtext.Doc) -> None:
    document = Document()
    document.write(title=title, text=text)
    doc: Doc[Any] = Doc(client_id=3)
    roots(doc)
    doc.apply_update(document.encoded())
    expected = [(line.kind, line.text, line.depth, line.mark) for line in lines_of(document.content().text)]
    assert [(line.kind, line.text, line.depth, line.mark) for line in written_lines(doc)] == expected


def test_a_recorded_session_of_real_editors_can_be_walked_through(recording: dict[str, Any]) -> None:
    document = Document()
    rows = []
    for data in recording["updates"]:
        delta = document.apply(document.judge(walked(data, Limits()), Limits()))
        if delta:
            rows.append(delta)
    found = past(rows)
    assert found.content(found.last_seq) == document.content()
    lines = written_lines(found.document(found.last_seq))
    assert [line.text for line in lines] == [line.text for line in lines_of(document.content().text)]
    assert len({run.client for line in lines for run in line.runs}) > 1


def authors(document: Document) -> list[tuple[int, str]]:
    doc: Doc[Any] = Doc(client_id=3)
    roots(doc)
    doc.apply_update(document.encoded())
    return [(run.client, run.text) for line in written_lines(doc) for run in line.runs]


def test_what_is_written_anew_keeps_the_authors_of_what_stays() -> None:
    editor, document = Editor(21), Document()
    for words in ("By 2019 ten States offer training.", "A line that goes.", "It is reviewed yearly."):
        editor.paragraph(words)
    for data in editor.take_outgoing():
        document.restore(data)
    document.write(
        text=richtext.from_text("By 2019 twenty States offer training.\n\nIt is reviewed yearly.\n\nNew.")
    )
    assert authors(document) == [
        (21, "By 2019 "), (2, "twenty"), (21, " States offer training."), (21, "It is reviewed yearly."), (2, "New."),
    ]  # fmt: skip


def test_moments_gather_what_is_written_together_and_end_where_they_must() -> None:
    editor = Editor(9)
    for number in range(50):  # two rows each: the paragraph, and its words
        editor.paragraph(f"{number}")
    found = past(editor.take_outgoing())
    assert [moment.seq for moment in found.moments()] == [20, 40, 60, 80, 100]
    assert [moment.seq for moment in found.moments([30])][:3] == [20, 30, 50]
    assert {client for moment in found.moments() for client in moment.clients} == {9}
    assert [moment.seq for moment in found.moments(most=2)] == [80, 100]
    assert past([]).moments() == []


def test_a_damaged_row_is_left_out_here_as_it_is_in_the_draft(stage: Stage, engine: Engine) -> None:
    item = stage.item()
    page = stage.page("kenya", item, client_id=31)
    page.join()
    for words in ("One", "Two", "Three"):
        page.editor.paragraph(words)
        page.saved()
    with unit_of_work(stage.sessions) as db:
        row = db.query(DraftUpdate).order_by(DraftUpdate.seq.desc()).offset(1).first()
        assert row is not None
        row.data = row.data[:-1] + bytes([row.data[-1] ^ 1])
    with reading_session(engine) as db:
        found = past_of(db, item.id)
        assert found.content(found.last_seq) == service.content_of(db, item)
        assert "One" in richtext.to_text(found.content(found.last_seq).text)


def test_an_update_that_breaks_the_library_does_not_keep_the_rest_from_being_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class PanicException(BaseException):
        pass

    editor = Editor(9)
    editor.paragraph("Kept")
    found = past(editor.take_outgoing())
    monkeypatch.setattr(found, "_replayed", lambda seqs: (_ for _ in ()).throw(PanicException("panic")))
    assert richtext.to_text(found.content(found.last_seq).text) == "Kept"


def test_several_points_are_read_in_one_go_and_others_are_let_run(monkeypatch: pytest.MonkeyPatch) -> None:
    editor = Editor(9)
    for number in range(1500):
        editor.paragraph(f"{number}")
    found, pauses = past(editor.take_outgoing()), []
    monkeypatch.setattr(clock, "give_way", lambda: pauses.append(1))
    seqs = [10, 1000, 3000]
    assert found.contents(seqs) == [found.content(seq) for seq in seqs]
    assert len(pauses) >= 6, "twice through three thousand rows"
    moments = found.moments()
    before, after = found.change(moments, 3)
    assert (before, after) == (found.content(moments[2].seq), found.content(moments[3].seq))
    assert found.change(moments, 0) == (DraftContent(), found.content(moments[0].seq))


def test_the_log_is_read_as_it_was_written(stage: Stage, engine: Engine) -> None:
    item = stage.item(title="Seeded")
    pages = [stage.page(who, item, client_id=n) for who, n in (("kenya", 41), ("canada", 42))]
    for page in pages:
        page.join()
        page.editor.paragraph(page.name)
        page.saved()
    with reading_session(engine) as db:
        found = past_of(db, item.id)
        assert found.content(1).title == "Seeded"
        assert found.content(1).text == richtext.empty()
        assert found.content(found.last_seq) == service.content_of(db, item)
        assert store.owners(db, 1).keys() == {41, 42}
        assert {client for moment in found.moments() for client in moment.clients} == {1, 41, 42}
