"""Stakeholder types and families, the roles of imported lists, and who can be responsible for an action.

Pure: no I/O beyond the shipped tables, no clock.
"""

from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from consult.reference.files import rows
from consult.reference.states import group as group_called


@dataclass(frozen=True, slots=True)
class StakeholderType:
    """One kind of delegation. Balance and charts use its family."""

    code: str
    label: str
    family: str
    #: The mark of delegations of this kind; empty for Member States, whose group gives it.
    mark: str
    #: "yes", or "limited" for those who attend open parts only.
    may_speak: str


@dataclass(frozen=True, slots=True)
class ListedRole:
    """A role as registration lists name it, and what it becomes here."""

    code: str
    label: str
    #: A role of a member, or "by_delegation".
    member_role: str
    #: A duty on top, or empty.
    duty: str


@dataclass(frozen=True, slots=True)
class ActorClass:
    """A kind of body that an action item can make responsible."""

    code: str
    label: str


@cache
def stakeholder_types() -> tuple[StakeholderType, ...]:
    """The twenty kinds of delegation, States first."""
    return tuple(
        StakeholderType(r["code"], r["label"], r["family"], r["mark"], r["may_speak"])
        for r in rows("stakeholder_types")
    )


@cache
def _types_by_code() -> MappingProxyType[str, StakeholderType]:
    return MappingProxyType({t.code: t for t in stakeholder_types()})


def stakeholder_type(code: str) -> StakeholderType | None:
    """The stakeholder type of that code."""
    return _types_by_code().get(code)


def family_of(kind: str) -> str:
    """The family of a stakeholder type, such as "Civil society"; "Other" for an unknown type."""
    found = stakeholder_type(kind)
    return found.family if found else "Other"


def mark_of(kind: str, group: str | None) -> str:
    """The two-letter mark of a delegation: its regional group's, OB for observers, ST for other stakeholders.

    Args:
        kind: code of the delegation's stakeholder type.
        group: code of its regional group; None unless it is a Member State.
    """
    found = group_called(group) if group else None
    if found:
        return found.mark
    type_ = stakeholder_type(kind)
    return (type_.mark if type_ else "") or "ST"


@cache
def listed_roles() -> tuple[ListedRole, ...]:
    """The roles that imported lists may name."""
    return tuple(ListedRole(r["code"], r["label"], r["member_role"], r["duty"]) for r in rows("roles"))


def member_role(listed: str, kind: str) -> tuple[str, tuple[str, ...]]:
    """What a listed role makes of a person here: the role of the member, and the duties on top.

    Rule: people of a Member State's delegation are delegates; people of any other delegation are observers.

    Args:
        listed: code of a listed role.
        kind: code of the delegation's stakeholder type.

    Raises:
        KeyError: there is no such listed role.
    """
    found = {r.code: r for r in listed_roles()}[listed]
    role = found.member_role
    if role == "by_delegation":
        role = "delegate" if kind == "member_state" else "observer"
    return role, ((found.duty,) if found.duty else ())


@cache
def duty_labels() -> MappingProxyType[str, str]:
    """The words for each duty a member can have on top of a role."""
    return MappingProxyType({r.duty: r.label for r in listed_roles() if r.duty})


@cache
def actor_classes() -> tuple[ActorClass, ...]:
    """The kinds of bodies that an action item can make responsible."""
    return tuple(ActorClass(r["code"], r["label"]) for r in rows("actor_classes"))
