"""The command bar of the console, and what can be taken back for ten seconds."""

from typing import Any

from flask import Blueprint, request, session
from werkzeug.wrappers import Response as BaseResponse

from consult import clock
from consult.errors import Conflict, Invalid
from consult.permissions.actor import Actor
from consult.permissions.names import Permission
from consult.proceedings import service as proceedings
from consult.rooms import help as rooms_help
from consult.rooms import queries as rooms
from consult.rooms import service as rooms_service
from consult.rooms.command_line import Command, parsed
from consult.rooms.models import EDITABLE, Room, Round
from consult.seating import service as seating
from consult.web.clock_acts import confirming_the_end
from consult.web.context import db, settings
from consult.web.forms import Form
from consult.web.loading import members_called, round_for
from consult.web.pages import back_to, say, t

pages = Blueprint("console_commands", __name__)
#: An act can be taken back this long.
UNDO_SECONDS = 10
_OFFER = "undo"


@pages.post("/rounds/<round_id>/command")
def command(round_id: str) -> BaseResponse:
    """Do what was typed."""
    found, actor = round_for(round_id, Permission.ROOM_RUN)
    form = Form(request.form)
    line = form.line("line", limit=200)
    form.check("command.unknown")
    asked = parsed(line)
    home = f"/rounds/{found.public_id}/console"
    chosen = _chosen(found, asked)
    if asked.act in ("join", "watch"):
        return back_to(f"/rooms/{chosen[0].public_id}" + ("?as=observer" if asked.act == "watch" else ""))
    if asked.act == "move":
        _move(found, actor, asked)
        return back_to(home)
    if asked.act in ("more", "less", "set", "pause", "resume"):
        return _clock(found, actor, asked, chosen) or back_to(home)
    _carry_out(found, actor, asked, chosen)
    return back_to(home)


@pages.post("/rounds/<round_id>/moves/back")
def move_back(round_id: str) -> BaseResponse:
    """Take a move back: `seat` is "member.before.after" per person, 0 for no room. Refused when somebody was moved on meanwhile."""
    found, actor = round_for(round_id, Permission.SEAT_MOVE)
    asked = [_seat(raw) for raw in Form(request.form).choices("seat")]
    members_called(found, [member for member, _before, _after in asked])
    seats = seating.seats_now(db(), found)[0]
    if not asked or any(seats.get(member, 0) != after for member, _before, after in asked):
        raise Conflict("seating.already_elsewhere")
    for number in sorted({before for _member, before, _after in asked}):
        names = [member for member, before, _after in asked if before == number]
        members = members_called(found, names)
        seating.move_people(db(), actor, found, members, number=number or None)
    say(t("Taken back: %(count)s.", count=len(asked)))
    return back_to(f"/rounds/{found.public_id}/console")


def offer_move_back(round_: Round, before: dict[str, int], names: list[str], number: int | None) -> None:
    """After a move: let the person who made it take it back for ten seconds.

    Args:
        before: where everybody sat, room numbers by public id.
    """
    seats = [f"{name}.{before.get(name, 0)}.{number or 0}" for name in names if before.get(name) != number]
    _offer(f"/rounds/{round_.public_id}/moves/back", [("seat", seat) for seat in seats])


def undo_view(round_: Round) -> dict[str, Any]:
    """What can be taken back now, for the console of a round."""
    offer = session.get(_OFFER)
    if not offer or not offer["address"].startswith(f"/rounds/{round_.public_id}/"):
        return {"undo": None}
    left = (offer["until"] - clock.milliseconds(clock.now())) / 1000
    return {"undo": {**offer, "seconds": max(1, round(left))} if left > 0 else None}


def _offer(address: str, fields: list[tuple[str, str]]) -> None:
    until = clock.milliseconds(clock.now()) + UNDO_SECONDS * 1000
    session[_OFFER] = {"address": address, "fields": fields, "until": until}


def _seat(raw: str) -> tuple[str, int, int]:
    name, _, rooms_ = raw.partition(".")
    before, _, after = rooms_.partition(".")
    if not (before.isdecimal() and after.isdecimal() and len(rooms_) < 12):
        raise Invalid("seating.invalid")
    return name, int(before), int(after)


def _chosen(round_: Round, asked: Command) -> list[Room]:
    """The rooms a command is about; without a number those that are open."""
    if not asked.rooms:
        return [room for room in round_.rooms if room.state in EDITABLE]
    by_number = {room.number: room for room in round_.rooms}
    if not set(asked.rooms) <= set(by_number):
        raise Invalid("command.no_room", count=len(by_number))
    return [by_number[number] for number in asked.rooms]


def _clock(round_: Round, actor: Actor, asked: Command, chosen: list[Room]) -> BaseResponse | None:
    if not chosen:
        raise Conflict("room.not_open")
    minutes = asked.minutes

    def do(past_end: bool) -> None:
        if asked.act == "pause":
            rooms_service.pause(db(), actor, chosen)
        elif asked.act == "resume":
            rooms_service.resume(db(), actor, chosen, past_end=past_end)
        elif asked.act == "set":
            rooms_service.set_left(db(), actor, chosen, minutes=minutes, past_end=past_end)
        else:
            by = minutes if asked.act == "more" else -minutes
            rooms_service.extend(db(), actor, chosen, minutes=by, past_end=past_end)

    confirm = confirming_the_end(round_, actor, do)
    if confirm is None:
        say(t("Done for the clocks of %(count)s rooms.", count=len(chosen)))
        back = {"more": "less", "less": "more", "pause": "resume", "resume": "pause"}.get(asked.act)
        if back and not asked.rooms:
            fields = [("act", back), *([("minutes", str(minutes))] if minutes else [])]
            _offer(f"/rounds/{round_.public_id}/clock", fields)
    return confirm


def _carry_out(round_: Round, actor: Actor, asked: Command, chosen: list[Room]) -> None:
    if asked.act == "open":
        opened = rooms_service.open_rooms(db(), actor, round_)
        say(t("Rooms open: %(count)s. People are taken there by their own pages.", count=len(opened)))
    elif asked.act == "recall":
        seconds = settings().recall_seconds
        if asked.rooms:
            for room in chosen:
                proceedings.recall_room(db(), actor, room, seconds=seconds)
        else:
            chosen = proceedings.recall(db(), actor, round_, seconds=seconds)
        values = {"count": len(chosen), "seconds": seconds}
        say(t("%(count)s rooms are recalled and can still write for %(seconds)s seconds.", **values))
    elif asked.act == "take":
        rooms_help.take(db(), actor, chosen[0])
        say(
            t(
                "Room %(number)s and the other facilitators see that you are on the way.",
                number=chosen[0].number,
            )
        )
    else:
        rooms_help.cancel(db(), actor, chosen[0])
        say(t("The call for help of Room %(number)s has ended.", number=chosen[0].number))


def _move(round_: Round, actor: Actor, asked: Command) -> None:
    words = asked.who.casefold().split()
    found = [
        person
        for person in rooms.everybody(db(), round_.consultation_id)
        if all(word in f"{person.name} {person.delegation}".casefold() for word in words)
    ]
    if len(found) != 1:
        names = ", ".join(person.name for person in found[:4])
        raise Invalid("command.who_many" if found else "command.who_none", who=asked.who, names=names)
    (member,) = members_called(round_, [found[0].public_id])
    before = seating.seats_now(db(), round_)[0]
    number = asked.rooms[0]
    seating.move_people(db(), actor, round_, [member], number=number)
    say(t("%(name)s moved to Room %(number)s.", name=found[0].name, number=number))
    offer_move_back(round_, before, [member.public_id], number)
