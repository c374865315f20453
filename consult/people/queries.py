"""Reading who takes part. Gender and age band leave here as totals only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from consult import clock, reference
from consult.db import Db
from consult.errors import NotFound
from consult.people.balance import MARKS, Balance, Person, balance
from consult.people.import_vocabulary import folded
from consult.people.models import Delegation, Invitation, Member, User
from consult.programme.models import Consultation


@dataclass(frozen=True)
class Participant:
    """One line of the list of people."""

    public_id: str
    name: str
    delegation: str
    mark: str
    kind: str
    role: str
    duties: tuple[str, ...]
    languages: tuple[str, ...]
    #: For the secretariat only.
    email: str

    def matches(self, words: str, *, role: str, mark: str) -> bool:
        """Whether all typed words occur, and role and group are the ones asked for (empty: any)."""
        text = folded(f"{self.name} {self.delegation}")
        found = all(folded(word) in text for word in words.split())
        return found and role in ("", self.role) and mark in ("", self.mark)


@dataclass(frozen=True)
class People:
    """Everybody who takes part, and their numbers."""

    participants: tuple[Participant, ...]
    balance: Balance


def people_of(db: Db, consultation: Consultation) -> People:
    """Who takes part now: by regional group, then delegation, then name."""
    query = (
        select(Member)
        .where(Member.consultation_id == consultation.id, Member.withdrawn_at.is_(None))
        .options(joinedload(Member.user), joinedload(Member.delegation))
    )
    members = db.scalars(query).all()
    counted = balance([_counted(member) for member in members])
    return People(tuple(sorted(map(participant, members), key=_order)), counted)


def participant(member: Member) -> Participant:
    """A member as the list shows them."""
    return Participant(
        public_id=member.public_id,
        name=member.user.name,
        delegation=member.delegation.name,
        mark=reference.mark_of(member.delegation.kind, member.delegation.group),
        kind=member.delegation.kind,
        role=member.role,
        duties=tuple(member.duties),
        languages=tuple(member.languages),
        email=member.user.email,
    )


def _order(person: Participant) -> tuple[int, str, str]:
    return MARKS.index(person.mark), folded(person.delegation), folded(person.name)


def _counted(member: Member) -> Person:
    found = member.delegation
    return Person(found.kind, found.group, found.id, member.gender, member.age_band)


def member_called(db: Db, consultation: Consultation, public_id: str) -> Member:
    """A member who takes part now.

    Raises:
        NotFound: there is none with this id here.
    """
    query = select(Member).where(
        Member.public_id == public_id,
        Member.consultation_id == consultation.id,
        Member.withdrawn_at.is_(None),
    )
    found = db.scalar(query.options(joinedload(Member.user), joinedload(Member.delegation)))
    if found is None:
        raise NotFound()
    return found


@dataclass(frozen=True)
class Invited:
    """An invitation as the secretariat sees it."""

    public_id: str
    name: str
    email: str
    delegation: str
    mark: str
    role: str
    #: UTC; None once it has ended.
    until: datetime | None


def addresses_of(db: Db, consultation: Consultation) -> dict[str, str]:
    """Who takes part, by e-mail address in lower case: public ids."""
    query = select(User.email, Member.public_id).join(Member, Member.user_id == User.id)
    query = query.where(Member.consultation_id == consultation.id, Member.withdrawn_at.is_(None))
    return {email.casefold(): public_id for email, public_id in db.execute(query)}


def open_invitations(db: Db, consultation: Consultation) -> list[Invited]:
    """Invitations that were neither accepted nor withdrawn, those that ran out included, newest first."""
    query = (
        select(Invitation)
        .where(
            Invitation.consultation_id == consultation.id,
            Invitation.accepted_at.is_(None),
            Invitation.revoked_at.is_(None),
        )
        .options(joinedload(Invitation.delegation))
        .order_by(Invitation.id.desc())
    )
    return [_invited(found, clock.now()) for found in db.scalars(query)]


def _invited(found: Invitation, now: datetime) -> Invited:
    return Invited(
        public_id=found.public_id,
        name=found.name,
        email=found.email,
        delegation=found.delegation.name,
        mark=reference.mark_of(found.delegation.kind, found.delegation.group),
        role=found.role,
        until=found.expires_at if found.is_open_at(now) else None,
    )


def invitation_called(db: Db, consultation: Consultation, public_id: str) -> Invitation:
    """An invitation of this consultation.

    Raises:
        NotFound: there is none with this id here.
    """
    query = select(Invitation).where(
        Invitation.public_id == public_id, Invitation.consultation_id == consultation.id
    )
    found = db.scalar(query)
    if found is None:
        raise NotFound()
    return found


def delegation_names(db: Db, consultation: Consultation) -> Sequence[str]:
    """The delegations there are, in order."""
    query = select(Delegation.name).where(Delegation.consultation_id == consultation.id)
    return sorted(db.scalars(query), key=folded)
