"""After the end of a round: what may still come in once, what is kept aside, and what happens to it."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from consult import clock, richtext
from consult.announce import audiences
from consult.announce.models import OutboxEvent
from consult.db import reading_session, unit_of_work
from consult.drafting import service, states
from consult.drafting.models import DraftClient, LateContribution
from consult.drafting.pseudonyms import owner_of
from consult.errors import Conflict, NotAllowed
from tests.drafting.stage import Page, Stage


def close(stage: Stage) -> None:
    """The room closes, as the job of the deadline does it."""
    stage.set_room(state="closed", closed_at=clock.now())
    stage.registry.room_changed(stage.world.rooms[0].public_id)
    stage.turn()


def reconnected(stage: Stage, page: Page) -> Page:
    """The same page on a new connection."""
    fresh = Page(stage, f"{page.sid}-again", page.editor, page.name)
    stage.people[fresh.sid] = stage.people[page.sid]
    return fresh


def test_who_was_cut_off_before_the_end_may_sync_once(stage: Stage) -> None:
    item = stage.item()
    page = stage.page("kenya", item, client_id=101)
    page.join()
    page.editor.title += "online"
    page.saved()
    page.lose()
    page.editor.title += ", offline"
    page.editor.take_outgoing()
    close(stage)
    back = reconnected(stage, page)
    assert back.join()["edit"] is False
    assert back.saved(back.missing())[0]["ok"] == 1
    assert stage.content(item).title == "online, offline"
    page.editor.title += ", and more"
    assert back.saved()[0]["code"] == "late", "once"
    assert stage.content(item).title == "online, offline"


def test_who_was_here_at_the_end_is_late(stage: Stage) -> None:
    item = stage.item()
    page = stage.page("kenya", item, client_id=101)
    page.join()
    page.editor.title += "in time"
    page.saved()
    close(stage)
    assert page.heard("perm")[-1][1:] == (False, 1, "room.closed")
    page.editor.title += ", late words"
    ack = page.saved()[0]
    assert (ack["ok"], ack["code"], ack["message"]) == (0, "late", "draft.late")
    assert page.saved(page.editor.doc.get_update())[0]["code"] == "late"
    with reading_session(stage.engine) as db:
        kept = service.late_contributions(db, item)
        assert kept[0].preview == ", late words"
        assert kept[0].member_id == stage.world.members["kenya"].id


def test_who_writes_by_http_counts_as_cut_off_at_the_end(stage: Stage) -> None:
    """Nobody could tell the page that the time was over; what was typed in the seconds before it asked again is taken once."""
    item = stage.item()
    page = stage.page("kenya", item, client_id=101)
    stage.rights.asking.add(page.sid)
    page.join()
    page.editor.title += "in the last seconds"
    typed = page.editor.take_outgoing()[0]
    close(stage)
    assert page.join()["edit"] is False, "it asks again every few seconds"
    assert page.saved(typed)[0]["ok"] == 1
    assert stage.content(item).title == "in the last seconds"
    page.editor.title += ", and more"
    assert page.saved()[0]["code"] == "late", "once"


def test_who_was_here_at_the_end_is_late_on_another_connection_too(stage: Stage) -> None:
    item = stage.item()
    kenya, canada = stage.page("kenya", item, client_id=101), stage.page("canada", item, client_id=202)
    kenya.join(), canada.join()
    kenya.editor.title += "in time"
    kenya.saved()
    canada.lose()
    close(stage)
    kenya.editor.title += ", late words"
    kenya.lose()
    back = reconnected(stage, kenya)
    back.join()
    assert back.saved(back.missing())[0]["code"] == "late"
    again = reconnected(stage, canada)
    again.join()
    again.editor.facts["means"] = "a fund"
    assert again.saved()[0]["ok"] == 1
    assert stage.content(item).title == "in time"


def test_a_connection_lost_between_the_end_and_our_hearing_of_it_was_here(stage: Stage) -> None:
    item = stage.item()
    page = stage.page("kenya", item, client_id=101)
    page.join()
    page.editor.title += "in time"
    page.saved()
    stage.set_room(state="closed", closed_at=clock.now())
    page.editor.title += ", late words"
    page.lose()
    stage.registry.room_changed(stage.world.rooms[0].public_id)
    back = reconnected(stage, page)
    back.join()
    assert back.saved(back.missing())[0]["code"] == "late"


def test_who_comes_after_the_end_and_never_wrote_is_late_on_the_second_try_too(stage: Stage) -> None:
    item = stage.item()
    close(stage)
    page = stage.page("kenya", item, client_id=101)
    page.join()
    page.editor.title += "never here"
    assert page.saved()[0]["code"] == "late"
    page.lose()
    back = reconnected(stage, page)
    back.join()
    assert back.saved(back.missing())[0]["code"] == "late"
    assert stage.content(item).title == ""


def test_two_updates_of_one_tick_are_not_one_sync(stage: Stage) -> None:
    item = stage.item()
    page = stage.page("kenya", item, client_id=101)
    page.join()
    page.editor.title += "online"
    page.saved()
    page.lose()
    close(stage)
    back = reconnected(stage, page)
    back.join()
    back.editor.title += ", one"
    back.editor.title += ", two"
    assert [ack.get("code", "ok") for ack in back.saved()] == ["ok", "late"]
    assert stage.content(item).title == "online, one"


def test_who_is_back_between_the_deadline_and_the_close_may_sync_and_who_is_here_may_not(
    stage: Stage,
) -> None:
    """The room is closed by a job, a moment after its time is over."""
    item = stage.item()
    away, here = stage.page("kenya", item, client_id=101), stage.page("canada", item, client_id=202)
    away.join(), here.join()
    away.lose()
    away.editor.title += "offline"
    away.editor.take_outgoing()
    here.editor.title += "!"
    here.saved()
    stage.set_room(deadline_at=clock.now())
    stage.turn()
    back = reconnected(stage, away)
    assert back.join()["edit"] is False
    assert back.saved(back.missing())[0]["ok"] == 1
    here.editor.title += "too late"
    assert here.saved()[0]["code"] == "late"
    close(stage)
    back.editor.title += " again"
    assert back.saved()[0]["code"] == "late", "once"
    assert "offline" in stage.content(item).title


def test_more_time_given_in_the_last_moment_forgets_the_end(stage: Stage) -> None:
    item = stage.item()
    page = stage.page("kenya", item, client_id=101)
    page.join()
    page.editor.title += "in time"
    page.saved()
    stage.set_room(deadline_at=clock.now())
    page.editor.title += ", late"
    assert page.saved()[0]["code"] == "late"
    stage.set_room(deadline_at=clock.now() + timedelta(minutes=1))
    page.editor.title += ", more time"
    page.join()
    assert page.saved(page.missing())[0]["ok"] == 1
    page.lose()
    page.editor.title += ", offline"
    close(stage)
    back = reconnected(stage, page)
    back.join()
    assert back.saved(back.missing())[0]["ok"] == 1


def test_after_the_minute_even_who_was_cut_off_is_late(stage: Stage) -> None:
    item = stage.item()
    page = stage.page("kenya", item, client_id=101)
    page.join()
    page.lose()
    page.editor.title += "offline"
    page.editor.take_outgoing()
    close(stage)
    now = clock.now()
    clock.set_source(lambda: now + timedelta(seconds=61))
    back = reconnected(stage, page)
    back.join()
    assert back.saved(back.missing())[0]["code"] == "late"


def test_a_crash_before_the_end_counts_as_cut_off(stage: Stage) -> None:
    item = stage.item()
    page = stage.page("kenya", item, client_id=101)
    page.join()
    page.editor.title += "saved"
    page.saved()
    page.editor.title += ", typed while the server was down"
    page.editor.take_outgoing()
    stage.restart()
    close(stage)
    back = reconnected(stage, page)
    back.join()
    assert back.saved(back.missing())[0]["ok"] == 1


def test_bringing_nothing_new_is_never_late(stage: Stage) -> None:
    item = stage.item()
    page = stage.page("kenya", item, client_id=101)
    page.join()
    page.editor.title += "word"
    del page.editor.title[0:1]
    page.saved()
    close(stage)
    assert page.saved(page.editor.doc.get_update())[0]["ok"] == 1
    with reading_session(stage.engine) as db:
        assert db.query(LateContribution).count() == 0


def test_late_contributions_of_one_author_are_bounded_and_kept_once(stage: Stage) -> None:
    item = stage.item()
    page = stage.page("kenya", item, client_id=101)
    page.join()
    close(stage)
    codes = []
    for n in range(8):
        page.editor.title += f"{n}"
        page.editor.take_outgoing()
        update = page.editor.doc.get_update()
        codes.append([page.saved(update)[0]["code"] for _ in range(2)])
    assert codes[:4] == [["late", "late"]] * 4
    assert codes[-1] == ["readonly", "readonly"]
    with reading_session(stage.engine) as db:
        assert db.query(LateContribution).count() == 5


def test_an_outsider_leaves_nothing_behind(stage: Stage) -> None:
    item = stage.item()
    close(stage)
    assert stage.page("philippines", item, client_id=101).join()["code"] == "forbidden"


def test_those_who_decide_hear_of_it_wherever_they_are_and_nobody_else_does(stage: Stage) -> None:
    """After the close everybody is at the session's page, not in the room."""
    item = stage.item()
    page = stage.page("canada", item, client_id=101)
    page.join()
    close(stage)
    page.editor.title += "late"
    page.saved()
    world = stage.world
    with reading_session(stage.engine) as db:
        heard = set(db.scalars(select(OutboxEvent.audience).where(OutboxEvent.name == "late.kept")))
    assert heard == {
        audiences.room(world.rooms[0].public_id),
        audiences.staff(world.consultation.public_id),
        audiences.member(world.members["kenya"].public_id),
    }


