"""Who may write, until when: rights and deadlines hold at the very next update, and the barrier lets nothing through."""

from datetime import timedelta
from typing import Any

from consult import clock
from consult.db import unit_of_work
from consult.drafting import service
from consult.rooms.models import Seat
from tests.drafting.stage import Answer, Stage


def test_only_the_seated_and_facilitators_come_in(stage: Stage) -> None:
    item = stage.item()
    outcomes = {
        who: stage.page(who, item, client_id=100).join()
        for who in ("kenya", "facilitator", "philippines", "late", "viewer", "panelist")
    }
    assert {who: ack.get("edit", ack.get("code")) for who, ack in outcomes.items()} == {
        "kenya": True,
        "facilitator": True,
        "philippines": "forbidden",
        "late": "forbidden",
        "viewer": "forbidden",
        "panelist": "forbidden",
    }
    unknown = stage.page("kenya", item, client_id=100)
    unknown.name = "nosuchdraft1"
    assert unknown.join()["code"] == "forbidden", "what is not there and what is not yours look alike"


def test_who_is_moved_is_refused_at_the_next_update_and_told(stage: Stage) -> None:
    item = stage.item()
    kenya, canada = stage.page("kenya", item, client_id=101), stage.page("canada", item, client_id=202)
    kenya.join(), canada.join()
    canada.editor.title += "before"
    (answer,) = canada.send()
    with unit_of_work(stage.sessions) as db:
        seat = db.query(Seat).filter_by(member_id=stage.world.members["canada"].id, left_at=None).one()
        seat.left_at = clock.now()
    stage.turn()
    assert answer.value["code"] == "readonly", "checked again when it is written"
    assert canada.saved(canada.editor.doc.get_update())[0]["code"] == "readonly"
    stage.registry.rights_changed()
    stage.turn()
    assert canada.heard("moved")
    kenya.editor.title += "secret"
    kenya.saved()
    assert canada.heard("u") == [], "who left hears nothing more"


def test_sixty_moved_at_once_make_every_page_be_asked_about_once(stage: Stage, monkeypatch: Any) -> None:
    item = stage.item()
    page = stage.page("kenya", item, client_id=101)
    page.join()
    asked: list[str] = []
    reading = stage.rights.reading
    monkeypatch.setattr(
        stage.rights, "reading", lambda sid, subject: (asked.append(sid), reading(sid, subject))[1]
    )
    for _ in range(60):
        stage.registry.rights_changed()
    stage.turn()
    assert len(asked) == 1
    stage.registry.rights_changed()
    stage.turn()
    assert len(asked) == 2, "what changes later is looked at again"


def test_a_submitted_item_turns_read_only_and_back(stage: Stage) -> None:
    item = stage.item()
    page = stage.page("kenya", item, client_id=101)
    epoch = page.join()["epoch"]
    with unit_of_work(stage.sessions) as db:
        service.freeze(db, item)
    page.editor.title += "after"
    assert page.saved()[0]["code"] == "late"
    assert page.heard("perm")[-1][1:] == (False, epoch, "item.not_drafting")
    with unit_of_work(stage.sessions) as db:
        service.thaw(db, item)
    stage.registry.room_changed(stage.world.rooms[0].public_id)
    stage.turn()
    assert page.heard("perm")[-1][1:] == (True, epoch + 1, None)
    old = stage.page("canada", item, client_id=202)
    assert old.join(epoch=epoch)["code"] == "epoch", "text of an earlier round is not sent in by itself"


def test_the_time_is_over_by_the_servers_clock(stage: Stage) -> None:
    item = stage.item()
    page = stage.page("kenya", item, client_id=101)
    page.join()
    deadline = stage.world.rooms[0].deadline_at
    assert deadline is not None
    page.editor.title += "in time"
    (early,) = page.send()
    clock.set_source(lambda: deadline + timedelta(milliseconds=1))
    page.editor.title += ", too late"
    (late,) = page.send()
    stage.turn()
    assert early.value["ok"] == 1, "what was received before zero is written"
    assert late.value["code"] == "late"
    assert stage.content(item).title == "in time"


def test_barrier_writes_what_was_received_then_acts_and_nothing_comes_between(stage: Stage) -> None:
    item = stage.item()
    page = stage.page("kenya", item, client_id=101)
    page.join()
    page.editor.title += "before the close"
    (answer,) = page.send()
    seen, done = [], Answer()

    def close(db: Any) -> str:
        seen.append(service.snapshot(db, item).title)
        room = db.merge(stage.world.rooms[0])
        room.state, room.closed_at = "closed", clock.now()
        return "closed"

    stage.registry.barrier(close, done)
    stage.turn()
    assert answer.value["ok"] == 1
    assert seen == ["before the close"]
    assert done.value == ("closed", None)
    assert page.heard("perm")[-1][1:] == (False, 1, "room.closed")

    failed = Answer()
    stage.registry.barrier(lambda db: 1 / 0, failed)
    stage.turn()
    assert isinstance(failed.value[1], ZeroDivisionError)
