"""Another process merges or splits rooms while this one, which has their drafts, writes what people typed: no word is lost."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from consult.db import Db, engine_for, reading_session, sessions_for, unit_of_work
from consult.drafting import service as drafting
from consult.items import late
from consult.items.models import ActionItem
from consult.items.queries import drafted_in
from consult.proceedings import regrouping
from tests import cast
from tests.drafting.stage import Answer, Stage


@pytest.fixture
def stage(postgresql_url: str) -> Iterator[Stage]:
    engine = engine_for(postgresql_url)
    with unit_of_work(sessions_for(engine)) as db:
        world = cast.build(db)
    yield Stage(engine, world)
    engine.dispose()


@pytest.mark.parametrize("act", ["merge", "split"])
@pytest.mark.parametrize("moment", ["before", "meanwhile"])
def test_what_a_process_has_not_written_when_another_one_regroups_is_late_where_the_item_goes_on(
    stage: Stage, act: str, moment: str
) -> None:
    """A page sends one update after the other, each when the one before is answered."""
    item, (one, two), here = stage.item(), stage.world.rooms, stage
    there = Stage(here.engine, here.world, name="two")
    page = here.page("kenya", item, client_id=101)
    page.join()
    page.editor.title += "Written"
    assert page.saved()[0]["ok"] == 1
    page.editor.title += ", received"
    answers, done = page.send() if moment == "before" else [], Answer()

    def regroup(db: Db) -> str:
        staff, room = there.actor(db, "facilitator"), db.merge(one)
        if act == "merge":
            (made,) = regrouping.merge_rooms(db, staff, room, db.merge(two))
        else:
            kenya, found = db.merge(here.world.members["kenya"]), db.get_one(ActionItem, item.id)
            room = regrouping.split_room(db, staff, room, people=[kenya], items=[found])
            made = drafted_in(db, room.id)[0]
        if moment == "meanwhile":
            answers.extend(page.send())
            here.turn()
            assert answers[0].value is None, "it waits, and holds up nobody"
        return made.public_id

    there.registry.barrier(regroup, done)
    there.turn()
    name, error = done.value
    assert error is None
    here.turn()
    assert [answer.value["code"] for answer in answers] == ["late"]
    with reading_session(here.engine) as db:
        goes_on = db.scalars(select(ActionItem).where(ActionItem.public_id == name)).one()
        assert drafting.content_of(db, goes_on).title == "Written"
        assert [one.preview for one in late.late_contributions(db, goes_on)] == [", received"]
