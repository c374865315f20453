"""Numbers of people, counted by the database, are those of the people counted one by one."""

from collections import Counter

from consult import clock
from consult.db import Db
from consult.rooms import presence, queries
from consult.rooms.actors import actor_of
from consult.rooms.counts import attendance, groups_by_room, seats_by_room, share_of
from consult.rooms.presence import Whereabouts
from tests.cast import World


def test_who_is_here_is_counted_once_whatever_pages_they_have(db: Db, world: World) -> None:
    here = [world.members[name].id for name in ("kenya", "canada", "ngo")]
    place = Whereabouts(world.consultation.id)
    presence.seen(db, dict.fromkeys(here, place), process="alpha")
    presence.seen(db, dict.fromkeys(here[:2], place), process="beta")
    presence.left(db, [here[2]], process="alpha")
    reader = actor_of(db, world.members["philippines"])
    found = attendance(db, world.consultation.id).read_by(reader)
    everybody = queries.everybody(db, world.consultation.id)
    seen = [person for person in everybody if person.is_here or person.member_id == reader.member_id]
    assert found.everybody == len(everybody)
    assert found.here == len(seen) == 3, "Kenya, Canada, and the reader by reading"
    assert {mark: count for mark, count in found.by_mark.items() if count} == Counter(p.mark for p in seen)


def test_somebody_withdrawn_is_not_counted(db: Db, world: World) -> None:
    before = attendance(db, world.consultation.id).everybody
    world.members["kenya"].withdrawn_at = clock.now()
    db.flush()
    assert attendance(db, world.consultation.id).everybody == before - 1


def test_seats_are_counted_by_room_and_by_group(db: Db, world: World) -> None:
    seated = queries.seated_in(db, [world.round.id], consultation_id=world.consultation.id)
    assert seats_by_room(db, [world.round.id]) == Counter(person.room_id for person in seated)
    for room in world.rooms:
        marks = Counter(person.mark for person in seated if person.room_id == room.id)
        assert groups_by_room(db, world.round.id)[room.id] == marks
    room = world.rooms[0]
    mark = next(person.mark for person in seated if person.room_id == room.id)
    share = share_of(db, room, mark)
    assert share.here == sum(p.room_id == room.id and p.mark == mark for p in seated) > 0
    assert share.in_round == sum(p.mark == mark for p in seated)
    assert (share.room_size, share.round_size) == (sum(p.room_id == room.id for p in seated), len(seated))
