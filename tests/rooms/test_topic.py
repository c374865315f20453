"""A room's own topic: given while it is staged, fixed once it is open."""

import pytest

from consult.audit.models import AuditEntry
from consult.db import Db
from consult.errors import Conflict, NotAllowed
from consult.rooms import service
from tests.cast import World


@pytest.fixture
def staged(db: Db, world: World) -> World:
    for room in world.rooms:
        room.state, room.opened_at, room.deadline_at = "staged", None, None
    db.flush()
    return world


@pytest.mark.complaint(26)
def test_a_staged_room_gets_a_topic_of_its_own(db: Db, staged: World) -> None:
    first, second = staged.rooms
    service.set_topic(db, staged.actor(db, "facilitator"), first, topic="Identity documents")
    service.set_topic(db, staged.actor(db, "facilitator"), first, topic="Identity documents")
    assert (first.topic, second.topic) == ("Identity documents", staged.round.topic)
    assert db.query(AuditEntry).filter_by(act="room.topic_changed").count() == 1


def test_an_open_room_keeps_its_topic(db: Db, world: World) -> None:
    with pytest.raises(Conflict) as refused:
        service.set_topic(db, world.actor(db, "facilitator"), world.rooms[0], topic="Another")
    assert refused.value.code == "round.already_open"
    assert world.rooms[0].topic == world.round.topic


def test_only_those_who_run_the_session_set_it(db: Db, staged: World) -> None:
    with pytest.raises(NotAllowed):
        service.set_topic(db, staged.actor(db, "kenya"), staged.rooms[0], topic="Mine")
