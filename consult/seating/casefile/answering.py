"""Says a seating as the answer to a case file, and in words. Pure: no I/O, no clock.

The same case, seed and version give the same answer, byte for byte: people are in the order of their ids.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from consult.i18n import N_
from consult.seating.balance import PlanReport, as_json
from consult.seating.case import Case, Seating, Status, Wish, WishKind
from consult.seating.casefile.writing import case_json, conflict_json, input_hash, wish_json
from consult.seating.sentences import Sentence

#: What the status means, in words.
STATUSES: Mapping[Status, str] = {
    Status.OPTIMAL: N_("Every wish is kept, and no measure can be better (proven)."),
    Status.OK: N_("Every wish is kept."),
    Status.ADJUSTED: N_(
        "Some wishes contradict each other. As few as possible are given up, and they are named."
    ),
    Status.INFEASIBLE: N_("There are not seats for everybody."),
}
#: What is said when wishes were given up and no contradiction among them is proven.
UNDECIDED = N_(
    "No way was found to keep every wish. Those that are not kept are named; it is not proven that they cannot be kept."
)
#: What is said of a wish that was given up for the others.
GIVEN_UP: Mapping[WishKind, str] = {
    WishKind.PIN: N_("Given up: the fixed seat of %(people)s in %(room)s."),
    WishKind.SEATED: N_("Given up: leaving %(people)s in %(room)s."),
    WishKind.APART: N_("Given up: keeping apart %(people)s."),
    WishKind.TOGETHER: N_("Given up: keeping together %(people)s."),
    WishKind.CAPACITY: N_("Given up: the limits of the rooms."),
}
#: The same of one round.
GIVEN_UP_ROUND: Mapping[WishKind, str] = {
    WishKind.PIN: N_("Given up in round %(round)s: the fixed seat of %(people)s in %(room)s."),
    WishKind.SEATED: N_("Given up in round %(round)s: leaving %(people)s in %(room)s."),
    WishKind.APART: N_("Given up in round %(round)s: keeping apart %(people)s."),
    WishKind.TOGETHER: N_("Given up in round %(round)s: keeping together %(people)s."),
    WishKind.CAPACITY: N_("Given up in round %(round)s: the limits of the rooms."),
}


def answer(case: Case, seating: Seating, report: PlanReport) -> dict[str, Any]:
    """The answer to a case as JSON has it: who sits where in every round, and what is to be said about it."""
    said = as_json(report)
    given = case_json(case)
    return {
        "status": seating.status.value,
        "seed": seating.seed,
        "version": seating.version,
        "input_hash": input_hash(given, seed=seating.seed, version=seating.version),
        "explanations": [str(sentence) for sentence in explanations(seating, report)],
        "conflicts": [conflict_json(conflict) for conflict in seating.conflicts],
        "given_up": [wish_json(wish) for wish in seating.dropped],
        "measures": said["measures"],
        "rounds": [dict(sorted(seats.items())) for seats in seating.rounds],
    }


def explanations(seating: Seating, report: PlanReport) -> list[Sentence]:
    """What a person should know before any number: the status, every contradiction, what was given up, and the verdict."""
    is_undecided = seating.status is Status.ADJUSTED and seating.dropped and not seating.conflicts
    return [
        Sentence(UNDECIDED if is_undecided else STATUSES[seating.status]),
        *(conflict.sentence for conflict in seating.conflicts),
        *(_given_up(wish) for wish in seating.dropped),
        *([report.headline] if report.groups else []),
        report.verdict,
    ]


def words(seating: Seating, report: PlanReport, input_hash: str) -> Iterator[str]:
    """The balance report, a sentence a line."""
    yield from map(str, explanations(seating, report))
    yield ""
    yield from (f"- {measure.sentence}" for measure in report.measures)
    for table in report.rounds:
        told = [room for room in table.rooms if room.sentences]
        if told:
            yield ""
            title = N_("Rooms of round %(round)s that something is to be said of:")
            yield str(Sentence(title, {"round": table.number}))
        yield from (f"- {room.room}: {' '.join(map(str, room.sentences))}" for room in told)
    yield ""
    yield f"seed {seating.seed}, version {seating.version}, input {input_hash}"


def as_text(value: object) -> str:
    """JSON, one name a line, that ends with the line."""
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def _given_up(wish: Wish) -> Sentence:
    about: dict[str, object] = {"people": ", ".join(wish.people), "room": wish.room, "round": wish.round}
    return Sentence(GIVEN_UP[wish.kind] if wish.round is None else GIVEN_UP_ROUND[wish.kind], about)
