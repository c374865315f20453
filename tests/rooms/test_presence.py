"""Who is where, when one person has pages at several processes: none takes back what another wrote down."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from consult import clock
from consult.db import Db, engine_for, sessions_for
from consult.proceedings.wall import wall_of
from consult.rooms import presence
from consult.rooms.counts import attendance
from consult.rooms.entering import not_entered
from consult.rooms.presence import Whereabouts
from consult.rooms.queries import in_room, named
from tests import cast


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    url = request.getfixturevalue("database_url" if request.param == "sqlite" else "postgresql_url")
    found = engine_for(url)
    yield found
    found.dispose()


@pytest.fixture
def db(engine: Engine) -> Iterator[Db]:
    with sessions_for(engine)() as found:
        yield found


@pytest.fixture
def world(db: Db) -> cast.World:
    return cast.build(db)


def at(
    world: cast.World, room: int | None = None, *, wrote: bool = False, observes: bool = False
) -> Whereabouts:
    place = world.rooms[room - 1].id if room else None
    return Whereabouts(world.consultation.id, place, clock.now() if wrote else None, observes)


def test_what_one_process_does_not_know_it_does_not_take_from_another(db: Db, world: cast.World) -> None:
    who, consultation = world.members["kenya"].id, world.consultation.id
    presence.seen(db, {who: at(world, 1, wrote=True)}, process="alpha")
    for elsewhere in (at(world), at(world, 1)):
        presence.seen(db, {who: elsewhere}, process="beta")
        assert presence.present_members(db, consultation, now=clock.now()) == {who: world.rooms[0].id}
        tile = wall_of(db, world.round, world.rooms).tiles[0]
        assert (tile.expected, tile.here, tile.writers) == (3, 1, 1)
    presence.left(db, [who], process="beta")
    assert wall_of(db, world.round, world.rooms).tiles[0].writers == 1, "another page is still open"
    assert presence.away_since(db, consultation) == {}


def test_who_closes_the_last_page_of_one_process_is_where_the_others_are(db: Db, world: cast.World) -> None:
    who, consultation = world.members["kenya"].id, world.consultation.id
    presence.seen(db, {who: at(world, 1)}, process="alpha")
    presence.seen(db, {who: at(world)}, process="beta")
    presence.left(db, [who], process="alpha")
    assert presence.present_members(db, consultation, now=clock.now()) == {who: None}
    presence.left(db, [who], process="beta")
    assert presence.present_members(db, consultation, now=clock.now()) == {}
    assert list(presence.away_since(db, consultation)) == [who]


def test_who_sits_in_a_room_does_not_only_look_on(db: Db, world: cast.World) -> None:
    who, room = world.members["facilitator"].id, world.rooms[0].id
    presence.seen(db, {who: at(world, 1, observes=True)}, process="alpha")
    assert presence.observers_in(db, room) == {who}
    presence.seen(db, {who: at(world, 1)}, process="beta")
    assert presence.observers_in(db, room) == set()


def test_of_two_rooms_the_one_written_in_last_counts(db: Db, world: cast.World) -> None:
    who, consultation = world.members["facilitator"].id, world.consultation.id
    presence.seen(db, {who: at(world, 2, wrote=True)}, process="alpha")
    presence.seen(db, {who: at(world, 1)}, process="beta")
    assert presence.present_members(db, consultation, now=clock.now()) == {who: world.rooms[1].id}


def test_a_process_that_died_is_forgotten_like_a_page(db: Db, world: cast.World) -> None:
    who, consultation = world.members["kenya"].id, world.consultation.id
    presence.seen(db, {who: at(world, 1, wrote=True)}, process="alpha")
    died = clock.now()
    clock.set_source(lambda: died + timedelta(seconds=presence.FRESH_SECONDS + 1))
    presence.seen(db, {who: at(world)}, process="beta")
    assert presence.present_members(db, consultation, now=clock.now()) == {who: None}
    presence.left(db, [who], process="beta")
    assert presence.away_since(db, consultation) == {who: clock.now()}


def test_around_a_room_everybody_is_where_they_are(db: Db, world: cast.World) -> None:
    """Those who sit there, wherever they are, and those who have a page of it open; nobody else."""
    room = world.rooms[0]
    sitting = {seat.member_id for seat in room.seats if seat.left_at is None}
    kenya, other, guest, elsewhere = (
        world.members[name].id for name in ("kenya", "philippines", "facilitator", "organizer")
    )
    assert kenya in sitting
    presence.seen(
        db, {kenya: at(world, 2), guest: at(world, 1, observes=True), elsewhere: at(world)}, process="alpha"
    )
    presence.seen(db, {other: at(world, 1), guest: at(world, 2)}, process="beta")
    everybody = presence.present_members(db, world.consultation.id, now=clock.now())
    inside = {kenya, other, guest}
    around = presence.places_around(db, room, now=clock.now())
    found = {member: place.room_id for member, place in around.items()}
    assert found == {member: place for member, place in everybody.items() if member in sitting | inside}
    assert elsewhere not in found
    assert found[guest] == world.rooms[1].id, "of two pages the one counts that counts everywhere"


def cut(world: cast.World, room: int | None, *, seconds: float, wrote: bool = False) -> Whereabouts:
    """A page whose line was lost now, of somebody who is held for some seconds."""
    until = clock.now() + timedelta(seconds=seconds)
    return replace(at(world, room, wrote=wrote), cut=presence.Cut(clock.now(), until))


def test_who_was_cut_off_is_here_for_a_while_and_away_since_the_line_was_lost(
    db: Db, world: cast.World
) -> None:
    """Every count and list says the same, before and after."""
    who, consultation, room = world.members["kenya"].id, world.consultation.id, world.rooms[0]
    lost_at = clock.now()
    clock.set_source(lambda: lost_at)
    presence.seen(db, {who: at(world, 1, wrote=True)})
    presence.seen(db, {who: cut(world, 1, seconds=30, wrote=True)})
    for seconds, is_here in ((0, True), (29, True), (30, False), (300, False)):
        clock.set_source(lambda seconds=seconds: lost_at + timedelta(seconds=seconds))
        tile, (person,) = wall_of(db, world.round, world.rooms).tiles[0], named(in_room(db, room)[0], "kenya")
        assert presence.present_members(db, consultation, now=clock.now()) == (
            {who: room.id} if is_here else {}
        )
        assert (tile.here, tile.writers) == ((1, 1) if is_here else (0, 0))
        assert (person.is_here, person.in_room_id) == ((True, room.id) if is_here else (False, None))
        assert attendance(db, consultation).here == attendance(db, consultation).by_mark["AF"] == is_here
        assert presence.away_since(db, consultation) == ({} if is_here else {who: lost_at})


def test_who_was_cut_off_cannot_be_called(db: Db, world: cast.World) -> None:
    kenya, canada = world.members["kenya"].id, world.members["canada"].id
    presence.seen(db, {kenya: cut(world, None, seconds=30), canada: at(world)})
    outside = not_entered(in_room(db, world.rooms[0])[0], [world.rooms[0]])
    assert [person.member_id for person in outside] == [canada]


def test_an_open_page_counts_more_than_a_lost_line(db: Db, world: cast.World) -> None:
    who, consultation = world.members["kenya"].id, world.consultation.id
    presence.seen(db, {who: cut(world, 1, seconds=30, wrote=True)}, process="alpha")
    assert presence.at_others(db, [who], process="alpha") == set()
    presence.seen(db, {who: at(world)}, process="beta")
    assert presence.at_others(db, [who], process="alpha") == {who}
    assert presence.present_members(db, consultation, now=clock.now()) == {who: None}
    assert wall_of(db, world.round, world.rooms).tiles[0].here == 0


def test_who_is_held_is_gone_once_they_leave_or_are_back(db: Db, world: cast.World) -> None:
    who, consultation = world.members["kenya"].id, world.consultation.id
    lost_at = clock.now()
    presence.seen(db, {who: cut(world, 1, seconds=30)})
    clock.set_source(lambda: lost_at + timedelta(seconds=10))
    presence.left(db, [who])
    assert presence.present_members(db, consultation, now=clock.now()) == {}
    assert presence.away_since(db, consultation)[who] < clock.now(), "away since the line was lost"
    presence.seen(db, {who: at(world, 2)})
    clock.set_source(lambda: lost_at + timedelta(seconds=40))
    assert presence.present_members(db, consultation, now=clock.now()) == {who: world.rooms[1].id}


def test_the_successor_of_a_process_holds_who_was_here(db: Db, world: cast.World) -> None:
    kenya, canada, other = (world.members[name].id for name in ("kenya", "canada", "philippines"))
    consultation, began = world.consultation.id, clock.now()
    presence.seen(db, {kenya: at(world, 1), canada: at(world, 1)}, process="alpha")
    presence.left(db, [canada], process="alpha")
    presence.seen(db, {other: at(world, 2)}, process="beta")
    until = began + timedelta(seconds=20)
    assert presence.cut_all(db, until, process="alpha") == {kenya}
    clock.set_source(lambda: until - timedelta(seconds=1))
    assert set(presence.present_members(db, consultation, now=clock.now())) == {kenya, other}
    clock.set_source(lambda: until)
    assert set(presence.present_members(db, consultation, now=clock.now())) == {other}
