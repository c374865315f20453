"""The columns of items follow their drafts, whatever happens to one of them."""

import pytest

from consult.drafting.content import DraftContent
from consult.drafting.document import Document
from tests.drafting.stage import Stage


def test_columns_follow_and_a_crash_is_caught_up(stage: Stage) -> None:
    item = stage.item()
    page = stage.page("kenya", item, client_id=101)
    page.join()
    page.editor.title += "Mirrored"
    page.saved()
    stage.restart()
    stage.turn()
    assert stage.mirrored[-1].title == "Mirrored"


def test_columns_that_cannot_follow_keep_no_others_behind(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    sick, well = stage.item(), stage.item()
    for who, item, client in (("kenya", sick, 101), ("canada", well, 202)):
        page = stage.page(who, item, client_id=client)
        page.join()
        page.editor.title += f"Of {who}"
        page.saved()
    (one, two), real = stage.registry._drafts.values(), Document.content

    def explode(self: Document) -> DraftContent:
        if self is one.document:
            raise ValueError("a fault of ours")
        return real(self)

    monkeypatch.setattr(Document, "content", explode)
    for _ in range(2):
        stage.registry._upkeep.care([one, two], float("inf"))
    assert [content.title for content in stage.mirrored] == ["Of canada"]
    assert f"draft {one.public_id}: housekeeping failed" in caplog.text
    monkeypatch.undo()
    stage.registry._upkeep.care([one, two], float("inf"))
    assert [content.title for content in stage.mirrored] == ["Of canada", "Of kenya"]


@pytest.mark.parametrize("notices", ["housekeeping", "an innocent update"])
def test_a_document_the_library_fails_on_is_read_from_the_log_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, notices: str
) -> None:
    """Text typed on is handed to the library later than it is acknowledged: a failure there loses nothing, and is nobody else's fault."""
    item = stage.item()
    page = stage.page("kenya", item, client_id=101)
    page.join()
    page.editor.paragraph("Hello")
    page.saved()
    page.editor.lines()[0].insert(5, " world")
    page.saved()
    (live,) = stage.registry._drafts.values()
    assert live.document is not None
    assert live.document._typed

    def panic(_self: Document, _updates: object) -> bytes:
        raise ValueError("a fault of the library's")

    with monkeypatch.context() as patch:
        patch.setattr(Document, "_put", panic)
        if notices == "housekeeping":
            for _ in range(2):
                stage.registry._upkeep.care([live], float("inf"))
            assert live.document.is_broken
            stage.registry._keep_house(0.0)
        else:
            page.editor.title += "Title"
            assert [ack["code"] for ack in page.saved()] == ["retry"]
        assert not stage.mirrored
        assert live.document is None
        assert page.heard("resync")
    page.join()
    page.editor.lines()[0].insert(11, "!")
    assert page.saved(page.missing())[0]["ok"] == 1
    stage.registry._upkeep.care([live], float("inf"))
    assert "Hello world!" in str(stage.mirrored[-1].text)


def test_whose_columns_have_waited_longest_follow_first(stage: Stage) -> None:
    """Drafts that are written without a pause are due again and again; they must not keep the others waiting for ever."""
    lives = []
    for number, who in enumerate(("kenya", "canada", "facilitator")):
        page = stage.page(who, stage.item(), client_id=101 + number)
        page.join()
        page.editor.title += f"Of {who}"
        page.saved()
        lives.append(stage.registry._drafts[page.name])
    for live, due in zip(lives, (30.0, 10.0, 20.0), strict=True):
        live.mirror_due = due
    for now in (31.0, 32.0, 33.0):
        stage.registry._upkeep.care(lives, now, most=1)
    assert [content.title for content in stage.mirrored] == ["Of canada", "Of facilitator", "Of kenya"]
