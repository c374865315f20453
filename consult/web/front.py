"""Routes of the front page, help and the accessibility statement."""

from dataclasses import dataclass

from flask import Blueprint, Response
from flask_login import current_user
from sqlalchemy import select

from consult.announce import audiences
from consult.people.models import Delegation, Member
from consult.permissions.actor import Actor
from consult.programme.models import Consultation, Session
from consult.programme.queries import Phase, consultations, phase
from consult.rooms import queries as rooms
from consult.rooms.actors import actor_for
from consult.web.context import db
from consult.web.figures import dates_of, room_clock, room_ends
from consult.web.pages import live_page, render_page, t

pages = Blueprint("front", __name__)


@dataclass(frozen=True)
class Mine:
    """One of my consultations as the front page lists it."""

    consultation: Consultation
    phase: Phase
    role: str
    delegation: str
    dates: str


@pages.get("/")
def front() -> Response:
    if not current_user.is_authenticated:
        return render_page("programme/welcome.html", script="js/pages/public.js")
    query = (
        select(Member.consultation_id, Member.public_id, Member.role, Delegation.name)
        .join(Delegation, Delegation.id == Member.delegation_id)
        .where(Member.user_id == current_user.id, Member.withdrawn_at.is_(None))
    )
    parts = {row.consultation_id: row for row in db().execute(query)}
    live = live_page(None, [audiences.member(row.public_id) for row in parts.values()][:10])
    mine = [
        Mine(found, phase(found), parts[found.id].role, parts[found.id].name, dates_of(found))
        for found in consultations(db(), list(parts))
    ]
    running = next((entry for entry in mine if entry.phase.session is not None), None)
    return render_page(
        "programme/front.html",
        script="js/pages/live.js" if parts else "js/pages/base.js",
        live=live if parts else None,
        mine=mine,
        now_on=_now_on(running) if running else None,
        is_secretariat=current_user.is_secretariat,
    )


@pages.get("/help")
def help_page() -> Response:
    script = "js/pages/base.js" if current_user.is_authenticated else "js/pages/public.js"
    return render_page("programme/help.html", script=script, breadcrumb=[(t("Help"), None)])


@pages.get("/accessibility")
def accessibility() -> Response:
    script = "js/pages/base.js" if current_user.is_authenticated else "js/pages/public.js"
    return render_page("programme/accessibility.html", script=script, breadcrumb=[(t("Accessibility"), None)])


def _now_on(entry: Mine) -> dict[str, object]:
    """What is on now and the one thing to do about it."""
    session = entry.phase.session
    assert session is not None
    actor = actor_for(db(), current_user.id, entry.consultation.id)
    assert actor is not None
    return {"session": session, "consultation": entry.consultation} | where_to(
        actor, session, entry.consultation
    )


def where_to(actor: Actor, session: Session, consultation: Consultation) -> dict[str, object]:
    """Where a person should be now in a session: sentence, link, its words, and the clock."""
    place = rooms.expected(db(), actor, session.id, session.state)
    if place.what == "room" and place.room:
        name = t("Room %(number)s", number=place.room.number)
        return {
            "sentence": t("Your room is open: %(room)s.", room=name),
            "act": t("Go to %(room)s", room=name),
            "url": f"/rooms/{place.room.public_id}",
            "clock": room_clock(place.room),
            "ends": room_ends(place.room, consultation),
            "room": place.room,
        }
    if place.what == "lobby" and place.round and place.room:
        return {
            "sentence": t("You will sit in Room %(number)s. It opens soon.", number=place.room.number),
            "act": t("Go to the lobby"),
            "url": f"/rounds/{place.round.public_id}",
            "clock": None,
            "room": place.room,
        }
    if place.what == "report_back":
        return {
            "sentence": t("The rooms report back. Items are open for comment."),
            "act": t("Go to report-back"),
            "url": f"/s/{session.public_id}/report-back",
            "clock": None,
        }
    if place.what == "over" and place.round:
        sentence = t("Round %(number)s is over. The report-back comes next.", number=place.round.number)
    else:
        sentence = t("The session is open. Rooms are opened by the facilitator.")
    return {
        "sentence": sentence,
        "act": t("Go to %(session)s", session=session.short_title),
        "url": f"/s/{session.public_id}",
        "clock": None,
    }
