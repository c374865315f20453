"""A room asks for help: one flag, a shared queue, a cool-down, and how a call ends."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError

from consult import clock
from consult.audit.models import AuditEntry
from consult.db import Db, engine_for, sessions_for, unit_of_work
from consult.errors import Conflict, Invalid, NotAllowed, TooMany
from consult.permissions.actor import Actor
from consult.proceedings import service as proceedings
from consult.rooms import help as rooms_help
from consult.rooms import service as rooms
from consult.rooms.help_models import HelpRequest
from consult.rooms.models import Room
from tests import cast
from tests.cast import World
from tests.rooms.test_seats import told_to

NOW = datetime(2017, 6, 19, 13, 0, tzinfo=UTC)


@pytest.fixture
def asked(db: Db, world: World) -> HelpRequest:
    return rooms_help.ask(db, world.actor(db, "kenya"), world.rooms[0], category="wording")


def queue(db: Db, world: World) -> list[rooms_help.Waiting]:
    return rooms_help.waiting_in(db, [room.id for room in world.rooms])


def test_a_call_is_told_to_the_room_and_to_every_facilitator(
    db: Db, world: World, asked: HelpRequest
) -> None:
    assert told_to(db, f"room:{world.rooms[0].public_id}")[-1] == "help.changed"
    assert told_to(db, f"staff:{world.consultation.public_id}")[-1] == "help.changed"
    entry = db.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert (entry.act, entry.facts) == ("help.asked", {"category": "wording"})


def test_the_queue_is_by_age_and_says_who_goes(db: Db, world: World, asked: HelpRequest) -> None:
    asked.raised_at = clock.now() - timedelta(minutes=2)
    rooms_help.ask(db, world.actor(db, "philippines"), world.rooms[1], category="technical")
    rooms_help.take(db, world.actor(db, "facilitator"), world.rooms[1])
    first, second = queue(db, world)
    assert (first.room_id, first.category, first.taken_by) == (world.rooms[0].id, "wording", None)
    assert (second.room_id, second.taken_by_name) == (world.rooms[1].id, "Delegate MEX-1")


def test_a_room_has_one_flag(db: Db, world: World, asked: HelpRequest) -> None:
    with pytest.raises(Conflict, match=r"help\.already"):
        rooms_help.ask(db, world.actor(db, "canada"), world.rooms[0], category="conduct")
    db.add(
        HelpRequest(
            room_id=world.rooms[0].id,
            category="conduct",
            raised_by_id=asked.raised_by_id,
            raised_at=clock.now(),
        )
    )
    with pytest.raises(IntegrityError):
        db.flush()


def test_only_the_four_categories(db: Db, world: World) -> None:
    with pytest.raises(Invalid):
        rooms_help.ask(db, world.actor(db, "kenya"), world.rooms[0], category="coffee")


def test_a_room_that_is_closed_or_not_ones_own_cannot_be_asked_for(db: Db, world: World) -> None:
    with pytest.raises(NotAllowed, match=r"room\.not_seated"):
        rooms_help.ask(db, world.actor(db, "kenya"), world.rooms[1], category="wording")
    world.rooms[0].state = "closed"
    with pytest.raises(NotAllowed, match=r"room\.closed"):
        rooms_help.ask(db, world.actor(db, "kenya"), world.rooms[0], category="wording")


def test_the_room_can_take_its_flag_down_and_asks_again_after_30_seconds(
    db: Db, world: World, asked: HelpRequest
) -> None:
    """Complaint: a button that can be pressed without end. BigBlueButton and D5: 30 s between two calls."""
    kenya, room = world.actor(db, "kenya"), world.rooms[0]
    rooms_help.cancel(db, kenya, room)
    assert queue(db, world) == []
    with pytest.raises(TooMany) as caught:
        rooms_help.ask(db, kenya, room, category="wording")
    assert 28 <= caught.value.params["after"] <= 30
    asked.raised_at -= timedelta(seconds=31)
    rooms_help.ask(db, kenya, room, category="technical")
    with pytest.raises(Conflict, match=r"help\.gone"):
        rooms_help.cancel(db, world.actor(db, "facilitator"), world.rooms[1])


@given(st.floats(min_value=0, max_value=120))
def test_the_wait_is_what_is_missing_of_30_seconds(gone: float) -> None:
    left = rooms_help.seconds_to_wait(NOW, NOW + timedelta(seconds=gone))
    assert (left == 0) == (gone >= 30)
    assert 0 <= left - max(0.0, 30 - gone) < 1.001


def test_who_never_asked_need_not_wait() -> None:
    assert rooms_help.seconds_to_wait(None, NOW) == 0


@pytest.mark.complaint(32)
def test_of_two_facilitators_one_goes_and_the_other_reads_who(
    db: Db, world: World, asked: HelpRequest
) -> None:
    """Complaint 32: "call moderator" as a queue that several moderators share."""
    rooms_help.take(db, world.actor(db, "facilitator"), world.rooms[0])
    rooms_help.take(db, world.actor(db, "facilitator"), world.rooms[0])
    with pytest.raises(Conflict) as caught:
        rooms_help.take(db, world.actor(db, "cofacilitator"), world.rooms[0])
    assert (caught.value.code, caught.value.params) == ("help.taken", {"name": "Delegate MEX-1"})
    with pytest.raises(Conflict, match=r"help\.gone"):
        rooms_help.release(db, world.actor(db, "cofacilitator"), world.rooms[0])
    rooms_help.release(db, world.actor(db, "facilitator"), world.rooms[0])
    rooms_help.take(db, world.actor(db, "cofacilitator"), world.rooms[0])
    assert queue(db, world)[0].taken_by_name == "Delegate CHE-1"


def test_a_facilitator_who_enters_takes_the_flag_down(db: Db, world: World, asked: HelpRequest) -> None:
    assert rooms_help.came(db, world.actor(db, "cofacilitator"), world.rooms[0])
    assert not rooms_help.came(db, world.actor(db, "facilitator"), world.rooms[0])
    assert (asked.outcome, queue(db, world)) == ("came", [])


def test_neither_a_delegate_nor_a_facilitator_who_sits_there_counts_as_coming(
    db: Db, world: World, asked: HelpRequest
) -> None:
    assert not rooms_help.came(db, world.actor(db, "canada"), world.rooms[0])
    rooms.seat_member(db, world.actor(db, "organizer"), world.rooms[0], world.members["facilitator"])
    assert not rooms_help.came(db, world.actor(db, "facilitator"), world.rooms[0])
    assert len(queue(db, world)) == 1


def test_the_flag_goes_down_with_the_room(db: Db, world: World, asked: HelpRequest) -> None:
    for room in world.rooms:
        room.deadline_at = clock.now() - timedelta(seconds=1)
    db.flush()
    proceedings.close_due(db, clock.now())
    assert (asked.outcome, queue(db, world)) == ("closed", [])


def test_a_call_that_ended_cannot_be_taken(db: Db, world: World, asked: HelpRequest) -> None:
    rooms_help.cancel(db, world.actor(db, "facilitator"), world.rooms[0])
    assert asked.outcome == "answered"
    with pytest.raises(Conflict, match=r"help\.gone"):
        rooms_help.take(db, world.actor(db, "facilitator"), world.rooms[0])


def _at_once(engine: Engine, actors: list[Actor], room_id: int) -> list[str]:
    """Take a flag in threads that start together; how each ended."""
    sessions, gate, ends = sessions_for(engine), threading.Barrier(len(actors)), []

    def act(actor: Actor) -> None:
        gate.wait()
        try:
            with unit_of_work(sessions) as db:
                rooms_help.take(db, actor, db.get_one(Room, room_id))
            ends.append("done")
        except Conflict as error:
            ends.append(error.code)

    threads = [threading.Thread(target=act, args=(actor,)) for actor in actors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return sorted(ends)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_two_facilitators_take_the_same_call_at_the_same_moment(
    kind: str, request: pytest.FixtureRequest
) -> None:
    engine = engine_for(request.getfixturevalue("database_url" if kind == "sqlite" else "postgresql_url"))
    with sessions_for(engine)() as db:
        world = cast.build(db)
        rooms_help.ask(db, world.actor(db, "kenya"), world.rooms[0], category="wording")
        actors = [world.actor(db, name) for name in ("facilitator", "cofacilitator")]
        room_id = world.rooms[0].id
        db.commit()
    assert _at_once(engine, actors, room_id) == ["done", "help.taken"]
    engine.dispose()
