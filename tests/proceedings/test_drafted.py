"""How many words a room drafted in the last five minutes, counted by looking at its texts."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from consult import clock, richtext
from consult.db import Db
from consult.items import combining
from consult.items import service as items
from consult.items.models import ActionItem
from consult.proceedings.drafted import COUNT_EVERY, MOST_AT_A_TIME, Drafted, Memories
from consult.proceedings.queries import progress_of
from consult.proceedings.wall import wall_of
from tests.cast import World


class Watch:
    """A clock that we turn, and a look at the first room now and then."""

    def __init__(self, db: Db, world: World) -> None:
        self.db, self.world, self.now = db, world, clock.now()
        self.room = world.rooms[0]
        self.drafted = Drafted()

    def item(self, words: int = 0, **more: Any) -> ActionItem:
        text = richtext.from_text("word " * words) if words else None
        return items.create_item(self.db, self.world.actor(self.db, "kenya"), self.room, text=text, **more)

    def write(self, item: ActionItem, words: int) -> None:
        text = richtext.from_text("word " * words)
        items.write_item(self.db, self.world.actor(self.db, "kenya"), item, text=text, facts={})
        self.db.flush()

    def look(self, seconds: float = 0) -> int:
        """What a look says, some seconds later."""
        self.now += timedelta(seconds=seconds)
        self.drafted.look(self.db, progress_of(self.db, [self.room.id]), self.now)
        return self.drafted.words(self.room.id, self.now)


@pytest.fixture
def watch(db: Db, world: World) -> Iterator[Watch]:
    found = Watch(db, world)
    clock.set_source(lambda: found.now)
    yield found
    clock.set_source(None)


def test_words_count_for_five_minutes(watch: Watch) -> None:
    item = watch.item()
    assert watch.look() == 0
    watch.write(item, 12)
    assert watch.look(10) == 12
    watch.write(item, 20)
    assert watch.look(100) == 20
    assert watch.look(180) == 20
    assert watch.look(20) == 8
    assert watch.look(100) == 0


def test_what_was_there_before_is_no_work_of_these_minutes(watch: Watch) -> None:
    item = watch.item(40)
    assert watch.look() == 0
    watch.write(item, 43)
    assert watch.look(10) == 3


def test_an_item_that_is_begun_counts_with_its_first_words(watch: Watch) -> None:
    watch.look()
    watch.now += timedelta(seconds=1)
    watch.write(watch.item(), 9)
    assert watch.look(1) == 9


def test_words_brought_along_from_another_item_are_not_drafted_again(watch: Watch) -> None:
    item = watch.item(30)
    watch.look()
    watch.now += timedelta(seconds=1)
    combining.duplicate_item(watch.db, watch.world.actor(watch.db, "kenya"), item)
    assert watch.look(1) == 0


def test_a_room_that_rewrites_is_not_silent(watch: Watch) -> None:
    item = watch.item(30)
    watch.look()
    watch.write(item, 10)
    assert watch.look(10) == 0
    watch.write(item, 30)
    assert watch.look(10) == 20


def test_a_text_is_read_only_when_it_changed_and_not_every_second(watch: Watch) -> None:
    statements: list[str] = []
    event.listen(watch.db.get_bind(), "before_cursor_execute", lambda *args: statements.append(args[2]))
    item = watch.item()
    watch.look()

    def reads(seconds: float) -> int:
        statements.clear()
        watch.look(seconds)
        return len(statements) - 1

    assert reads(1) == 0
    watch.write(item, 5)
    assert reads(1) == 0, "counted a moment ago"
    assert reads(COUNT_EVERY.total_seconds()) == 1
    assert reads(COUNT_EVERY.total_seconds()) == 0


def test_many_texts_are_counted_a_few_at_a_time_and_each_in_its_turn(watch: Watch) -> None:
    found = [watch.item() for _ in range(MOST_AT_A_TIME + 5)]
    watch.look()
    watch.look(1)
    for item in found:
        watch.write(item, 2)
    assert watch.look(20) == 2 * MOST_AT_A_TIME
    assert watch.look(1) == 2 * len(found)


def test_what_grew_while_nobody_looked_is_not_of_the_last_minutes(watch: Watch) -> None:
    item = watch.item()
    watch.look()
    watch.write(item, 100)
    assert watch.look(301) == 0
    watch.write(item, 101)
    assert watch.look(10) == 1


def test_of_two_looks_at_once_the_older_reading_counts_nothing(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = watch.item()
    watch.write(item, 10)
    watch.look()
    watch.write(item, 10)
    old, sees = progress_of(watch.db, [watch.room.id]), watch.now
    watch.now += timedelta(seconds=15)
    watch.write(item, 15)
    assert watch.look() == 5
    item.text_changed_at, item.text = sees - timedelta(seconds=1), richtext.from_text("word " * 10)
    watch.db.flush()
    watch.drafted.look(watch.db, old, watch.now + COUNT_EVERY)
    watch.write(item, 15)
    assert watch.look(20) == 5


def test_the_wall_shows_them_while_a_room_works(watch: Watch) -> None:
    memories = Memories()

    def tile(now: datetime) -> Any:
        watch.now = now
        drafted = memories.of(watch.world.round.public_id)
        return wall_of(watch.db, watch.world.round, watch.world.rooms, drafted=drafted, counts=True).tiles[0]

    item, began = watch.item(), watch.now
    assert tile(began).on_wire()["d"] == 0
    watch.write(item, 7)
    assert tile(began + timedelta(seconds=10)).on_wire()["d"] == 7
    memories.keep({watch.world.round.public_id})
    assert tile(began + timedelta(seconds=11)).words == 7
    watch.room.state = "closed"
    watch.db.flush()
    assert tile(began + timedelta(seconds=12)).words == 0
    watch.room.state = "open"
    watch.db.flush()
    memories.keep(())
    assert tile(began + timedelta(seconds=13)).words == 0, "forgotten"
