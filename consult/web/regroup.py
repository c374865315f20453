"""Routes that make one room of two, and two of one."""

from typing import Any

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as BaseResponse

from consult.drafting import service as drafting
from consult.errors import Invalid, NotFound
from consult.items.models import ActionItem
from consult.items.queries import drafted_in
from consult.permissions.actor import Actor
from consult.permissions.names import Permission
from consult.proceedings import regrouping
from consult.rooms import queries as rooms
from consult.rooms.models import Room
from consult.rooms.timing import EDITABLE
from consult.web.context import db
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
    form = Form(request.form)
    try:
        number = form.number("into", low=1, high=999)
        reason = form.line("reason", limit=300, required=False)
        form.check()
        into = next((other for other in _others(room) if other.number == number), None)
        if into is None:
            raise Invalid("form.invalid", fields={"into": "room.merge_itself"})
        brought = regrouping.merge_rooms(db(), actor, room, into, reason=reason)
    except Invalid as error:
        db().rollback()
        return _page(room, actor, form.values, sentences(error.fields or {"into": error.code}))
    say(
        t(
            "Room %(number)s is merged into Room %(into)s; %(count)s of its items go on there.",
            number=room.number,
            into=into.number,
            count=len(brought),
        )
    )
    return back_to(f"/rounds/{room.round.public_id}/console")


@pages.post("/rooms/<room_id>/split")
def split(room_id: str) -> BaseResponse:
    """`member`: who goes; `item`: what goes along."""
    room, actor = room_for(room_id, Permission.ROOM_RUN)
    form = Form(request.form)
    people = members_called(room.round, form.choices("member")) if form.choices("member") else []
    items = _items_called(room, form.choices("item"))
    try:
        made = regrouping.split_room(db(), actor, room, people=people, items=items)
    except Invalid as error:
        db().rollback()
        return _page(room, actor, form.values, sentences(error.fields or {"member": error.code}))
    say(t("Room %(made)s is open beside Room %(number)s.", made=made.number, number=room.number))
    return back_to(f"/rounds/{room.round.public_id}/console")


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
