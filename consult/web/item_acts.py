"""Routes of what makes items out of items, and of their order in the room: copy, split, merge, move."""

from typing import Any

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as BaseResponse

from consult.drafting import service as drafting
from consult.drafting.limits import LONGEST_TITLE
from consult.errors import Invalid, NotAllowed, NotFound
from consult.i18n import N_
from consult.items import arranging, combining, pieces
from consult.items.models import ActionItem, ItemState
from consult.items.queries import items_of_room
from consult.permissions.actor import Actor
from consult.permissions.check import refusal as why_not
from consult.permissions.names import Permission
from consult.rooms.models import Room
from consult.web.context import db
from consult.web.forms import Form
from consult.web.item_pages import form_page
from consult.web.loading import item_for
from consult.web.pages import back_to, refusal, say, t
from consult.web.provenance import called, fact_name, fact_value

pages = Blueprint("item_acts", __name__)
STEPS = {"up": arranging.move_up, "down": arranging.move_down}
ALREADY_THERE = {
    "up": N_("Item %(number)s is the first of %(count)s already."),
    "down": N_("Item %(number)s is the last of %(count)s already."),
}


@pages.post("/items/<public_id>/place")
def place(public_id: str) -> BaseResponse:
    """Move an item by one place (`step`), or behind another one (`after`; empty: to the top)."""
    found, actor = item_for(public_id)
    form = Form(request.form)
    before = [item.id for item in items_of_room(db(), found.room_id)]
    if "step" in form.values:
        step = form.choice("step", STEPS)
        form.check()
        now = STEPS[step](db(), actor, found)
    else:
        after = form.values.get("after", "")
        now = arranging.move_behind(db(), actor, found, _neighbour(found, after) if after else None)
    words = N_("Item %(number)s is now at place %(place)s of %(count)s.")
    if before[now - 1 : now] == [found.id]:
        words = ALREADY_THERE.get(
            form.values.get("step", ""), N_("Item %(number)s is at place %(place)s of %(count)s already.")
        )
    say(t(words, number=found.number, place=now, count=len(items_of_room(db(), found.room_id))))
    return back_to(_in_room(found.room, _looked_at(found)))


@pages.post("/items/<public_id>/copy")
def copy(public_id: str) -> BaseResponse:
    found, actor = item_for(public_id)
    made = combining.duplicate_item(db(), actor, found)
    say(t("Item %(number)s is a copy of item %(original)s.", number=made.number, original=found.number))
    return back_to(_in_room(found.room, made))


@pages.get("/items/<public_id>/split")
def split_page(public_id: str) -> Response:
    found, actor = item_for(public_id)
    _require_edit(actor, found)
    return _split_page(found, actor)


@pages.post("/items/<public_id>/split")
def split(public_id: str) -> BaseResponse:
    found, actor = item_for(public_id)
    form = Form(request.form)
    number, _, mark = str(form.values.get("at", "")).partition(".")
    if not mark or not number.isdecimal() or len(number) > 6:
        form.refuse("at", "item.choose_passage")
    title = form.line("title", limit=LONGEST_TITLE, required=False)
    try:
        form.check()
        made = combining.split_item(db(), actor, found, place=int(number), mark=mark, title=title)
    except Invalid as error:
        db().rollback()  # the page shows how things stand, without what was begun
        _require_edit(actor, found)
        return _split_page(found, actor, form, error.fields or {"at": refusal(error.code)})
    say(
        t(
            "The rest of item %(number)s is item %(new)s now, with the same details. Look at both once more.",
            number=found.number,
            new=made.number,
        )
    )
    return back_to(_in_room(found.room, made))


@pages.get("/items/<public_id>/merge")
def merge_page(public_id: str) -> Response:
    found, actor = item_for(public_id)
    _require_merge(actor, found)
    named = request.args.get("into", "")
    return _merge_page(found, actor, _neighbour(found, named) if named else None)


@pages.post("/items/<public_id>/merge")
def merge(public_id: str) -> BaseResponse:
    found, actor = item_for(public_id)
    form = Form(request.form)
    into = _neighbour(found, form.values.get("into", ""))
    choices = {
        name.removeprefix("fact."): value for name, value in form.values.items() if name.startswith("fact.")
    }
    try:
        unanswered = combining.merge_item(db(), actor, found, into, choices=choices)
    except Invalid as error:
        db().rollback()  # as above
        _require_merge(actor, found)
        return _merge_page(found, actor, into, choices, {"into": refusal(error.code)})
    if unanswered:
        errors = {f"fact.{one.key}": refusal("field.choice") for one in unanswered}
        return _merge_page(found, actor, into, choices, errors)
    say(
        t(
            "Item %(number)s is part of item %(into)s now. It stays in the record as merged.",
            number=found.number,
            into=into.number,
        )
    )
    return back_to(_in_room(found.room, into))


def _split_page(
    item: ActionItem, actor: Actor, form: Form | None = None, errors: dict[str, str] | None = None
) -> Response:
    content = drafting.content_of(db(), item)
    values = form.values if form else {}
    blocks = pieces.blocks_of(content.text)
    return form_page(
        "items/split.html",
        item,
        actor,
        errors,
        named=content.title,
        suggestions=content.suggestions,
        first=blocks[0] if blocks else None,
        blocks=blocks[1:],
        chosen=values.get("at", ""),
        title=values.get("title", ""),
        crumb=t("Split"),
    )


def _merge_page(
    item: ActionItem,
    actor: Actor,
    into: ActionItem | None,
    choices: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    against: list[dict[str, Any]] = []
    suggestions = 0
    if into is not None:
        theirs, ours = drafting.content_of(db(), item), drafting.content_of(db(), into)
        suggestions = theirs.suggestions
        against = [
            {
                "key": found.key,
                "name": fact_name(found.key),
                "kept": fact_value(found.key, found.kept),
                "taken": fact_value(found.key, found.taken),
                "options": found.options,
                "chosen": (choices or {}).get(found.key, ""),
            }
            for found in pieces.contradictions(ours.facts, theirs.facts)
        ]
    others = [one for one in items_of_room(db(), item.room_id) if one.state == ItemState.DRAFTING]
    return form_page(
        "items/merge.html",
        item,
        actor,
        errors,
        into=into,
        others=[(one.public_id, called(one)) for one in others if one.id != item.id],
        called=called,
        against=against,
        suggestions=suggestions,
        crumb=t("Merge"),
    )


def _require_edit(actor: Actor, item: ActionItem) -> None:
    _require(actor, Permission.ITEM_EDIT, item)


def _require_merge(actor: Actor, item: ActionItem) -> None:
    _require(actor, Permission.ITEM_MERGE, item)


def _require(actor: Actor, permission: Permission, item: ActionItem) -> None:
    reason = why_not(actor, permission, item)
    if reason is not None:
        raise NotAllowed(reason)


def _neighbour(item: ActionItem, public_id: str) -> ActionItem:
    """Another item of the same room, or the same one."""
    found, _actor = item_for(public_id)
    if found.room_id != item.room_id:
        raise NotFound()
    return found


def _looked_at(moved: ActionItem) -> ActionItem:
    """The item whose page the form was sent from."""
    named = request.form.get("at", "")
    return _neighbour(moved, named) if named else moved


def _in_room(room: Room, item: ActionItem) -> str:
    return f"/rooms/{room.public_id}?item={item.public_id}"
