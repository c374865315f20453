"""Roles and the end of a part: by the secretariat only, at once, and never without anybody in the secretariat."""

import threading

import pytest
from sqlalchemy import Engine, select

from consult import clock
from consult.announce.models import OutboxEvent
from consult.audit.models import AuditEntry
from consult.db import Db, sessions_for, unit_of_work
from consult.errors import Conflict, Invalid, NotAllowed, NotFound
from consult.people import service
from consult.people.models import Member
from consult.programme.models import Consultation
from consult.rooms.actors import actor_for, actor_of
from tests import cast
from tests.cast import World


def test_a_role_changes_and_the_person_is_told(db: Db, world: World) -> None:
    kenya = world.members["kenya"]
    service.change_role(db, world.actor(db, "organizer"), world.consultation, kenya, role="facilitator")
    assert kenya.role == "facilitator"
    told = db.execute(select(OutboxEvent.audience, OutboxEvent.name)).all()
    assert (f"member:{kenya.public_id}", "member.changed") in told
    entry = db.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert (entry.act, entry.facts) == ("member.role_changed", {"from": "delegate", "to": "facilitator"})


def test_the_same_role_again_is_no_act(db: Db, world: World) -> None:
    organizer = world.actor(db, "organizer")
    service.change_role(db, organizer, world.consultation, world.members["kenya"], role="delegate")
    assert db.scalars(select(AuditEntry)).all() == []


def test_only_member_states_send_delegates(db: Db, world: World) -> None:
    with pytest.raises(Invalid) as refused:
        service.change_role(
            db, world.actor(db, "organizer"), world.consultation, world.members["ngo"], role="delegate"
        )
    assert refused.value.fields == {"role": "people.delegates_of_states"}


def test_a_role_that_does_not_exist_is_refused(db: Db, world: World) -> None:
    with pytest.raises(Invalid):
        service.change_role(
            db, world.actor(db, "organizer"), world.consultation, world.members["kenya"], role="admin"
        )


@pytest.mark.parametrize("name", ["facilitator", "kenya", "viewer"])
def test_nobody_else_changes_roles_or_withdraws(db: Db, world: World, name: str) -> None:
    actor, target = world.actor(db, name), world.members["canada"]
    with pytest.raises(NotAllowed, match="organizers_only"):
        service.change_role(db, actor, world.consultation, target, role="organizer")
    with pytest.raises(NotAllowed, match="organizers_only"):
        service.withdraw_member(db, actor, world.consultation, target)


def test_the_secretariat_of_another_consultation_sees_nobody(db: Db, world: World) -> None:
    other = db.scalars(select(Consultation).where(Consultation.id != world.consultation.id)).one()
    query = select(Member).where(Member.consultation_id == other.id, Member.role == "organizer")
    stranger = actor_of(db, db.scalars(query).one())
    with pytest.raises(NotFound):
        service.withdraw_member(db, stranger, other, world.members["kenya"])


def test_a_withdrawn_member_is_nobody_here(db: Db, world: World) -> None:
    kenya = world.members["kenya"]
    service.withdraw_member(db, world.actor(db, "organizer"), world.consultation, kenya)
    assert actor_for(db, kenya.user_id, world.consultation.id) is None
    assert db.scalars(
        select(OutboxEvent.name).where(OutboxEvent.audience == f"member:{kenya.public_id}")
    ).all() == ["member.changed"]
    with pytest.raises(Conflict):
        service.withdraw_member(db, world.actor(db, "organizer"), world.consultation, kenya)


def test_the_last_of_the_secretariat_stays(db: Db, world: World) -> None:
    organizer, me = world.actor(db, "organizer"), world.members["organizer"]
    with pytest.raises(Conflict, match=r"people\.last_organizer"):
        service.withdraw_member(db, organizer, world.consultation, me)
    with pytest.raises(Conflict, match=r"people\.last_organizer"):
        service.change_role(db, organizer, world.consultation, me, role="viewer")
    service.change_role(db, organizer, world.consultation, world.members["kenya"], role="organizer")
    service.withdraw_member(db, organizer, world.consultation, me)
    assert me.withdrawn_at is not None


def check_that_two_cannot_leave_at_once(engine: Engine, consultation_id: int, members: list[int]) -> None:
    """Each of the only two organizers withdraws themselves at the same moment: one of them has to stay."""
    start, outcomes = threading.Barrier(2), []

    def leave(member_id: int) -> None:
        start.wait()
        try:
            with unit_of_work(sessions_for(engine)) as own:
                member = own.get_one(Member, member_id)
                consultation = own.get_one(Consultation, consultation_id)
                service.withdraw_member(own, actor_of(own, member), consultation, member)
            outcomes.append("left")
        except Conflict:
            outcomes.append("stayed")

    threads = [threading.Thread(target=leave, args=(member_id,)) for member_id in members]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(outcomes) == ["left", "stayed"]


def test_two_organizers_cannot_leave_at_once(db: Db, world: World, engine: Engine) -> None:
    world.members["kenya"].role = "organizer"
    db.commit()
    both = [world.members["organizer"].id, world.members["kenya"].id]
    check_that_two_cannot_leave_at_once(engine, world.consultation.id, both)


def test_two_organizers_cannot_leave_at_once_on_postgresql(postgresql_url: str) -> None:
    from consult.db import engine_for

    engine = engine_for(postgresql_url)
    with unit_of_work(sessions_for(engine)) as db:
        world = cast.build(db)
        world.members["kenya"].role = "organizer"
    both = [world.members["organizer"].id, world.members["kenya"].id]
    check_that_two_cannot_leave_at_once(engine, world.consultation.id, both)
    engine.dispose()


def test_a_member_takes_part_as_the_row_says(db: Db, world: World) -> None:
    user = cast.account(db, "new@example.org", "New")
    delegation = service.delegation_called(db, world.consultation, kind="member_state", iso3="FRA")
    assert (delegation.name, delegation.group) == ("France", "WEOG")
    assert service.delegation_called(db, world.consultation, kind="member_state", iso3="FRA") is delegation
    member = service.add_member(
        db, world.consultation, user, delegation, role="delegate", duties=["rapporteur"]
    )
    actor = actor_for(db, user.id, world.consultation.id)
    assert actor is not None
    assert (actor.member_id, actor.delegation_name, actor.mark) == (member.id, "France", "WE")
    assert member.joined_at <= clock.now()
