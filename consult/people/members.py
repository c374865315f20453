"""Members: which roles a delegation's people can have, and the row that lets a person take part."""

from collections.abc import Iterable

from consult import clock
from consult.db import Db
from consult.people.models import Delegation, Member, Role, User
from consult.programme.models import Consultation


def roles_for(kind: str) -> tuple[Role, ...]:
    """The roles a person of such a delegation can have. Rule: only Member States send delegates."""
    return tuple(role for role in Role if role is not Role.DELEGATE or kind == "member_state")


def add_member(
    db: Db,
    consultation: Consultation,
    user: User,
    delegation: Delegation,
    *,
    role: str,
    duties: Iterable[str] = (),
    languages: Iterable[str] = (),
    gender: str | None = None,
    age_band: str | None = None,
    needs: str = "",
) -> Member:
    """Let a person take part. Callers have decided that they may."""
    member = Member(
        consultation_id=consultation.id,
        user_id=user.id,
        delegation_id=delegation.id,
        role=role,
        duties=list(duties),
        languages=list(languages),
        gender=gender,
        age_band=age_band,
        needs=needs,
        joined_at=clock.now(),
    )
    member.user, member.delegation = user, delegation
    db.add(member)
    db.flush()
    return member
