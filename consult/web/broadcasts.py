"""Routes of messages from facilitators to rooms."""

from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response as BaseResponse

from consult.errors import Invalid
from consult.permissions.actor import Actor
from consult.permissions.names import Permission
from consult.rooms import broadcasts
from consult.rooms.command_line import numbers_in
from consult.rooms.models import Room, Round
from consult.web.context import db
from consult.web.forms import Form
from consult.web.loading import room_for, rooms_numbered, round_for
from consult.web.pages import back_to, say, t

pages = Blueprint("broadcasts", __name__)


def messages_view(found: Round, actor: Actor) -> dict[str, Any]:
    """The newest messages on the console."""
    return {"sent": broadcasts.sent_in(db(), found), "longest": broadcasts.LONGEST}


@pages.post("/rounds/<round_id>/broadcasts")
def send(round_id: str) -> BaseResponse:
    """`text`; `rooms`: numbers as "3, 7", empty for all."""
    found, actor = round_for(round_id, Permission.BROADCAST_SEND)
    form = Form(request.form)
    text = form.text("text", limit=broadcasts.LONGEST)
    typed = form.line("rooms", limit=200, required=False)
    form.check("broadcast.invalid")
    chosen = _chosen(found, typed)
    message = broadcasts.send(db(), actor, found, chosen, text=text)
    reached = next(sent for sent in broadcasts.sent_in(db(), found) if sent.public_id == message.public_id)
    say(t("Sent to %(rooms)s rooms, %(people)s people.", rooms=len(reached.rooms), people=reached.people))
    return back_to(f"/rounds/{found.public_id}/console")


@pages.post("/rooms/<room_id>/broadcasts/<broadcast_id>/read")
def read(room_id: str, broadcast_id: str) -> BaseResponse:
    room, actor = room_for(room_id)
    broadcasts.confirm(db(), actor, room, broadcast_id)
    return back_to(f"/rooms/{room.public_id}")


def _chosen(round_: Round, typed: str) -> list[Room]:
    if not typed:
        return list(round_.rooms)
    numbers = numbers_in(typed)
    if not numbers:
        raise Invalid("command.no_room", count=len(round_.rooms))
    return rooms_numbered(round_, numbers)
