"""The draft wall: what is read of every room, and what is sent of it."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

import consult
from consult import clock, richtext
from consult.db import Db
from consult.items import service as items
from consult.live.digests import MOST_BYTES, Page
from consult.proceedings.wall import LINE_LENGTH, LastLines, Tile, last_line, wall_of
from consult.rooms import help as rooms_help
from consult.rooms import presence
from consult.rooms.presence import Whereabouts
from tests.cast import World

ROOT = Path(consult.__file__).parents[1]


@pytest.fixture
def drafted(db: Db, world: World) -> World:
    kenya = world.actor(db, "kenya")
    item = items.create_item(db, kenya, world.rooms[0], title="Training")
    items.write_item(db, kenya, item, text=richtext.from_text("First line.\nLast line."), facts={})
    items.mark_ready(db, kenya, item)
    here = {
        world.members["kenya"].id: Whereabouts(
            world.consultation.id, world.rooms[0].id, wrote_at=clock.now()
        ),
        world.members["canada"].id: Whereabouts(world.consultation.id),
    }
    presence.seen(db, here)
    db.flush()
    return world


def tiles(db: Db, world: World, lines: LastLines | None = None) -> list[Tile]:
    return wall_of(db, world.round, world.rooms, lines=lines).tiles


@pytest.mark.complaint(31)
def test_a_tile_says_who_is_there_what_is_ready_and_what_was_written_last(db: Db, drafted: World) -> None:
    """Complaint 31: a wall of room tiles with who is there and a preview, without leaving the main room."""
    first, second = tiles(db, drafted)
    assert (first.expected, first.here, first.writers) == (3, 1, 1)
    assert first.marks == {"AF": 1, "WE": 1, "ST": 1}
    assert (first.items.ready, first.wanted, first.line) == (1, 3, "Last line.")
    assert (second.here, second.writers, second.line, second.items.items) == (0, 0, "", 0)


def test_somebody_who_left_is_not_here_and_wrote_five_minutes_ago_does_not_count(
    db: Db, drafted: World
) -> None:
    kenya = drafted.members["kenya"].id
    written = clock.now() - timedelta(minutes=6)
    presence.seen(db, {kenya: Whereabouts(drafted.consultation.id, drafted.rooms[0].id, wrote_at=written)})
    assert (tiles(db, drafted)[0].here, tiles(db, drafted)[0].writers) == (1, 0)
    presence.left(db, [kenya])
    assert tiles(db, drafted)[0].here == 0
    assert presence.away_since(db, drafted.consultation.id)[kenya] <= clock.now()


def test_a_call_for_help_is_on_the_tile_and_first_in_the_order(db: Db, drafted: World) -> None:
    """Frankly: show only rooms needing help. Here they come first."""
    rooms_help.ask(db, drafted.actor(db, "philippines"), drafted.rooms[1], category="conduct")
    wall = wall_of(db, drafted.round, drafted.rooms)
    assert wall.order == [2, 1]
    wire = wall.tiles[1].on_wire()
    assert wire["f"][0] == "conduct"
    assert wire["f"][2] == ""
    assert wire["r"] == "help"
    rooms_help.take(db, drafted.actor(db, "facilitator"), drafted.rooms[1])
    assert wall_of(db, drafted.round, drafted.rooms).tiles[1].on_wire()["f"][2] == "Delegate MEX-1"


def test_a_room_whose_clock_stands_still_has_as_much_time_left_as_then(db: Db, drafted: World) -> None:
    """Paused with twenty minutes left, it looked behind once its old deadline came near."""
    now, (first, _second) = clock.now(), drafted.rooms
    presence.seen(
        db,
        {
            drafted.members[name].id: Whereabouts(drafted.consultation.id, first.id, wrote_at=now)
            for name in ("kenya", "canada", "ngo")
        },
    )
    first.deadline_at, first.paused_at = now + timedelta(minutes=5), now - timedelta(minutes=15)
    db.flush()
    assert tiles(db, drafted)[0].need == ""
    first.paused_at = None
    db.flush()
    assert tiles(db, drafted)[0].need == "behind"


def test_a_digest_says_only_what_the_page_draws(db: Db, drafted: World) -> None:
    drawn = (ROOT / "static/js/controllers/wall_controller.js").read_text(encoding="utf-8")
    assert set(tiles(db, drafted)[0].on_wire()) == set(re.findall(r"\broom\.([a-z])\b", drawn)) | {"n"}


def test_texts_are_read_again_only_when_they_changed(db: Db, drafted: World) -> None:
    lines = LastLines()
    tiles(db, drafted, lines)
    ((item, (at, _line)),) = lines.known.items()
    lines.known[item] = (at, "kept")
    assert tiles(db, drafted, lines)[0].line == "kept"
    lines.known[item] = (None, "old")
    assert tiles(db, drafted, lines)[0].line == "Last line."


def test_a_long_line_is_shown_from_its_end() -> None:
    text = richtext.from_text("word " * 60 + "end")
    assert len(last_line(text)) <= LINE_LENGTH
    assert last_line(text).startswith("…")
    assert last_line(text).endswith("word end")
    assert last_line(richtext.from_text(" ")) == ""


def wire(number: int, **facts: object) -> dict[str, object]:
    return {"n": number, "x": "", **facts}


def test_a_digest_holds_what_is_new_and_nothing_twice() -> None:
    page = Page()
    assert page.digest([wire(1), wire(2)], [1, 2]) == {"rooms": [wire(1), wire(2)], "order": [1, 2]}
    assert page.digest([wire(1), wire(2)], [1, 2]) is None
    assert page.digest([wire(1), wire(2, h=3)], [1, 2]) == {"rooms": [wire(2, h=3)]}
    assert page.digest([wire(1), wire(2, h=3)], [2, 1]) == {"order": [2, 1]}


def test_a_second_in_which_everything_changes_is_told_in_pieces_and_loses_nothing() -> None:
    page, rooms = Page(), [wire(number, x="w" * 300) for number in range(1, 101)]
    told: list[object] = []
    for _second in range(5):
        digest = page.digest(rooms, [])
        if digest is None:
            break
        assert len(json.dumps(digest)) < MOST_BYTES + 1000
        told += digest["rooms"]
    assert told == rooms


def test_rooms_that_change_every_second_keep_no_other_from_being_told() -> None:
    page, waits = Page(), dict.fromkeys(range(1, 101), 0)
    for second in range(12):
        digest = page.digest([wire(number, x="w" * 300, l=second) for number in waits], [])
        told = {tile["n"] for tile in digest["rooms"]} if digest else set()
        waits = {number: 0 if number in told else wait + 1 for number, wait in waits.items()}
        assert max(waits.values()) <= 3, "a hundred rooms are told in three seconds"
