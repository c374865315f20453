"""The record of a proposal: what was asked for, what was proposed, what was changed by whom and why, who sits where.

It leaves the house as JSON, which `consult seat` reads and anybody can run again, and as a table. What people declared
of their gender is in neither. Rule: names follow the consultation's attribution; where it is not by name people are
their public ids, and where it is not by delegation either, delegations (and under none, regions) are codes that keep
their order.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from consult.audit import service as audit
from consult.db import Db
from consult.disclosure.attribution import Attribution
from consult.people.models import Member
from consult.permissions.actor import Actor
from consult.permissions.check import require
from consult.permissions.names import Permission
from consult.programme.models import Consultation
from consult.reference import mark_of
from consult.rooms.models import Round
from consult.rooms.notices import chain_of
from consult.seating.case import Case, Person
from consult.seating.casefile.reading import case_of
from consult.seating.casefile.writing import case_json, gender_decides
from consult.seating.models import SeatingPlan
from consult.seating.proposals.acts import Act, acts, last_entries
from consult.seating.proposals.constraints import BALANCED
from consult.seating.proposals.gathering import case_of_plan, room_key
from consult.seating.proposals.plans import final_seats
from consult.seating.report.comparing import Comparison, Side, comparison, measured

FORMAT = "consult-seating/1"
COLUMNS = (
    "person",
    "delegation",
    "regional_group",
    "role",
    "original_room",
    "final_room",
    "moved_by",
    "reason",
)
#: What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def compare(db: Db, actor: Actor, one: SeatingPlan, other: SeatingPlan) -> Comparison:
    """What sets two proposals of a round apart, as they stand now."""
    sides = []
    for plan in (one, other):
        round_ = db.get_one(Round, plan.round_id)
        require(actor, Permission.SEATING_PROPOSE, round_)
        sides.append(Side(case_of_plan(db, round_, plan), _keys(final_seats(plan))))
    return comparison(*sides)


def plan_json(db: Db, actor: Actor, plan: SeatingPlan) -> dict[str, Any]:
    """The record of a proposal as JSON values. `consult seat` reads it, and gives the original again where it says so."""
    round_ = _allowed(db, actor, plan, "json")
    rule = _rule(db, round_)
    case = case_of(plan.case) if plan.case is not None else None
    whole = case_of_plan(db, round_, plan)
    decides = case is not None and gender_decides(case)
    final = final_seats(plan)
    return {
        "format": FORMAT,
        "plan": plan.public_id,
        "round": round_.number,
        "rooms": plan.room_count,
        "made_at": plan.created_at.isoformat(timespec="seconds"),
        "applied_at": plan.applied_at.isoformat(timespec="seconds") if plan.applied_at else None,
        "seed": plan.seed,
        "version": plan.version,
        "input_hash": plan.input_hash,
        "balanced": list(case.balance if case is not None else BALANCED),
        "gender_took_part": decides,
        "attribution": rule,
        "notes": _notes(case, rule, decides),
        "status": plan.status,
        "constraints": plan.constraints,
        "conflicts": plan.conflicts,
        "given_up": plan.dropped,
        "case": case_json(_coded(case, rule), with_gender=False) if case is not None else None,
        "original": plan.proposed,
        "acts": [_act(act) for act in acts(plan.moves)],
        "locked": plan.locks,
        "final": dict(sorted(final.items())),
        "measures": {
            "original": _measures(case or whole, plan.proposed),
            "final": _measures(whole, final),
        },
    }


def plan_csv(db: Db, actor: Actor, plan: SeatingPlan) -> str:
    """The record of a proposal as a table: a line a person, with where they were first and last, and by whose act."""
    round_ = _allowed(db, actor, plan, "csv")
    rule = _rule(db, round_)
    final, last = final_seats(plan), last_entries(plan.moves)
    members = _members(db, round_, {*plan.proposed, *final} | {act.by for act in last.values()})
    lines = []
    for name in sorted({*plan.proposed, *final}, key=lambda name: (final.get(name, 0), name)):
        act = last.get(name)
        lines.append(
            (
                *_said(name, members.get(name), rule),
                plan.proposed.get(name, ""),
                final.get(name, ""),
                _said(act.by, members.get(act.by), rule)[0] if act else "",
                act.reason if act else "",
            )
        )
    return _table([COLUMNS, *lines])


def _allowed(db: Db, actor: Actor, plan: SeatingPlan, form: str) -> Round:
    """The round of the plan, when the actor may take its record away; that they did is written down."""
    round_ = db.get_one(Round, plan.round_id)
    require(actor, Permission.SEATING_PROPOSE, round_)
    facts = {"plan": plan.public_id, "format": form}
    audit.record(
        db, actor, "seating.exported", f"round:{round_.public_id}", chain=chain_of(db, round_), facts=facts
    )
    return round_


def _rule(db: Db, round_: Round) -> str:
    return db.get_one(Consultation, round_.consultation_id).attribution


def _notes(case: Case | None, rule: str, decides: bool) -> list[str]:
    """What a person should know who runs the file again."""
    if case is None:
        return ["The input of this proposal was not kept, so it cannot be run again."]
    notes = ["To run it again: consult seat on this file, with the same version of the search."]
    if decides:
        notes.append(
            "Declared gender took part in this seating and is left out here, so a run of this file may differ from "
            "the original. The facilitators can run the whole input again."
        )
    else:
        notes.append("Declared gender took no part: a run of this file gives the original.")
    if decides or rule in (Attribution.REGION, Attribution.NONE):
        notes.append("The input hash is that of the whole input, so it cannot be checked against this file.")
    else:
        notes.append(
            "The input hash is the SHA-256 of case, seed and version as one JSON object with sorted names and no spaces."
        )
    return notes


def _coded(case: Case, rule: str) -> Case:
    """The case with what the rule hides replaced by codes that keep its order, so that it is seated the same."""
    fields = {Attribution.REGION.value: ("delegation",), Attribution.NONE.value: ("delegation", "region")}
    for field in fields.get(rule, ()):
        values = sorted({value for p in case.people if (value := getattr(p, field)) is not None})
        codes = {value: f"{field}-{place:04d}" for place, value in enumerate(values, 1)}
        people = tuple(_with(p, field, codes.get(getattr(p, field))) for p in case.people)
        case = replace(case, people=people)
    return case


def _with(person: Person, field: str, value: str | None) -> Person:
    change: dict[str, Any] = {field: value}
    return replace(person, **change)


def _act(act: Act) -> dict[str, Any]:
    found: dict[str, Any] = {
        "act": act.number,
        "kind": act.kind.value,
        "by": act.by,
        "at": act.at,
        "reason": act.reason,
        "in_rooms": act.in_rooms,
        "people": [{"person": e.member, "from": e.before, "to": e.after} for e in act.entries],
    }
    return found | ({"undoes": act.undoes} if act.undoes else {})


def _measures(case: Case, seats: Mapping[str, int]) -> dict[str, Any]:
    found = measured(Side(case, _keys(seats)))
    return {
        name: {"value": line.value, "bound": line.bound, "proof": line.proof} for name, line in found.items()
    }


def _keys(seats: Mapping[str, int]) -> dict[str, str]:
    return {person: room_key(number) for person, number in sorted(seats.items())}


def _members(db: Db, round_: Round, names: Iterable[str]) -> dict[str, Member]:
    """The members with these public ids, those who have left included."""
    query = select(Member).where(Member.consultation_id == round_.consultation_id)
    query = query.options(joinedload(Member.user), joinedload(Member.delegation))
    wanted = set(names)
    return {member.public_id: member for member in db.scalars(query) if member.public_id in wanted}


def _said(name: str, member: Member | None, rule: str) -> tuple[str, str, str, str]:
    """A person under the rule: name or public id, delegation, regional group, role."""
    if member is None:
        return name, "", "", ""
    delegation = member.delegation
    group = delegation.group or mark_of(delegation.kind, delegation.group)
    return (
        member.user.name if rule == Attribution.NAME else name,
        delegation.name if rule in (Attribution.NAME, Attribution.DELEGATION) else "",
        group if rule != Attribution.NONE else "",
        member.role,
    )


def _table(rows: Iterable[Iterable[Any]]) -> str:
    """Lines for a spreadsheet: what it would take for a formula is given to it as text."""
    found = io.StringIO()
    writer = csv.writer(found, lineterminator="\r\n")
    for row in rows:
        writer.writerow([f"'{cell}" if str(cell).startswith(_FORMULA) else cell for cell in row])
    return found.getvalue()
