"""Routes of the facilitator console: every room at a glance, people, and the clock of the whole round."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as BaseResponse

from consult import clock
from consult.announce import audiences
from consult.errors import Invalid
from consult.permissions.actor import Actor
from consult.permissions.names import Permission
from consult.proceedings.queries import Progress, progress_of
from consult.rooms import help as rooms_help
from consult.rooms import queries as rooms
from consult.rooms import service as rooms_service
from consult.rooms.models import EDITABLE, Room, Round
from consult.rooms.queries import Person
from consult.rooms.timing import round_state
from consult.seating import service as seating
from consult.web.clock_acts import confirming_the_end
from consult.web.context import db, settings
from consult.web.figures import ago, group_parts, in_words, room_clock
from consult.web.forms import Form, sentences
from consult.web.loading import consultation_of, round_for, session_of
from consult.web.pages import back_to, live_page, render_page, say, t
from consult.web.round_view import crumbs_of, round_clock

pages = Blueprint("console", __name__)
#: A room in which nothing was written for this long needs somebody.
SILENT_SECONDS = 300
#: People are given this long to come in before an empty room is worth a word.
ARRIVING_SECONDS = 60
#: Suggestions cost a comparison of all rooms each, so a crowd is seated with one button instead.
MOST_SUGGESTIONS = 30


@dataclass(frozen=True)
class Tile:
    """One room on the console."""

    room: Room
    people: list[Person]
    here: int
    parts: list[dict[str, Any]]
    words: str
    progress: Progress
    last_edit: str
    need: str
    clock: dict[str, Any] | None


@pages.get("/rounds/<round_id>/console")
def console(round_id: str) -> Response:
    found, actor = round_for(round_id, Permission.ROOM_RUN)
    return _console(found, actor)


@pages.post("/rounds/<round_id>/extend")
def extend(round_id: str) -> BaseResponse:
    found, actor = round_for(round_id, Permission.ROOM_RUN)
    form = Form(request.form)
    try:
        minutes = form.number("minutes", low=1, high=120)
        form.check()
    except Invalid as error:
        return _console(found, actor, form.values, sentences(error.fields))
    running = [room for room in found.rooms if room.state in EDITABLE]
    asked = confirming_the_end(
        found,
        actor,
        lambda past_end: rooms_service.extend(db(), actor, running, minutes=minutes, past_end=past_end),
    )
    if asked is not None:
        return asked
    say(t("All open rooms have %(minutes)s minutes more.", minutes=minutes))
    return back_to(f"/rounds/{found.public_id}/console")


def _console(
    found: Round, actor: Actor, values: dict[str, Any] | None = None, errors: dict[str, str] | None = None
) -> Response:
    session, consultation = session_of(found), consultation_of(found)
    followed = [
        audiences.session(session.public_id),
        audiences.staff(consultation.public_id),
        audiences.member(actor.public_id),
    ]
    live = live_page(followed, query=f"session={session.public_id}")
    seated = rooms.seated_in(db(), [found.id], consultation_id=consultation.id)
    progress = progress_of(db(), [room.id for room in found.rooms])
    names = {person.public_id for person in seated}
    waiting = [
        p
        for p in rooms.everybody(db(), consultation.id)
        if p.role in seating.ALWAYS and p.public_id not in names
    ]
    suggest = found.rooms and 0 < len(waiting) <= MOST_SUGGESTIONS
    asked = request.args.get("move", "")
    moving = [person for person in [*seated, *waiting] if person.public_id == asked]
    return render_page(
        "rooms/console.html",
        script="js/pages/console.js",
        live=live,
        status=422 if errors else 200,
        actor=actor,
        consultation=consultation,
        breadcrumb=crumbs_of(found, t("Console")),
        session=session,
        round=found,
        state=round_state(room.state for room in found.rooms),
        tiles=[_tile(room, seated, progress[room.id]) for room in found.rooms],
        queue=rooms_help.waiting_in(db(), [room.id for room in found.rooms]),
        rooms_by_id={room.id: room for room in found.rooms},
        seated=seated,
        numbers={room.id: room.number for room in found.rooms},
        here_count=sum(person.is_here for person in seated),
        open_people=sum(p.room_id in {r.id for r in found.rooms if r.state in EDITABLE} for p in seated),
        away=[person for person in seated if not person.is_here],
        waiting=waiting,
        suggested=seating.late_joiners(db(), found) if suggest else {},
        moving={"people": moving} if moving else None,
        round_clock=round_clock(found),
        recall_seconds=settings().recall_seconds,
        values=values or {},
        errors=errors or {},
    )


def _tile(room: Room, seated: list[Person], progress: Progress) -> Tile:
    people = [person for person in seated if person.room_id == room.id]
    parts = group_parts(person.mark for person in people)
    is_open = room.state in EDITABLE
    here = (
        sum(person.in_room_id == room.id for person in people) if is_open else sum(p.is_here for p in people)
    )
    return Tile(
        room=room,
        people=people,
        here=here,
        parts=parts,
        words=in_words(parts),
        progress=progress,
        last_edit=ago(progress.last_edit),
        need=_need(room, people, here, progress) if is_open else "",
        clock=room_clock(room),
    )


def _need(room: Room, people: list[Person], here: int, progress: Progress) -> str:
    """Why a facilitator should look in, in a few words; empty when there is nothing."""
    now = clock.now()
    since = progress.last_edit or room.opened_at or now
    silent = int((now - since).total_seconds())
    if people and not here and (now - (room.opened_at or now)).total_seconds() > ARRIVING_SECONDS:
        return t("Nobody is in the room")
    return t("No edit for %(minutes)s minutes", minutes=silent // 60) if silent >= SILENT_SECONDS else ""
