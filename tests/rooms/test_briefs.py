"""What a room is asked: written by staff, told to the room, in the log, and never over what somebody else wrote meanwhile."""

import pytest
from sqlalchemy import select

from consult.announce.models import OutboxEvent
from consult.audit.models import AuditEntry
from consult.db import Db
from consult.errors import Conflict, Invalid, NotAllowed
from consult.rooms import briefs
from tests.cast import World


def test_a_brief_is_kept_told_and_logged_once(db: Db, world: World) -> None:
    room, facilitator = world.rooms[0], world.actor(db, "facilitator")
    briefs.write(db, facilitator, room, text="Find two practices.\n\nName who acts.\u202e ", seen="")
    assert room.brief == "Find two practices.\n\nName who acts."
    briefs.write(db, facilitator, room, text=room.brief, seen="")
    events = list(db.scalars(select(OutboxEvent.name).where(OutboxEvent.name == "room.briefed")))
    assert len(set(events)) == 1
    assert len(list(db.scalars(select(AuditEntry).where(AuditEntry.act == "room.briefed")))) == 1


def test_two_facilitators_at_once_one_is_told(db: Db, world: World) -> None:
    room = world.rooms[0]
    briefs.write(db, world.actor(db, "facilitator"), room, text="The first", seen="")
    with pytest.raises(Conflict, match="brief_changed"):
        briefs.write(db, world.actor(db, "cofacilitator"), room, text="The second", seen="")
    assert room.brief == "The first"
    briefs.write(db, world.actor(db, "cofacilitator"), room, text="", seen="The first")
    assert room.brief == ""


def test_who_may_not_and_what_is_too_long(db: Db, world: World) -> None:
    with pytest.raises(NotAllowed):
        briefs.write(db, world.actor(db, "kenya"), world.rooms[0], text="Mine", seen="")
    with pytest.raises(Invalid):
        briefs.write(db, world.actor(db, "facilitator"), world.rooms[0], text="x" * 2001, seen="")
