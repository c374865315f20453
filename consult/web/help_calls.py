"""Routes of the call for help: raised in the room, answered on the console; and how a room sees it."""

from dataclasses import dataclass, replace

from flask import Blueprint, request
from werkzeug.wrappers import Response as BaseResponse

from consult import clock
from consult.people.models import Role
from consult.permissions.actor import Actor
from consult.permissions.check import allows
from consult.permissions.names import Permission
from consult.rooms import help as rooms_help
from consult.rooms.models import Room
from consult.rooms.presence import observers_in
from consult.rooms.queries import Person
from consult.web.context import db
from consult.web.forms import Form
from consult.web.loading import room_for
from consult.web.pages import back_to, say, t

pages = Blueprint("help", __name__)


@dataclass(frozen=True)
class RoomHelp:
    """What the room page shows of help: the flag, what may be done about it, and which facilitators are there."""

    waiting: rooms_help.Waiting | None
    may_ask: bool
    may_cancel: bool
    categories: tuple[str, ...]
    joined: list[Person]
    observing: list[Person]
    #: The reader only looks on.
    reader_observes: bool


def observes(room: Room, actor: Actor) -> bool:
    """Whether the reader only looks on: a facilitator without a seat there who came that way."""
    return actor.is_staff and room.id not in actor.seats and request.args.get("as") == "observer"


def acting_in(room: Room, actor: Actor) -> Actor:
    """The reader as far as the page of a room offers acts: who only looks on is offered what a viewer is."""
    return replace(actor, role=Role.VIEWER.value) if observes(room, actor) else actor


def help_view(room: Room, actor: Actor, guests: list[Person]) -> RoomHelp:
    """The call for help of a room as its page shows it to `actor`."""
    acting = acting_in(room, actor)
    waiting = next(iter(rooms_help.waiting_in(db(), [room.id])), None)
    looking = observers_in(db(), room.id) if guests else set()
    others = [guest for guest in guests if guest.public_id != actor.public_id]
    return RoomHelp(
        waiting=waiting,
        may_ask=waiting is None
        and allows(acting, Permission.HELP_ASK, room)
        and room.is_open_at(clock.now()),
        may_cancel=waiting is not None and allows(acting, Permission.HELP_CANCEL, room),
        categories=rooms_help.CATEGORIES,
        joined=[guest for guest in others if guest.member_id not in looking],
        observing=[guest for guest in others if guest.member_id in looking],
        reader_observes=observes(room, actor),
    )


@pages.post("/rooms/<room_id>/help")
def ask(room_id: str) -> BaseResponse:
    room, actor = room_for(room_id)
    form = Form(request.form)
    category = form.choice("category", rooms_help.CATEGORIES)
    form.check("help.invalid")
    rooms_help.ask(db(), actor, room, category=category)
    say(t("The facilitators see that your room needs help."))
    return back_to(f"/rooms/{room.public_id}")


@pages.post("/rooms/<room_id>/help/cancel")
def cancel(room_id: str) -> BaseResponse:
    room, actor = room_for(room_id)
    rooms_help.cancel(db(), actor, room)
    say(t("The call for help of Room %(number)s has ended.", number=room.number))
    return back_to(_back(room))


@pages.post("/rooms/<room_id>/help/take")
def take(room_id: str) -> BaseResponse:
    room, actor = room_for(room_id, Permission.HELP_ANSWER)
    rooms_help.take(db(), actor, room)
    say(t("Room %(number)s and the other facilitators see that you are on the way.", number=room.number))
    return back_to(_back(room))


@pages.post("/rooms/<room_id>/help/release")
def release(room_id: str) -> BaseResponse:
    room, actor = room_for(room_id, Permission.HELP_ANSWER)
    rooms_help.release(db(), actor, room)
    say(t("The call of Room %(number)s is open for others again.", number=room.number))
    return back_to(_back(room))


def _back(room: Room) -> str:
    is_console = request.form.get("back") == "console"
    return f"/rounds/{room.round.public_id}/console" if is_console else f"/rooms/{room.public_id}"
