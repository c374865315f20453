"""Routes of the clock: more, less, set, pause and resume, of one room or of all rooms of a round."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as BaseResponse

from consult import clock
from consult.errors import Conflict
from consult.permissions.actor import Actor
from consult.permissions.names import Permission
from consult.rooms import service as rooms
from consult.rooms.command_line import numbers_in
from consult.rooms.deadlines import PAUSABLE
from consult.rooms.models import EDITABLE, Room, RoomState, Round
from consult.web import undo
from consult.web.context import db
from consult.web.figures import time_in_zone
from consult.web.forms import Form
from consult.web.loading import consultation_of, room_for, rooms_numbered, round_for, session_of
from consult.web.pages import back_to, refusal, render_page, say, t
from consult.web.round_view import crumbs_of

pages = Blueprint("clock_acts", __name__)
ACTS = ("more", "less", "set", "pause", "resume")
_OPPOSITE = {"more": "less", "less": "more", "pause": "resume", "resume": "pause"}
_RECALLED = RoomState.CLOSING.value


@dataclass(frozen=True)
class ClockAct:
    """What is asked of clocks. `act`: one of `ACTS`; `seen`: what the page showed (`recalled_then`)."""

    act: str
    minutes: int = 0
    seen: str = ""


@pages.post("/rounds/<round_id>/clock")
def of_round(round_id: str) -> BaseResponse:
    """`act`: more, less, set, pause or resume; `minutes`; `rooms`: numbers, empty for all that are open; `seen`: what the page
    showed; `past_end` confirms; `undo`: it takes back an act."""
    found, actor = round_for(round_id, Permission.ROOM_RUN)
    form = Form(request.form)
    asked = _asked(form)
    named = form.line("rooms", limit=1000, required=False)
    numbers = numbers_in(named)
    if named and not numbers:
        form.refuse("rooms", "seating.room_numbers")
    form.check()
    chosen = rooms_numbered(found, numbers) if numbers else _open_rooms(found)
    return _act(found, actor, chosen, asked, f"/rounds/{found.public_id}/console")


@pages.post("/rooms/<room_id>/clock")
def of_room(room_id: str) -> BaseResponse:
    """The same for one room. `back`: "room" to go back there, else to the console."""
    room, actor = room_for(room_id, Permission.ROOM_RUN)
    form = Form(request.form)
    asked = _asked(form)
    form.check()
    inside = request.form.get("back") == "room"
    back = f"/rooms/{room.public_id}" if inside else f"/rounds/{room.round.public_id}/console"
    return _act(room.round, actor, [room], asked, back)


def change_clocks(
    round_: Round, actor: Actor, chosen: Sequence[Room], asked: ClockAct
) -> tuple[Response | None, list[Room]]:
    """Do what is asked of the clocks of these rooms, and let it be taken back for a while.

    Returns:
        The page that asks before they pass the session's end, or None; and the rooms that were changed.
    """
    chosen, done = list(chosen), list[Room]()
    if not chosen:
        raise Conflict("room.not_open")
    recalled = recalled_then(asked.seen, chosen)
    takes_back = any(room.state == _RECALLED for room in chosen)

    def do(past_end: bool) -> None:
        if asked.act == "pause":
            done.extend(rooms.pause(db(), actor, chosen))
        elif asked.act == "resume":
            done.extend(rooms.resume(db(), actor, chosen, past_end=past_end))
        elif asked.act == "set":
            minutes = asked.minutes
            done.extend(
                rooms.set_left(db(), actor, chosen, minutes=minutes, past_end=past_end, recalled=recalled)
            )
        else:
            by = asked.minutes if asked.act == "more" else -asked.minutes
            done.extend(rooms.extend(db(), actor, chosen, minutes=by, past_end=past_end, recalled=recalled))

    page = confirming_the_end(round_, actor, do)
    if page is None:
        undo.forget()
        if asked.act in _OPPOSITE and not takes_back and not request.form.get("undo"):
            _offer(round_, asked, done)
    return page, done


def minutes_left(chosen: Iterable[Room]) -> dict[int, int]:
    """Minutes left in open rooms whose clock runs, begun ones counted, by row id; for `offer_recall_back`."""
    now = clock.now()
    running = [room for room in chosen if room.state in PAUSABLE and room.deadline_at and not room.paused_at]
    return {
        room.id: ceil((room.deadline_at - now).total_seconds() / 60) for room in running if room.deadline_at
    }


def offer_recall_back(round_: Round, called: Sequence[Room], before: Mapping[int, int]) -> None:
    """After a recall, let the rooms go on with the minutes they had. One form cannot give each room back its own."""
    undo.forget()
    left = {before.get(room.id, 0) for room in called}
    if len(left) == 1 and 1 <= (minutes := left.pop()) <= rooms.MOST_MINUTES:
        fields = [
            ("act", "set"),
            ("minutes", str(minutes)),
            ("seen", _RECALLED),
            ("past_end", "1"),
            ("undo", "1"),
        ]
        fields.append(("rooms", ", ".join(str(room.number) for room in called)))
        undo.offer(f"/rounds/{round_.public_id}/clock", fields)


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


def recalled_then(seen: str, chosen: Sequence[Room]) -> set[int] | None:
    """Which rooms (row ids) the page showed as being recalled; None when it does not say what it showed.

    Args:
        seen: a state; behind "closing" the numbers of the rooms it held for, or nothing when for all.
    """
    state, *numbers = seen.split() or [""]
    if not state:
        return None
    if state != _RECALLED:
        return set()
    return {room.id for room in chosen if not numbers or str(room.number) in numbers}


def said(asked: ClockAct, done: Sequence[Room]) -> str:
    """What was done, in a sentence."""
    which = t("Room %(number)s", number=done[0].number)
    if len(done) > 1:
        which = t("%(count)s rooms", count=len(done))
    sentences = {
        "more": t("%(which)s: %(minutes)s minutes more.", which=which, minutes=asked.minutes),
        "less": t("%(which)s: %(minutes)s minutes less.", which=which, minutes=asked.minutes),
        "set": t("%(which)s: %(minutes)s minutes left.", which=which, minutes=asked.minutes),
        "pause": t("%(which)s: the clock stands still. People can go on writing.", which=which),
        "resume": t("%(which)s: the clock runs again.", which=which),
    }
    return sentences[asked.act]


def _asked(form: Form) -> ClockAct:
    act = form.choice("act", ACTS)
    minutes = form.number("minutes", low=1, high=rooms.MOST_MINUTES) if act in ("more", "less", "set") else 0
    return ClockAct(act, minutes, form.line("seen", limit=1000, required=False))


def _act(round_: Round, actor: Actor, chosen: Sequence[Room], asked: ClockAct, back: str) -> BaseResponse:
    page, done = change_clocks(round_, actor, chosen, asked)
    if page is not None:
        return page
    say(said(asked, done))
    return back_to(back)


def _open_rooms(round_: Round) -> list[Room]:
    return [room for room in round_.rooms if room.state in EDITABLE]


def _offer(round_: Round, asked: ClockAct, done: Sequence[Room]) -> None:
    """Let it be taken back in the rooms it was done to. They had that time before, so nobody is asked about the end again."""
    fields = [("act", _OPPOSITE[asked.act]), ("rooms", ", ".join(str(room.number) for room in done))]
    fields += [("minutes", str(asked.minutes))] if asked.minutes else []
    fields += [("seen", RoomState.OPEN.value), ("past_end", "1"), ("undo", "1")]
    undo.offer(f"/rounds/{round_.public_id}/clock", fields)


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
