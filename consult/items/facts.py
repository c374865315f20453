"""The structured fields of an item as values with labels. Pure: no I/O beyond the shipped reference data, no clock.

Decides what a key such as "target:10.7" means; a code that the reference data does not know is shown as it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from consult import reference


@dataclass(frozen=True)
class TargetLink:
    """An SDG target the item is linked to. `alignment`: aligns, complements or adds."""

    code: str
    label: str
    alignment: str


@dataclass(frozen=True)
class InstrumentLink:
    """An instrument the item builds on."""

    code: str
    label: str


@dataclass(frozen=True)
class ItemFacts:
    """Everything a room said about an item beside its text; empty where it said nothing.

    `term` is short, medium or long; `actors` are labels; `sources` are public ids.
    """

    term: str = ""
    actors: tuple[str, ...] = ()
    beneficiaries: str = ""
    means: str = ""
    indicator: str = ""
    baseline: str = ""
    gender: str = ""
    review: str = ""
    targets: tuple[TargetLink, ...] = ()
    instruments: tuple[InstrumentLink, ...] = ()
    sources: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether the room said nothing at all."""
        return not any(getattr(self, found.name) for found in fields(self))


def item_facts(facts: Mapping[str, Any] | None) -> ItemFacts:
    """The structured fields of an item, lists in the order of the reference data, sources by id."""
    given = dict(facts or {})
    chosen = {kind: _codes(given, kind) for kind in ("actor", "target", "instrument", "source")}
    return ItemFacts(
        term=_text(given, "term"),
        actors=tuple(_actors(chosen["actor"])),
        beneficiaries=_text(given, "beneficiaries"),
        means=_text(given, "means"),
        indicator=_text(given, "indicator"),
        baseline=_text(given, "baseline"),
        gender=_text(given, "gender"),
        review=_text(given, "review"),
        targets=tuple(
            _target(code, given[f"target:{code}"]) for code in sorted(chosen["target"], key=_place_in_agenda)
        ),
        instruments=tuple(_instrument(code) for code in chosen["instrument"]),
        sources=tuple(chosen["source"]),
    )


def _text(facts: Mapping[str, Any], key: str) -> str:
    value = facts.get(key, "")
    return value.strip() if isinstance(value, str) else ""


def _codes(facts: Mapping[str, Any], kind: str) -> list[str]:
    prefix = f"{kind}:"
    return sorted(
        key.removeprefix(prefix) for key, value in facts.items() if key.startswith(prefix) and value
    )


def _actors(codes: list[str]) -> list[str]:
    labels = {found.code: found.label for found in reference.actor_classes()}
    known = [label for code, label in labels.items() if code in codes]
    return known + [code for code in codes if code not in labels]


def _target(code: str, alignment: object) -> TargetLink:
    found = reference.target(code)
    return TargetLink(code, found.label if found else "", str(alignment))


def _instrument(code: str) -> InstrumentLink:
    found = reference.instrument(code)
    return InstrumentLink(code, found.short_title or found.title if found else code)


def _place_in_agenda(code: str) -> tuple[int, int, str]:
    """17.b comes after 17.19: numbers first, then letters."""
    goal, _, number = code.partition(".")
    return (
        int(goal) if goal.isdecimal() else 99,
        int(number) if number.isdecimal() else 99,
        number,
    )
