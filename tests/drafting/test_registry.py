"""The writer: order, durability, rights at once, and one bad page that harms nobody."""

import random
from typing import Any

import pytest
from pycrdt import Doc, Text

from consult import clock
from consult.db import reading_session, unit_of_work
from consult.drafting import protocol, service, states, store
from consult.drafting.awareness import Caret, message
from consult.drafting.document import Broken, Document
from consult.drafting.limits import Limits
from consult.drafting.live_draft import HEALING_SECONDS
from consult.drafting.models import Draft, DraftUpdate
from tests.drafting.stage import Answer, Editor, Page, Stage


def test_an_edit_is_kept_before_it_is_acknowledged_and_shown_after(stage: Stage) -> None:
    item = stage.item()
    kenya, canada = stage.page("kenya", item, client_id=101), stage.page("canada", item, client_id=202)
    assert kenya.join()["edit"]
    assert canada.join()["edit"]
    kenya.editor.title += "Portable papers"
    (answer,) = kenya.send()
    assert answer.value is None, "nothing is acknowledged before the commit"
    assert canada.heard("u") == []
    stage.turn()
    assert answer.value == {"ok": 1, "seq": 1}
    assert stage.content(item).title == "Portable papers"
    assert kenya.heard("u") == [], "the sole author needs no copy"
    canada.hear()
    assert str(canada.editor.title) == "Portable papers"


def test_several_authors_of_one_tick_are_one_row_and_one_message(stage: Stage) -> None:
    item = stage.item()
    pages = [stage.page(who, item, client_id=100 + n) for n, who in enumerate(("kenya", "canada", "ngo"))]
    for page in pages:
        page.join()
    for page in pages:
        page.editor.title += page.stage.people[page.sid]
    answers = [answer for page in pages for answer in page.send()]
    stage.turn()
    assert [answer.value["seq"] for answer in answers] == [1, 1, 1]
    assert all(len(page.heard("u")) == 1 for page in pages)
    with reading_session(stage.engine) as db:
        assert db.query(DraftUpdate).count() == 1


@pytest.mark.parametrize("seed", range(6))
def test_random_edits_cut_connections_and_restarts_end_in_the_same_text_everywhere(
    stage: Stage, seed: int
) -> None:
    rnd, item = random.Random(seed), stage.item(title="Begin")
    people = ("kenya", "canada", "ngo")
    editors = [Editor(100 + n) for n in range(3)]
    pages: list[Page | None] = [None] * 3

    def connect(n: int) -> Page:
        page = pages[n] = stage.page(people[n], item, client_id=0, editor=editors[n])
        assert page.join()["ok"]
        if len(page.missing()) > 2:
            (ack,) = page.saved(page.missing())
            assert ack["ok"], ack
        return page

    for _step in range(60):
        n = rnd.randrange(3)
        editor, page = editors[n], pages[n]
        match rnd.randrange(8):
            case 0 if page is not None:
                page.lose()
                pages[n] = None
            case 0 | 1 if page is None:
                connect(n)
            case 2:
                editor.paragraph(f"p{rnd.randrange(100)} ", rnd.randrange(len(editor.text.children) + 1))
            case 3 if len(editor.text.children) > 1:
                del editor.text.children[rnd.randrange(len(editor.text.children))]
            case 4 if editor.lines():
                line = rnd.choice(editor.lines())
                line.format(0, len(line), {rnd.choice(["bold", "italic"]): {}})
            case 5 if len(str(editor.title)) > 3:
                at = rnd.randrange(len(str(editor.title)))
                del editor.title[at : at + 1]
            case 6:
                editor.facts["term"] = rnd.choice(["short", "medium", "long"])
            case 7 if rnd.random() < 0.2:
                stage.restart()
                pages = [None] * 3
            case _ if editor.lines():
                line = rnd.choice(editor.lines())
                at = rnd.choice([0, len(line)])  # between letters: the library counts bytes
                line.insert(at, rnd.choice(["a", "[b] ", "ü ", "العربية "]))
        page = pages[n]
        if page is not None and rnd.random() < 0.7:
            assert all(ack["ok"] for ack in page.saved()), "an honest page is never refused"
        elif page is None:
            editor.take_outgoing()
        for number, other in enumerate(pages):
            if other is not None and rnd.random() < 0.5:
                other.hear()
                assert other is pages[number]
    for n in range(3):
        if (page := pages[n]) is not None:
            page.saved()
            page.lose()
    for n in range(3):
        connect(n)
    for n in range(3):
        connect(n)
    assert editors[0].said() == editors[1].said() == editors[2].said()
    assert stage.content(item) == content_in(editors[0])


