"""Who is where, when one person has pages at several processes: none takes back what another wrote down."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from consult import clock
from consult.db import Db, engine_for, sessions_for
from consult.proceedings.wall import wall_of
from consult.rooms import presence
from consult.rooms.presence import Whereabouts
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
    found = presence.present_around(db, room, now=clock.now())
    assert found == {member: place for member, place in everybody.items() if member in sitting | inside}
    assert elsewhere not in found
    assert found[guest] == world.rooms[1].id, "of two pages the one counts that counts everywhere"
