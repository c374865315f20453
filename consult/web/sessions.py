"""Routes of a session: its page, opening and closing it, opening the report-back, beginning a round."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as BaseResponse

from consult.announce import audiences
from consult.db import Db
from consult.library.models import Source
from consult.permissions.actor import Actor
from consult.permissions.names import Permission
from consult.proceedings import service as proceedings
from consult.proceedings.queries import Progress, progress_of
from consult.programme import service as programme
from consult.programme.models import Session
from consult.rooms import queries as rooms
from consult.rooms import service as rooms_service
from consult.rooms.counts import seats_by_room
from consult.rooms.models import Room, Round
from consult.rooms.queries import Person
from consult.rooms.timing import round_state
from consult.web.context import db
from consult.web.figures import group_parts, in_words, room_ends, session_badge
from consult.web.front import where_to
from consult.web.late_view import LateLine, late_lines, may_decide
from consult.web.loading import session_for, sources_at
from consult.web.pages import Later, back_to, live_page, render_page, say, t
from consult.web.round_view import attendance_of
from consult.web.shared import shared

pages = Blueprint("sessions", __name__)
#: Length of a round until somebody says otherwise.
MINUTES = 30


@dataclass(frozen=True)
class RoomLine:
    """One room as the session page lists it."""

    room: Room
    people: int
    progress: Progress
    is_mine: bool
    may_enter: bool


@dataclass(frozen=True)
class RoundBlock:
    """One round with its rooms."""

    round: Round
    state: str
    people: int
    until: str
    lines: list[RoomLine]
    #: Rooms and seats that the reader is not shown yet.
    is_secret: bool = False


@pages.get("/s/<session_id>")
def session(session_id: str) -> Response:
    found, actor = session_for(session_id)
    consultation = found.consultation
    followed = [audiences.session(found.public_id)]
    if actor.is_staff:
        followed.append(audiences.staff(consultation.public_id))
    live = live_page(actor, followed, query=f"session={found.public_id}")
    attending = attendance_of(consultation.id).read_by(actor)
    if not actor.is_staff:
        live = replace(live, people=attending.everybody)
    here = group_parts(attending.by_mark)
    blocks = _blocks(found, actor)
    return render_page(
        "rooms/session.html",
        script="js/pages/live.js",
        live=live,
        actor=actor,
        consultation=consultation,
        breadcrumb=[(consultation.short_title, f"/c/{consultation.public_id}"), (found.short_title, None)],
        session=found,
        badge=session_badge(found),
        steps=_steps(found, blocks),
        blocks=blocks,
        newest=blocks[0] if blocks else None,
        place=_place(actor, found, blocks),
        here=here,
        here_words=in_words(here),
        here_count=attending.here,
        people_count=attending.everybody,
        decides_late=may_decide(actor),
        late=Later(lambda: _late(found, actor, blocks)),
        panel=Later(lambda: _panel(consultation.id)),
        sources=Later(lambda: _statements(found)),
    )


@pages.post("/s/<session_id>/open")
def open_session(session_id: str) -> BaseResponse:
    """`back`: "console" to go to that of its newest round, else to the session."""
    found, actor = session_for(session_id, Permission.SESSION_RUN)
    programme.open_session(db(), actor, found)
    say(t("%(session)s is open.", session=found.short_title))
    prepared = rooms.rounds_of(db(), found.id)
    if request.form.get("back") == "console" and prepared:
        return back_to(f"/rounds/{prepared[0].public_id}/console")
    return back_to(f"/s/{found.public_id}")


@pages.post("/s/<session_id>/close")
def close_session(session_id: str) -> BaseResponse:
    found, actor = session_for(session_id, Permission.SESSION_RUN)
    proceedings.close_session(db(), actor, found)
    say(t("%(session)s is closed. The record stays open to read.", session=found.short_title))
    return back_to(f"/s/{found.public_id}")


@pages.post("/s/<session_id>/report-back/open")
def open_report_back(session_id: str) -> BaseResponse:
    found, actor = session_for(session_id, Permission.SESSION_RUN)
    items = proceedings.open_report_back(db(), actor, found)
    say(t("The report-back is open. New items that can be commented on: %(count)s.", count=len(items)))
    return back_to(f"/s/{found.public_id}/report-back")


@pages.post("/s/<session_id>/rounds")
def begin_round(session_id: str) -> BaseResponse:
    """A round begins with the session's first question and half an hour; both are changed on its seating page."""
    found, actor = session_for(session_id, Permission.ROUND_OPEN)
    topic = found.questions[0].text if found.questions else found.title
    made = rooms_service.create_round(db(), actor, found, topic=topic[:300], minutes=MINUTES)
    return back_to(f"/rounds/{made.public_id}/seating")


def _panel(consultation_id: int) -> list[Person]:
    return shared(("panel", consultation_id), lambda db: rooms.panel_of(db, consultation_id))


