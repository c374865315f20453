"""Recall, close, reopen, report-back: what touches rooms, drafts and items at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from consult import clock, richtext
from consult.announce.models import OutboxEvent
from consult.audit.models import AuditEntry
from consult.db import Db, engine_for, sessions_for
from consult.drafting import service as drafting
from consult.errors import Conflict, NotAllowed
from consult.items.models import ActionItem
from consult.proceedings import service as proceedings
from consult.rooms import service as rooms
from consult.rooms.models import Room, Seat
from tests import cast
from tests.cast import World


def an_item(db: Db, world: World, *, state: str = "drafting", number: int = 1) -> ActionItem:
    """An item of the first room with some text in its draft."""
    item = ActionItem(
        consultation_id=world.consultation.id, session_id=world.session.id, room_id=world.rooms[0].id, number=number,
        state=state, title="", text=richtext.empty(), facts={}, created_by_id=world.members["kenya"].id,
        created_at=clock.now(),
    )  # fmt: skip
    db.add(item)
    db.flush()
    drafting.create_draft(db, item)
    drafting.write(
        db, None, item, title="Training by secondment", text=richtext.from_text("By [2019] States offer.")
    )
    return item


def events(db: Db, name: str) -> list[str]:
    return list(db.scalars(select(OutboxEvent.audience).where(OutboxEvent.name == name)))


def later(seconds: float) -> None:
    """Let the server's clock show a later time."""
    now = clock.now() + timedelta(seconds=seconds)
    clock.set_source(lambda: now)


@pytest.mark.complaint(4, 10)
def test_a_recall_grants_sixty_editable_seconds(db: Db, world: World) -> None:
    now = clock.now()
    clock.set_source(lambda: now)
    called = proceedings.recall(db, world.actor(db, "facilitator"), world.round)
    assert {(room.state, room.deadline_at) for room in called} == {("closing", now + timedelta(seconds=60))}
    assert all(room.is_open_at(now + timedelta(seconds=59)) for room in called)
    assert proceedings.rooms_due(db, now + timedelta(seconds=59)) == []


def test_an_immediate_recall_is_due_at_once(db: Db, world: World) -> None:
    proceedings.recall(db, world.actor(db, "facilitator"), world.round, immediately=True)
    assert proceedings.rooms_due(db, clock.now()) == [room.id for room in world.rooms]


def test_a_recall_never_gives_more_time(db: Db, world: World) -> None:
    soon = clock.now() + timedelta(seconds=20)
    world.rooms[0].deadline_at = soon
    db.flush()
    proceedings.recall(db, world.actor(db, "facilitator"), world.round)
    assert world.rooms[0].deadline_at == soon


def test_one_room_can_be_recalled_alone(db: Db, world: World) -> None:
    proceedings.recall_room(db, world.actor(db, "facilitator"), world.rooms[0])
    assert [room.state for room in world.rooms] == ["closing", "open"]


def test_nothing_is_recalled_when_no_room_is_open(db: Db, world: World) -> None:
    for room in world.rooms:
        room.state = "closed"
    db.flush()
    with pytest.raises(Conflict, match=r"room.not_open"):
        proceedings.recall(db, world.actor(db, "facilitator"), world.round)


def test_nothing_closes_before_its_time(db: Db, world: World) -> None:
    assert proceedings.close_due(db, clock.now()) == []


@pytest.mark.complaint(9)
def test_the_close_keeps_every_draft_as_it_stood(db: Db, world: World) -> None:
    item = an_item(db, world)
    later(1801)
    closed = proceedings.close_due(db, clock.now())
    db.expire_all()
    assert {room.public_id for room in world.rooms} <= set(closed)
    assert item.title == "Training by secondment"
    assert [(v.number, v.reason, v.title) for v in item.versions] == [(1, "closed", "Training by secondment")]
    assert item.versions[0].text == richtext.from_text("By [2019] States offer.")
    assert world.rooms[0].epoch == 2
    assert world.rooms[0].closed_at == clock.now()
    assert f"room:{world.rooms[0].public_id}" in events(db, "room.state_changed")


def test_a_submitted_item_gets_no_version_at_the_close(db: Db, world: World) -> None:
    item = an_item(db, world, state="submitted")
    later(1801)
    proceedings.close_due(db, clock.now())
    db.expire_all()
    assert item.versions == []


def test_a_recall_keeps_every_draft_as_it_stood_and_an_immediate_one_leaves_that_to_the_close(
    db: Db, world: World
) -> None:
    item = an_item(db, world)
    facilitator = world.actor(db, "facilitator")
    proceedings.recall_room(db, facilitator, world.rooms[0])
    db.expire_all()
    assert [(v.reason, v.made_by_id) for v in item.versions] == [("recalled", facilitator.member_id)]
    proceedings.recall_room(db, facilitator, world.rooms[0], immediately=True)
    proceedings.close_due(db, clock.now())
    db.expire_all()
    assert [(v.reason, v.made_by_id) for v in item.versions][1:] == [("closed", None)]


def test_closing_again_does_nothing(db: Db, world: World) -> None:
    later(1801)
    proceedings.close_due(db, clock.now())
    assert proceedings.close_due(db, clock.now()) == []
    acts = db.scalars(select(AuditEntry.act).where(AuditEntry.chain == world.consultation.public_id)).all()
    assert acts.count("room.closed") == 2


def close_at_once(engine: Engine, processes: int) -> list[str]:
    """Public ids of the rooms that `processes` closed, all looking at the same moment."""
    sessions = sessions_for(engine)
    at = clock.now() + timedelta(hours=1)

    def close(_n: int) -> list[str]:
        with sessions.begin() as db:
            return proceedings.close_due(db, at)

    with ThreadPoolExecutor(processes) as pool:
        return [room for found in pool.map(close, range(processes)) for room in found]


