"""Routes of rooms: the room page. Sessions, rounds and the console are nested here; items have their own module."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response as BaseResponse

from consult import clock, reference, richtext
from consult.announce import audiences
from consult.drafting.limits import LONGEST_FACT, LONGEST_TITLE
from consult.drafting.schema import TEXT_FACTS
from consult.items.models import GONE, ActionItem, ItemState
from consult.items.queries import items_of_room
from consult.items.service import late_contributions
from consult.items.templates import TEMPLATES
from consult.labels import LABELS
from consult.library.models import Source
from consult.library.service import sources_of
from consult.permissions.actor import Actor
from consult.permissions.check import allows
from consult.permissions.names import Permission
from consult.rooms import broadcasts, documents, entering
from consult.rooms import queries as rooms
from consult.rooms.models import Room, RoomState
from consult.rooms.queries import Person
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
from consult.web.fact_choices import fact_options, picked
from consult.web.figures import Badge, group_parts, in_words, room_clock, room_ends
from consult.web.loading import consultation_of, room_for, session_of
from consult.web.notes import notes_view
from consult.web.pages import back_to, live_page, render_page, t
from consult.web.provenance import goes_on_in
from consult.web.round_view import LEAVING

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
    if request.args.get("part") == "chat":
        return chat.chat_part(found, actor)
    session, consultation = session_of(found), consultation_of(found)
    followed = [
        audiences.room(found.public_id),
        audiences.session(session.public_id),
        audiences.member(actor.public_id),
    ]
    live = live_page(followed, query=_query(found, actor))
    acting = help_calls.acting_in(found, actor)
    db().refresh(found)
    everything = items_of_room(db(), found.id, gone=True)
    items = [item for item in everything if item.state not in GONE]
    chosen = _chosen(items, everything)
    sources = sources_of(db(), consultation.id, session_id=session.id)
    seated, guests = rooms.in_room(db(), found)
    present = [_seen(person, actor, found) for person in seated]
    parts = group_parts(person.mark for person in present)
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
        is_open=found.is_open_at(clock.now()),
        clock=room_clock(found),
        ends=room_ends(found, consultation),
        lines=[_line(item) for item in items],
        chosen=_draft(chosen, actor, acting, sources) if chosen else None,
        longest={"title": LONGEST_TITLE, "text": richtext.ITEM_LIMITS.characters, "fact": LONGEST_FACT},
        may_create=allows(acting, Permission.ITEM_CREATE, found),
        may_arrange=allows(acting, Permission.ITEM_ARRANGE, found),
        templates=TEMPLATES,
        ready=[item for item in items if item.ready_at and item.state == ItemState.DRAFTING],
        present=present,
        guests=guests,
        unread=broadcasts.unread_in(db(), actor, found),
        help=help_calls.help_view(found, actor, guests),
        inside=sum(person.in_room_id == found.id for person in present),
        outside=entering.not_entered(present, found) if acting is actor else [],
        talk=chat.chat_view(found, actor),
        life=room_life.life_of(found, acting, present),
        duties=[person for person in present if person.duty],
        parts=parts,
        part_words=in_words(parts),
        sources=sources,
        at_hand=documents.at_hand(found, sources),
        library_url=f"{settings().public_url}/c/{consultation.public_id}/library",
        late=_late(chosen, acting),
        goto_rules=_goto(found, session.public_id),
    )


def _query(room: Room, actor: Actor) -> str:
    return f"room={room.public_id}" + ("&as=observer" if help_calls.observes(room, actor) else "")


def _seen(person: Person, actor: Actor, room: Room) -> Person:
    """The reader is in the room by reading its page, before their presence is written down."""
    is_reader = person.public_id == actor.public_id
    return replace(person, is_here=True, in_room_id=room.id) if is_reader else person


def _chosen(items: Sequence[ActionItem], everything: Sequence[ActionItem]) -> ActionItem | None:
    """The item asked for, also when it has left the list; else the first one still being drafted, else the first."""
    asked = request.args.get("item", "")
    by_id = {item.public_id: item for item in everything}
    if asked in by_id:
        return by_id[asked]
    drafting_now = (item for item in items if item.state == ItemState.DRAFTING)
    return next(drafting_now, items[0] if items else None)


def _line(item: ActionItem) -> dict[str, Any]:
    return {
        "item": item,
        "badge": _badge(item),
        "brackets": richtext.open_brackets(item.text) + item.title.count("["),
    }


def _badge(item: ActionItem) -> Badge:
    return Badge("ready" if item.ready_at and item.state == ItemState.DRAFTING else item.state)


def _draft(item: ActionItem, actor: Actor, acting: Actor, sources: Sequence[Source]) -> dict[str, Any]:
    """Everything the draft panel shows of the chosen item. `acting`: as `help_calls.acting_in`."""
    facts = item.facts or {}
    return {
        "item": item,
        "badge": _badge(item),
        "goes_on": goes_on_in(actor, item),
        "notes": notes_view(item, acting),
        "facts": facts,
        "fact_names": {key: t(name) for key, name in LABELS["fact"].items() if key in TEXT_FACTS},
        "brackets": richtext.open_brackets(item.text) + item.title.count("["),
        "plain": richtext.to_text(item.text),
        "may_edit": allows(acting, Permission.ITEM_EDIT, item),
        "may_submit": allows(acting, Permission.ITEM_SUBMIT, item),
        "may_merge": allows(acting, Permission.ITEM_MERGE, item),
        "may_withdraw": allows(acting, Permission.ITEM_WITHDRAW, item),
        "is_complete": bool(item.title.strip()) and not richtext.is_blank(item.text),
        "actors": reference.actor_classes(),
        "options": fact_options(sources),
        "picked": picked(facts),
    }


def _late(item: ActionItem | None, actor: Actor) -> list[Any]:
    """Late contributions to the chosen item, for those who decide on them."""
    if item is None or not allows(actor, Permission.LATE_DECIDE, item):
        return []
    return late_contributions(db(), item)


def _goto(room: Room, session_id: str) -> list[dict[str, Any]]:
    """When the page takes its person elsewhere: the room closed, or the seat is in another room now."""
    plenary = f"/s/{session_id}"
    closed = {"room": room.public_id, "state": RoomState.CLOSED.value}
    return [
        {
            "event": "room.state_changed",
            "when": closed,
            "url": plenary,
            "yields": True,
            **LEAVING,
            "text": "closed",
        },
        {"event": "seat.moved", "when": {"room": None}, "url": plenary, **LEAVING, "text": "unseated"},
        {"event": "seat.moved", "url": "/rooms/{room}", **LEAVING, "text": "moved"},
    ]
