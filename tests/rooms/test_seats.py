"""Seats given, moved, taken back; duties."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from consult.announce.models import OutboxEvent
from consult.audit.models import AuditEntry
from consult.db import Db
from consult.errors import Conflict, Invalid, NotAllowed, NotFound
from consult.rooms import service as rooms
from consult.rooms.models import Seat
from tests.cast import World


def told_to(db: Db, audience: str) -> list[str]:
    """Names of the events of an audience, in order."""
    query = select(OutboxEvent.name).where(OutboxEvent.audience == audience).order_by(OutboxEvent.id)
    return list(db.scalars(query))


@pytest.mark.complaint(11, 22)
def test_a_late_arrival_gets_a_seat_and_is_called_in(db: Db, world: World) -> None:
    late = world.members["late"]
    rooms.seat_member(db, world.actor(db, "facilitator"), world.rooms[0], late)
    assert world.actor(db, "late").seats == {world.rooms[0].id}
    assert told_to(db, f"member:{late.public_id}") == ["seat.moved", "seat.called"]


def test_a_person_has_one_seat_in_a_round(db: Db, world: World) -> None:
    with pytest.raises(Conflict, match=r"seating.already_elsewhere"):
        rooms.seat_member(db, world.actor(db, "facilitator"), world.rooms[1], world.members["kenya"])
    with pytest.raises(IntegrityError):
        rooms.add_seat(db, world.rooms[1], world.members["kenya"].id, duty=None)


def test_a_move_takes_the_old_seat_and_its_duty_away(db: Db, world: World) -> None:
    one, two = world.rooms
    kenya = world.members["kenya"]
    rooms.move_member(db, world.actor(db, "facilitator"), two, kenya, reason="More balance")
    actor = world.actor(db, "kenya")
    assert (actor.seats, actor.recording) == ({two.id}, frozenset())
    for audience in (f"room:{one.public_id}", f"room:{two.public_id}", f"session:{world.session.public_id}"):
        assert "round.changed" in told_to(db, audience)
    assert "seat.moved" in told_to(db, f"member:{kenya.public_id}")
    entry = db.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry
    assert entry.facts == {"room": two.public_id, "from": one.public_id, "reason": "More balance"}


def test_moving_to_where_one_sits_changes_nothing(db: Db, world: World) -> None:
    rooms.move_member(db, world.actor(db, "facilitator"), world.rooms[0], world.members["kenya"])
    assert world.actor(db, "kenya").recording == {world.rooms[0].id}
    assert told_to(db, f"member:{world.members['kenya'].public_id}") == []


def test_a_seat_can_be_taken_back(db: Db, world: World) -> None:
    rooms.unseat(db, world.actor(db, "facilitator"), world.round, world.members["kenya"])
    assert world.actor(db, "kenya").seats == frozenset()
    with pytest.raises(Conflict):
        rooms.unseat(db, world.actor(db, "facilitator"), world.round, world.members["kenya"])


def test_only_staff_moves_people(db: Db, world: World) -> None:
    for name in ("kenya", "panelist", "viewer"):
        with pytest.raises(NotAllowed):
            rooms.move_member(db, world.actor(db, name), world.rooms[1], world.members["canada"])


def test_somebody_of_another_consultation_gets_no_seat(db: Db, world: World) -> None:
    from consult.people.models import Member

    stranger = db.scalars(select(Member).where(Member.consultation_id != world.consultation.id)).first()
    assert stranger
    with pytest.raises(NotFound):
        rooms.seat_member(db, world.actor(db, "facilitator"), world.rooms[0], stranger)


def test_a_room_has_one_rapporteur(db: Db, world: World) -> None:
    rooms.assign_duty(
        db, world.actor(db, "facilitator"), world.rooms[0], world.members["canada"], duty="rapporteur"
    )
    assert world.actor(db, "canada").recording == {world.rooms[0].id}
    assert world.actor(db, "kenya").recording == frozenset()
    for name in ("canada", "kenya"):
        assert told_to(db, f"member:{world.members[name].public_id}") == ["member.changed"]


def test_a_duty_needs_a_seat_and_a_name_that_exists(db: Db, world: World) -> None:
    staff = world.actor(db, "facilitator")
    with pytest.raises(NotFound):
        rooms.assign_duty(db, staff, world.rooms[0], world.members["philippines"], duty="moderator")
    with pytest.raises(Invalid):
        rooms.assign_duty(db, staff, world.rooms[0], world.members["canada"], duty="king")


def test_seats_that_were_left_stay_as_history(db: Db, world: World) -> None:
    rooms.move_member(db, world.actor(db, "facilitator"), world.rooms[1], world.members["kenya"])
    seats = db.scalars(select(Seat).where(Seat.member_id == world.members["kenya"].id)).all()
    assert [seat.left_at is None for seat in seats] == [False, True]
