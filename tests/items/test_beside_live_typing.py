"""What is written into an item by a form while people type in it: no word that a page was told is saved is deleted by it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from consult import clock, richtext
from consult.db import engine_for, sessions_for, unit_of_work
from consult.drafting import store
from consult.items import service
from consult.items.combining import bring_over
from consult.items.late import late_contributions
from consult.items.models import ActionItem
from consult.library.models import Source
from tests import cast
from tests.drafting.stage import Page, Stage


@pytest.fixture
def stage(postgresql_url: str) -> Iterator[Stage]:
    """On PostgreSQL; where one file is the database nobody else writes at the same time."""
    engine = engine_for(postgresql_url)
    with unit_of_work(sessions_for(engine)) as db:
        world = cast.build(db)
    yield Stage(engine, world)
    engine.dispose()


def typed_once_it_is_read(
    monkeypatch: pytest.MonkeyPatch, page: Page, item: ActionItem, edit: Callable[[], None]
) -> list[Any]:
    """Let a page type, and the writer write, right after a form has read the item's draft. The answers."""
    load, answers = store.load, list[Any]()

    def load_and_type(db: Any, draft: Any) -> Any:
        document = load(db, draft)
        if draft.item_id == item.id and not answers:
            edit()
            answers.extend(page.send())
            page.stage.turn()
        return document

    monkeypatch.setattr(store, "load", load_and_type)
    return answers


def test_late_words_taken_in_leave_what_is_typed_at_this_moment(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = stage.item()
    there = stage.page("kenya", old, client_id=101)
    there.join()
    there.editor.paragraph("In time.")
    there.saved()
    with unit_of_work(stage.sessions) as db:
        staff = stage.actor(db, "facilitator")
        made = bring_over(db, staff, db.get_one(ActionItem, old.id), db.merge(stage.world.rooms[1]))
    there.editor.lines()[0].insert(len(b"In time."), " Too late.")
    assert there.saved()[0]["code"] == "late"
    page = stage.page("philippines", made, client_id=202)
    page.join()
    answers = typed_once_it_is_read(
        monkeypatch, page, made, lambda: page.editor.lines()[0].insert(len(b"In time."), " Typed now.")
    )
    with unit_of_work(stage.sessions) as db:
        item = db.get_one(ActionItem, made.id)
        (late,) = late_contributions(db, item)
        service.decide_late(db, stage.actor(db, "facilitator"), item, late, accept=True)
    stage.turn()
    assert answers[0].value["ok"] == 1
    assert richtext.to_text(stage.content(made).text) == "In time. Typed now.\n\nToo late."


def test_a_source_that_is_quoted_leaves_details_filled_in_at_this_moment(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = stage.item()
    page = stage.page("kenya", item, client_id=101)
    page.join()
    with unit_of_work(stage.sessions) as db:
        quoted = Source(
            consultation_id=stage.world.consultation.id,
            position=1,
            kind="statement",
            title="Statement",
            reference="Panel 3",
            added_at=clock.now(),
        )
        db.add(quoted)
        db.flush()
        name = quoted.public_id

    def fill_in() -> None:
        page.editor.facts["term"] = "short"

    page.editor.facts["term"] = "long"
    assert page.saved()[0]["ok"] == 1
    answers = typed_once_it_is_read(monkeypatch, page, item, fill_in)
    with unit_of_work(stage.sessions) as db:
        found = db.get_one(ActionItem, item.id)
        service.quote_source(db, stage.actor(db, "kenya"), found, db.merge(quoted))
    stage.turn()
    assert answers[0].value["ok"] == 1
    assert stage.content(item).facts == {"term": "short", f"source:{name}": True}
