"""The clock of rooms: more, less, set, pause and resume; the end of the session; two facilitators at once."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from consult import clock
from consult.announce.models import OutboxEvent
from consult.audit.models import AuditEntry
from consult.db import Db
from consult.errors import Conflict, Invalid, NotAllowed
from consult.proceedings import service as proceedings
from consult.rooms import service as rooms
from consult.rooms import timing
from tests.cast import World

NOW = datetime(2017, 6, 19, 13, 0, tzinfo=UTC)
seconds = st.integers(min_value=0, max_value=100_000)


def at(moment: datetime) -> datetime:
    """Let the server's clock show this moment."""
    clock.set_source(lambda: moment)
    return moment


def told(db: Db, audience: str) -> list[dict[str, object]]:
    query = select(OutboxEvent.data).where(
        OutboxEvent.name == "room.deadline_changed", OutboxEvent.audience == audience
    )
    return list(db.scalars(query.order_by(OutboxEvent.id)))


@given(left=seconds, waited=seconds, after=seconds)
def test_a_pause_costs_no_second_however_long_it_is(left: int, waited: int, after: int) -> None:
    deadline, resumed_at = NOW + timedelta(seconds=left), NOW + timedelta(seconds=waited)
    later = timing.resumed(deadline, NOW, resumed_at)
    assert timing.seconds_left(later, resumed_at) == left
    assert not timing.is_over_at(deadline, NOW + timedelta(seconds=after), paused=NOW)


@given(before=seconds, after=seconds, end=seconds)
def test_only_a_deadline_that_was_within_the_session_passes_its_end(
    before: int, after: int, end: int
) -> None:
    moments = [NOW + timedelta(seconds=value) for value in (before, after, end)]
    assert timing.passes_end(*moments) == (before <= end < after)
    assert not timing.passes_end(moments[0], moments[1], None)


def test_a_pause_stops_the_clock_and_not_the_writing(db: Db, world: World) -> None:
    start = at(clock.now())
    facilitator, room = world.actor(db, "facilitator"), world.rooms[0]
    room.deadline_at = start + timedelta(minutes=2)
    db.flush()
    rooms.pause(db, facilitator, [room])
    much_later = at(start + timedelta(hours=1))
    due = proceedings.rooms_due(db, much_later)
    assert [r.id in due for r in world.rooms] == [False, True], "only the one whose clock runs"
    assert room.is_open_at(much_later)
    rooms.resume(db, facilitator, [room])
    assert (room.deadline_at, room.paused_at) == (much_later + timedelta(minutes=2), None)
    assert [entry["change"] for entry in told(db, f"room:{room.public_id}")] == ["paused", "resumed"]


def test_each_change_is_announced_in_each_room_and_logged(db: Db, world: World) -> None:
    facilitator, both = world.actor(db, "facilitator"), list(world.rooms)
    rooms.extend(db, facilitator, both, minutes=1)
    rooms.extend(db, facilitator, both, minutes=-5)
    rooms.set_left(db, facilitator, both, minutes=12)
    rooms.pause(db, facilitator, both)
    rooms.resume(db, facilitator, both)
    changes = [("more", 1), ("less", 5), ("set", 12), ("paused", 0), ("resumed", 0)]
    for room in both:
        for audience in (f"room:{room.public_id}", f"session:{world.session.public_id}"):
            heard = [(e["change"], e["minutes"]) for e in told(db, audience) if e["room"] == room.public_id]
            assert heard == changes
    acts = list(db.scalars(select(AuditEntry.act).order_by(AuditEntry.id)))
    assert acts == [*["rooms.deadline_changed"] * 3, "rooms.paused", "rooms.resumed"]


@pytest.mark.complaint(3)
def test_set_leaves_exactly_so_many_minutes_and_a_pause_goes_on(db: Db, world: World) -> None:
    now, facilitator, room = at(clock.now()), world.actor(db, "facilitator"), world.rooms[0]
    rooms.set_left(db, facilitator, [room], minutes=7)
    assert room.deadline_at == now + timedelta(minutes=7)
    rooms.pause(db, facilitator, [room])
    at(now + timedelta(minutes=3))
    rooms.set_left(db, facilitator, [room], minutes=20)
    assert room.paused_at == now
    rooms.resume(db, facilitator, [room])
    assert room.deadline_at == clock.now() + timedelta(minutes=20)


def test_less_time_than_a_minute_is_a_recall(db: Db, world: World) -> None:
    with pytest.raises(Conflict, match=r"room.too_little_time"):
        rooms.extend(db, world.actor(db, "facilitator"), list(world.rooms), minutes=-30)
    rooms.extend(db, world.actor(db, "facilitator"), list(world.rooms), minutes=-28)


def test_a_room_that_would_have_less_than_a_minute_is_left_alone(db: Db, world: World) -> None:
    now, (short, long) = at(clock.now()), world.rooms
    short.deadline_at = now + timedelta(minutes=5)
    long.deadline_at = now + timedelta(minutes=30)
    db.flush()
    assert rooms.extend(db, world.actor(db, "facilitator"), [short, long], minutes=-5) == [long]
    assert (short.deadline_at, long.deadline_at) == (now + timedelta(minutes=5), now + timedelta(minutes=25))


