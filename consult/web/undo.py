"""What can be taken back for ten seconds. The offer is in the cookie of who acted: it is theirs, and nobody else sees it."""

from collections.abc import Sequence
from typing import Any

from flask import session

from consult import clock
from consult.rooms.models import Round

#: An act can be taken back this long.
UNDO_SECONDS = 10
_OFFER = "undo"


def offer(address: str, fields: Sequence[tuple[str, str]]) -> None:
    """Let the person who acted take it back, by sending this form."""
    until = clock.milliseconds(clock.now()) + UNDO_SECONDS * 1000
    session[_OFFER] = {"address": address, "fields": list(fields), "until": until}


def forget() -> None:
    """Nothing can be taken back any more: it was, or what came after stands on it."""
    session.pop(_OFFER, None)


def offer_move_back(round_: Round, before: dict[str, int], names: list[str], number: int | None) -> None:
    """After a move.

    Args:
        before: where everybody sat, room numbers by public id.
    """
    seats = [f"{name}.{before.get(name, 0)}.{number or 0}" for name in names if before.get(name) != number]
    offer(f"/rounds/{round_.public_id}/moves/back", [("seat", seat) for seat in seats])


def undo_view(round_: Round) -> dict[str, Any]:
    """What can be taken back now, for the console of a round."""
    found = session.get(_OFFER)
    if not found or not found["address"].startswith(f"/rounds/{round_.public_id}/"):
        return {"undo": None}
    left = (found["until"] - clock.milliseconds(clock.now())) / 1000
    return {"undo": {**found, "seconds": max(1, round(left))} if left > 0 else None}