def content_in(editor: Editor) -> Any:
    document = Document()
    document.restore(editor.doc.get_update())
    return document.content()


def test_snapshot_and_log_say_what_the_log_alone_says(stage: Stage) -> None:
    item = stage.item()
    page = stage.page("kenya", item, client_id=101)
    page.join()
    for word in ("one ", "two ", "three "):
        page.editor.title += word
        page.editor.paragraph(word)
        page.saved()
    before = stage.content(item)
    with unit_of_work(stage.sessions) as db:
        assert service.snapshot(db, item) == before
    page.editor.title += "four"
    page.saved()
    with unit_of_work(stage.sessions) as db:
        draft = db.query(Draft).filter_by(item_id=item.id).one()
        assert draft.snapshot_seq > 0
        with_snapshot = store.load(db, draft)
        draft.snapshot = None
        draft.snapshot_seq = 0
        log_alone = store.load(db, draft)
        assert with_snapshot.content() == log_alone.content()
        assert with_snapshot.structure.state() == log_alone.structure.state()
        assert service.rebuild(db, item) == log_alone.content()


def test_when_the_commit_fails_nobody_hears_saved_and_nothing_is_lost(stage: Stage) -> None:
    item = stage.item()
    kenya, canada = stage.page("kenya", item, client_id=101), stage.page("canada", item, client_id=202)
    kenya.join(), canada.join()
    kenya.editor.title += "kept "
    kenya.saved()
    stage.fail_next_commits = 1
    kenya.editor.title += "and sent again"
    (ack,) = kenya.saved()
    assert (ack["ok"], ack["code"]) == (0, "retry")
    assert kenya.heard("resync")
    assert canada.heard("resync")
    canada.hear()
    assert str(canada.editor.title) == "kept ", "what was not kept was shown to nobody"
    kenya.join()
    assert kenya.saved(kenya.missing())[0]["ok"] == 1
    assert stage.content(item).title == "kept and sent again"


