"""The row that is kept of a seating that was found: everything that went in, and everything that came out. No effects."""

from typing import Any

from consult.seating.case import Case, Seating
from consult.seating.casefile.writing import case_json, conflict_json, input_hash, wish_json
from consult.seating.models import SeatingPlan
from consult.seating.proposals.constraints import Constraints

#: What a copy of a proposal has in common with it, beside the moves of the proposal itself.
_KEPT = [
    "round_id",
    "seed",
    "version",
    "room_count",
    "input_hash",
    "constraints",
    "case",
    "status",
    "conflicts",
    "dropped",
    "proposed",
    "assignment",
    "locks",
]


def plan_of(case: Case, found: Seating, asked: Constraints) -> SeatingPlan:
    """The proposal of a seating that was found; rooms are named by number. Whose and when is still to be said."""
    seats = {person: int(room) for person, room in sorted(found.rounds[0].items())}
    written = case_json(case)
    return SeatingPlan(
        seed=found.seed,
        version=found.version,
        room_count=len(case.rooms),
        input_hash=input_hash(written, seed=found.seed, version=found.version),
        constraints=asked.to_json(),
        case=written,
        status=found.status.value,
        conflicts=[_numbered_wishes(conflict_json(conflict)) for conflict in found.conflicts],
        dropped=[_numbered(wish_json(wish)) for wish in found.dropped],
        proposed=seats,
        assignment=seats,
        moves=[],
    )


def copy_of(plan: SeatingPlan) -> SeatingPlan:
    """The same proposal once more, not applied, with what was done to it before it was."""
    moves = [row for row in plan.moves if not row.get("in_rooms")]
    return SeatingPlan(**{name: getattr(plan, name) for name in _KEPT}, moves=moves)


def _numbered_wishes(conflict: dict[str, Any]) -> dict[str, Any]:
    return {**conflict, "wishes": [_numbered(wish) for wish in conflict["wishes"]]}


def _numbered(wish: dict[str, Any]) -> dict[str, Any]:
    return {**wish, "room": None if wish["room"] is None else int(wish["room"])}
