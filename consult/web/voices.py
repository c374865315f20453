"""Authors as pages may show them: every name goes through the consultation's attribution rule."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from consult import reference
from consult.disclosure.attribution import Author, Shown, shown
from consult.people.models import Member
from consult.web.context import db
from consult.web.pages import t


def author(member: Member, consultation: Any) -> Shown:
    """How a member appears in this consultation. Needs the member's user and delegation loaded."""
    delegation = member.delegation
    mark = reference.mark_of(delegation.kind, delegation.group)
    group = reference.group(mark)
    known = Author(
        name=member.user.name,
        delegation=delegation.name,
        group=t(group.label) if group else mark,
        mark=mark,
    )
    return shown(known, consultation.attribution, anonymous=t("A participant"))


def authors(member_ids: Collection[int], consultation: Any) -> dict[int, Shown]:
    """How these members (row ids) appear in this consultation."""
    if not member_ids:
        return {}
    query = select(Member).where(Member.id.in_(member_ids), Member.consultation_id == consultation.id)
    query = query.options(joinedload(Member.user), joinedload(Member.delegation))
    return {member.id: author(member, consultation) for member in db().scalars(query)}
