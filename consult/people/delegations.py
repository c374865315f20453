"""Delegations of a consultation: found by their State or their name, made when somebody first speaks for them."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import select

from consult import reference
from consult.db import Db
from consult.people.import_vocabulary import folded
from consult.people.models import Delegation
from consult.programme.models import Consultation

MAX_NAME = 200


def delegation_called(
    db: Db, consultation: Consultation, *, kind: str, iso3: str | None = None, organisation: str = ""
) -> Delegation:
    """The delegation of a State or an organisation in this consultation, made when there is none yet.

    Args:
        kind: code of a stakeholder type.
        iso3: three-letter code, for States and the European Union.
        organisation: name, for everybody else.
    """
    known = known_in(db, consultation)
    key = key_of(iso3, organisation)
    if key in known:
        return known[key]
    taken = {delegation.name for delegation in known.values()}
    values = values_for(consultation, kind, iso3, organisation, taken)
    delegation = Delegation(**values, consultation_id=consultation.id)
    db.add(delegation)
    db.flush()
    return delegation


def key_of(iso3: str | None, organisation: str) -> str:
    """What people of one delegation share: its State's code, or the folded name of their organisation."""
    return iso3 or folded(organisation[:MAX_NAME])


def known_in(db: Db, consultation: Consultation) -> dict[str, Delegation]:
    """The delegations there are, by key."""
    found = db.scalars(select(Delegation).where(Delegation.consultation_id == consultation.id))
    return {key_of(entry.iso3, _plain_name(entry)): entry for entry in found}


def values_for(
    consultation: Consultation, kind: str, iso3: str | None, organisation: str, taken: Collection[str]
) -> dict[str, Any]:
    """Column values of a new delegation. `taken`: names that others have, such as a State's that an organisation bears too."""
    name = reference.state_name(iso3, "en", year=consultation.starts_on.year) if iso3 else organisation
    name = name[:MAX_NAME]
    group = reference.group_of(iso3) if iso3 and kind == "member_state" else None
    return {
        "kind": kind,
        "iso3": iso3,
        "group": group,
        "name": name[: MAX_NAME - 80] + _suffix(kind) if name in taken else name,
    }


def _suffix(kind: str) -> str:
    found = reference.stakeholder_type(kind)
    return f" ({found.label if found else kind})"


def _plain_name(delegation: Delegation) -> str:
    return delegation.name.removesuffix(_suffix(delegation.kind))
