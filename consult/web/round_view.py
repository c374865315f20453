"""View data of a round that its lobby, its seating, its console and its session share."""

from typing import Any

from consult import clock
from consult.rooms.counts import Attendance, attendance
from consult.rooms.models import EDITABLE, Round
from consult.web.figures import room_clock, room_ends
from consult.web.loading import consultation_of, session_of
from consult.web.pages import t
from consult.web.shared import shared


def attendance_of(consultation_id: int) -> Attendance:
    """Who is here, as everybody reads it."""
    return shared(("attendance", consultation_id), lambda db: attendance(db, consultation_id))


def round_clock(round_: Round) -> dict[str, Any] | None:
    """The clock most rooms of the round share: of those that are open, the one that ends last; one that stands still may."""
    running = [room for room in round_.rooms if room.state in EDITABLE and room.deadline_at]
    if not running:
        return None
    now = clock.now()
    last = max(running, key=lambda room: (room.paused_at is not None, room.deadline_at or now))
    view = room_clock(last)
    if view:
        view["ends"] = room_ends(last, consultation_of(round_))
    return view


def crumbs_of(round_: Round, last: str | None) -> list[tuple[str, str | None]]:
    session, consultation = session_of(round_), consultation_of(round_)
    name = t("Round %(number)s", number=round_.number)
    crumbs: list[tuple[str, str | None]] = [
        (consultation.short_title, f"/c/{consultation.public_id}"),
        (session.short_title, f"/s/{session.public_id}"),
    ]
    return [*crumbs, (name, f"/rounds/{round_.public_id}"), (last, None)] if last else [*crumbs, (name, None)]