def test_what_accepting_would_do_is_known_before(stage: Stage) -> None:
    item = stage.item()
    page = stage.page("canada", item, client_id=202)
    page.join()
    page.editor.paragraph("Ten states train officers.")
    page.saved()
    other = stage.page("ngo", item, client_id=303)
    other.join()
    close(stage)
    del page.editor.lines()[-1][0:4]
    page.saved()
    page.editor.title += "A late title"
    page.saved()
    other.editor.facts["means"] = "a fund"
    other.saved()
    with unit_of_work(stage.sessions) as db:
        kept = service.late_contributions(db, item)
        deleted, titled, funded = service.late_effects(db, kept)
        assert richtext.to_text(deleted.before.text).strip() == "Ten states train officers."
        assert richtext.to_text(deleted.after.text).strip() == "states train officers."
        assert (deleted.words, titled.words) == ("", "A late title")
        assert (titled.before.title, titled.after.title) == ("", "A late title")
        assert funded.after.facts == {"means": "a fund"}
        assert all(effect.is_usable and not effect.is_there for effect in (deleted, titled, funded))
        service.accept_late(db, stage.actor(db, "kenya"), kept[0])
        assert [effect.is_there for effect in service.late_effects(db, kept)] == [True, False, False]
    assert richtext.to_text(stage.content(item).text).strip() == "states train officers."


