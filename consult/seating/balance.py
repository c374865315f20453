"""The balance report of a seating: every measure beside its bound, in words a facilitator can defend.

"At the bound" is said only when the value meets a bound that anybody can check by hand: arithmetic (shares
rounded down and up) or pigeonhole (more people than places). Everything else is "best found". People are never
counted by gender here, neither per room nor over all. Pure: no I/O, no clock.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from consult.i18n import N_
from consult.seating.case import Person, RoomSpec, members_by_room
from consult.seating.measures import category_counts, fewest_pairs, measures
from consult.seating.quotas import fair_range
from consult.seating.sentences import Sentence


class Proof(StrEnum):
    """Why a bound is a bound."""

    ARITHMETIC = "arithmetic"
    PIGEONHOLE = "pigeonhole"
    BEST_FOUND = "best_found"


@dataclass(frozen=True, slots=True)
class Cell:
    """People of one regional group in one room, and the fair range."""

    count: int
    low: int
    high: int

    @property
    def is_fair(self) -> bool:
        """Whether the count is inside its range."""
        return self.low <= self.count <= self.high

    @property
    def fair(self) -> str:
        """The range as shown, such as "2-3" or "2"."""
        return str(self.low) if self.low == self.high else f"{self.low}\u2013{self.high}"


@dataclass(frozen=True)
class RoomBalance:
    """One row of the report."""

    room: str
    size: int
    #: By regional group, in the order of the report.
    groups: Mapping[str, Cell]
    #: What stands out; empty when every group is inside its range and nobody is left without a language.
    sentences: tuple[Sentence, ...]


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
class Report:
    """The balance report."""

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
    """Describe how cross-regional a seating is, and how near to the best possible.

    Args:
        seats: person id -> room id; people without a seat are reported as such.
        groups: order of the groups in the report; groups not named follow by code.
    """
    members = members_by_room(people, rooms, seats)
    seated = [person for m in members.values() for person in m]
    totals = category_counts(seated, "region")
    order = (*(g for g in groups if g in totals), *sorted(set(totals) - set(groups)))
    found = measures(people, rooms, seats)
    rows = tuple(_row(room, members[room.id], totals, order, len(seated)) for room in rooms)
    lines = _measures(found, seated, [len(m) for m in members.values()])
    return Report(
        people=len(seated),
        groups=order,
        rooms=rows,
        fair={group: _overall(group, totals[group], rows) for group in order},
        measures=lines,
        headline=_headline(found, rows, order),
    )


def _row(
    room: RoomSpec, members: Sequence[Person], totals: Counter[str], order: Sequence[str], people: int
) -> RoomBalance:
    counts = category_counts(members, "region")
    cells = {group: Cell(counts[group], *fair_range(totals[group], len(members), people)) for group in order}
    sentences = []
    for group, cell in cells.items():
        if not cell.is_fair:
            params: dict[str, object] = {"group": group, "count": cell.count, "fair": cell.fair}
            sentences.append(Sentence(N_("%(group)s has %(count)s here; %(fair)s would be fair."), params))
    for delegation, n in sorted(category_counts(members, "delegation").items()):
        if n > 1:
            message = N_("%(count)s people of one delegation (%(delegation)s) sit together.")
            sentences.append(Sentence(message, {"count": n, "delegation": delegation}))
    return RoomBalance(room.id, len(members), cells, tuple(sentences))


def _overall(group: str, total: int, rows: Sequence[RoomBalance]) -> Cell:
    cells = [row.groups[group] for row in rows]
    return Cell(total, min(cell.low for cell in cells), max(cell.high for cell in cells))


def _measures(
    found: Mapping[str, int], seated: Sequence[Person], sizes: Sequence[int]
) -> tuple[Measure, ...]:
    delegations = category_counts(seated, "delegation")
    together = sum(fewest_pairs(n, sizes) for n in delegations.values())
    lines = [
        _line("size", found, 0, Proof.ARITHMETIC, _size_sentence(found["size"], sizes)),
        _line("D.region", found, 0, Proof.ARITHMETIC, _spread(found["D.region"], _SPREAD["D.region"])),
        _line(
            "delegation_pairs",
            found,
            together,
            Proof.PIGEONHOLE,
            _pairs_sentence(found["delegation_pairs"], together, delegations, len(sizes)),
        ),
        _line("lang_uncovered", found, 0, Proof.ARITHMETIC, _languages_sentence(found)),
        _line("no_facilitator", found, 0, Proof.ARITHMETIC, _facilitators_sentence(found["no_facilitator"])),
    ]
    lines.extend(
        _line(name, found, 0, Proof.ARITHMETIC, _spread(found[name], _SPREAD[name]))
        for name in ("D.role", "D.stakeholder", "D.gender")
    )
    if found["unassigned"]:
        message = N_("People without a seat yet: %(count)s.")
        sentence = Sentence(message, {"count": found["unassigned"]})
        lines.insert(0, _line("unassigned", found, 0, Proof.ARITHMETIC, sentence))
    return tuple(lines)


def _line(name: str, found: Mapping[str, int], bound: int, proof: Proof, sentence: Sentence) -> Measure:
    value = found[name]
    return Measure(name, value, bound, proof if value == bound else Proof.BEST_FOUND, sentence)


_SPREAD = {
    "D.region": (
        N_("Every room has its fair share of every regional group, rounded up or down (proven)."),
        N_("Places outside the fair number of a regional group: %(count)s; the best found, not proven."),
    ),
    "D.role": (
        N_("Roles are spread as evenly as possible (proven)."),
        N_("Places outside the fair number of a role: %(count)s; the best found, not proven."),
    ),
    "D.stakeholder": (
        N_("Kinds of stakeholders are spread as evenly as possible (proven)."),
        N_("Places outside the fair number of a kind of stakeholder: %(count)s; the best found, not proven."),
    ),
    "D.gender": (
        N_("By declared gender, rooms are as even as possible (proven); no numbers are shown."),
        N_("By declared gender, rooms are nearly even: the best found, not proven; no numbers are shown."),
    ),
}


def _spread(value: int, sentences: tuple[str, str]) -> Sentence:
    return Sentence(sentences[0]) if value == 0 else Sentence(sentences[1], {"count": value})


def _size_sentence(outside: int, sizes: Sequence[int]) -> Sentence:
    low, high = min(sizes, default=0), max(sizes, default=0)
    params: dict[str, object] = {"low": low, "high": high}
    if low == high:
        return Sentence(N_("Every room has %(low)s people."), params)
    if outside:
        return Sentence(
            N_("Rooms have between %(low)s and %(high)s people, as their limits or fixed seats ask."), params
        )
    return Sentence(N_("Every room has %(low)s or %(high)s people."), params)


def _pairs_sentence(value: int, bound: int, delegations: Counter[str], rooms: int) -> Sentence:
    if value == 0:
        return Sentence(N_("Nobody shares a room with a member of the same delegation."))
    largest = max(delegations.values())
    params: dict[str, object] = {"count": value, "largest": largest, "rooms": rooms, "bound": bound}
    if value == bound:
        message = N_(
            "The largest delegation has %(largest)s people and there are %(rooms)s rooms. "
            "Pairs that share a room: %(count)s, the fewest possible (proven)."
        )
        return Sentence(message, params)
    return Sentence(
        N_("Pairs of one delegation that share a room: %(count)s; the fewest possible: %(bound)s."), params
    )


def _languages_sentence(found: Mapping[str, int]) -> Sentence:
    if found["lang_uncovered"]:
        message = N_(
            "People who could follow in no language of their room: %(count)s. Offer interpretation or move them."
        )
        return Sentence(message, {"count": found["lang_uncovered"]})
    if found["lang_bridged"]:
        message = N_("Everybody can follow. People who rely on a neighbour for their language: %(count)s.")
        return Sentence(message, {"count": found["lang_bridged"]})
    return Sentence(N_("Everybody shares a working language with their room, as far as languages are known."))


def _facilitators_sentence(value: int) -> Sentence:
    if value:
        return Sentence(
            N_("Rooms without a facilitator, though there are enough: %(count)s."), {"count": value}
        )
    return Sentence(N_("Facilitators are spread over as many rooms as possible (proven)."))


def _headline(found: Mapping[str, int], rows: Sequence[RoomBalance], order: Sequence[str]) -> Sentence:
    if not rows or not order:
        return Sentence(N_("Nobody is seated yet."))
    away = sum(not cell.is_fair for row in rows for cell in row.groups.values())
    if found["D.region"] == 0:
        ranges = {(cell.low, cell.high) for row in rows for cell in row.groups.values()}
        if len(ranges) == 1:
            low, high = ranges.pop()
            message = N_(
                "Every room has %(fair)s of each regional group, the most even split possible (proven)."
            )
            return Sentence(message, {"fair": Cell(0, low, high).fair})
        return Sentence(_SPREAD["D.region"][0])
    return Sentence(
        N_("Counts of a regional group outside the fair range: %(count)s of %(all)s."),
        {"count": away, "all": len(rows) * len(order)},
    )
