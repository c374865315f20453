"""Routes of the clock: more, less, set, pause and resume, of one room or of all rooms of a round."""

from collections.abc import Callable, Sequence

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as BaseResponse

from consult.errors import Conflict
from consult.permissions.actor import Actor
from consult.permissions.names import Permission
from consult.rooms import service as rooms
from consult.rooms.models import EDITABLE, Room, Round
from consult.web.context import db
from consult.web.figures import time_in_zone
from consult.web.forms import Form
from consult.web.loading import consultation_of, room_for, round_for, session_of
from consult.web.pages import back_to, refusal, render_page, say, t
from consult.web.round_view import crumbs_of

pages = Blueprint("clock_acts", __name__)
ACTS = ("more", "less", "set", "pause", "resume")


@pages.post("/rounds/<round_id>/clock")
def of_round(round_id: str) -> BaseResponse:
    """`act`: more, less, set, pause or resume; `minutes`; `seen`: the state the page showed; `past_end` confirms."""
    found, actor = round_for(round_id, Permission.ROOM_RUN)
    running = [room for room in found.rooms if room.state in EDITABLE]
    return _act(found, actor, running, f"/rounds/{found.public_id}/console")


@pages.post("/rooms/<room_id>/clock")
def of_room(room_id: str) -> BaseResponse:
    """The same for one room. `back`: "room" to go back there, else to the console."""
    room, actor = room_for(room_id, Permission.ROOM_RUN)
    inside = request.form.get("back") == "room"
    back = f"/rooms/{room.public_id}" if inside else f"/rounds/{room.round.public_id}/console"
    return _act(room.round, actor, [room], back)


def confirming_the_end(round_: Round, actor: Actor, act: Callable[[bool], object]) -> Response | None:
    """Do an act that may pass the session's end: the page that asks first, or None when it is done.

    Args:
        act: gets whether the form confirmed it.

    Raises:
        Conflict: any other than `room.past_session_end`.
    """
    try:
        act(bool(request.form.get("past_end")))
    except Conflict as error:
        if error.code != "room.past_session_end":
            raise
        db().rollback()
        return _ask(round_, actor)
    return None


def _act(round_: Round, actor: Actor, found: Sequence[Room], back: str) -> BaseResponse:
    form, found = Form(request.form), list(found)
    act = form.choice("act", ACTS)
    minutes = form.number("minutes", low=1, high=rooms.MOST_MINUTES) if act in ("more", "less", "set") else 0
    form.check()
    seen = str(form.values.get("seen", "")) or None
    if not found:
        raise Conflict("room.not_open")
    done: list[Room] = []

    def do(past_end: bool) -> None:
        if act == "pause":
            done.extend(rooms.pause(db(), actor, found))
        elif act == "resume":
            done.extend(rooms.resume(db(), actor, found, past_end=past_end))
        elif act == "set":
            done.extend(rooms.set_left(db(), actor, found, minutes=minutes, past_end=past_end))
        else:
            by = minutes if act == "more" else -minutes
            done.extend(rooms.extend(db(), actor, found, minutes=by, past_end=past_end, seen=seen))

    asked = confirming_the_end(round_, actor, do)
    if asked is not None:
        return asked
    say(_said(act, minutes, done))
    return back_to(back)


def _said(act: str, minutes: int, done: Sequence[Room]) -> str:
    which = t("Room %(number)s", number=done[0].number)
    if len(done) > 1:
        which = t("%(count)s rooms", count=len(done))
    sentences = {
        "more": t("%(which)s: %(minutes)s minutes more.", which=which, minutes=minutes),
        "less": t("%(which)s: %(minutes)s minutes less.", which=which, minutes=minutes),
        "set": t("%(which)s: %(minutes)s minutes left.", which=which, minutes=minutes),
        "pause": t("%(which)s: the clock stands still. People can go on writing.", which=which),
        "resume": t("%(which)s: the clock runs again.", which=which),
    }
    return sentences[act]


def _ask(round_: Round, actor: Actor) -> Response:
    session, consultation = session_of(round_), consultation_of(round_)
    return render_page(
        "rooms/past_end.html",
        status=409,
        actor=actor,
        consultation=consultation,
        breadcrumb=crumbs_of(round_, t("Confirm")),
        session=session,
        round=round_,
        address=request.path,
        fields=[
            (name, value)
            for name, value in request.form.items(multi=True)
            if name not in ("csrf_token", "past_end")
        ],
        ends=time_in_zone(session.ends_at, consultation.time_zone) if session.ends_at else "",
        message=refusal("room.past_session_end"),
    )
