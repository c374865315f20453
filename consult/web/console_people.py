"""People on the console: who has no seat, who is not in their room, who is away since when, and those one looks for. Each can be ticked and moved."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import request

from consult.permissions.actor import Actor
from consult.rooms import queries as rooms
from consult.rooms.counts import groups_by_room
from consult.rooms.entering import not_entered
from consult.rooms.models import RoomState, Round
from consult.rooms.presence import away_since
from consult.rooms.queries import Person
from consult.seating import service as seating
from consult.web.context import db
from consult.web.figures import group_parts
from consult.web.pages import t
from consult.web.seating_view import SeatingView

#: Suggestions cost a comparison of all rooms each, so a crowd is seated with one button instead.
MOST_SUGGESTIONS = 30
#: People of one list; of more it says how many there are, and they can be looked for.
SHOWN = 30
LONGEST_SEARCH = 100
#: Around Latin letters with a number, where there can be no element: right to left they would run into each other.
APART, TOGETHER = "\u2068", "\u2069"


def people_view(found: Round, actor: Actor) -> dict[str, Any]:
    """What the people panel shows of a round: how many are here, who waits for a seat, who is elsewhere, who is missing."""
    people = rooms.people_of_round(db(), found)
    seated = [person for person in people if person.room_id is not None]
    without = [person for person in people if person.room_id is None and person.role in seating.ALWAYS]
    waiting = sorted(without, key=lambda person: not person.is_here)
    outside = not_entered(people, found.rooms)
    suggest = found.rooms and 0 < len(waiting) <= MOST_SUGGESTIONS
    return {
        "seated_count": len(seated),
        "here_count": sum(person.is_here for person in seated),
        "outside": outside,
        "away": [person for person in seated if not person.is_here],
        "since": away_since(db(), found.consultation_id),
        "waiting": waiting,
        "suggested": seating.late_joiners(db(), found) if suggest else {},
        "open_numbers": _open_numbers(found),
        "moving": _moving(found, people),
    }


def found_view(found: Round, actor: Actor) -> dict[str, Any]:
    """Whom the reader looks for: everybody who can have a seat and whose name, delegation or room fits what was typed."""
    typed = " ".join(request.args.get("q", "").split())[:LONGEST_SEARCH]
    people = _looked_for(found, typed) if typed else []
    return {"typed": typed, "found": people[:SHOWN], "found_count": len(people)}


def offers_view(found: Round, actor: Actor) -> dict[str, Any]:
    """Voluntary moves that would bring the rooms back into balance, for people who are here."""
    view = SeatingView(found, actor)
    return {"offers": view.offers if view.may_offer else []}


def to_view(found: Round, actor: Actor) -> dict[str, Any]:
    """Numbers of the rooms that people can be moved to, and who sits in each, in a few words."""
    inside = groups_by_room(db(), found.id)
    return {
        "open_numbers": _open_numbers(found),
        "inside": {room.number: _in_short(inside.get(room.id, {})) for room in found.rooms},
    }


def _open_numbers(found: Round) -> list[int]:
    return [room.number for room in found.rooms if room.state != RoomState.CLOSED]


def _in_short(marks: Mapping[str, int]) -> str:
    """As short as a line of a list must be: "5: AF 2, AP 1, WE 2"."""
    if not marks:
        return t("nobody")
    parts = ", ".join(f"{APART}{part['mark']} {part['shown']}{TOGETHER}" for part in group_parts(marks))
    return f"{sum(marks.values())}: {parts}"


def _looked_for(found: Round, typed: str) -> list[Person]:
    """By parts of name and delegation; or everybody of a room, by its number alone."""
    people = [
        person
        for person in rooms.people_of_round(db(), found)
        if person.room_id is not None or person.role in seating.SEATABLE
    ]
    if typed.isdecimal():
        wanted = {room.id for room in found.rooms if str(room.number) == typed}
        return [person for person in people if person.room_id in wanted]
    return rooms.named(people, typed)


def _moving(found: Round, people: Sequence[Person]) -> dict[str, Any] | None:
    """People whom the address asks to move, without script."""
    asked = request.args.get("move", "").split(".")
    chosen = [person for person in people if person.public_id in asked]
    numbers = {room.id: room.number for room in found.rooms}
    seen = [f"{person.public_id}.{numbers.get(person.room_id or 0, 0)}" for person in chosen]
    return {"people": chosen, "seen": seen} if chosen else None
