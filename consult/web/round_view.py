"""View data of a round that its lobby, its seating and its console share."""

from typing import Any

from consult import clock
from consult.rooms.models import EDITABLE, Round
from consult.web.figures import clock_view, until
from consult.web.loading import consultation_of, session_of
from consult.web.pages import t


def round_clock(round_: Round) -> dict[str, Any] | None:
    """The clock most rooms of the round share: the latest deadline of those that are open."""
    running = [room for room in round_.rooms if room.state in EDITABLE and room.deadline_at]
    if not running:
        return None
    last = max(running, key=lambda room: room.deadline_at or clock.now())
    view = clock_view(last.deadline_at, opened=last.opened_at)
    consultation = consultation_of(round_)
    if view and last.deadline_at:
        view["ends"] = until(last.deadline_at, consultation.time_zone, consultation.place)
    return view


def crumbs_of(round_: Round, last: str | None) -> list[tuple[str, str | None]]:
    session, consultation = session_of(round_), consultation_of(round_)
    name = t("Round %(number)s", number=round_.number)
    crumbs: list[tuple[str, str | None]] = [
        (consultation.short_title, f"/c/{consultation.public_id}"),
        (session.short_title, f"/s/{session.public_id}"),
    ]
    return [*crumbs, (name, f"/rounds/{round_.public_id}"), (last, None)] if last else [*crumbs, (name, None)]
