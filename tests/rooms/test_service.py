"""Rounds made, opened and given more time."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from consult import clock
from consult.announce.models import OutboxEvent
from consult.audit.models import AuditEntry
from consult.db import Db
from consult.errors import Conflict, Invalid, NotAllowed
from consult.programme import service as programme
from consult.rooms import briefs
from consult.rooms import service as rooms
from consult.rooms.models import Room, Round
from consult.rooms.queries import Expected, expected
from tests.cast import World

NOW = clock.now().replace(microsecond=0)


def told(db: Db, name: str) -> dict[str, dict[str, object]]:
    """Audience -> data of the newest event of that name."""
    rows = db.scalars(select(OutboxEvent).where(OutboxEvent.name == name).order_by(OutboxEvent.id))
    return {row.audience: row.data for row in rows}


@pytest.fixture
def staged(db: Db, world: World) -> Round:
    """The world's round, before its rooms open."""
    for room in world.rooms:
        room.state, room.opened_at, room.deadline_at = "staged", None, None
    db.commit()
    return world.round


def test_a_facilitator_prepares_the_next_round_of_a_session(db: Db, world: World) -> None:
    made = rooms.create_round(
        db, world.actor(db, "facilitator"), world.session, topic="Reintegration", minutes=25
    )
    assert (made.number, made.minutes, made.topic) == (2, 25, "Reintegration")
    assert f"session:{world.session.public_id}" in told(db, "round.changed")


@pytest.mark.complaint(21)
def test_a_round_is_prepared_before_its_session_is_open_and_opened_after(db: Db, world: World) -> None:
    world.session.state = "planned"
    facilitator = world.actor(db, "facilitator")
    made = rooms.create_round(db, facilitator, world.session, topic="T", minutes=25)
    one, _two = rooms.stage_rooms(db, made, count=2)
    rooms.set_topic(db, facilitator, one, topic="Documents")
    rooms.change_round(db, facilitator, made, topic="T", minutes=20, items_wanted=2)
    rooms.seat_member(db, facilitator, one, world.members["kenya"])
    briefs.write(db, facilitator, one, text="Find two practices", seen="")
    with pytest.raises(Conflict, match=r"session.not_open"):
        rooms.open_rooms(db, facilitator, made)
    assert [room.state for room in rooms.rooms_of(db, made)] == ["staged", "staged"]
    programme.open_session(db, facilitator, world.session)
    assert [room.state for room in rooms.open_rooms(db, facilitator, made)] == ["open", "open"]


def test_no_round_is_prepared_in_a_session_that_is_over(db: Db, world: World) -> None:
    world.session.state = "closed"
    with pytest.raises(Conflict, match=r"session.over"):
        rooms.create_round(db, world.actor(db, "facilitator"), world.session, topic="T", minutes=25)


def test_nobody_is_expected_in_a_lobby_before_the_session_is_open(
    db: Db, world: World, staged: Round
) -> None:
    kenya = world.actor(db, "kenya")
    assert expected(db, kenya, world.session.id, "planned") == Expected("session")
    assert expected(db, kenya, world.session.id, "open").what == "lobby"


@pytest.mark.parametrize("name", ["kenya", "panelist", "observer", "viewer"])
def test_nobody_but_staff_prepares_or_opens_a_round(db: Db, world: World, staged: Round, name: str) -> None:
    with pytest.raises(NotAllowed):
        rooms.create_round(db, world.actor(db, name), world.session, topic="T", minutes=25)
    with pytest.raises(NotAllowed):
        rooms.open_rooms(db, world.actor(db, name), staged)


def test_all_rooms_open_at_the_same_moment_with_the_same_deadline(
    db: Db, world: World, staged: Round
) -> None:
    clock.set_source(lambda: NOW)
    opened = rooms.open_rooms(db, world.actor(db, "facilitator"), staged)
    assert [room.state for room in opened] == ["open", "open"]
    assert {room.deadline_at for room in opened} == {NOW + timedelta(minutes=30)}


def test_opening_calls_in_exactly_the_people_seated_there(db: Db, world: World, staged: Round) -> None:
    rooms.open_rooms(db, world.actor(db, "facilitator"), staged)
    called = {audience: data["room"] for audience, data in told(db, "seat.called").items()}
    one, two = (room.public_id for room in world.rooms)
    seated = {"kenya": one, "canada": one, "ngo": one, "philippines": two, "observer": two}
    assert called == {f"member:{world.members[name].public_id}": room for name, room in seated.items()}


def test_rooms_cannot_be_opened_twice(db: Db, world: World, staged: Round) -> None:
    rooms.open_rooms(db, world.actor(db, "facilitator"), staged)
    with pytest.raises(Conflict, match=r"round.already_open"):
        rooms.open_rooms(db, world.actor(db, "cofacilitator"), staged)


