"""Routes that make one room of two, and two of one."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as BaseResponse

from consult.db import Db
from consult.drafting import service as drafting
from consult.errors import Invalid, NotFound
from consult.items.models import ActionItem
from consult.items.queries import drafted_in
from consult.people.models import Member
from consult.permissions.actor import Actor
from consult.permissions.names import Permission
from consult.proceedings import regrouping
from consult.rooms import queries as rooms
from consult.rooms.actors import actor_for
from consult.rooms.models import Room
from consult.rooms.timing import EDITABLE
from consult.web.context import db, in_the_writer
from consult.web.forms import Form, sentences
from consult.web.loading import consultation_of, members_called, room_for
from consult.web.pages import back_to, render_page, say, t
from consult.web.round_view import crumbs_of

pages = Blueprint("regroup", __name__)


@pages.get("/rooms/<room_id>/regroup")
def regroup(room_id: str) -> Response:
    room, actor = room_for(room_id, Permission.ROOM_RUN)
    return _page(room, actor)


@pages.post("/rooms/<room_id>/merge")
def merge(room_id: str) -> BaseResponse:
    """`into`: number of the other room; `reason`: one line for those who move."""
    room, actor = room_for(room_id, Permission.ROOM_RUN)
    form, console = Form(request.form), f"/rounds/{room.round.public_id}/console"
    try:
        number = form.number("into", low=1, high=999)
        reason = form.line("reason", limit=300, required=False)
        form.check()
        into = next((other.id for other in _others(room) if other.number == number), None)
        if into is None:
            raise Invalid("form.invalid", fields={"into": "room.merge_itself"})

        def act(db: Db, actor: Actor, room: Room) -> dict[str, object]:
            other = db.get_one(Room, into)
            brought = regrouping.merge_rooms(db, actor, room, other, reason=reason)
            return {"number": room.number, "into": other.number, "count": len(brought)}

        done = _in_the_writer(room, actor, act)
    except Invalid as error:
        return _again(room_id, form, error.fields or {"into": error.code})
    say(t("Room %(number)s is merged into Room %(into)s; %(count)s of its items go on there.", **done))
    return back_to(console)


@pages.post("/rooms/<room_id>/split")
def split(room_id: str) -> BaseResponse:
    """`member`: who goes; `item`: what goes along."""
    room, actor = room_for(room_id, Permission.ROOM_RUN)
    form, console = Form(request.form), f"/rounds/{room.round.public_id}/console"
    names = form.choices("member")
    going = [member.id for member in members_called(room.round, names)] if names else []
    along = [item.id for item in _items_called(room, form.choices("item"))]

    def act(db: Db, actor: Actor, room: Room) -> dict[str, object]:
        people = [db.get_one(Member, member) for member in going]
        items = [db.get_one(ActionItem, item) for item in along]
        made = regrouping.split_room(db, actor, room, people=people, items=items)
        return {"made": made.number, "number": room.number}

    try:
        done = _in_the_writer(room, actor, act)
    except Invalid as error:
        return _again(room_id, form, error.fields or {"member": error.code})
    say(t("Room %(made)s is open beside Room %(number)s.", **done))
    return back_to(console)


def _in_the_writer(
    room: Room, actor: Actor, act: Callable[[Db, Actor, Room], dict[str, object]]
) -> dict[str, object]:
    """Merge or split once everything that was received of the room's text is written."""
    room_id, user_id, consultation_id = room.id, actor.user_id, actor.consultation_id

    def do(db: Db) -> dict[str, object]:
        now = actor_for(db, user_id, consultation_id)
        if now is None:
            raise NotFound()
        return act(db, now, db.get_one(Room, room_id))

    return in_the_writer(do)


def _again(room_id: str, form: Form, fields: dict[str, str]) -> Response:
    """The page once more, with what is wrong."""
    db().rollback()
    room, actor = room_for(room_id, Permission.ROOM_RUN)
    return _page(room, actor, form.values, sentences(fields))


def _others(room: Room) -> list[Room]:
    return [other for other in room.round.rooms if other.id != room.id and other.state in EDITABLE]


def _items_called(room: Room, names: list[str]) -> list[ActionItem]:
    found = {item.public_id: item for item in drafted_in(db(), room.id)}
    if any(name not in found for name in names):
        raise NotFound()
    return [found[name] for name in dict.fromkeys(names)]


def _page(
    room: Room, actor: Actor, values: dict[str, Any] | None = None, errors: dict[str, str] | None = None
) -> Response:
    items = drafted_in(db(), room.id)
    return render_page(
        "rooms/regroup.html",
        status=422 if errors else 200,
        actor=actor,
        consultation=consultation_of(room),
        breadcrumb=crumbs_of(room.round, t("Merge or split Room %(number)s", number=room.number)),
        round=room.round,
        room=room,
        is_open=room.state in EDITABLE,
        others=_others(room),
        people=rooms.seated_in_room(db(), room),
        items=items,
        suggestions={item.public_id: drafting.content_of(db(), item).suggestions for item in items},
        chosen=set(request.form.getlist("member")) | set(request.form.getlist("item")),
        values=values or {},
        errors=errors or {},
    )
