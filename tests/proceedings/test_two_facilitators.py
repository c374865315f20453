"""Two facilitators at once, on either database: opening twice, extending while recalling, moving the same person. One act
wins, and who came second is told what happened."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select

from consult import clock
from consult.announce.models import OutboxEvent
from consult.audit import service as audit
from consult.audit.models import AuditEntry
from consult.db import Db, Sessions, engine_for, sessions_for, unit_of_work
from consult.errors import Conflict
from consult.messages import message
from consult.permissions.actor import Actor
from consult.proceedings import service as proceedings
from consult.rooms import service as rooms
from consult.rooms.models import Room, Round
from consult.seating import service as seating
from consult.seating.proposals.plans import real_seats
from tests import cast
from tests.cast import World

Act = Callable[[Db, Actor, Round], object]


@pytest.fixture(params=["sqlite", "postgresql"])
def sessions(request: pytest.FixtureRequest) -> Iterator[Sessions]:
    """A factory of sessions on each of the two databases."""
    fixture = "database_url" if request.param == "sqlite" else "postgresql_url"
    engine = engine_for(request.getfixturevalue(fixture))
    yield sessions_for(engine)
    engine.dispose()


@dataclass
class Scene:
    """The world, and its two facilitators as actors."""

    world: World
    actors: list[Actor]


def scene_of(sessions: Sessions, **how: str) -> Scene:
    with unit_of_work(sessions) as db:
        world = cast.build(db, **how)
        return Scene(world, [world.actor(db, name) for name in ("facilitator", "cofacilitator")])


def at_once(sessions: Sessions, scene: Scene, *acts: Act) -> list[str]:
    """Each act by a facilitator of their own, all at the same moment: "done", or what each of them reads."""

    def attempt(number: int) -> str:
        try:
            with unit_of_work(sessions) as db:
                acts[number](db, scene.actors[number % 2], db.get_one(Round, scene.world.round.id))
        except Conflict as refused:
            return message(refused.code, "en", **refused.params)
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(attempt, range(len(acts))))


def states(sessions: Sessions, scene: Scene) -> set[str]:
    with unit_of_work(sessions) as db:
        assert all(verdict.broken is None for verdict in audit.verify(db))
        return {room.state for room in rooms.rooms_of(db, db.get_one(Round, scene.world.round.id))}


def test_rooms_that_two_open_at_once_open_once_and_call_each_person_once(sessions: Sessions) -> None:
    scene = scene_of(sessions, room_state="staged")
    found = at_once(sessions, scene, *[lambda db, actor, round_: rooms.open_rooms(db, actor, round_)] * 4)
    assert Counter(found) == {"done": 1, message("round.already_open", "en"): 3}
    assert states(sessions, scene) == {"open"}
    with unit_of_work(sessions) as db:
        assert len(db.scalars(select(AuditEntry).where(AuditEntry.act == "rooms.opened")).all()) == 1
        called = Counter(db.scalars(select(OutboxEvent.audience).where(OutboxEvent.name == "seat.called")))
        assert set(called.values()) == {1}
        deadlines = set(db.scalars(select(Room.deadline_at).where(Room.round_id == scene.world.round.id)))
        assert len(deadlines) == 1


def test_one_room_that_two_open_while_a_third_opens_all_opens_once(sessions: Sessions) -> None:
    """Whoever is first: everybody is called once, and who finds nothing left to open is told."""
    scene = scene_of(sessions, room_state="staged")
    one = scene.world.rooms[0]
    only: Act = lambda db, actor, round_: rooms.open_rooms(db, actor, round_, only=[one])  # noqa: E731
    found = at_once(
        sessions, scene, only, only, lambda db, actor, round_: rooms.open_rooms(db, actor, round_)
    )
    told = message("room.opened_before", "en")
    assert found[2] == "done"
    assert set(found[:2]) <= {"done", told}
    assert told in found[:2]
    assert states(sessions, scene) == {"open"}
    with unit_of_work(sessions) as db:
        called = Counter(db.scalars(select(OutboxEvent.audience).where(OutboxEvent.name == "seat.called")))
        assert set(called.values()) == {1}
        acts = db.scalars(select(AuditEntry).where(AuditEntry.act == "rooms.opened")).all()
        assert sorted(number for act in acts for number in act.facts["rooms"]) == [1, 2]


def test_who_extends_while_another_recalls_takes_nothing_back(sessions: Sessions) -> None:
    """Whoever is first: the recall stands. The extension came before it, or its maker reads that the rooms were recalled."""
    scene = scene_of(sessions)
    outcomes = at_once(
        sessions,
        scene,
        lambda db, actor, round_: proceedings.recall(db, actor, round_),
        lambda db, actor, round_: rooms.extend(db, actor, rooms.rooms_of(db, round_), minutes=5, recalled=()),
    )
    assert outcomes[0] == "done"
    assert outcomes[1] in ("done", message("room.recalled", "en"))
    assert states(sessions, scene) == {"closing"}
    with unit_of_work(sessions) as db:
        for deadline in db.scalars(select(Room.deadline_at).where(Room.round_id == scene.world.round.id)):
            assert deadline is not None
            assert deadline - clock.now() <= timedelta(seconds=60)


def test_after_a_recall_the_one_who_saw_open_rooms_is_told_and_may_decide_anew(sessions: Sessions) -> None:
    scene = scene_of(sessions)
    assert at_once(sessions, scene, lambda db, actor, round_: proceedings.recall(db, actor, round_)) == [
        "done"
    ]

    def more(recalled: tuple[int, ...]) -> Act:
        return lambda db, actor, round_: rooms.extend(
            db, actor, rooms.rooms_of(db, round_), minutes=5, recalled=recalled
        )

    assert at_once(sessions, scene, more(())) == [message("room.recalled", "en")]
    assert states(sessions, scene) == {"closing"}
    assert at_once(sessions, scene, more(tuple(room.id for room in scene.world.rooms))) == ["done"]
    assert states(sessions, scene) == {"open"}


def test_a_person_whom_two_move_at_once_is_moved_once_and_the_other_reads_where_to(
    sessions: Sessions,
) -> None:
    scene = scene_of(sessions)
    with unit_of_work(sessions) as db:
        rooms.add_room(db, scene.actors[0], scene.world.rooms[0])
    kenya = scene.world.members["kenya"]

    def to(number: int) -> Act:
        return lambda db, actor, round_: seating.move_people(
            db, actor, round_, [kenya], number=number, seen={kenya.public_id: 1}
        )

    found = at_once(sessions, scene, to(2), to(3))
    with unit_of_work(sessions) as db:
        now = real_seats(db, db.get_one(Round, scene.world.round.id))[kenya.public_id]
        moved = db.scalars(select(AuditEntry).where(AuditEntry.act == "seat.moved")).all()
    told = message("seating.moved_meanwhile", "en", name="Delegate KEN-1", number=now)
    assert sorted(found) == sorted(["done", told])
    assert found[now - 2] == "done"
    assert len(moved) == 1


def test_two_people_whom_two_exchange_at_once_change_places_once(sessions: Sessions) -> None:
    scene = scene_of(sessions)
    kenya, philippines = scene.world.members["kenya"], scene.world.members["philippines"]
    seen = {kenya.public_id: 1, philippines.public_id: 2}
    found = at_once(
        sessions,
        scene,
        *[lambda db, actor, round_: seating.exchange(db, actor, round_, kenya, philippines, seen=seen)] * 2,
    )
    assert max(found) == "done"
    assert "by now: somebody else moved them meanwhile" in min(found)
    with unit_of_work(sessions) as db:
        seats = real_seats(db, db.get_one(Round, scene.world.round.id))
    assert (seats[kenya.public_id], seats[philippines.public_id]) == (2, 1)