@pytest.mark.complaint(26)
def test_one_room_is_opened_and_the_others_wait(db: Db, world: World, staged: Round) -> None:
    clock.set_source(lambda: NOW)
    one, two = world.rooms
    assert rooms.open_rooms(db, world.actor(db, "facilitator"), staged, only=[two]) == [two]
    db.refresh(one)
    assert (one.state, two.state, two.deadline_at) == ("staged", "open", NOW + timedelta(minutes=30))
    seated = {f"member:{world.members[name].public_id}" for name in ("philippines", "observer")}
    assert set(told(db, "seat.called")) == seated
    assert f"room:{two.public_id}" in told(db, "room.state_changed")
    assert f"room:{one.public_id}" not in told(db, "room.state_changed")
    entry = db.scalars(select(AuditEntry).where(AuditEntry.act == "rooms.opened")).one()
    assert entry.facts["rooms"] == [2]
    clock.set_source(lambda: NOW + timedelta(minutes=10))
    assert rooms.open_rooms(db, world.actor(db, "facilitator"), staged) == [one], (
        "the rest, with their whole time"
    )
    assert one.deadline_at == NOW + timedelta(minutes=40)


def test_a_room_that_another_facilitator_opened_is_not_opened_again(
    db: Db, world: World, staged: Round
) -> None:
    one, two = world.rooms
    rooms.open_rooms(db, world.actor(db, "facilitator"), staged, only=[one])
    before = one.deadline_at
    with pytest.raises(Conflict, match=r"room.opened_before"):
        rooms.open_rooms(db, world.actor(db, "cofacilitator"), staged, only=[one], minutes=60)
    assert one.deadline_at == before
    assert rooms.open_rooms(db, world.actor(db, "cofacilitator"), staged, only=[one, two]) == [two]


def test_who_was_to_sit_in_a_room_that_was_held_back_goes_to_the_report_back(
    db: Db, world: World, staged: Round
) -> None:
    world.rooms[0].state = "closed"
    db.flush()
    waits = world.actor(db, "philippines")
    assert expected(db, waits, world.session.id, "open").what == "lobby"
    assert expected(db, waits, world.session.id, "report_back") == Expected("report_back")


def test_a_round_without_rooms_cannot_be_opened(db: Db, world: World) -> None:
    empty = rooms.create_round(db, world.actor(db, "facilitator"), world.session, topic="T", minutes=25)
    with pytest.raises(Conflict, match=r"round.no_rooms"):
        rooms.open_rooms(db, world.actor(db, "facilitator"), empty)


@pytest.mark.parametrize("minutes", [0, -5, 241])
def test_a_round_has_a_sensible_length(db: Db, world: World, staged: Round, minutes: int) -> None:
    with pytest.raises(Invalid):
        rooms.open_rooms(db, world.actor(db, "facilitator"), staged, minutes=minutes)


@pytest.mark.complaint(1)
def test_five_more_minutes_move_the_deadline_and_are_announced(db: Db, world: World) -> None:
    room = world.rooms[0]
    before = room.deadline_at
    rooms.extend(db, world.actor(db, "facilitator"), [room], minutes=5)
    assert before
    assert room.deadline_at == before + timedelta(minutes=5)
    assert told(db, "room.deadline_changed")[f"room:{room.public_id}"]["deadline"] == clock.milliseconds(
        room.deadline_at
    )


def test_more_time_takes_a_recall_back(db: Db, world: World) -> None:
    room = world.rooms[0]
    room.state = "closing"
    db.flush()
    rooms.extend(db, world.actor(db, "facilitator"), [room], minutes=5)
    assert room.state == "open"
    assert told(db, "room.state_changed")[f"room:{room.public_id}"]["state"] == "open"


def test_a_closed_room_gets_no_more_time(db: Db, world: World) -> None:
    world.rooms[0].state = "closed"
    db.flush()
    with pytest.raises(Conflict, match=r"room.not_open"):
        rooms.extend(db, world.actor(db, "facilitator"), [world.rooms[0]], minutes=5)


def test_staging_again_reuses_rooms_and_frees_all_seats(db: Db, world: World, staged: Round) -> None:
    names = [room.public_id for room in world.rooms]
    three = rooms.stage_rooms(db, staged, count=3)
    assert [room.public_id for room in three[:2]] == names
    one = rooms.stage_rooms(db, staged, count=1)
    assert [room.public_id for room in one] == names[:1]
    assert db.scalars(select(Room).where(Room.round_id == staged.id)).all() == one


def test_open_rooms_are_not_staged_again(db: Db, world: World) -> None:
    with pytest.raises(Conflict, match=r"seating.rooms_open"):
        rooms.stage_rooms(db, world.round, count=2)
