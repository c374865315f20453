"""The balance report of a seating: every measure beside its bound, in words a facilitator can defend.

"At the bound" is said only when the value meets a bound that anybody can check (see `bounds`). Everything else is "best
found". People are never counted by gender here, neither per room nor over all. Pure: no I/O, no clock.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from consult.i18n import N_
from consult.seating.case import FACILITATOR, Case, Person, RoomSpec, members_by_room
from consult.seating.measures import category_counts
from consult.seating.plan_measures import plan_measures
from consult.seating.proofs.bounds import Proof, bounds
from consult.seating.proofs.frames import Frame, frames
from consult.seating.quotas import fair_range
from consult.seating.report.balance_sentences import Facts, sentence_of, verdict
from consult.seating.report.bridges import cover, only_bridges
from consult.seating.report.cells import Cell, RoomBalance
from consult.seating.report.room_notes import (
    groups_outside,
    lone_speakers,
    people_who_stand_out,
    without_facilitator,
)
from consult.seating.sentences import Sentence

__all__ = ["Cell", "Measure", "PlanReport", "Proof", "Report", "RoomBalance", "RoundBalance"]
__all__ += ["as_json", "balance", "report"]

#: Measures whose numbers are not given away, as they say something about gender.
_WITHOUT_NUMBERS = ("D.gender", "isolated")


@dataclass(frozen=True)
class Measure:
    """One line of the report."""

    name: str
    value: int
    #: Nothing lower is possible.
    bound: int
    proof: Proof
    sentence: Sentence

    @property
    def is_at_bound(self) -> bool:
        """Whether it is proven that no seating does better."""
        return self.value == self.bound


@dataclass(frozen=True)
class RoundBalance:
    """The table of one round: rooms by regional group."""

    #: From 1.
    number: int
    #: People with a seat.
    people: int
    rooms: tuple[RoomBalance, ...]
    #: By group: its people, and the smallest and the largest fair number over all rooms.
    fair: Mapping[str, Cell]


@dataclass(frozen=True)
class PlanReport:
    """The balance report of a plan."""

    #: People of the case.
    people: int
    groups: tuple[str, ...]
    rounds: tuple[RoundBalance, ...]
    #: Over all rounds.
    measures: tuple[Measure, ...]
    headline: Sentence
    #: How much of it is proven to be the best possible.
    verdict: Sentence

    @property
    def is_optimal(self) -> bool:
        """Whether every measure is at its bound. That people rely on a bridge is told, and is no fault."""
        return all(measure.is_at_bound for measure in self.measures)


@dataclass(frozen=True)
class Report:
    """The balance report of one round."""

    people: int
    groups: tuple[str, ...]
    rooms: tuple[RoomBalance, ...]
    #: By group: the smallest and the largest fair number over all rooms.
    fair: Mapping[str, Cell]
    measures: tuple[Measure, ...]
    headline: Sentence


def balance(
    people: Sequence[Person],
    rooms: Sequence[RoomSpec],
    seats: Mapping[str, str],
    *,
    groups: Sequence[str] = (),
) -> Report:
    """Describe how cross-regional a seating of one round is, and how near to the best possible.

    Args:
        seats: person id -> room id; people without a seat are reported as such.
        groups: order of the groups in the report; groups not named follow by code.
    """
    found = report(Case(tuple(people), tuple(rooms)), [seats], groups=groups)
    table = found.rounds[0]
    return Report(table.people, found.groups, table.rooms, table.fair, found.measures, found.headline)


def report(case: Case, rounds: Sequence[Mapping[str, str]], *, groups: Sequence[str] = ()) -> PlanReport:
    """Describe a plan: every room of every round, and every measure beside its bound.

    Args:
        rounds: by round, person id -> room id; people without a seat are reported as such.
        groups: order of the groups in the report; groups not named follow by code.
    """
    given = frames(case, rounds)
    seen = {person.region for frame in given for person in frame.seated if person.region}
    order = (*(g for g in groups if g in seen), *sorted(seen - set(groups)))
    tables = tuple(
        _table(case, frame, rounds[i] if i < len(rounds) else {}, order) for i, frame in enumerate(given)
    )
    values = plan_measures(case, rounds)
    facts = Facts(case, given, values, bounds(case, rounds), _first_topics(given, rounds))
    names = [name for name in _ORDER if _is_said(name, facts)]
    return PlanReport(
        people=len(case.people),
        groups=order,
        rounds=tables,
        measures=tuple(_measure(name, facts) for name in names),
        headline=_headline(values, [row for table in tables for row in table.rooms], order),
        verdict=verdict(names, facts),
    )


def as_json(found: PlanReport) -> dict[str, Any]:
    """The report as JSON has it, with its sentences in English, and without numbers about gender."""
    return {
        "headline": str(found.headline),
        "verdict": str(found.verdict),
        "is_optimal": found.is_optimal,
        "people": found.people,
        "measures": [_measure_as_json(measure) for measure in found.measures],
        "tables": [
            {"round": t.number, "people": t.people, "rooms": [_room_as_json(room) for room in t.rooms]}
            for t in found.rounds
        ],
    }


def _measure_as_json(measure: Measure) -> dict[str, Any]:
    is_open = measure.name not in _WITHOUT_NUMBERS
    numbers = {"value": measure.value, "bound": measure.bound} if is_open else {}
    return {
        "name": measure.name,
        **numbers,
        "at_bound": measure.is_at_bound,
        "proof": measure.proof.value,
        "sentence": str(measure.sentence),
    }


def _room_as_json(room: RoomBalance) -> dict[str, Any]:
    return {
        "room": room.room,
        "size": room.size,
        "groups": {
            name: {"count": cell.count, "low": cell.low, "high": cell.high}
            for name, cell in room.groups.items()
        },
        "uncovered": list(room.uncovered),
        "bridges": [
            {"person": b.person, "language": b.language, "main": b.main, "people": list(b.people)}
            for b in room.bridges
        ],
        "sentences": [str(sentence) for sentence in room.sentences],
    }


# the tables


def _table(case: Case, frame: Frame, seats: Mapping[str, str], order: Sequence[str]) -> RoundBalance:
    members = members_by_room(frame.seated, frame.rooms, seats)
    totals = category_counts(frame.seated, "region")
    has_facilitators = any(person.role == FACILITATOR for person in frame.seated)
    rows = []
    for room in frame.rooms:
        inside = members[room.id]
        counts = category_counts(inside, "region")
        cells = {
            group: Cell(counts[group], *fair_range(totals[group], len(inside), len(frame.seated)))
            for group in order
        }
        found = cover(inside, room.languages)
        bridges = only_bridges(inside, found)
        sentences = [
            *groups_outside(cells, category_counts([p for p in inside if p.id in frame.fixed], "region")),
            *(without_facilitator(inside) if has_facilitators else ()),
            *people_who_stand_out(inside, found, bridges),
            *(lone_speakers(inside) if case.nobody_isolated else ()),
        ]
        rows.append(
            RoomBalance(room.id, len(inside), cells, tuple(sentences), found.uncovered, tuple(bridges))
        )
    fair = {group: _overall(group, totals[group], rows) for group in order}
    return RoundBalance(frame.number, len(frame.seated), tuple(rows), fair)


def _overall(group: str, total: int, rows: Sequence[RoomBalance]) -> Cell:
    cells = [row.groups[group] for row in rows]
    return Cell(total, min((c.low for c in cells), default=0), max((c.high for c in cells), default=0))


def _headline(found: Mapping[str, int], rows: Sequence[RoomBalance], order: Sequence[str]) -> Sentence:
    if not rows or not order:
        return Sentence(N_("Nobody is seated yet."))
    cells = [cell for row in rows if row.size for cell in row.groups.values()]
    if all(cell.is_fair for cell in cells):
        ranges = {(cell.low, cell.high) for cell in cells}
        if len(ranges) == 1:
            message = N_(
                "Every room has %(fair)s of each regional group, the most even split possible (proven)."
            )
            return Sentence(message, {"fair": Cell(0, *ranges.pop()).fair})
        return Sentence(
            N_("Every room has its fair share of every regional group, rounded up or down (proven).")
        )
    return Sentence(
        N_("Counts of a regional group outside the fair range: %(count)s of %(all)s."),
        {"count": sum(not cell.is_fair for cell in cells), "all": len(cells)},
    )


# the measures

#: In the order of the report.
_ORDER = (
    *("unassigned", "capacity", "pins", "moved", "apart", "together"),
    *("size", "D.region", "delegation_pairs", "lang_uncovered", "no_facilitator", "repeats", "topic"),
    *("D.role", "D.stakeholder", "D.gender", "D.mobility", "isolated"),
)


def _is_said(name: str, facts: Facts) -> bool:
    """Whether a measure has a line: of what nobody asked for, only when it is not zero."""
    case = facts.case
    asked = {
        "unassigned": False,
        "capacity": False,
        "pins": bool(case.wishes.pins),
        "moved": any(case.seated),
        "apart": bool(case.wishes.apart),
        "together": bool(case.wishes.together),
        "repeats": case.rounds > 1 or bool(case.past_meetings),
        "topic": facts.first_topics[1] > 0,
        "isolated": case.nobody_isolated,
    }
    if name.startswith("D."):
        return name[2:] in case.balance
    return asked.get(name, True) or facts.values.get(name, 0) > 0


def _measure(name: str, facts: Facts) -> Measure:
    value, bound = facts.values[name], facts.bounds[name]
    proof = bound.proof if value == bound.value else Proof.BEST_FOUND
    return Measure(name, value, bound.value, proof, sentence_of(name, facts))


def _first_topics(given: Sequence[Frame], rounds: Sequence[Mapping[str, str]]) -> tuple[int, int]:
    wanted = list(_wanted_and_given(given, rounds))
    return sum(topics[0] == topic for topics, topic in wanted), len(wanted)


def _wanted_and_given(
    given: Sequence[Frame], rounds: Sequence[Mapping[str, str]]
) -> Iterator[tuple[tuple[str, ...], str]]:
    for frame, seats in zip(given, rounds, strict=False):
        topic = {room.id: room.topic for room in frame.rooms}
        for person in frame.seated:
            found = topic[seats[person.id]]
            if person.topics and found is not None:
                yield person.topics, found