@pytest.mark.parametrize("minutes", [0, 241, -241])
def test_a_change_of_no_or_of_absurd_length_is_refused(db: Db, world: World, minutes: int) -> None:
    with pytest.raises(Invalid):
        rooms.extend(db, world.actor(db, "facilitator"), list(world.rooms), minutes=minutes)


@pytest.mark.complaint(7)
def test_rooms_pass_the_sessions_end_only_when_somebody_confirms_it(db: Db, world: World) -> None:
    now, facilitator, both = at(clock.now()), world.actor(db, "facilitator"), list(world.rooms)
    world.session.ends_at = now + timedelta(minutes=33)
    for room in both:
        room.deadline_at = now + timedelta(minutes=30)
    db.flush()
    rooms.extend(db, facilitator, both, minutes=3)
    for act in (
        lambda: rooms.extend(db, facilitator, both, minutes=1),
        lambda: rooms.set_left(db, facilitator, both, minutes=34),
    ):
        with pytest.raises(Conflict, match=r"room.past_session_end"):
            act()
    rooms.pause(db, facilitator, both)
    at(now + timedelta(minutes=5))
    with pytest.raises(Conflict, match=r"room.past_session_end"):
        rooms.resume(db, facilitator, both)
    assert {room.paused_at for room in both} == {now}, "nothing was changed"
    rooms.resume(db, facilitator, both, past_end=True)
    rooms.extend(db, facilitator, both, minutes=5)
    assert {room.deadline_at for room in both} == {now + timedelta(minutes=43)}, "nobody asks twice"


@pytest.mark.complaint(7)
def test_rooms_are_not_opened_or_reopened_past_the_sessions_end_unasked(db: Db, world: World) -> None:
    facilitator = world.actor(db, "facilitator")
    world.session.ends_at = clock.now() + timedelta(minutes=10)
    world.rooms[0].state, world.rooms[1].state = "staged", "closed"
    db.flush()
    with pytest.raises(Conflict, match=r"room.past_session_end"):
        rooms.open_rooms(db, facilitator, world.round)
    with pytest.raises(Conflict, match=r"room.past_session_end"):
        proceedings.reopen_room(db, facilitator, world.rooms[1], minutes=15)
    assert rooms.open_rooms(db, facilitator, world.round, past_end=True)
    proceedings.reopen_room(db, facilitator, world.rooms[1], minutes=15, past_end=True)


def test_who_extends_while_another_recalls_is_told_and_changes_nothing(db: Db, world: World) -> None:
    both = list(world.rooms)
    proceedings.recall(db, world.actor(db, "cofacilitator"), world.round)
    deadlines = [room.deadline_at for room in both]
    with pytest.raises(Conflict, match=r"room.recalled"):
        rooms.extend(db, world.actor(db, "facilitator"), both, minutes=5, recalled=())
    with pytest.raises(Conflict, match=r"room.recalled"):
        rooms.extend(db, world.actor(db, "facilitator"), both, minutes=-5)
    assert [room.deadline_at for room in both] == deadlines
    with pytest.raises(Conflict, match=r"room.recalled"):
        rooms.set_left(db, world.actor(db, "facilitator"), both, minutes=5, recalled=())
    rooms.extend(db, world.actor(db, "facilitator"), both, minutes=5, recalled={room.id for room in both})
    assert {room.state for room in both} == {"open"}


def test_one_room_that_was_recalled_meanwhile_does_not_keep_the_others_from_more_time(
    db: Db, world: World
) -> None:
    one, other = world.rooms
    proceedings.recall_room(db, world.actor(db, "cofacilitator"), one)
    assert rooms.extend(db, world.actor(db, "facilitator"), [one, other], minutes=5, recalled=()) == [other]
    assert (one.state, other.state) == ("closing", "open")
    assert rooms.extend(db, world.actor(db, "facilitator"), [one, other], minutes=-5) == [other]


def test_two_facilitators_who_pause_at_once_pause_once(db: Db, world: World) -> None:
    both = list(world.rooms)
    rooms.pause(db, world.actor(db, "facilitator"), both)
    with pytest.raises(Conflict, match=r"room.cannot"):
        rooms.pause(db, world.actor(db, "cofacilitator"), both)
    rooms.resume(db, world.actor(db, "cofacilitator"), both)
    with pytest.raises(Conflict, match=r"room.cannot"):
        rooms.resume(db, world.actor(db, "facilitator"), both)


def test_a_recall_ends_a_pause_and_is_not_paused_itself(db: Db, world: World) -> None:
    now, facilitator = at(clock.now()), world.actor(db, "facilitator")
    rooms.pause(db, facilitator, list(world.rooms))
    at(now + timedelta(minutes=50))
    called = proceedings.recall(db, facilitator, world.round)
    assert {(room.paused_at, room.deadline_at) for room in called} == {
        (None, now + timedelta(minutes=50, seconds=60))
    }
    with pytest.raises(Conflict, match=r"room.cannot"):
        rooms.pause(db, facilitator, called)


@pytest.mark.parametrize("name", ["kenya", "panelist", "observer", "viewer"])
def test_only_staff_touches_the_clock(db: Db, world: World, name: str) -> None:
    actor, both = world.actor(db, name), list(world.rooms)
    for act in (
        lambda: rooms.extend(db, actor, both, minutes=5),
        lambda: rooms.set_left(db, actor, both, minutes=5),
        lambda: rooms.pause(db, actor, both),
        lambda: rooms.resume(db, actor, both),
    ):
        with pytest.raises(NotAllowed):
            act()