def test_a_database_that_is_away_answers_busy_to_joins(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    item = stage.item()

    def away(*_args: Any) -> None:
        raise OSError("away")

    monkeypatch.setattr(states, "draft_by", away)
    ack = stage.page("kenya", item, client_id=101).join()
    assert (ack["ok"], ack["code"]) == (0, "busy")


def test_a_database_that_is_away_while_rights_are_asked_ends_no_connection(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """On receipt, rights may have to be read: whatever happens then is answered, and nobody is sent away for a caret."""
    item = stage.item()
    page = stage.page("kenya", item, client_id=101)
    page.join()

    def away(*_args: Any) -> None:
        raise OSError("away")

    page.editor.title += "kept"
    (update,) = page.editor.take_outgoing()
    for question in ("reading", "editing", "signature"):
        monkeypatch.setattr(stage.rights, question, away)
    (ack,) = page.saved(update)
    assert (ack["ok"], ack["code"], ack["message"]) == (0, "retry", "draft.retry")
    stage.registry.caret(page.sid, (protocol.encoded(message([Caret(101, 1, {"cursor": None})])), page.name))
    assert caplog.text.count("a message failed") == 2
    monkeypatch.undo()
    assert page.saved(update)[0]["ok"] == 1


def test_one_poisoned_draft_does_not_hurt_the_others(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    sick, well = stage.item(), stage.item()
    bad, good = stage.page("kenya", sick, client_id=101), stage.page("canada", well, client_id=202)
    bad.join(), good.join()
    bad.editor.title += "poison"
    good.editor.title += "fine"
    poison = bad.editor.outgoing[0]
    real = Document.apply

    def explode(self: Document, admission: Any) -> bytes:
        if admission.update.data == poison:
            raise Broken("panic")
        return real(self, admission)

    monkeypatch.setattr(Document, "apply", explode)
    (refused,), (taken,) = bad.send(), good.send()
    stage.turn()
    assert refused.value["code"] == "invalid"
    assert taken.value["ok"] == 1
    assert bad.heard("resync")
    assert stage.content(well).title == "fine"
    monkeypatch.undo()
    bad.join()
    assert bad.saved(bad.missing())[0]["ok"] == 1


@pytest.mark.parametrize(
    ("args", "code"),
    [
        ((), "invalid"),
        (("!!", None), "invalid"),
        (("!!",), "invalid"),
        ((None,), "invalid"),
        (({"a": 1},), "invalid"),
        (("A" * 200_000,), "too_big"),
        (("/////w==",), "invalid"),
        (("AAA=", "someotherdraft"), "resync"),
        ((1, 2, 3), "invalid"),
    ],
)
def test_malformed_updates_are_refused_and_the_others_notice_nothing(
    stage: Stage, args: tuple[Any, ...], code: str
) -> None:
    item = stage.item()
    kenya, canada = stage.page("kenya", item, client_id=101), stage.page("canada", item, client_id=202)
    kenya.join(), canada.join()
    answer = Answer()
    stage.registry.update(kenya.sid, args, answer)
    stage.turn()
    assert answer.value["code"] == code
    assert canada.stage.outlet.sent.get(canada.sid) is None


def test_nobody_writes_under_the_client_id_of_somebody_else(stage: Stage) -> None:
    item = stage.item()
    kenya, canada = stage.page("kenya", item, client_id=101), stage.page("canada", item, client_id=101)
    kenya.join(), canada.join()
    kenya.editor.title += "mine"
    assert kenya.saved()[0]["ok"] == 1
    canada.editor.paragraph("x")
    canada.hear()
    canada.editor.title += "forged"
    assert canada.saved()[-1]["code"] == "invalid"
    stage.restart()
    later = stage.page("canada", item, client_id=101)
    later.join()
    later.editor.title += "forged"
    assert later.saved()[0]["code"] == "invalid", "the binding outlives the process"
    server = stage.page("canada", item, client_id=2)
    server.join()
    server.editor.title += "x"
    assert server.saved()[0]["code"] == "invalid"


def test_what_the_server_writes_reaches_open_pages(stage: Stage) -> None:
    item = stage.item()
    page = stage.page("kenya", item, client_id=101)
    page.join()
    page.editor.title += "Page"
    page.saved()
    with unit_of_work(stage.sessions) as db:
        content = service.write(db, None, item, title="Server", facts={"term": "long"})
    assert (content.title, content.facts) == ("Server", {"term": "long"})
    page.editor.paragraph("typed meanwhile")
    acks = page.saved()
    assert all(ack["ok"] for ack in acks)
    page.hear()
    assert str(page.editor.title) == "Server"
    assert stage.content(item) == content_in(page.editor)


def test_limits_hold(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "monotonic", lambda: 1000.0)
    stage.limits = Limits(messages_burst=3, connections_per_member=2, connections_per_room=3, joins_burst=3)
    stage.restart()
    item = stage.item()
    page = stage.page("kenya", item, client_id=101)
    page.join()
    page.editor.title += "x"
    (update,) = page.editor.take_outgoing()
    acks = [page.saved(update)[0] for _ in range(5)]
    assert [ack["ok"] for ack in acks] == [1, 1, 1, 0, 0]
    assert acks[3]["code"] == "rate"
    assert acks[3]["after"] > 0
    assert [page.join()["ok"] for _ in range(3)] == [1, 1, 0]
    second, third = (stage.page("kenya", item, client_id=102 + n) for n in range(2))
    assert second.join()["ok"]
    assert third.join()["ok"]
    assert page.heard("perm")[-1][3] == "draft.elsewhere", "the oldest page of three gave way"
    assert stage.page("canada", item, client_id=201).join()["ok"]
    assert stage.page("ngo", item, client_id=301).join()["code"] == "busy"


def test_pages_that_have_words_of_others_wait_until_the_author_brings_them_back_to_a_damaged_draft(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = stage.item()
    page, other = stage.page("kenya", item, client_id=101), stage.page("canada", item, client_id=202)
    page.join(), other.join()
    for word in ("one ", "two ", "three "):
        page.editor.title += word
        page.saved()
    other.hear()
    with unit_of_work(stage.sessions) as db:
        row = db.query(DraftUpdate).filter_by(seq=2).one()
        row.data = row.data[:-3] + b"\xff\xff\xff"
    stage.restart()
    early = stage.page("canada", item, client_id=202, editor=other.editor)
    early.join()
    (answer,) = early.saved(early.missing())
    assert (answer["ok"], answer["code"], answer["after"]) == (0, "retry", 1000)
    author = stage.page("kenya", item, client_id=101, editor=page.editor)
    author.join()
    assert author.saved(author.missing())[0]["ok"] == 1
    early.editor.paragraph("Canada goes on")
    early.join()
    assert early.saved(early.missing())[0]["ok"] == 1
    assert stage.content(item).title == "one two three"
    stage.restart()
    late, now = stage.page("canada", item, client_id=202, editor=Editor(202)), clock.monotonic()
    late.join()
    forged: Doc[Any] = Doc(client_id=101)
    forged.apply_update(author.editor.doc.get_update())
    before = forged.get_state()
    forged.get("title", type=Text).insert(0, "forged ")
    assert late.saved(forged.get_update(before))[0]["code"] == "retry"
    monkeypatch.setattr(clock, "monotonic", lambda: now + HEALING_SECONDS + 1)
    assert late.saved(forged.get_update(before))[0]["code"] == "invalid"
    assert stage.content(item).title == "one two three"


def test_a_damaged_row_or_snapshot_opens_at_the_last_good_state_with_an_alarm(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    item = stage.item()
    page, other = stage.page("kenya", item, client_id=101), stage.page("canada", item, client_id=202)
    page.join(), other.join()
    for word in ("one ", "two ", "three "):
        page.editor.title += word
        page.saved()
    other.editor.facts["means"] = "a fund"
    other.saved()
    with unit_of_work(stage.sessions) as db:
        row = db.query(DraftUpdate).filter_by(seq=2).one()
        row.data = row.data[:-3] + b"\xff\xff\xff"
    stage.restart()
    again = stage.page("ngo", item, client_id=303)
    assert again.join()["ok"] == 1
    assert str(again.editor.title) == "one "
    assert again.editor.facts.to_py() == {"means": "a fund"}
    assert "left out" in caplog.text
    again.editor.paragraph("The room goes on")
    assert all(ack["ok"] for ack in again.saved())
    page.lose()
    healed = stage.page("kenya", item, client_id=101, editor=page.editor)
    healed.join()
    assert healed.saved(healed.missing())[0]["ok"] == 1, "the page that wrote it brings it back"
    assert stage.content(item).title == "one two three"
    with unit_of_work(stage.sessions) as db:
        service.snapshot(db, item)
        draft = db.query(Draft).filter_by(item_id=item.id).one()
        assert draft.snapshot is not None
        draft.snapshot = draft.snapshot[:20]
    assert stage.content(item).title == "one two three", "a damaged snapshot falls back to the log"
    assert protocol.encoded(b"") == ""
