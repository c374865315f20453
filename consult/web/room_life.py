"""Routes of what happens in a room while it is open, apart from its text: calling people in."""

from flask import Blueprint, request
from werkzeug.wrappers import Response as BaseResponse

from consult.permissions.names import Permission
from consult.rooms import entering
from consult.rooms.models import Room
from consult.web.context import db
from consult.web.loading import room_for
from consult.web.pages import back_to, say, t

pages = Blueprint("room_life", __name__)


@pages.post("/rooms/<room_id>/nudge")
def nudge(room_id: str) -> BaseResponse:
    """Call those again who stayed elsewhere. `back`: "console" to go there, else to the room."""
    room, actor = room_for(room_id, Permission.ROOM_RUN)
    called = entering.nudge(db(), actor, room)
    say(t("Called again to Room %(number)s: %(count)s.", number=room.number, count=len(called)))
    return _back(room)


def _back(room: Room) -> BaseResponse:
    if request.form.get("back") == "console":
        return back_to(f"/rounds/{room.round.public_id}/console")
    return back_to(f"/rooms/{room.public_id}")
