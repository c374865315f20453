"""Who takes part, in numbers: by regional group, by kind of stakeholder, by gender and age.

Decides what may be shown of people as numbers: a group of fewer than five is never counted out, and neither is a
number that would give it away. Pure: no I/O, no clock.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from consult import reference
from consult.disclosure.suppression import THRESHOLD, suppressed

UNDISCLOSED = "undisclosed"
MARKS = ("AF", "AP", "EE", "LA", "WE", "OB", "ST")
AGES = ("18-24", "25-34", "35-44", "45-54", "55-64", "65+", UNDISCLOSED)
GENDERS = ("woman", "man", "non_binary", UNDISCLOSED)


@dataclass(frozen=True)
class Person:
    """What is counted of one person."""

    kind: str
    group: str | None
    delegation: int
    gender: str | None
    age_band: str | None


@dataclass(frozen=True)
class Count:
    """One line of a table. `count` is None when it is not shown; `is_small`: because it is under five."""

    code: str
    count: int | None
    is_small: bool = False


@dataclass(frozen=True)
class Balance:
    """The tables of one consultation, each in a fixed order; `people` and `delegations` are totals."""

    people: int
    delegations: int
    member_states: int
    by_group: tuple[Count, ...]
    by_family: tuple[Count, ...]
    by_gender: tuple[Count, ...]
    by_age: tuple[Count, ...]


def balance(people: Sequence[Person]) -> Balance:
    """Count people. Groups without anybody are left out, except regional groups, whose absence says something."""
    families = tuple(dict.fromkeys(found.family for found in reference.stakeholder_types()))
    return Balance(
        people=len(people),
        delegations=len({person.delegation for person in people}),
        member_states=len({person.delegation for person in people if person.kind == "member_state"}),
        by_group=_counted(people, MARKS, lambda p: reference.mark_of(p.kind, p.group), keep=MARKS[:5]),
        by_family=_counted(people, families, lambda p: reference.family_of(p.kind)),
        by_gender=_counted(people, GENDERS, lambda p: p.gender or UNDISCLOSED),
        by_age=_counted(people, AGES, lambda p: p.age_band or UNDISCLOSED),
    )


def _counted(
    people: Iterable[Person], order: Sequence[str], of: Callable[[Person], str], *, keep: Sequence[str] = ()
) -> tuple[Count, ...]:
    found = Counter(of(person) for person in people)
    counts = {code: found[code] for code in (*order, *sorted(set(found) - set(order)))}
    shown = suppressed({code: n for code, n in counts.items() if n or code in keep})
    return tuple(Count(code, n, 0 < counts[code] < THRESHOLD) for code, n in shown.items())
