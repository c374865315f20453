"""Taking part: members, their roles, and the end of their part.

Decides who is in a consultation and as what. Imported lists are `importing`, invitations are `invitations`,
accounts and sign-ins are `accounts`.
"""

from sqlalchemy import ColumnElement, select, update

from consult import clock
from consult.announce import audiences, outbox
from consult.announce.events import MemberChanged
from consult.audit import service as audit
from consult.db import Db
from consult.errors import Conflict, Invalid
from consult.people import accounts
from consult.people.delegations import delegation_called
from consult.people.importing import Outcome, import_people, planned
from consult.people.invitations import accept_invitation, invite, revoke_invitation
from consult.people.members import add_member, roles_for
from consult.people.models import Member, Role, User
from consult.people.record import note
from consult.permissions.actor import Actor
from consult.permissions.check import require
from consult.permissions.names import Permission
from consult.programme.models import Consultation

__all__ = [
    "Outcome",
    "accept_invitation",
    "add_member",
    "change_role",
    "create_organizer",
    "delegation_called",
    "import_people",
    "invite",
    "planned",
    "revoke_invitation",
    "roles_for",
    "withdraw_member",
]


def change_role(db: Db, actor: Actor, consultation: Consultation, member: Member, *, role: str) -> None:
    """Give a member another role; it holds on their open pages at once.

    Raises:
        Invalid: the delegation cannot have that role.
        Conflict: `people.last_organizer`, or somebody changed the member meanwhile.
    """
    require(actor, Permission.PEOPLE_MANAGE, member)
    if role not in roles_for(member.delegation.kind):
        raise Invalid("form.invalid", fields={"role": "people.delegates_of_states"})
    before = member.role
    if before == role:
        return
    _check_not_last_organizer(db, member)
    _update_live(db, member, Member.role == before, role=role)
    _tell(db, actor, consultation, member, "member.role_changed", {"from": before, "to": role})


def withdraw_member(db: Db, actor: Actor, consultation: Consultation, member: Member) -> None:
    """End a person's part in the consultation. What they wrote stays; their next act is refused.

    Raises:
        Conflict: `people.last_organizer`, or somebody withdrew the member meanwhile.
    """
    require(actor, Permission.PEOPLE_MANAGE, member)
    _check_not_last_organizer(db, member)
    _update_live(db, member, withdrawn_at=clock.now())
    _tell(db, actor, consultation, member, "member.withdrawn", {"role": member.role})


def create_organizer(db: Db, *, email: str, name: str) -> User:
    """The first account, or another that may create consultations."""
    user = accounts.create_account(db, email=email, name=name, secretariat=True)
    audit.record(db, None, "organizer.created", f"account:{user.public_id}", chain=audit.SERVER)
    return user


def _check_not_last_organizer(db: Db, member: Member) -> None:
    """Rule: a consultation keeps at least one person in the secretariat. Locks them, so that two cannot leave at once."""
    if member.role != Role.ORGANIZER:
        return
    query = select(Member.id).where(
        Member.consultation_id == member.consultation_id,
        Member.role == Role.ORGANIZER.value,
        Member.withdrawn_at.is_(None),
    )
    if all(found == member.id for found in db.scalars(query.with_for_update())):
        raise Conflict("people.last_organizer")


def _update_live(db: Db, member: Member, *conditions: ColumnElement[bool], **values: object) -> None:
    statement = update(Member).where(Member.id == member.id, Member.withdrawn_at.is_(None), *conditions)
    if db.execute(statement.values(**values).returning(Member.id)).first() is None:
        raise Conflict("conflict")
    db.refresh(member, list(values))


def _tell(
    db: Db, actor: Actor, consultation: Consultation, member: Member, act: str, facts: dict[str, object]
) -> None:
    note(db, actor, act, f"member:{member.public_id}", consultation, facts)
    outbox.add(db, MemberChanged(member=member.public_id), to=[audiences.member(member.public_id)])