def _late(session: Session, actor: Actor, blocks: list[RoundBlock]) -> list[LateLine]:
    return late_lines(actor, session.id, [line.room for block in blocks for line in block.lines])


def _statements(session: Session) -> list[Source]:
    return [source for source in sources_at(session) if source.kind == "statement"]


def _place(actor: Actor, session: Session, blocks: list[RoundBlock]) -> dict[str, object] | None:
    """Where the reader should be now: facilitators without a seat are at the console while rooms are open."""
    if session.state == "planned" and actor.is_staff:
        return _to_prepare(session, blocks)
    if session.state not in ("open", "report_back"):
        return None
    place = where_to(actor, session, session.consultation)
    if actor.is_staff and session.state == "open" and blocks and blocks[0].state == "closed":
        number = blocks[0].round.number
        return place | {
            "sentence": t(
                "Round %(number)s is over. Open the report-back when plenary is ready.", number=number
            )
        }
    running = next((block for block in blocks if block.state in ("open", "closing", "reopened")), None)
    if running is None or place.get("room"):
        return place
    number = running.round.number
    if actor.is_staff:
        return place | {
            "sentence": t("Round %(number)s is open: people are in their rooms.", number=number),
            "act": t("Watch the rooms"),
            "url": f"/rounds/{running.round.public_id}/console",
        }
    return place | {
        "sentence": t(
            "Round %(number)s is open. You have no seat in it; a facilitator can give you one.", number=number
        ),
        "act": t("Wait in the lobby"),
        "url": f"/rounds/{running.round.public_id}",
    }


def _to_prepare(session: Session, blocks: list[RoundBlock]) -> dict[str, object]:
    """What a facilitator does before the session opens: everything but opening its rooms."""
    home = f"/s/{session.public_id}"
    if not blocks:
        sentence = t("The session has not begun. Prepare its rooms now: on the day you only open them.")
        return {"sentence": sentence, "act": "", "url": home, "clock": None}
    round_ = blocks[0].round
    if blocks[0].state == "draft":
        return {
            "sentence": t(
                "Round %(number)s has no rooms yet: propose a seating and apply it.", number=round_.number
            ),
            "act": t("Seating"),
            "url": f"/rounds/{round_.public_id}/seating",
            "clock": None,
        }
    return {
        "sentence": t(
            "Round %(number)s is prepared: people see their seats when you open the session, and go there when you open the rooms.",
            number=round_.number,
        ),
        "act": t("Topics and briefs of the rooms"),
        "url": f"/rounds/{round_.public_id}/console",
        "clock": None,
    }


def _standing(db: Db, session_id: int) -> tuple[Sequence[Round], dict[int, int], dict[int, Progress]]:
    """The rounds of a session with their rooms, how many sit in each, and how far each is."""
    rounds = rooms.rounds_of(db, session_id)
    seated = seats_by_room(db, [round_.id for round_ in rounds])
    return rounds, seated, progress_of(db, [room.id for round_ in rounds for room in round_.rooms])


def _blocks(session: Session, actor: Actor) -> list[RoundBlock]:
    session_id = session.id
    rounds, seated, progress = shared(("standing", session_id), lambda db: _standing(db, session_id))
    consultation = session.consultation
    is_secret = not (actor.is_staff or rooms.seats_are_told(session.state))
    if is_secret:
        return [RoundBlock(round_, "draft", 0, "", [], is_secret=True) for round_ in rounds]
    blocks = []
    for round_ in rounds:
        lines = [
            RoomLine(
                room,
                seated.get(room.id, 0),
                progress[room.id],
                room.id in actor.seats,
                room.id in actor.seats or actor.is_staff,
            )
            for room in round_.rooms
        ]
        state = round_state(room.state for room in round_.rooms)
        running = [room for room in round_.rooms if room.deadline_at and room.state != "closed"]
        last = max(running, key=lambda room: (room.paused_at is not None, room.deadline_at), default=None)
        when = room_ends(last, consultation) if last else ""
        blocks.append(RoundBlock(round_, state, sum(line.people for line in lines), when, lines))
    return blocks


def _steps(session: Session, blocks: list[RoundBlock]) -> list[tuple[str, str, str | None]]:
    """The way of an idea through this session; the links to its pages stand once, on the desk beside it."""
    newest = blocks[0].state if blocks else "none"
    at = {"planned": 0, "report_back": 3, "closed": 6}.get(session.state)
    if at is None:
        at = {"none": 1, "draft": 1, "staged": 1, "closed": 3}.get(newest, 2)
    ways = (
        t("Opening"),
        t("Seating"),
        t("Drafting in rooms"),
        t("Report-back and comments"),
        t("Indicative poll"),
        t("Summary"),
    )
    return [(label, "done" if n < at else "now" if n == at else "next", None) for n, label in enumerate(ways)]
