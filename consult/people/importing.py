"""Bringing in the people of a checked list.

An imported list only adds people: it never changes the role of somebody who already takes part, so that a second import
cannot take a right away or hand one out unnoticed. Everything is written in a handful of statements, because a list of
thousands must not hold the database for long.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import insert, select

from consult import clock
from consult.db import Db
from consult.errors import Invalid
from consult.people import delegations
from consult.people.imports import ImportPlan, PersonRow
from consult.people.models import Delegation, Member, User
from consult.people.record import note
from consult.permissions.actor import Actor
from consult.permissions.check import require
from consult.permissions.names import Permission
from consult.programme.models import Consultation

#: Values in one IN (…) or one INSERT: below what either database takes.
_CHUNK = 500
Value = TypeVar("Value")


@dataclass(frozen=True)
class Outcome:
    """What an import did, or would do: numbers of people and delegations."""

    people: int
    added: int
    #: Take part already; left as they are.
    present: int
    #: Were withdrawn by the secretariat; not brought back.
    withdrawn: int
    new_accounts: int
    #: Names of the delegations the list brings.
    new_delegations: tuple[str, ...]


def planned(db: Db, consultation: Consultation, plan: ImportPlan) -> Outcome:
    """What importing a checked list would do. Changes nothing."""
    return _outcome(db, consultation, plan, _users(db, plan.rows))


def import_people(db: Db, actor: Actor | None, consultation: Consultation, plan: ImportPlan) -> Outcome:
    """Bring in everybody on a checked list who does not take part yet.

    Args:
        actor: None for the operator at the command line.

    Raises:
        Invalid: `import.problems`; the list has a bad cell, so nothing was changed.
        NotAllowed: `organizers_only`.
    """
    if actor is not None:
        require(actor, Permission.PEOPLE_MANAGE, consultation)
    if not plan.is_clean:
        raise Invalid("import.problems")
    users = _users(db, plan.rows)
    outcome = _outcome(db, consultation, plan, users)
    users |= _add_accounts(db, [row for row in plan.rows if row.email not in users])
    speaking_for = _add_delegations(db, consultation, plan.rows)
    taking_part = _members_of(db, consultation, users.values())
    new = [row for row in plan.rows if users[row.email] not in taking_part]
    _insert(db, Member, [_member_values(consultation, row, users, speaking_for) for row in new])
    facts: dict[str, object] = {
        "people": outcome.people,
        "added": outcome.added,
        "delegations": len(outcome.new_delegations),
    }
    note(db, actor, "people.imported", f"consultation:{consultation.public_id}", consultation, facts)
    return outcome


def _outcome(db: Db, consultation: Consultation, plan: ImportPlan, users: dict[str, int]) -> Outcome:
    withdrawn = _members_of(db, consultation, users.values())
    standing = [withdrawn.get(users.get(row.email, 0)) for row in plan.rows]
    return Outcome(
        people=len(plan.rows),
        added=standing.count(None),
        present=standing.count(False),
        withdrawn=standing.count(True),
        new_accounts=sum(row.email not in users for row in plan.rows),
        new_delegations=tuple(
            str(values["name"]) for values in _missing(db, consultation, plan.rows).values()
        ),
    )


def _users(db: Db, rows: Sequence[PersonRow]) -> dict[str, int]:
    """Row ids of the accounts there are, by address."""
    found: dict[str, int] = {}
    for part in _chunks([row.email for row in rows]):
        query = select(User.email, User.id).where(User.email.in_(part))
        found |= {row.email: row.id for row in db.execute(query)}
    return found


def _members_of(db: Db, consultation: Consultation, user_ids: Iterable[int]) -> dict[int, bool]:
    """Accounts with a part in the consultation, and whether it was withdrawn."""
    query = select(Member.user_id, Member.withdrawn_at).where(Member.consultation_id == consultation.id)
    wanted = set(user_ids)
    return {user: withdrawn is not None for user, withdrawn in db.execute(query) if user in wanted}


def _missing(db: Db, consultation: Consultation, rows: Sequence[PersonRow]) -> dict[str, dict[str, object]]:
    """Values of the delegations a list brings, by key; the first row of a delegation decides its kind."""
    known = delegations.known_in(db, consultation)
    taken = {delegation.name for delegation in known.values()}
    missing: dict[str, dict[str, object]] = {}
    for row in rows:
        key = _speaks_for(row)
        if key not in known and key not in missing:
            values = delegations.values_for(
                consultation, row.stakeholder_type, row.delegation_iso3, row.organisation, taken
            )
            missing[key] = values
            taken.add(str(values["name"]))
    return missing


def _speaks_for(row: PersonRow) -> str:
    return delegations.key_of(row.delegation_iso3, row.organisation)


def _add_accounts(db: Db, rows: Sequence[PersonRow]) -> dict[str, int]:
    now = clock.now()
    values = [{"email": row.email, "name": row.name, "created_at": now} for row in rows]
    _insert(db, User, values)
    return _users(db, rows)


def _add_delegations(db: Db, consultation: Consultation, rows: Sequence[PersonRow]) -> dict[str, int]:
    missing = _missing(db, consultation, rows).values()
    _insert(db, Delegation, [values | {"consultation_id": consultation.id} for values in missing])
    return {key: delegation.id for key, delegation in delegations.known_in(db, consultation).items()}


def _member_values(
    consultation: Consultation, row: PersonRow, users: dict[str, int], speaking_for: dict[str, int]
) -> dict[str, object]:
    return {
        "consultation_id": consultation.id,
        "user_id": users[row.email],
        "delegation_id": speaking_for[_speaks_for(row)],
        "role": row.role,
        "duties": list(row.duties),
        "languages": list(row.languages),
        "gender": row.gender,
        "age_band": row.age_band,
        "needs": "\n".join(row.needs),
        "joined_at": clock.now(),
    }


def _insert(db: Db, model: type[User | Delegation | Member], values: Sequence[dict[str, object]]) -> None:
    for part in _chunks(values):
        db.execute(insert(model), part)


def _chunks(values: Sequence[Value]) -> Iterator[Sequence[Value]]:
    return (values[i : i + _CHUNK] for i in range(0, len(values), _CHUNK))
