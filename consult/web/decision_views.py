"""Polls as pages show them: lines of a list, items to choose from, and the result with small groups hidden."""

from collections.abc import Sequence
from typing import Any

from consult import clock, reference, richtext
from consult.decisions import queries
from consult.decisions.models import Decision
from consult.decisions.tally import CHOICES, NOT_VOTING, Counts, GroupRow, Hidden, Tally
from consult.items.queries import items_of_session
from consult.labels import of
from consult.permissions.actor import Actor
from consult.permissions.check import allows
from consult.permissions.names import Permission
from consult.programme.models import Session
from consult.web.context import db
from consult.web.item_pages import item_name
from consult.web.pages import t

COLUMNS = (*CHOICES, NOT_VOTING)
MARKS = {"in_favour": "+", "against": "−", "abstention": "○", "not_voting": ""}


def result_view(result: Tally) -> dict[str, Any]:
    """Table rows and bars of a closed poll."""
    return {
        "columns": [(choice, t(of("choice", choice))) for choice in COLUMNS],
        "figures": [(choice, t(of("choice", choice)), result.member_states.of(choice)) for choice in COLUMNS],
        "bar": bar_parts(result.member_states),
        "answered": result.member_states.answered,
        "electorate": result.member_states.electorate,
        "total": _cells(result.member_states),
        "groups": [_group(row) for row in result.by_group],
        "others": _cells(result.others) if result.others else None,
        "others_answered": result.others_answered,
        "others_electorate": result.others_electorate,
        "is_hiding": any(row.hidden for row in result.by_group),
        "is_withholding": any(row.hidden is Hidden.WITHHELD for row in result.by_group),
    }


def bar_parts(counts: Counts) -> list[dict[str, Any]]:
    """The parts of a bar, in the order of the table."""
    return [
        {"hue": choice, "mark": MARKS[choice], "label": t(of("choice", choice)), "count": counts.of(choice)}
        for choice in COLUMNS
    ]


def _group(row: GroupRow) -> dict[str, Any]:
    group = reference.group(row.group)
    words = {Hidden.FEW: t("fewer than 5"), Hidden.WITHHELD: t("not shown")}
    return {
        "mark": group.mark if group else "",
        "label": t(group.label) if group else row.group,
        "cells": _cells(row.counts) if row.counts else None,
        "hidden": words[row.hidden] if row.hidden else "",
        "bar": bar_parts(row.counts) if row.counts else [],
    }


def _cells(counts: Counts) -> list[int]:
    return [counts.of(choice) for choice in COLUMNS]


def lines(found: Sequence[Decision], actor: Actor) -> list[dict[str, Any]]:
    """One line for each poll: its item, its state, how many answered, and what my delegation did."""
    ids = [decision.id for decision in found]
    turnouts = queries.turnouts(db(), ids)
    mine = queries.answers_of_delegation(db(), ids, actor.delegation_id)
    asked = queries.asked_of_delegation(db(), ids, actor.delegation_id)
    now = clock.now()
    return [
        {
            "url": f"/decisions/{decision.public_id}",
            "public_id": decision.public_id,
            "name": item_name(decision.item),
            "title": decision.item.title,
            "state": "open" if decision.is_open_at(now) else "closed",
            "deadline_at": decision.deadline_at,
            "closed_at": decision.closed_at,
            "turnout": turnouts[decision.id],
            "my_choice": mine[decision.id].choice if decision.id in mine else "",
            "awaits_me": decision.id in asked
            and decision.id not in mine
            and decision.is_open_at(now)
            and allows(actor, Permission.DECISION_CAST, _AskedOnly(decision, actor)),
        }
        for decision in found
    ]


class _AskedOnly:
    """A poll that is known to ask this delegation, so that its whole electorate need not be loaded."""

    def __init__(self, decision: Decision, actor: Actor) -> None:
        self.consultation_id = decision.consultation_id
        self.electorate = (actor,)


def candidates(session: Session, polls: Sequence[Decision], chosen: set[str]) -> list[dict[str, Any]]:
    """Items a poll can be opened on; those that had one already come last."""
    polled = {poll.item_id for poll in polls if poll.closed_at is None}
    before = {poll.item_id for poll in polls}
    found = items_of_session(db(), session.id, states=("under_comment", "tabled"))
    return [
        {
            "id": item.public_id,
            "name": item_name(item),
            "title": item.title,
            "chosen": item.public_id in chosen,
            "polled_before": item.id in before,
            "brackets": richtext.open_brackets(item.text) + item.title.count("["),
        }
        for item in sorted(found, key=lambda item: item.id in before)
        if item.id not in polled
    ]


def length(minutes: int) -> str:
    """When a poll of that many minutes closes, in words."""
    if not minutes:
        return t("When a facilitator closes it")
    if minutes < 60:
        return t("In %(number)s minutes", number=minutes)
    return t("In one hour") if minutes == 60 else t("In 24 hours")
