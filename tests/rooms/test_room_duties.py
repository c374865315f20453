"""Duties inside a room: picked where nobody has them, handed over, and the deputy who stands in."""

import pytest

from consult.db import Db
from consult.errors import Conflict, Invalid, NotAllowed, NotFound
from consult.permissions.check import allows
from consult.permissions.names import Permission
from consult.rooms import duties
from consult.rooms.queries import seated_in_room
from tests.cast import World


def held(db: Db, world: World) -> dict[str, str]:
    return {p.duty: p.name for p in seated_in_room(db, world.rooms[0]) if p.duty}


@pytest.mark.complaint(15)
def test_a_room_without_a_moderator_picks_one_and_only_one(db: Db, world: World) -> None:
    room = world.rooms[0]
    duties.take(db, world.actor(db, "ngo"), room, world.members["canada"], duty="moderator")
    assert held(db, world) == {"rapporteur": "Delegate KEN-1", "moderator": "Delegate CAN-1"}
    with pytest.raises(Conflict, match=r"duty.held"):
        duties.take(db, world.actor(db, "ngo"), room, world.members["ngo"], duty="moderator")


def test_who_has_a_duty_hands_it_over_and_is_free_of_its_rights(db: Db, world: World) -> None:
    room = world.rooms[0]
    duties.hand_over(db, world.actor(db, "kenya"), room, world.members["canada"], duty="rapporteur")
    assert held(db, world) == {"rapporteur": "Delegate CAN-1"}
    with pytest.raises(NotAllowed):
        duties.hand_over(db, world.actor(db, "kenya"), room, world.members["kenya"], duty="rapporteur")


def test_a_deputy_stands_in_for_moderator_and_rapporteur(db: Db, world: World) -> None:
    room = world.rooms[0]
    duties.take(db, world.actor(db, "canada"), room, world.members["canada"], duty="moderator")
    duties.hand_over(db, world.actor(db, "canada"), room, world.members["ngo"], duty="deputy")
    deputy = world.actor(db, "ngo")
    assert allows(deputy, Permission.HAND_CALL, room)
    assert allows(deputy, Permission.DUTY_HAND_OVER, room)
    assert held(db, world) == {
        "moderator": "Delegate CAN-1",
        "rapporteur": "Delegate KEN-1",
        "deputy": "Person NGO-1",
    }
    duties.hand_over(db, deputy, room, world.members["ngo"], duty="rapporteur")
    assert held(db, world) == {"moderator": "Delegate CAN-1", "rapporteur": "Person NGO-1"}


def test_nobody_loses_a_duty_by_being_given_another(db: Db, world: World) -> None:
    """Any delegate could strip the moderator or the rapporteur by picking them for what is still free."""
    room, ngo = world.rooms[0], world.actor(db, "ngo")
    with pytest.raises(Conflict, match=r"duty.busy"):
        duties.take(db, ngo, room, world.members["kenya"], duty="moderator")
    duties.take(db, ngo, room, world.members["canada"], duty="moderator")
    for giver, name, duty in (
        ("kenya", "canada", "rapporteur"),
        ("canada", "kenya", "moderator"),
        ("canada", "kenya", "deputy"),
        ("canada", "canada", "deputy"),
        ("facilitator", "kenya", "moderator"),
    ):
        with pytest.raises(Conflict, match=r"duty.busy"):
            duties.hand_over(db, world.actor(db, giver), room, world.members[name], duty=duty)
    assert held(db, world) == {"rapporteur": "Delegate KEN-1", "moderator": "Delegate CAN-1"}


def test_nobody_makes_themselves_the_deputy(db: Db, world: World) -> None:
    with pytest.raises(Invalid):
        duties.take(db, world.actor(db, "ngo"), world.rooms[0], world.members["ngo"], duty="deputy")


@pytest.mark.parametrize(
    ("mine", "duty", "may"),
    [
        ("rapporteur", "rapporteur", True), ("rapporteur", "moderator", False), ("rapporteur", "deputy", False),
        ("moderator", "rapporteur", True), ("moderator", "deputy", True), ("deputy", "moderator", True), (None, "deputy", False),
    ],
)  # fmt: skip
def test_a_rapporteur_hands_over_only_that_duty(mine: str | None, duty: str, may: bool) -> None:
    assert duties.may_hand_over(mine, duty) is may


@pytest.mark.parametrize("name", ["canada", "ngo", "philippines", "viewer", "late"])
def test_nobody_else_hands_a_duty_over(db: Db, world: World, name: str) -> None:
    with pytest.raises(NotAllowed):
        duties.hand_over(
            db, world.actor(db, name), world.rooms[0], world.members["canada"], duty="rapporteur"
        )


def test_a_duty_goes_to_nobody_from_outside_the_room(db: Db, world: World) -> None:
    with pytest.raises(NotFound):
        duties.take(
            db,
            world.actor(db, "canada"),
            world.rooms[0],
            world.members["philippines"],
            duty="moderator",
        )
    with pytest.raises(NotAllowed):
        duties.take(
            db,
            world.actor(db, "philippines"),
            world.rooms[0],
            world.members["canada"],
            duty="moderator",
        )
