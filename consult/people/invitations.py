"""Invitations: an offer to join, by e-mail, single use, expiring, revocable.

The link goes to the invited address only and is never shown to the inviter: whoever holds it proves that mail to that
address reaches them. It makes a new account; somebody who has one already must be signed in to it to accept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import joinedload

from consult import clock
from consult.db import Db
from consult.errors import Conflict, Invalid, NotAllowed
from consult.i18n import N_, text
from consult.mail import Mail
from consult.people import accounts, passwords
from consult.people.members import add_member, roles_for
from consult.people.models import Delegation, Invitation, Member, User
from consult.people.record import note
from consult.permissions.actor import Actor
from consult.permissions.check import require
from consult.permissions.names import Permission
from consult.programme.models import Consultation

LIFETIME = timedelta(days=14)


@dataclass(frozen=True)
class Answer:
    """What a person says of themselves when they accept. Everything but the name may be left empty."""

    name: str
    languages: Sequence[str] = ()
    needs: str = ""
    gender: str | None = None
    age_band: str | None = None
    #: From `accounts.new_password_hash`; None means links by e-mail only.
    password_hash: str | None = None


def invite(
    db: Db,
    actor: Actor,
    consultation: Consultation,
    *,
    email: str,
    name: str,
    role: str,
    delegation: Delegation,
) -> tuple[Invitation, str]:
    """Invite one person and return the invitation with the token for its link. An earlier open one is withdrawn.

    Raises:
        Invalid: the person takes part already, or the delegation cannot have that role.
    """
    require(actor, Permission.PEOPLE_MANAGE, consultation)
    email = email.strip().lower()
    if role not in roles_for(delegation.kind):
        raise Invalid("form.invalid", fields={"role": "people.delegates_of_states"})
    if _member_with(db, consultation, email) is not None:
        raise Invalid("form.invalid", fields={"email": "people.takes_part"})
    now, token = clock.now(), passwords.new_token()
    _close_open(db, Invitation.consultation_id == consultation.id, Invitation.email == email)
    invitation = Invitation(
        consultation_id=consultation.id,
        email=email,
        name=name,
        role=role,
        delegation_id=delegation.id,
        token_hash=passwords.token_hash(token),
        invited_by_id=actor.member_id,
        created_at=now,
        expires_at=now + LIFETIME,
    )
    db.add(invitation)
    db.flush()
    subject = f"invitation:{invitation.public_id}"
    note(db, actor, "member.invited", subject, consultation, {"role": role})
    return invitation, token


def invitation_mail(email: str, title: str, address: str, language: str) -> Mail:
    """The message that carries an invitation's link. `title`: the consultation's."""
    lines = (
        text(language, N_("You are invited to take part in this consultation: %(title)s"), title=title),
        text(
            language,
            N_("Open this address to accept. It works once, for 14 days, and is meant for you alone:"),
        ),
        address,
    )
    return Mail(email, text(language, N_("Invitation: %(title)s"), title=title), "\n\n".join(lines) + "\n")


def revoke_invitation(db: Db, actor: Actor, consultation: Consultation, invitation: Invitation) -> None:
    """Withdraw an invitation that was not accepted yet.

    Raises:
        Conflict: it was accepted or withdrawn meanwhile.
    """
    require(actor, Permission.PEOPLE_MANAGE, invitation)
    if not _close_open(db, Invitation.id == invitation.id):
        raise Conflict("invitation.not_open")
    note(db, actor, "invitation.revoked", f"invitation:{invitation.public_id}", consultation)


def invitation_for(db: Db, token: str) -> Invitation:
    """The invitation with this token, still open.

    Raises:
        NotAllowed: `invitation.ended`, for every invitation that cannot be accepted, whatever the reason.
    """
    query = select(Invitation).where(Invitation.token_hash == passwords.token_hash(token))
    found = db.scalar(query.options(joinedload(Invitation.delegation)))
    if found is None or not found.is_open_at(clock.now()):
        raise NotAllowed("invitation.ended")
    return found


def accept_invitation(db: Db, token: str, answer: Answer, *, signed_in_as: int | None = None) -> Member:
    """Use an invitation up and take part.

    Args:
        signed_in_as: row id of the account that accepts, when somebody is signed in.

    Raises:
        NotAllowed: `invitation.ended`, or `invitation.sign_in_first` when the address has an account and it is not
            the one that is signed in.
    """
    invitation = invitation_for(db, token)
    user = accounts.account_for(db, invitation.email)
    if user is not None and user.id != signed_in_as:
        raise NotAllowed("invitation.sign_in_first")
    now = clock.now()
    statement = update(Invitation).where(Invitation.id == invitation.id, *_open_at_now())
    if db.execute(statement.values(accepted_at=now).returning(Invitation.id)).first() is None:
        raise NotAllowed("invitation.ended")
    if user is None:
        user = accounts.create_account(
            db, email=invitation.email, name=answer.name, password_hash=answer.password_hash
        )
    consultation = db.get_one(Consultation, invitation.consultation_id)
    member = _joined(db, consultation, invitation, user, answer)
    note(db, None, "invitation.accepted", f"member:{member.public_id}", consultation, {"role": member.role})
    return member


def _joined(db: Db, consultation: Consultation, invitation: Invitation, user: User, answer: Answer) -> Member:
    """A new member; or the one there was, with what the invitation says."""
    query = select(Member).where(Member.consultation_id == consultation.id, Member.user_id == user.id)
    member = db.scalar(query)
    if member is None:
        return add_member(
            db,
            consultation,
            user,
            invitation.delegation,
            role=invitation.role,
            languages=answer.languages,
            gender=answer.gender,
            age_band=answer.age_band,
            needs=answer.needs,
        )
    if member.withdrawn_at is not None:
        member.withdrawn_at = None
        member.role, member.delegation_id = invitation.role, invitation.delegation_id
    member.languages, member.needs = list(answer.languages), answer.needs
    member.gender, member.age_band = answer.gender, answer.age_band
    return member


def _member_with(db: Db, consultation: Consultation, email: str) -> int | None:
    query = select(Member.id).join(User, User.id == Member.user_id)
    return db.scalar(
        query.where(
            User.email == email, Member.consultation_id == consultation.id, Member.withdrawn_at.is_(None)
        )
    )


def _open_at_now() -> tuple[ColumnElement[bool], ...]:
    return (
        Invitation.accepted_at.is_(None),
        Invitation.revoked_at.is_(None),
        Invitation.expires_at > clock.now(),
    )


def _close_open(db: Db, *conditions: ColumnElement[bool]) -> bool:
    """Withdraw the open invitations that meet `conditions`; whether there was any."""
    statement = update(Invitation).where(*conditions, *_open_at_now())
    return db.execute(statement.values(revoked_at=clock.now()).returning(Invitation.id)).first() is not None
