"""Two proposals side by side: who sits elsewhere, and every measure. Pure: no I/O, no clock.

Declared gender takes no part: what depends on it is in no number here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from consult.seating.case import Case
from consult.seating.casefile.writing import without_gender
from consult.seating.plan_measures import plan_measures
from consult.seating.proofs.bounds import bounds


@dataclass(frozen=True)
class Change:
    """One person who sits elsewhere: number of the room in the one and in the other, None without a seat."""

    person: str
    before: int | None
    after: int | None


@dataclass(frozen=True)
class Measured:
    """A measure of one proposal, and what nothing can be better than, its own rooms given."""

    value: int
    bound: int
    #: Why the bound is one: a value of `bounds.Proof`.
    proof: str


@dataclass(frozen=True)
class Line:
    """One measure of both; None where a proposal does not have it. Lower is better."""

    name: str
    one: Measured | None
    other: Measured | None


@dataclass(frozen=True)
class Comparison:
    """What sets two proposals apart."""

    #: By person.
    changes: tuple[Change, ...]
    measures: tuple[Line, ...]


@dataclass(frozen=True)
class Side:
    """One of the two: what it was made of, and who sits where (person -> room id)."""

    case: Case
    seats: Mapping[str, str]


def comparison(one: Side, other: Side) -> Comparison:
    """What sets two proposals apart. Each is measured by what it was itself asked for.

    The ids of rooms must be whole numbers.
    """
    people = sorted({*one.seats, *other.seats})
    pairs = [(person, one.seats.get(person), other.seats.get(person)) for person in people]
    here, there = measured(one), measured(other)
    return Comparison(
        tuple(Change(p, _number(before), _number(after)) for p, before, after in pairs if before != after),
        tuple(Line(name, here.get(name), there.get(name)) for name in dict.fromkeys([*here, *there])),
    )


def measured(side: Side) -> dict[str, Measured]:
    """Every measure of a seating with its bound, by name; nothing that depends on declared gender."""
    case = without_gender(side.case)
    values, limits = plan_measures(case, [side.seats]), bounds(case, [side.seats])
    return {
        name: Measured(value, limits[name].value, limits[name].proof.value)
        for name, value in values.items()
        if name in limits and name != "D.gender"
    }


def _number(room: str | None) -> int | None:
    return None if room is None else int(room)
