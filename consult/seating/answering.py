"""Says a seating as the answer to a case file. Pure: no I/O, no clock.

The same case, seed and version give the same answer, byte for byte: people are in the order of their ids.
"""

import json
from collections.abc import Mapping
from typing import Any

from consult.i18n import N_
from consult.seating.case import Seating, Status
from consult.seating.sentences import Sentence

#: What the status means, in words.
STATUSES: Mapping[Status, str] = {
    Status.OPTIMAL: N_("Every wish is kept, and it is proven that no seating does better."),
    Status.OK: N_("Every wish is kept. Where a number is not proven to be the best, it is the best found."),
    Status.ADJUSTED: N_(
        "Some wishes contradict each other. As few as possible were given up; they are named."
    ),
    Status.INFEASIBLE: N_("Not everybody can be seated."),
}


def answer(seating: Seating, report: Mapping[str, Any], *, input_hash: str) -> dict[str, Any]:
    """The answer to a case: who sits where in every round, and what is to be said about it.

    Args:
        report: the balance report as JSON has it.
        input_hash: SHA-256 of the case file, in hexadecimal.
    """
    return {
        "status": seating.status.value,
        "seed": seating.seed,
        "version": seating.version,
        "input_hash": input_hash,
        "explanations": [str(sentence) for sentence in explanations(seating)],
        **report,
        "rounds": [dict(sorted(seats.items())) for seats in seating.rounds],
    }


def explanations(seating: Seating) -> list[Sentence]:
    """What a person should know of a seating beside its measures: the status, and every contradiction."""
    return [Sentence(STATUSES[seating.status]), *(conflict.sentence for conflict in seating.conflicts)]


def as_text(value: object) -> str:
    """JSON, one name a line, that ends with the line."""
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"
