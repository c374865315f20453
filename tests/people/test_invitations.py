"""Invitations: single use, expiring, revocable, and never a way into somebody's account."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from consult import clock
from consult.db import Db
from consult.errors import Conflict, Invalid, NotAllowed
from consult.people import invitations
from consult.people.invitations import Answer
from consult.people.models import Invitation, Member, User
from tests import cast
from tests.cast import World

ANSWER = Answer(name="Ada Newcomer", languages=["fr"], needs="captions", gender="woman", age_band="25-34")


def invited(
    db: Db, world: World, *, email: str = "ada@example.org", role: str = "delegate"
) -> tuple[Invitation, str]:
    return invitations.invite(
        db, world.actor(db, "organizer"), world.consultation, email=email, name="Ada", role=role,
        delegation=world.members["kenya"].delegation,
    )  # fmt: skip


@pytest.mark.complaint(25)
def test_accepting_makes_an_account_and_a_member(db: Db, world: World) -> None:
    invitation, token = invited(db, world)
    member = invitations.accept_invitation(db, token, ANSWER)
    assert (member.user.email, member.user.name, member.user.password_hash) == (
        "ada@example.org",
        "Ada Newcomer",
        None,
    )
    assert (member.role, member.delegation.name, member.gender, member.needs) == (
        "delegate",
        "Kenya",
        "woman",
        "captions",
    )
    db.refresh(invitation)
    assert invitation.accepted_at is not None


def test_only_a_hash_of_the_token_is_stored(db: Db, world: World) -> None:
    invitation, token = invited(db, world)
    assert token not in (invitation.token_hash, invitation.public_id)
    assert len(token) >= 43


def test_it_works_once(db: Db, world: World) -> None:
    _, token = invited(db, world)
    invitations.accept_invitation(db, token, ANSWER)
    user = db.scalars(select(User).where(User.email == "ada@example.org")).one()
    for signed_in_as in (None, user.id):
        with pytest.raises(NotAllowed, match=r"invitation\.ended"):
            invitations.accept_invitation(db, token, ANSWER, signed_in_as=signed_in_as)


def test_it_expires_after_14_days(db: Db, world: World) -> None:
    _, token = invited(db, world)
    later = clock.now() + timedelta(days=14)
    clock.set_source(lambda: later)
    with pytest.raises(NotAllowed, match=r"invitation\.ended"):
        invitations.accept_invitation(db, token, ANSWER)


def test_it_can_be_withdrawn_until_it_is_accepted(db: Db, world: World) -> None:
    organizer = world.actor(db, "organizer")
    invitation, token = invited(db, world)
    invitations.revoke_invitation(db, organizer, world.consultation, invitation)
    with pytest.raises(NotAllowed, match=r"invitation\.ended"):
        invitations.accept_invitation(db, token, ANSWER)
    with pytest.raises(Conflict, match=r"invitation\.not_open"):
        invitations.revoke_invitation(db, organizer, world.consultation, invitation)
    other, token = invited(db, world)
    invitations.accept_invitation(db, token, ANSWER)
    with pytest.raises(Conflict, match=r"invitation\.not_open"):
        invitations.revoke_invitation(db, organizer, world.consultation, other)


def test_a_new_invitation_ends_the_one_before(db: Db, world: World) -> None:
    _, first = invited(db, world)
    _, second = invited(db, world, email=" ADA@example.org ", role="facilitator")
    with pytest.raises(NotAllowed, match=r"invitation\.ended"):
        invitations.accept_invitation(db, first, ANSWER)
    assert invitations.accept_invitation(db, second, ANSWER).role == "facilitator"


@pytest.mark.parametrize("token", ["", "x", "0" * 43, "é" * 43])
def test_a_forged_token_opens_nothing(db: Db, world: World, token: str) -> None:
    invited(db, world)
    with pytest.raises(NotAllowed, match=r"invitation\.ended"):
        invitations.accept_invitation(db, token, ANSWER)


def test_the_public_id_is_no_token(db: Db, world: World) -> None:
    invitation, _ = invited(db, world)
    with pytest.raises(NotAllowed):
        invitations.accept_invitation(db, invitation.public_id, ANSWER)
    with pytest.raises(NotAllowed):
        invitations.accept_invitation(db, invitation.token_hash, ANSWER)


def test_an_invitation_is_no_way_into_an_account_that_exists(db: Db, world: World) -> None:
    stranger = db.scalars(select(User).where(User.email == cast.STRANGER)).one()
    before = (stranger.name, stranger.password_hash)
    _, token = invited(db, world, email=cast.STRANGER)
    for somebody in (None, world.users["canada"].id):
        with pytest.raises(NotAllowed, match=r"invitation\.sign_in_first"):
            invitations.accept_invitation(db, token, ANSWER, signed_in_as=somebody)
    member = invitations.accept_invitation(db, token, ANSWER, signed_in_as=stranger.id)
    assert member.user_id == stranger.id
    assert (stranger.name, stranger.password_hash) == before


def test_who_takes_part_already_is_not_invited(db: Db, world: World) -> None:
    with pytest.raises(Invalid) as refused:
        invited(db, world, email="can@example.org")
    assert refused.value.fields == {"email": "people.takes_part"}


def test_who_was_withdrawn_can_be_invited_again(db: Db, world: World) -> None:
    canada = world.members["canada"]
    canada.withdrawn_at = clock.now()
    db.flush()
    _, token = invited(db, world, email="can@example.org", role="observer")
    member = invitations.accept_invitation(db, token, ANSWER, signed_in_as=canada.user_id)
    assert (member.id, member.withdrawn_at, member.role) == (canada.id, None, "observer")
    assert db.scalars(select(Member).where(Member.user_id == canada.user_id)).all() == [canada]


def test_only_member_states_are_invited_as_delegates(db: Db, world: World) -> None:
    with pytest.raises(Invalid) as refused:
        invitations.invite(
            db, world.actor(db, "organizer"), world.consultation, email="a@example.org", name="A", role="delegate",
            delegation=world.members["ngo"].delegation,
        )  # fmt: skip
    assert refused.value.fields == {"role": "people.delegates_of_states"}


@pytest.mark.parametrize("name", ["facilitator", "kenya", "viewer"])
def test_only_the_secretariat_invites(db: Db, world: World, name: str) -> None:
    with pytest.raises(NotAllowed, match="organizers_only"):
        invitations.invite(
            db, world.actor(db, name), world.consultation, email="a@example.org", name="A", role="viewer",
            delegation=world.members["ngo"].delegation,
        )  # fmt: skip
