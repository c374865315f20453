"""Acts in a room ask whether it is open once they have taken it; and every act takes the audit log before the outbox."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event, update

from consult import clock, richtext
from consult.db import Db
from consult.errors import NotAllowed
from consult.items import combining, history
from consult.items import service as items
from consult.items.queries import drafted_in
from consult.proceedings import regrouping
from consult.proceedings import service as proceedings
from consult.rooms import duties, queue
from consult.rooms import help as help_calls
from consult.rooms import service as rooms
from consult.rooms.models import Room
from consult.seating import service as seating
from tests.cast import World
from tests.factories.items import drafted

Act = Callable[[Db, World], object]

IN_A_ROOM: dict[str, Act] = {
    "raise a hand": lambda db, world: queue.raise_hand(db, world.actor(db, "canada"), world.rooms[0]),
    "give the floor": lambda db, world: queue.call(
        db, world.actor(db, "kenya"), world.rooms[0], world.members["canada"]
    ),
    "set the length of turns": lambda db, world: queue.set_talk_time(
        db, world.actor(db, "kenya"), world.rooms[0], minutes=2
    ),
    "ask for help": lambda db, world: help_calls.ask(
        db, world.actor(db, "canada"), world.rooms[0], category="wording"
    ),
    "take a duty": lambda db, world: duties.take(
        db, world.actor(db, "canada"), world.rooms[0], world.members["ngo"], duty="moderator"
    ),
    "begin an item": lambda db, world: items.create_item(db, world.actor(db, "canada"), world.rooms[0]),
    "write": lambda db, world: items.write_item(
        db, world.actor(db, "canada"), db.info["item"], title="Other words"
    ),
    "mark ready": lambda db, world: items.mark_ready(db, world.actor(db, "canada"), db.info["item"]),
    "withdraw": lambda db, world: items.withdraw_item(db, world.actor(db, "canada"), db.info["item"]),
}


@pytest.fixture
def prepared(db: Db, world: World) -> World:
    """A room with an item, read a moment ago."""
    db.info["item"] = drafted(db, world, title="Documents", text="Said")
    db.commit()
    for room in world.rooms:
        db.refresh(room)
    return world


def meanwhile(db: Db, room: Room, **values: object) -> None:
    """Somebody else changes the room after it was read here."""
    db.execute(update(Room.__table__).where(Room.__table__.c.id == room.id).values(**values))


@pytest.mark.parametrize("name", IN_A_ROOM)
def test_a_room_that_closed_since_it_was_read_accepts_nothing(db: Db, prepared: World, name: str) -> None:
    meanwhile(db, prepared.rooms[0], state="closed", closed_at=clock.now())
    with pytest.raises(NotAllowed):
        IN_A_ROOM[name](db, prepared)


@pytest.mark.parametrize("name", IN_A_ROOM)
def test_a_room_whose_time_is_over_accepts_nothing(db: Db, prepared: World, name: str) -> None:
    meanwhile(db, prepared.rooms[0], deadline_at=clock.now() - timedelta(seconds=1))
    with pytest.raises(NotAllowed, match=r"room.closed"):
        IN_A_ROOM[name](db, prepared)


@pytest.mark.parametrize("name", IN_A_ROOM)
def test_a_pause_stops_the_clock_and_not_the_people(db: Db, prepared: World, name: str) -> None:
    """Paused since it was read, and by now past the moment at which it would have closed."""
    now = clock.now()
    meanwhile(
        db,
        prepared.rooms[0],
        paused_at=now - timedelta(minutes=2),
        deadline_at=now - timedelta(minutes=1),
    )
    IN_A_ROOM[name](db, prepared)


@pytest.mark.parametrize("name", IN_A_ROOM)
def test_a_pause_that_ended_since_the_room_was_read_lets_nothing_in(
    db: Db, prepared: World, name: str
) -> None:
    room, now = prepared.rooms[0], clock.now()
    room.paused_at = now - timedelta(minutes=2)
    db.flush()
    meanwhile(db, room, paused_at=None, deadline_at=now - timedelta(seconds=1))
    with pytest.raises(NotAllowed, match=r"room.closed"):
        IN_A_ROOM[name](db, prepared)


def recalled(db: Db, world: World) -> None:
    proceedings.recall(db, world.actor(db, "facilitator"), world.round)


def proposed(db: Db, world: World) -> None:
    for room in world.rooms:
        room.state = "staged"
    db.flush()
    seating.propose(db, world.actor(db, "facilitator"), world.round, room_count=2)


def two_items(db: Db, world: World) -> None:
    for title in ("One", "Other"):
        drafted(db, world, title=title, text=f"{title} text")


def nothing(_db: Db, _world: World) -> None:
    """Nothing has to be there first."""


def merge_two(db: Db, world: World) -> None:
    one, other = drafted_in(db, world.rooms[0].id)
    combining.merge_item(db, world.actor(db, "kenya"), one, other)


def restore(db: Db, world: World) -> None:
    item = drafted_in(db, world.rooms[0].id)[0]
    point = history.point_in(db, world.actor(db, "kenya"), item, "1")
    items.write_item(db, world.actor(db, "kenya"), item, text=richtext.from_text("Newer"))
    db.commit()
    history.restore(db, world.actor(db, "kenya"), item, point)


def apply(db: Db, world: World) -> None:
    plan = seating.open_plan(db, world.round)
    assert plan is not None
    seating.apply(db, world.actor(db, "facilitator"), world.round, plan)


IN_ORDER: dict[str, tuple[Act, Act]] = {
    "take a recall back": (
        recalled,
        lambda db, world: rooms.extend(db, world.actor(db, "facilitator"), world.rooms, minutes=5),
    ),
    "split": (
        two_items,
        lambda db, world: regrouping.split_room(
            db, world.actor(db, "facilitator"), world.rooms[0], people=[world.members["canada"]]
        ),
    ),
    "merge": (
        two_items,
        lambda db, world: regrouping.merge_rooms(db, world.actor(db, "facilitator"), *world.rooms),
    ),
    "merge items": (two_items, merge_two),
    "restore": (two_items, restore),
    "apply a seating": (proposed, apply),
    "ask for help": (nothing, IN_A_ROOM["ask for help"]),
    "take a duty": (nothing, IN_A_ROOM["take a duty"]),
}


@pytest.fixture
def taken(engine: Engine) -> Iterator[list[str]]:
    """Which of the two locks were taken in this transaction, in order."""
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        for word, name in (("audit_entry", "audit"), ("outbox_event", "outbox")):
            if statement.startswith(f"INSERT INTO {word}"):
                found.append(name)

    def begin(_connection: object) -> None:
        found.clear()

    event.listen(engine, "before_cursor_execute", note)
    event.listen(engine, "begin", begin)
    yield found
    event.remove(engine, "before_cursor_execute", note)
    event.remove(engine, "begin", begin)


@pytest.mark.parametrize("name", IN_ORDER)
def test_the_log_is_taken_before_the_outbox(db: Db, world: World, taken: list[str], name: str) -> None:
    """Two acts that take the two in different orders would wait for each other for ever on PostgreSQL."""
    before, act = IN_ORDER[name]
    before(db, world)
    db.commit()
    act(db, world)
    assert taken[0] == "audit"
    assert "outbox" in taken
