"""Routes of rooms: the room page. Sessions, rounds and the console are nested here; items have their own module."""

from flask import Blueprint, current_app, request
from werkzeug.wrappers import Response as BaseResponse

from consult import richtext
from consult.announce import audiences
from consult.drafting.limits import LONGEST_FACT, LONGEST_TITLE
from consult.items.templates import TEMPLATES
from consult.permissions.actor import Actor
from consult.rooms.models import Room, RoomState
from consult.web import broadcasts as messages
from consult.web import (
    chat,
    clock_acts,
    console,
    console_commands,
    help_calls,
    regroup,
    room_life,
    rounds,
    sessions,
)
from consult.web.context import db, settings
from consult.web.loading import consultation_of, room_for, session_of
from consult.web.pages import back_to, by_need, live_page, render_page, t
from consult.web.room_view import RoomView

pages = Blueprint("rooms", __name__)
pages.register_blueprint(sessions.pages)
pages.register_blueprint(rounds.pages)
pages.register_blueprint(console.pages)
pages.register_blueprint(console_commands.pages)
pages.register_blueprint(help_calls.pages)
pages.register_blueprint(messages.pages)
pages.register_blueprint(clock_acts.pages)
pages.register_blueprint(room_life.pages)
pages.register_blueprint(regroup.pages)
pages.register_blueprint(chat.pages)
BEFORE_OPEN = (RoomState.DRAFT.value, RoomState.STAGED.value)


@pages.get("/rooms/<room_id>")
def room(room_id: str) -> BaseResponse:
    found, actor = room_for(room_id)
    if found.state in BEFORE_OPEN and not actor.is_staff:
        return back_to(f"/rounds/{found.round.public_id}")
    if request.args.getlist("part") == ["chat"]:
        return chat.chat_part(found, actor)
    session, consultation = session_of(found), consultation_of(found)
    followed = [audiences.room(found.public_id), audiences.session(session.public_id)]
    people = 0 if actor.is_staff else current_app.extensions["consult.gauges"]["connections"]()
    live = live_page(actor, followed, query=_query(found, actor), people=people)
    db().refresh(found)
    return render_page(
        "rooms/room.html",
        script="js/pages/room.js",
        live=live,
        actor=actor,
        consultation=consultation,
        breadcrumb=[
            (consultation.short_title, f"/c/{consultation.public_id}"),
            (session.short_title, f"/s/{session.public_id}"),
            (t("Room %(number)s", number=found.number), None),
        ],
        session=session,
        room=found,
        templates=TEMPLATES,
        longest={"title": LONGEST_TITLE, "text": richtext.ITEM_LIMITS.characters, "fact": LONGEST_FACT},
        library_url=f"{settings().public_url}/c/{consultation.public_id}/library",
        **by_need(RoomView(found, actor, session, consultation)),
    )


def _query(room: Room, actor: Actor) -> str:
    return f"room={room.public_id}" + ("&as=observer" if help_calls.observes(room, actor) else "")
