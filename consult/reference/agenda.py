"""What action items refer to: SDG targets, instruments, objectives of the Global Compact, and themes.

Labels are short and our own; no official sentence is shipped. Theme tags, links and relevance are editorial
suggestions, not findings. Pure: no I/O beyond the shipped tables, no clock.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType

from consult.reference.files import rows, several


class Alignment(StrEnum):
    """How an action item stands to an SDG target."""

    ALIGNS = "aligns"
    COMPLEMENTS = "complements"
    ADDS = "adds"


@dataclass(frozen=True, slots=True)
class Goal:
    """One of the seventeen goals."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class Target:
    """One of the 169 targets, with a short label of our own."""

    code: str
    goal: str
    label: str
    is_means: bool
    #: "core", "contributing" or "none": how near it is to migration, in our judgement.
    migration: str

    def __str__(self) -> str:
        return f"{self.code} {self.label}"


@dataclass(frozen=True, slots=True)
class Instrument:
    """A treaty, declaration, framework or process that an action item can build on."""

    code: str
    title: str
    short_title: str
    #: "binding", "non_binding" or "process".
    type: str
    scope: str
    year: int
    in_force: int | None
    lead: str
    themes: tuple[str, ...]
    reference: str


@dataclass(frozen=True, slots=True)
class Objective:
    """One of the 23 objectives that the Global Compact took up in 2018."""

    code: str
    label: str
    themes: tuple[str, ...]
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Theme:
    """A subject that sessions, statements and instruments are tagged with."""

    code: str
    label: str
    objectives: tuple[str, ...]


@cache
def goals() -> tuple[Goal, ...]:
    """The seventeen goals, in order."""
    return tuple(Goal(r["code"], r["label"]) for r in rows("goals"))


@cache
def targets() -> tuple[Target, ...]:
    """The 169 targets, in official order."""
    return tuple(
        Target(r["code"], r["goal"], r["label"], r["means_of_implementation"] == "yes", r["migration"])
        for r in rows("targets")
    )


@cache
def _targets_by_code() -> MappingProxyType[str, Target]:
    return MappingProxyType({t.code: t for t in targets()})


def target(code: str) -> Target | None:
    """The target of that code, such as "10.7"."""
    return _targets_by_code().get(code)


@cache
def instruments(until: int | None = None) -> tuple[Instrument, ...]:
    """The instruments; with `until`, those that existed by that year."""
    found = (_instrument(r) for r in rows("instruments"))
    return tuple(i for i in found if until is None or i.year <= until)


def _instrument(row: dict[str, str]) -> Instrument:
    return Instrument(
        code=row["code"],
        title=row["title"],
        short_title=row["short_title"],
        type=row["type"],
        scope=row["scope"],
        year=int(row["year"]),
        in_force=int(row["in_force"]) if row["in_force"] else None,
        lead=row["lead"],
        themes=several(row["themes"]),
        reference=row["reference"],
    )


@cache
def _instruments_by_code() -> MappingProxyType[str, Instrument]:
    return MappingProxyType({i.code: i for i in instruments()})


def instrument(code: str) -> Instrument | None:
    """The instrument of that code."""
    return _instruments_by_code().get(code)


@cache
def objectives() -> tuple[Objective, ...]:
    """The 23 objectives, in order."""
    return tuple(
        Objective(r["code"], r["label"], several(r["themes"]), several(r["targets"]))
        for r in rows("objectives")
    )


@cache
def themes() -> tuple[Theme, ...]:
    """The themes, in the order of the vocabulary."""
    return tuple(Theme(r["code"], r["label"], several(r["objectives"])) for r in rows("themes"))


def theme(code: str) -> Theme | None:
    """The theme of that code."""
    return {t.code: t for t in themes()}.get(code)
