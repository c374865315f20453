"""Routes of items: create, write without script, ready, submit, withdraw, send back, late text; the item page."""

import re
from collections.abc import Mapping

from flask import Blueprint, Response, jsonify, request
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response as BaseResponse

from consult import richtext
from consult.drafting import service as drafting
from consult.drafting.history import members_of
from consult.drafting.limits import LONGEST_TITLE
from consult.errors import Invalid, NotFound
from consult.items import plain, service
from consult.items.models import ActionItem
from consult.items.plain import Sending, Words
from consult.items.templates import template_called, text_of
from consult.items.versions import version_for
from consult.library.models import Source
from consult.people.models import Member
from consult.permissions.check import require
from consult.permissions.names import Permission
from consult.rooms.models import Room
from consult.web.context import db, wants_json
from consult.web.forms import Form
from consult.web.item_pages import Sent, item_page, version_page
from consult.web.loading import consultation_of, item_for, room_for
from consult.web.pages import back_to, refusal, say, t
from consult.web.voices import author

pages = Blueprint("items", __name__)
#: Client ids asked for at once.
MOST_WRITERS = 50
#: What pages call themselves and their saves; how many unanswered saves one may name.
_NAME = re.compile(r"[0-9a-f]{1,32}")
MOST_AFTER = 20
LONGEST_TEXT = richtext.ITEM_LIMITS.characters


@pages.get("/items/<public_id>")
def item(public_id: str) -> Response:
    found, actor = item_for(public_id)
    return item_page(found, actor)


@pages.get("/items/<public_id>/versions/<int:number>")
def version(public_id: str, number: int) -> Response:
    found, actor = item_for(public_id)
    return version_page(found, actor, version_for(db(), actor, found, number))


@pages.post("/rooms/<public_id>/items")
def create(public_id: str) -> BaseResponse:
    room, actor = room_for(public_id)
    template = template_called(request.form.get("template", ""))
    text = text_of(template, t) if template else None
    made = service.create_item(db(), actor, room, text=text)
    return back_to(_in_room(room, made))


@pages.post("/rooms/<public_id>/submit")
def submit(public_id: str) -> BaseResponse:
    room, actor = room_for(public_id)
    named = Form(request.form).choices("item")
    submitted = service.submit_items(db(), actor, room, items=_items_in(room, named) if named else None)
    if len(submitted) == 1:
        say(t("Item %(number)s was submitted to plenary.", number=submitted[0].number))
    else:
        say(t("%(number)s items were submitted to plenary.", number=len(submitted)))
    for item in submitted:
        _say_what_is_open(item, drafting.content_of(db(), item).suggestions)
    return back_to(f"/rooms/{room.public_id}")


@pages.post("/items/<public_id>/ready")
def ready(public_id: str) -> BaseResponse:
    found, actor = item_for(public_id)
    if request.form.get("ready", "1") == "1":
        suggestions = service.mark_ready(db(), actor, found)
        say(t("Item %(number)s is marked ready.", number=found.number))
        _say_what_is_open(found, suggestions)
    else:
        service.unmark_ready(db(), actor, found)
        say(t("Item %(number)s is no longer marked ready.", number=found.number))
    return back_to(_in_room(found.room, found))


def _say_what_is_open(item: ActionItem, suggestions: int) -> None:
    if not suggestions:
        return
    words = t(
        "Item %(number)s has open suggestions (%(count)s): what they would put in is not part of the text yet, "
        "what they would take out still is.",
        number=item.number,
        count=suggestions,
    )
    say(words, "attention")


@pages.get("/items/<public_id>/writers")
def writers(public_id: str) -> Response:
    """How those behind client ids of the draft appear to readers: for suggestions whose author has left the page."""
    found, actor = item_for(public_id)
    require(actor, Permission.ROOM_VIEW, found.room)
    asked = [
        int(part) for part in request.args.get("clients", "").split(",")[:MOST_WRITERS] if _is_client(part)
    ]
    by_client = members_of(db(), found.id, asked)
    query = select(Member).where(Member.id.in_(by_client.values()))
    members = db().scalars(query.options(joinedload(Member.user), joinedload(Member.delegation)))
    names = {member.id: author(member, consultation_of(found)).label for member in members}
    return jsonify({str(client): names[member] for client, member in by_client.items()})


def _is_client(part: str) -> bool:
    return part.isascii() and part.isdecimal() and len(part) <= 16


