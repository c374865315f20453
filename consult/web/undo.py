"""What can be taken back for ten seconds. The offer is in the cookie of who acted: it is theirs, and nobody else sees it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import session

from consult import clock
from consult.rooms.models import Round

#: An act can be taken back this long.
UNDO_SECONDS = 10
#: More people than this are not moved back together.
MOST_PEOPLE = 60
_OFFER = "undo"


def offer(address: str, fields: Sequence[tuple[str, str]]) -> None:
    """Let the person who acted take it back, by sending this form."""
    until = clock.milliseconds(clock.now()) + UNDO_SECONDS * 1000
    session[_OFFER] = {"address": address, "fields": list(fields), "until": until}


def forget() -> None:
    """Nothing can be taken back any more: it was, or what came after stands on it."""
    session.pop(_OFFER, None)


def offer_moves_back(
    round_: Round, people: Iterable[str], before: Mapping[str, int], after: Mapping[str, int]
) -> None:
    """After people were moved, let them be moved back. A crowd does not fit into a cookie, so that is not offered.

    Args:
        people: public ids of those the act was about.
        before, after: where everybody sat and sits, room numbers by public id.
    """
    moved = [name for name in dict.fromkeys(people) if before.get(name) != after.get(name)]
    if 0 < len(moved) <= MOST_PEOPLE:
        seats = [f"{name}.{before.get(name, 0)}.{after.get(name, 0)}" for name in moved]
        offer(f"/rounds/{round_.public_id}/moves/back", [("seat", seat) for seat in seats])
    else:
        forget()


def undo_view(round_: Round) -> dict[str, Any]:
    """What can be taken back now, for the console of a round."""
    found = session.get(_OFFER)
    if not found or not found["address"].startswith(f"/rounds/{round_.public_id}/"):
        return {"undo": None}
    left = (found["until"] - clock.milliseconds(clock.now())) / 1000
    return {"undo": {**found, "seconds": max(1, round(left))} if left > 0 else None}
