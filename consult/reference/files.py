"""Reads the tables shipped with the package. Pure but for that: no clock, no network, no other file."""

import csv
from importlib.resources import files


def rows(name: str) -> list[dict[str, str]]:
    """The rows of one shipped table, in the order of the file."""
    text = files("consult.reference").joinpath("data", f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def several(cell: str) -> tuple[str, ...]:
    """The values of a cell that holds several, which stand between vertical bars."""
    return tuple(filter(None, cell.split("|")))
