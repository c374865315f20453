"""What the structured fields of an item that are lists can hold, and what they do."""

from collections.abc import Mapping, Sequence
from typing import Any

from consult import reference
from consult.library.models import Source

LISTS = ("target", "instrument", "source")
Options = dict[str, list[tuple[str, str]]]


def fact_options(sources: Sequence[Source]) -> Options:
    """Code and name of what can be chosen, by the kind of list."""
    return {
        "target": [(target.code, str(target)) for target in reference.targets()],
        "instrument": [(found.code, found.short_title or found.title) for found in reference.instruments()],
        "source": [(source.public_id, f"{source.reference}: {source.title}") for source in sources],
    }


def picked(facts: Mapping[str, Any]) -> dict[str, list[tuple[str, Any]]]:
    """Codes and values of each list, numbers in their own order (10.2 before 10.10)."""
    return {kind: sorted(_of(facts, kind), key=_place) for kind in LISTS}


def _of(facts: Mapping[str, Any], kind: str) -> list[tuple[str, Any]]:
    return [(key.partition(":")[2], value) for key, value in facts.items() if key.startswith(f"{kind}:")]


def _place(pair: tuple[str, Any]) -> list[tuple[bool, str]]:
    return [(part.isdecimal(), part.zfill(4)) for part in pair[0].split(".")]
