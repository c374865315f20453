"""The result of a poll as a page shows it: a table whose small groups are hidden, and the parts of a bar."""

from typing import Any

from consult import reference
from consult.decisions.tally import CHOICES, NOT_VOTING, Counts, GroupRow, Hidden, Tally
from consult.labels import of
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
