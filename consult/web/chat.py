"""Routes of the chat of a room, and how a room shows it."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, request
from werkzeug.wrappers import Response as BaseResponse

from consult import clock
from consult.disclosure.attribution import Shown
from consult.permissions.actor import Actor
from consult.permissions.check import allows
from consult.permissions.names import Permission
from consult.rooms import chat
from consult.rooms.chat_models import ChatMessage
from consult.rooms.models import Room
from consult.web import help_calls
from consult.web.context import db
from consult.web.forms import Form
from consult.web.loading import consultation_of, room_for
from consult.web.pages import back_to, render_page, t
from consult.web.voices import authors

pages = Blueprint("chat", __name__)


@dataclass(frozen=True)
class Line:
    """One message as the room shows it to one reader."""

    public_id: str
    text: str
    at: datetime
    author: Shown
    is_mine: bool
    removed_as: str | None
    may_remove: bool


@dataclass(frozen=True)
class ChatView:
    """The chat as the room shows it to one reader."""

    lines: list[Line]
    earlier: int
    may_write: bool
    is_open: bool
    longest: int


def chat_view(room: Room, actor: Actor) -> ChatView:
    """The chat of a room as `actor` sees it."""
    acting = help_calls.acting_in(room, actor)
    talk = chat.talk_in(db(), room)
    known = authors(
        {message.member_id for message in talk.messages if message.member_id}, consultation_of(room)
    )
    nobody = Shown(t("A participant"), "")
    is_open = room.is_open_at(clock.now())
    return ChatView(
        lines=[
            _line(message, acting, known.get(message.member_id or 0, nobody)) for message in talk.messages
        ],
        earlier=talk.earlier,
        may_write=is_open and allows(acting, Permission.CHAT_WRITE, room),
        is_open=is_open,
        longest=chat.LONGEST,
    )


def chat_part(room: Room, actor: Actor) -> BaseResponse:
    """The chat alone: a message costs each page in the room this much, and not the whole page."""
    return render_page(
        "rooms/room.html",
        actor=actor,
        consultation=consultation_of(room),
        room=room,
        talk=chat_view(room, actor),
    )


@pages.post("/rooms/<room_id>/chat")
def post(room_id: str) -> BaseResponse:
    """`text`: one line, up to 500 characters."""
    room, actor = room_for(room_id, Permission.CHAT_WRITE)
    form = Form(request.form)
    text = form.line("text", limit=chat.LONGEST)
    form.check("chat.invalid")
    chat.post(db(), actor, room, text=text)
    return back_to(f"/rooms/{room.public_id}#chat")


@pages.post("/rooms/<room_id>/chat/<message_id>/remove")
def remove(room_id: str, message_id: str) -> BaseResponse:
    room, actor = room_for(room_id)
    chat.remove(db(), actor, room, message_id)
    return back_to(f"/rooms/{room.public_id}#chat")


def _line(message: ChatMessage, acting: Actor, author: Shown) -> Line:
    return Line(
        public_id=message.public_id,
        text=message.text,
        at=message.at,
        author=author,
        is_mine=message.member_id == acting.member_id,
        removed_as=message.removed_as,
        may_remove=message.removed_at is None and allows(acting, Permission.CHAT_REMOVE, message),
    )
