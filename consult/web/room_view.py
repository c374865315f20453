"""View data of a room's page: what each part of it shows, made when the part is.

A part is fetched whenever something it shows has changed, by everybody in the room; so what it does not show is not read.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from flask import request

from consult import clock, reference, richtext
from consult.drafting.schema import TEXT_FACTS
from consult.items.models import GONE, ActionItem, ItemState
from consult.items.queries import items_of_room
from consult.labels import LABELS
from consult.library.models import Source
from consult.permissions.actor import Actor
from consult.permissions.check import allows
from consult.permissions.names import Permission
from consult.programme.models import Consultation, Session
from consult.rooms import broadcasts, documents, entering
from consult.rooms import queries as rooms
from consult.rooms.models import Room, RoomState
from consult.rooms.queries import Person
from consult.web import chat, help_calls, room_life
from consult.web.calling import LEAVING, called_in
from consult.web.context import db
from consult.web.fact_choices import fact_options, picked
from consult.web.figures import Badge, group_parts, in_words, room_clock, room_ends
from consult.web.late_view import late_by_item, late_cards
from consult.web.loading import sources_at
from consult.web.notes import notes_view
from consult.web.pages import t
from consult.web.provenance import goes_on_in
from consult.web.shared import shared


class RoomView:
    """The page of one room for one reader. Every property is a value of its template."""

    def __init__(self, room: Room, actor: Actor, session: Session, consultation: Consultation) -> None:
        self._room, self._actor, self._session, self._consultation = room, actor, session, consultation

    @cached_property
    def is_open(self) -> bool:
        return self._room.is_open_at(clock.now())

    @cached_property
    def clock(self) -> dict[str, Any] | None:
        return room_clock(self._room)

    @cached_property
    def ends(self) -> str:
        return room_ends(self._room, self._consultation)

    @cached_property
    def call_rules(self) -> list[dict[str, Any]]:
        return [*_goto(self._room, self._session.public_id), *called_in(self._actor)]

    # Items.

    @cached_property
    def _everything(self) -> Sequence[ActionItem]:
        return items_of_room(db(), self._room.id, gone=True)

    @cached_property
    def _items(self) -> list[ActionItem]:
        return [item for item in self._everything if item.state not in GONE]

    @cached_property
    def _chosen(self) -> ActionItem | None:
        return _chosen(self._items, self._everything)

    @cached_property
    def lines(self) -> list[dict[str, Any]]:
        return [_line(item) for item in self._items]

    @cached_property
    def chosen(self) -> dict[str, Any] | None:
        return _draft(self._chosen, self._actor, self._acting, self.sources) if self._chosen else None

    @cached_property
    def ready(self) -> list[ActionItem]:
        return [item for item in self._items if item.ready_at and item.state == ItemState.DRAFTING]

    @cached_property
    def late(self) -> list[Any]:
        return late_cards(self._chosen, self._acting) if self._chosen else []

    @cached_property
    def late_by_item(self) -> dict[str, int]:
        """How many late contributions wait for each item, for who decides on them."""
        return late_by_item(self._acting, self._room)

    @cached_property
    def sources(self) -> Sequence[Source]:
        return sources_at(self._session)

    @cached_property
    def at_hand(self) -> list[Source]:
        return documents.at_hand(self._room, self.sources)

    @cached_property
    def may_create(self) -> bool:
        return allows(self._acting, Permission.ITEM_CREATE, self._room)

    @cached_property
    def may_arrange(self) -> bool:
        return allows(self._acting, Permission.ITEM_ARRANGE, self._room)

    # People.

    @cached_property
    def _acting(self) -> Actor:
        return help_calls.acting_in(self._room, self._actor)

    @cached_property
    def _people(self) -> tuple[list[Person], list[Person]]:
        room_id = self._room.id
        return shared(("people", room_id), lambda db: rooms.in_room(db, db.get_one(Room, room_id)))

    @cached_property
    def present(self) -> list[Person]:
        return [_seen(person, self._actor, self._room) for person in self._people[0]]

    @cached_property
    def guests(self) -> list[Person]:
        return self._people[1]

    @cached_property
    def inside(self) -> int:
        return sum(person.in_room_id == self._room.id for person in self.present)

    @cached_property
    def outside(self) -> list[Person]:
        return entering.not_entered(self.present, [self._room]) if self._acting is self._actor else []

    @cached_property
    def duties(self) -> list[Person]:
        return [person for person in self.present if person.duty]

    @cached_property
    def parts(self) -> list[dict[str, Any]]:
        return group_parts(person.mark for person in self.present)

    @cached_property
    def part_words(self) -> str:
        return in_words(self.parts)

    # What people do there.

    @cached_property
    def unread(self) -> Any:
        return broadcasts.unread_in(db(), self._actor, self._room)

    @cached_property
    def help(self) -> help_calls.RoomHelp:
        return help_calls.help_view(self._room, self._actor, self.guests)

    @cached_property
    def talk(self) -> Any:
        return chat.chat_view(self._room, self._actor)

    @cached_property
    def life(self) -> room_life.Life:
        return room_life.life_of(self._room, self._acting, self.present)


def _seen(person: Person, actor: Actor, room: Room) -> Person:
    """The reader is in the room by reading its page, before their presence is written down."""
    is_reader = person.public_id == actor.public_id
    return replace(person, is_here=True, is_reached=True, in_room_id=room.id) if is_reader else person


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
        "sees_history": allows(actor, Permission.ITEM_HISTORY, item),
        "is_complete": bool(item.title.strip()) and not richtext.is_blank(item.text),
        "actors": reference.actor_classes(),
        "options": fact_options(sources),
        "picked": picked(facts),
    }


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