@pages.get("/items/<public_id>/text")
def plain_text(public_id: str) -> Response:
    """Title and text as plain words, for whoever uses little data; 204 when they are what the reader has (`since`)."""
    found, actor = item_for(public_id)
    require(actor, Permission.ROOM_VIEW, found.room)
    since = _changed_at(found)
    if since and request.args.get("since") == since:
        return Response(status=204)
    return jsonify(title=found.title, text=richtext.to_text(found.text), since=since)


@pages.post("/items/<public_id>/text")
def write(public_id: str) -> BaseResponse:
    """Write without the editor. What others wrote since `base_title` and `base_text` stays."""
    found, actor = item_for(public_id)
    form = Form(request.form)
    title = form.line("title", limit=LONGEST_TITLE, required=False)
    text = form.text("text", limit=LONGEST_TEXT, required=False)
    base = Words(
        form.line("base_title", limit=LONGEST_TITLE, required=False),
        form.text("base_text", limit=LONGEST_TEXT, required=False),
    )
    form.check()
    written = plain.write(
        db(),
        actor,
        found,
        Words(title, text),
        base=base if "base_text" in request.form else None,
        sending=_sending(request.form),
    )
    if wants_json():
        return jsonify(
            ok=True, title=written.title, text=richtext.to_text(written.text), since=_changed_at(found)
        )
    say(t("All changes saved"))
    return back_to(_in_room(found.room, found))


def _sending(form: Mapping[str, str]) -> Sending | None:
    """What a page calls itself and its save; None for a form without script, or names that are none of ours."""
    page, save, after = form.get("page", ""), form.get("save", ""), form.get("after", "").split()
    if not all(_NAME.fullmatch(name) for name in (page, save, *after[:MOST_AFTER])):
        return None
    return Sending(page, save, frozenset(after[:MOST_AFTER]))


def _changed_at(item: ActionItem) -> str:
    return item.text_changed_at.isoformat() if item.text_changed_at else ""


@pages.post("/items/<public_id>/quotes")
def quote(public_id: str) -> BaseResponse:
    found, actor = item_for(public_id)
    source = db().scalar(select(Source).where(Source.public_id == request.form.get("source", "")))
    if source is None:
        raise NotFound()
    service.quote_source(db(), actor, found, source)
    say(t("The source is quoted."))
    return back_to(_in_room(found.room, found))


@pages.post("/items/<public_id>/withdraw")
def withdraw(public_id: str) -> BaseResponse:
    found, actor = item_for(public_id)
    service.withdraw_item(db(), actor, found)
    say(t("Item %(number)s was withdrawn. Its text stays in the record.", number=found.number))
    return back_to(f"/rooms/{found.room.public_id}")


@pages.post("/items/<public_id>/return")
def send_back(public_id: str) -> BaseResponse:
    found, actor = item_for(public_id)
    form = Form(request.form)
    reason = form.text("reason", limit=service.LONGEST_REASON)
    try:
        form.check()
        service.return_item(db(), actor, found, reason=reason)
    except Invalid as error:
        return item_page(found, actor, sent=Sent("return", error.fields, form.values))
    if found.room.state == "closed":
        say(
            t(
                "The item was sent back. Its room is closed: reopen it on the console so that people can write."
            )
        )
    else:
        say(t("The item was sent back to its room."))
    return back_to(f"/items/{found.public_id}")


@pages.post("/items/<public_id>/late/<late_id>")
def late(public_id: str, late_id: str) -> BaseResponse:
    found, actor = item_for(public_id)
    contribution = drafting.late_contribution(db(), late_id)
    decision = request.form.get("decision", "")
    if decision not in ("accept", "drop"):
        raise Invalid("form.invalid", fields={"decision": refusal("field.choice")})
    service.decide_late(db(), actor, found, contribution, accept=decision == "accept")
    say(
        t("The late contribution is part of the text now.")
        if decision == "accept"
        else t("The late contribution was set aside. It stays in the record.")
    )
    return back_to(_in_room(found.room, found))


def _in_room(room: Room, found: ActionItem) -> str:
    return f"/rooms/{room.public_id}?item={found.public_id}"


def _items_in(room: Room, names: list[str]) -> list[ActionItem]:
    query = select(ActionItem).where(ActionItem.room_id == room.id, ActionItem.public_id.in_(names))
    items = list(db().scalars(query.order_by(ActionItem.number)))
    if len(items) != len(set(names)):
        raise NotFound()
    return items
