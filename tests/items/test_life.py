"""The way of an item: created, ready, submitted, sent back, withdrawn; who may, and what is kept."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from consult import clock, richtext
from consult.announce.models import OutboxEvent
from consult.audit.models import AuditEntry
from consult.db import Db
from consult.drafting import service as drafting
from consult.errors import Conflict, Invalid, NotAllowed
from consult.items import acting, service
from consult.items.models import ItemVersion
from consult.library.models import Source
from consult.programme.models import SessionState
from tests.cast import World
from tests.factories.items import TEXT, TITLE, close_rooms, drafted, submitted, under_comment


def acts(db: Db, world: World) -> list[str]:
    chain = world.consultation.public_id
    return list(db.scalars(select(AuditEntry.act).where(AuditEntry.chain == chain).order_by(AuditEntry.seq)))


def heard(db: Db, audience: str) -> list[str]:
    query = select(OutboxEvent.name).where(OutboxEvent.audience == audience).order_by(OutboxEvent.seq)
    return list(db.scalars(query))


def versions(db: Db, item_id: int) -> list[ItemVersion]:
    return list(
        db.scalars(select(ItemVersion).where(ItemVersion.item_id == item_id).order_by(ItemVersion.number))
    )


def test_a_seated_delegate_starts_an_item_that_has_a_draft(db: Db, world: World) -> None:
    first = service.create_item(db, world.actor(db, "kenya"), world.rooms[0])
    second = service.create_item(db, world.actor(db, "canada"), world.rooms[0])
    assert (first.number, second.number, first.state) == (1, 2, "drafting")
    assert drafting.content_of(db, first).title == ""
    assert acts(db, world)[-2:] == ["item.created", "item.created"]
    assert heard(db, f"room:{world.rooms[0].public_id}") == ["item.created", "item.created"]
    assert heard(db, f"session:{world.session.public_id}") == ["item.created", "item.created"]


@pytest.mark.parametrize(
    ("name", "reason"),
    [("philippines", "room.not_seated"), ("viewer", "viewers_only_read"), ("panelist", "room.not_seated")],
)
def test_who_is_not_seated_here_starts_no_item(db: Db, world: World, name: str, reason: str) -> None:
    with pytest.raises(NotAllowed) as refused:
        service.create_item(db, world.actor(db, name), world.rooms[0])
    assert refused.value.code == reason


def test_no_item_starts_in_a_closed_room_or_after_its_time(db: Db, world: World) -> None:
    late = clock.now() + timedelta(minutes=31)
    clock.set_source(lambda: late)
    with pytest.raises(NotAllowed) as refused:
        service.create_item(db, world.actor(db, "kenya"), world.rooms[0])
    assert refused.value.code == "room.closed"
    clock.set_source(None)
    close_rooms(db, world)
    with pytest.raises(NotAllowed):
        service.create_item(db, world.actor(db, "facilitator"), world.rooms[0])


def test_a_room_has_thirty_items_and_a_withdrawn_one_makes_place(db: Db, world: World) -> None:
    kenya = world.actor(db, "kenya")
    made = [service.create_item(db, kenya, world.rooms[0]) for _ in range(30)]
    with pytest.raises(Invalid) as refused:
        service.create_item(db, kenya, world.rooms[0])
    assert refused.value.code == "item.too_many"
    service.withdraw_item(db, kenya, made[4])
    assert service.create_item(db, kenya, world.rooms[0]).number == 31


@pytest.mark.parametrize(
    ("title", "text", "code"), [("", TEXT, "item.no_title"), (TITLE, " ", "item.no_text")]
)
def test_an_item_without_title_or_text_is_not_ready(
    db: Db, world: World, title: str, text: str, code: str
) -> None:
    item = drafted(db, world, title=title, text=text)
    for act in (
        lambda: service.mark_ready(db, world.actor(db, "kenya"), item),
        lambda: service.submit_items(db, world.actor(db, "kenya"), world.rooms[0], items=[item]),
    ):
        with pytest.raises(Invalid) as refused:
            act()
        assert refused.value.code == code


def test_ready_items_are_submitted_together_and_the_others_stay(db: Db, world: World) -> None:
    kenya = world.actor(db, "kenya")
    ready, rough = drafted(db, world), drafted(db, world, title="Rough")
    service.mark_ready(db, kenya, ready)
    assert service.submit_items(db, kenya, world.rooms[0]) == [ready]
    assert (ready.state, rough.state) == ("submitted", "drafting")
    assert ready.title == TITLE
    assert richtext.to_text(ready.text) == TEXT
    assert [(kept.number, kept.reason, kept.title) for kept in versions(db, ready.id)] == [
        (1, "submitted", TITLE)
    ]
    assert "item.submitted" in heard(db, f"session:{world.session.public_id}")
    assert acts(db, world)[-1] == "item.submitted"


def test_nothing_ready_is_said_and_ready_can_be_taken_back(db: Db, world: World) -> None:
    kenya, item = world.actor(db, "kenya"), drafted(db, world)
    service.mark_ready(db, kenya, item)
    service.unmark_ready(db, kenya, item)
    assert item.ready_at is None
    with pytest.raises(Invalid) as refused:
        service.submit_items(db, kenya, world.rooms[0])
    assert refused.value.code == "item.nothing_ready"


def test_of_several_items_all_are_submitted_or_none(db: Db, world: World) -> None:
    good, bad = drafted(db, world), drafted(db, world, title="")
    db.commit()
    with pytest.raises(Invalid):
        service.submit_items(db, world.actor(db, "kenya"), world.rooms[0], items=[good, bad])
    db.rollback()
    db.refresh(good)
    assert good.state == "drafting"


def test_a_submitted_item_is_not_written_any_more(db: Db, world: World) -> None:
    item = submitted(db, world)
    with pytest.raises(NotAllowed) as refused:
        service.write_item(db, world.actor(db, "kenya"), item, title="Another title")
    assert refused.value.code == "item.not_drafting"
    with pytest.raises(Conflict):
        drafting.write(db, None, item, title="Another title")
    assert item.title == TITLE


def test_a_second_submission_of_the_same_item_is_told(db: Db, world: World) -> None:
    item = drafted(db, world)
    db.commit()
    service.submit_items(db, world.actor(db, "kenya"), world.rooms[0], items=[item])
    item.state = "drafting"  # what a page that was loaded before still believes
    with db.no_autoflush, pytest.raises(Conflict) as refused:
        acting.move(db, item, (service.ItemState.WITHDRAWN,), service.ItemState.SUBMITTED)
    assert refused.value.code == "item.changed_meanwhile"


def test_a_facilitator_sends_an_item_back_with_a_reason_and_the_room_submits_again(
    db: Db, world: World
) -> None:
    item, facilitator = submitted(db, world), world.actor(db, "facilitator")
    service.return_item(db, facilitator, item, reason="  Name who pays.  ")
    assert (item.state, item.returned_reason, item.submitted_at) == ("drafting", "Name who pays.", None)
    service.write_item(db, world.actor(db, "kenya"), item, title="Training, paid by the donors")
    service.submit_items(db, world.actor(db, "kenya"), world.rooms[0], items=[item])
    assert [kept.title for kept in versions(db, item.id)] == [TITLE, "Training, paid by the donors"]
    assert item.returned_reason == ""


@pytest.mark.parametrize("reason", ["", "   ", "x" * 1001])
def test_sending_back_needs_a_reason(db: Db, world: World, reason: str) -> None:
    item = submitted(db, world)
    with pytest.raises(Invalid) as refused:
        service.return_item(db, world.actor(db, "facilitator"), item, reason=reason)
    assert list(refused.value.fields) == ["reason"]


def test_a_delegate_sends_nothing_back_and_nobody_after_the_session(db: Db, world: World) -> None:
    item = under_comment(db, world)[0]
    with pytest.raises(NotAllowed):
        service.return_item(db, world.actor(db, "kenya"), item, reason="Please")
    world.session.state = SessionState.CLOSED.value
    db.flush()
    with pytest.raises(Conflict) as refused:
        service.return_item(db, world.actor(db, "facilitator"), item, reason="Please")
    assert refused.value.code == "item.cannot_return"


def test_what_is_submitted_during_the_report_back_is_under_comment_at_once(db: Db, world: World) -> None:
    item = under_comment(db, world)[0]
    service.return_item(db, world.actor(db, "facilitator"), item, reason="Shorten it.")
    world.rooms[0].state = "reopened"
    db.flush()
    service.submit_items(db, world.actor(db, "kenya"), world.rooms[0], items=[item])
    assert item.state == "under_comment"


def test_a_withdrawn_item_is_gone_from_the_room_and_stays_in_the_record(db: Db, world: World) -> None:
    item = drafted(db, world)
    service.withdraw_item(db, world.actor(db, "kenya"), item)
    assert (item.state, item.title) == ("withdrawn", TITLE)
    with pytest.raises(NotAllowed):
        service.withdraw_item(db, world.actor(db, "kenya"), item)
    assert heard(db, f"room:{world.rooms[0].public_id}")[-1] == "item.withdrawn"


def test_quoting_keeps_the_other_facts(db: Db, world: World) -> None:
    item = drafted(db, world)
    source = Source(
        consultation_id=world.consultation.id, position=1, kind="statement", title="Statement", reference="Panel 3",
        added_at=clock.now(),
    )  # fmt: skip
    db.add(source)
    db.flush()
    service.quote_source(db, world.actor(db, "kenya"), item, source)
    facts = drafting.content_of(db, item).facts
    assert facts[f"source:{source.public_id}"] is True
    assert facts["term"] == "short"


def test_a_source_of_another_consultation_is_not_quoted(db: Db, world: World) -> None:
    item = drafted(db, world)
    with pytest.raises(Invalid):
        service.quote_source(
            db, world.actor(db, "kenya"), item, Source(consultation_id=0, public_id="x" * 12)
        )