def kept_late(stage: Stage) -> tuple[Any, str]:
    item = stage.item()
    page = stage.page("canada", item, client_id=202)
    page.join()
    page.editor.title += "in time"
    page.saved()
    close(stage)
    page.editor.title += ", late"
    page.saved()
    with reading_session(stage.engine) as db:
        return item, service.late_contributions(db, item)[0].public_id


def test_the_rapporteur_accepts_or_drops(stage: Stage) -> None:
    item, name = kept_late(stage)
    with unit_of_work(stage.sessions) as db:
        late = service.late_contribution(db, name)
        with pytest.raises(NotAllowed):
            service.accept_late(db, stage.actor(db, "canada"), late)
        content = service.accept_late(db, stage.actor(db, "kenya"), late)
        assert content.title == "in time, late"
        with pytest.raises(Conflict, match=r"late\.decided"):
            service.drop_late(db, stage.actor(db, "kenya"), late)
    assert stage.content(item).title == "in time, late"


def test_dropping_keeps_the_record(stage: Stage) -> None:
    item, name = kept_late(stage)
    with unit_of_work(stage.sessions) as db:
        late = service.late_contribution(db, name)
        service.drop_late(db, stage.actor(db, "facilitator"), late)
    with reading_session(stage.engine) as db:
        assert service.late_contributions(db, item) == []
        (late,) = service.late_contributions(db, item, undecided_only=False)
        assert (late.decision, late.preview) == ("dropped", ", late")
    assert stage.content(item).title == "in time"


def test_without_attribution_no_row_names_the_author_and_the_link_ends(stage: Stage) -> None:
    stage.world.consultation.attribution = "none"
    with unit_of_work(stage.sessions) as db:
        db.merge(stage.world.consultation)
    stage.rights.anonymous = True
    item = stage.item()
    page = stage.page("kenya", item, client_id=101)
    page.join()
    page.editor.title += "unattributed"
    page.saved()
    member_id = stage.world.members["kenya"].id
    with unit_of_work(stage.sessions) as db:
        (client,) = db.query(DraftClient).all()
        draft = states.draft_by(db, item.public_id)
        assert draft is not None
        assert client.member_id is None
        assert client.owner == owner_of(draft.salt, member_id)
        room = db.merge(stage.world.rooms[0])
        room.state, room.closed_at = "closed", clock.now()
        db.flush()
        for _ in range(2):
            states.unlink_closed(db, clock.now() + timedelta(seconds=1))
        again = states.draft_by(db, item.public_id)
        assert again is not None
        assert client.owner != owner_of(again.salt, member_id)
