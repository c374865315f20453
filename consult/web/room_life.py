"""Routes of what happens in a room while it is open, apart from its text: calling people in, duties, the speaking queue."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response as BaseResponse

from consult.permissions.actor import Actor
from consult.permissions.check import allows
from consult.permissions.names import Permission
from consult.rooms import agenda, briefs, documents, duties, entering, queue, steps
from consult.rooms.models import Room
from consult.rooms.queries import Person
from consult.rooms.seats import DUTIES, ROOM_DUTIES
from consult.web.context import db
from consult.web.figures import clock_view
from consult.web.forms import Form
from consult.web.loading import members_called, room_for
from consult.web.pages import back_to, say, t

pages = Blueprint("room_life", __name__)


@dataclass(frozen=True)
class Life:
    """What the room page shows of duties and the queue to one reader."""

    #: Duties nobody has, which the reader may take on or give.
    missing: Sequence[str]
    #: Duties the reader may hand over.
    mine: Sequence[str]
    #: Who can be given a duty: nobody who would lose another by it.
    free: Sequence[Person]
    queue: queue.Queue
    #: The clock of who speaks now.
    clock: dict[str, Any] | None
    #: Marks of the groups nobody has heard yet; for who gives the floor only.
    not_heard: Sequence[str]
    #: Where the room is on its way through the round.
    standing: agenda.Standing
    may_move_step: bool
    may_raise: bool
    may_call: bool
    hand_is_up: bool
    speaks: bool


def life_of(room: Room, actor: Actor, present: Sequence[Person]) -> Life:
    """Duties and queue of a room as `actor` sees them. `present`: who is seated there."""
    held = {person.duty for person in present if person.duty}
    mine = next((person.duty for person in present if person.public_id == actor.public_id), None)
    may_take = allows(actor, Permission.DUTY_TAKE, room)
    may_hand_over = allows(actor, Permission.DUTY_HAND_OVER, room)
    found = queue.queue_of(db(), room)
    may_call = allows(actor, Permission.HAND_CALL, room)
    return Life(
        missing=[duty for duty in DUTIES if duty not in held] if may_take else [],
        mine=[duty for duty in ROOM_DUTIES if actor.is_staff or duties.may_hand_over(mine, duty)]
        if may_hand_over
        else [],
        free=[person for person in present if duties.may_receive(person.duty)],
        queue=found,
        clock=clock_view(found.ends_at),
        not_heard=found.not_heard if may_call else [],
        standing=agenda.standing_of(room, minutes=room.round.minutes),
        may_move_step=allows(actor, Permission.STEP_MOVE, room),
        may_raise=allows(actor, Permission.HAND_RAISE, room),
        may_call=may_call,
        hand_is_up=any(turn.public_id == actor.public_id for turn in found.waiting),
        speaks=found.speaking is not None and found.speaking.public_id == actor.public_id,
    )


@pages.post("/rooms/<room_id>/duties")
def change_duty(room_id: str) -> BaseResponse:
    """`act`: take (a duty nobody has) or hand_over; `duty`; `member`: who gets it."""
    form = Form(request.form)
    act = form.choice("act", ("take", "hand_over"))
    duty = form.choice("duty", DUTIES if act == "take" else ROOM_DUTIES)
    permission = Permission.DUTY_TAKE if act == "take" else Permission.DUTY_HAND_OVER
    room, actor = room_for(room_id, permission)
    form.check()
    (member,) = members_called(room.round, form.choices("member")[:1])
    if act == "take":
        duties.take(db(), actor, room, member, duty=duty)
    else:
        duties.hand_over(db(), actor, room, member, duty=duty)
    return _back(room)


@pages.post("/rooms/<room_id>/hand")
def hand(room_id: str) -> BaseResponse:
    """`act`: raise, or lower, which also ends the turn of who speaks."""
    room, actor = room_for(room_id, Permission.HAND_RAISE)
    form = Form(request.form)
    act = form.choice("act", ("raise", "lower"))
    form.check()
    if act == "raise":
        queue.raise_hand(db(), actor, room)
    else:
        queue.lower_hand(db(), actor, room)
    return _back(room)


@pages.post("/rooms/<room_id>/floor")
def floor(room_id: str) -> BaseResponse:
    """`act`: call (`member`, or nobody: the next), done (`member`), or time (`minutes` of a turn)."""
    room, actor = room_for(room_id, Permission.HAND_CALL)
    form = Form(request.form)
    act = form.choice("act", ("call", "done", "time"))
    low, high = queue.LEAST_TALK_MINUTES, queue.MOST_TALK_MINUTES
    minutes = form.number("minutes", low=low, high=high) if act == "time" else 0
    form.check()
    asked = [name for name in form.choices("member")[:1] if name]
    member = members_called(room.round, asked)[0] if asked or act == "done" else None
    if act == "time":
        queue.set_talk_time(db(), actor, room, minutes=minutes)
    elif act == "call":
        queue.call(db(), actor, room, member)
    else:
        queue.lower_hand(db(), actor, room, member)
    return _back(room)


@pages.post("/rooms/<room_id>/step")
def step(room_id: str) -> BaseResponse:
    """`to`: the step to go to, next to `seen`, the one the room was at on the page."""
    room, actor = room_for(room_id, Permission.STEP_MOVE)
    form = Form(request.form)
    to, seen = form.choice("to", steps.STEPS), form.choice("seen", steps.STEPS)
    form.check()
    agenda.move(db(), actor, room, to=to, seen=seen)
    return _back(room)


@pages.post("/rooms/<room_id>/brief")
def brief(room_id: str) -> BaseResponse:
    """`text`: what the room is asked to do; `seen`: what the page showed. `back`: "console" to go there, else to the room."""
    room, actor = room_for(room_id, Permission.ROOM_RUN)
    form = Form(request.form)
    text = form.text("text", limit=briefs.LONGEST, required=False)
    seen = form.text("seen", limit=briefs.LONGEST, required=False)
    form.check()
    briefs.write(db(), actor, room, text=text, seen=seen)
    say(t("The brief of Room %(number)s is saved.", number=room.number))
    return _back(room)


@pages.post("/rooms/<room_id>/documents")
def pick_documents(room_id: str) -> BaseResponse:
    """`source`: those the room is to have at hand, none for all; `seen`: those picked on the page. `back`: as for the brief."""
    room, actor = room_for(room_id, Permission.ROOM_RUN)
    form = Form(request.form)
    documents.pick(db(), actor, room, form.choices("source"), seen=form.choices("seen"))
    if room.documents:
        say(t("Room %(number)s has these at hand: %(count)s.", number=room.number, count=len(room.documents)))
    else:
        say(t("Room %(number)s has all sources of the session at hand.", number=room.number))
    return _back(room)


@pages.post("/rooms/<room_id>/nudge")
def nudge(room_id: str) -> BaseResponse:
    """Call those again who stayed elsewhere. `back`: "console" to go there, else to the room."""
    room, actor = room_for(room_id, Permission.ROOM_RUN)
    called = entering.nudge(db(), actor, [room])
    say(t("Called again to Room %(number)s: %(count)s.", number=room.number, count=len(called)))
    return _back(room)


def _back(room: Room) -> BaseResponse:
    if request.form.get("back") == "console":
        return back_to(f"/rounds/{room.round.public_id}/console")
    return back_to(f"/rooms/{room.public_id}")