def test_of_several_processes_exactly_one_closes_a_room(db: Db, world: World, engine: Engine) -> None:
    rooms_open = sorted(db.scalars(select(Room.public_id)).all())
    db.commit()
    assert sorted(close_at_once(engine, 6)) == rooms_open


def test_of_several_processes_exactly_one_closes_a_room_on_postgresql(postgresql_url: str) -> None:
    engine = engine_for(postgresql_url)
    try:
        with sessions_for(engine).begin() as db:
            world = cast.build(db)
            an_item(db, world)
            rooms_open = sorted(room.public_id for room in world.rooms)
        assert sorted(close_at_once(engine, 6)) == rooms_open
    finally:
        engine.dispose()


def test_more_time_given_just_before_the_end_keeps_the_room_open(db: Db, world: World) -> None:
    later(1799)
    rooms.extend(db, world.actor(db, "facilitator"), list(world.rooms), minutes=5)
    later(2)
    assert not {room.public_id for room in world.rooms} & set(proceedings.close_due(db, clock.now()))


@pytest.mark.complaint(2)
def test_more_time_before_and_after_the_end_keeps_the_people_and_their_words(db: Db, world: World) -> None:
    def seated() -> list[tuple[int, int]]:
        query = select(Seat.member_id, Seat.room_id).where(Seat.left_at.is_(None)).order_by(Seat.member_id)
        return [(member, room) for member, room in db.execute(query)]

    facilitator, item, before = world.actor(db, "facilitator"), an_item(db, world), seated()
    rooms.extend(db, facilitator, list(world.rooms), minutes=5)
    assert (seated(), item.state) == (before, "drafting")
    later(2101)
    assert proceedings.close_due(db, clock.now())
    proceedings.reopen_room(db, facilitator, world.rooms[0], minutes=10)
    assert (seated(), item.state, item.room_id) == (before, "drafting", world.rooms[0].id)
    more = richtext.from_text("By [2019] States offer. And more.")
    drafting.write(db, world.actor(db, "kenya"), item, text=more)
    assert drafting.content_of(db, item).text == more
    assert item.title == "Training by secondment"


def test_a_closed_room_can_be_reopened_with_a_new_epoch(db: Db, world: World) -> None:
    later(1801)
    proceedings.close_due(db, clock.now())
    room = world.rooms[0]
    proceedings.reopen_room(db, world.actor(db, "facilitator"), room, minutes=10, reason="One item left")
    assert (room.state, room.epoch, room.closed_at) == ("reopened", 3, None)
    assert room.deadline_at == clock.now() + timedelta(minutes=10)
    assert f"member:{world.members['kenya'].public_id}" in events(db, "seat.called")
    with pytest.raises(Conflict, match=r"room.cannot"):
        proceedings.reopen_room(db, world.actor(db, "facilitator"), room, minutes=10)


def test_a_room_of_a_closed_session_stays_closed(db: Db, world: World) -> None:
    world.session.state = "closed"
    world.rooms[0].state = "closed"
    db.flush()
    with pytest.raises(Conflict, match=r"session.not_open"):
        proceedings.reopen_room(db, world.actor(db, "facilitator"), world.rooms[0], minutes=10)


def closed_world(db: Db, world: World) -> None:
    for room in world.rooms:
        room.state = "closed"
    db.flush()


@pytest.mark.complaint(9)
def test_report_back_opens_the_submitted_items_for_comment(db: Db, world: World) -> None:
    submitted, drafted = an_item(db, world, state="submitted"), an_item(db, world, number=2)
    closed_world(db, world)
    items = proceedings.open_report_back(db, world.actor(db, "facilitator"), world.session)
    assert items == [submitted]
    assert (submitted.state, drafted.state, world.session.state) == (
        "under_comment",
        "drafting",
        "report_back",
    )
    assert events(db, "report_back.opened") == [f"session:{world.session.public_id}"]


def test_report_back_waits_for_the_rooms(db: Db, world: World) -> None:
    with pytest.raises(Conflict, match=r"session.rooms_open"):
        proceedings.open_report_back(db, world.actor(db, "facilitator"), world.session)
    with pytest.raises(Conflict, match=r"session.rooms_open"):
        proceedings.close_session(db, world.actor(db, "facilitator"), world.session)


def test_report_back_takes_in_what_a_later_round_submitted(db: Db, world: World) -> None:
    closed_world(db, world)
    proceedings.open_report_back(db, world.actor(db, "facilitator"), world.session)
    first = world.session.report_back_at
    later_item = an_item(db, world, state="submitted")
    assert proceedings.open_report_back(db, world.actor(db, "facilitator"), world.session) == [later_item]
    assert world.session.report_back_at == first


def test_a_closed_session_stays_closed(db: Db, world: World) -> None:
    closed_world(db, world)
    proceedings.close_session(db, world.actor(db, "facilitator"), world.session)
    for act in (proceedings.close_session, proceedings.open_report_back):
        with pytest.raises(Conflict, match=r"session.cannot"):
            act(db, world.actor(db, "facilitator"), world.session)


@pytest.mark.parametrize("name", ["kenya", "panelist", "observer", "viewer"])
def test_only_staff_runs_the_proceedings(db: Db, world: World, name: str) -> None:
    actor = world.actor(db, name)
    for act in (
        lambda: proceedings.recall(db, actor, world.round),
        lambda: proceedings.recall_room(db, actor, world.rooms[0]),
        lambda: proceedings.reopen_room(db, actor, world.rooms[0], minutes=5),
        lambda: proceedings.open_report_back(db, actor, world.session),
        lambda: proceedings.close_session(db, actor, world.session),
    ):
        with pytest.raises(NotAllowed):
            act()
