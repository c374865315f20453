"""Routes of the facilitator console: every room at a glance, calls for help, people, and the clock of the whole round.

A live part of the page is asked for alone, and only what it shows is read then.
"""

from typing import Any

from flask import Blueprint, Response, current_app, request

from consult.announce import audiences
from consult.errors import NotFound
from consult.library.service import sources_of
from consult.permissions.actor import Actor
from consult.permissions.names import Permission
from consult.proceedings.drafted import Memories
from consult.proceedings.wall import Tile, wall_of
from consult.rooms import agenda
from consult.rooms import help as rooms_help
from consult.rooms import queries as rooms
from consult.rooms.entering import not_entered
from consult.rooms.models import EDITABLE, Room, Round
from consult.rooms.timing import round_state
from consult.web.broadcasts import messages_view
from consult.web.console_log import log_view
from consult.web.console_people import found_view, offers_view, people_view, to_view
from consult.web.context import db, settings
from consult.web.figures import group_parts, in_words, room_clock
from consult.web.late_view import late_lines
from consult.web.loading import consultation_of, round_for, session_of
from consult.web.pages import live_page, render_page, t
from consult.web.round_view import crumbs_of, round_clock
from consult.web.undo import undo_view

pages = Blueprint("console", __name__)


@pages.get("/rounds/<round_id>/console")
def console(round_id: str) -> Response:
    found, actor = round_for(round_id, Permission.ROOM_RUN)
    session, consultation = session_of(found), consultation_of(found)
    followed = [
        audiences.session(session.public_id),
        audiences.staff(consultation.public_id),
    ]
    live = live_page(actor, followed, query=f"console={found.public_id}")
    parts = request.args.getlist("part")
    view: dict[str, Any] = {}
    for name, read in PARTS.items():
        if name in parts or (not parts and name != "queue"):
            view |= read(found, actor)
    return render_page(
        "rooms/console.html",
        script="js/pages/console.js",
        live=live,
        actor=actor,
        consultation=consultation,
        breadcrumb=crumbs_of(found, t("Console")),
        session=session,
        round=found,
        state=round_state(room.state for room in found.rooms),
        numbers={room.id: room.number for room in found.rooms},
        recall_seconds=settings().recall_seconds,
        **undo_view(found),
        **view,
    )


def _strip(found: Round, actor: Actor) -> dict[str, Any]:
    editable = [room.id for room in found.rooms if room.state in EDITABLE]
    return {
        "round_clock": round_clock(found),
        "open_people": rooms.seats_taken(db(), editable) if editable else 0,
    }


def _wall(found: Round, actor: Actor) -> dict[str, Any]:
    memories: Memories = current_app.extensions["consult.memories"]
    wall = wall_of(db(), found, found.rooms, drafted=memories.of(found.public_id))
    by_number = {tile.room.number: _shown(tile) for tile in wall.tiles}
    calls = sorted((tile.help for tile in wall.tiles if tile.help), key=lambda call: call.since)
    return {"tiles": [by_number[number] for number in wall.order], **_calls(found, calls)}


def _shown(tile: Tile) -> dict[str, Any]:
    parts = group_parts(mark for mark, count in tile.marks.items() for _ in range(count))
    return {"tile": tile, "parts": parts, "words": in_words(parts)}


def _queue(found: Round, actor: Actor) -> dict[str, Any]:
    return _calls(found, rooms_help.waiting_in(db(), [room.id for room in found.rooms]))


def _calls(found: Round, calls: list[rooms_help.Waiting]) -> dict[str, Any]:
    return {"queue": calls, "rooms_by_id": {room.id: room for room in found.rooms}}


def _sheet(found: Round, actor: Actor) -> dict[str, Any]:
    """One room in full, the log of acts, or moves that would help, where the address asks for it.

    Raises:
        NotFound: the round has no such room.
    """
    asked = request.args.get("room", "")
    if "log" in request.args:
        return {"sheet": None, **log_view(found, actor)}
    if "offers" in request.args:
        return {"sheet": None, **offers_view(found, actor)}
    if not asked:
        return {"sheet": None}
    room: Room | None = next((room for room in found.rooms if str(room.number) == asked), None)
    if room is None:
        raise NotFound()
    seated, guests = rooms.in_room(db(), room)
    return {
        "sheet": {
            "room": room,
            "clock": room_clock(room),
            "standing": agenda.standing_of(room, minutes=found.minutes),
            "people": seated,
            "late": late_lines(actor, found.session_id, [room]),
            "guests": guests,
            "outside": not_entered(seated, [room]),
            "sources": sources_of(db(), found.consultation_id, session_id=found.session_id),
        }
    }


#: What each part of the page reads. The wall knows the calls for help too, so a whole page does not read them again.
PARTS = {
    "messages": messages_view,
    "strip": _strip,
    "wall": _wall,
    "queue": _queue,
    "people": people_view,
    "found": found_view,
    "to": to_view,
    "sheet": _sheet,
}
