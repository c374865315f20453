"""The command bar of the console, and the way back after a move."""

from collections.abc import Collection, Sequence

from flask import Blueprint, request
from werkzeug.wrappers import Response as BaseResponse

from consult.errors import Conflict, Invalid
from consult.permissions.actor import Actor
from consult.permissions.names import Permission
from consult.proceedings import service as proceedings
from consult.rooms import entering
from consult.rooms import help as rooms_help
from consult.rooms import queries as rooms
from consult.rooms import service as rooms_service
from consult.rooms.command_line import Command, parsed
from consult.rooms.models import EDITABLE, Room, Round
from consult.seating import service as seating
from consult.web import undo
from consult.web.clock_acts import (
    ACTS,
    ClockAct,
    change_clocks,
    confirming_the_end,
    minutes_left,
    offer_recall_back,
    said,
)
from consult.web.context import db, settings
from consult.web.forms import Form
from consult.web.loading import members_called, rooms_numbered, round_for
from consult.web.pages import back_to, say, t

pages = Blueprint("console_commands", __name__)


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
    if asked.act in ACTS:
        return _clock(found, actor, asked, chosen) or back_to(home)
    return _carry_out(found, actor, asked, chosen) or back_to(home)


@pages.post("/rounds/<round_id>/moves/back")
def move_back(round_id: str) -> BaseResponse:
    """Take a move back: `seat` is "member.before.after" per person, 0 for no room. Refused when somebody was moved on meanwhile."""
    found, actor = round_for(round_id, Permission.SEAT_MOVE)
    asked = [_seat(raw) for raw in Form(request.form).choices("seat")]
    members_called(found, [member for member, _before, _after in asked])
    if not asked:
        raise Conflict("seating.already_elsewhere")
    for number in sorted({before for _member, before, _after in asked}):
        places = {member: after or None for member, before, after in asked if before == number}
        members = members_called(found, list(places))
        seating.move_people(db(), actor, found, members, number=number or None, seen=places)
    undo.forget()
    say(t("Taken back: %(count)s.", count=len(asked)))
    return back_to(f"/rounds/{found.public_id}/console")


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
    return rooms_numbered(round_, asked.rooms)


def _clock(round_: Round, actor: Actor, asked: Command, chosen: list[Room]) -> BaseResponse | None:
    act = ClockAct(asked.act, asked.minutes, Form(request.form).line("seen", limit=1000, required=False))
    page, done = change_clocks(round_, actor, chosen, act)
    if page is None:
        say(said(act, done))
    return page


def _carry_out(round_: Round, actor: Actor, asked: Command, chosen: list[Room]) -> BaseResponse | None:
    """The page that asks before something is done; None when it is done."""
    if asked.act == "open":
        return opened(round_, actor, chosen if asked.rooms else None)
    if asked.act == "recall":
        seconds, before = settings().recall_seconds, minutes_left(chosen)
        if asked.rooms:
            for room in chosen:
                proceedings.recall_room(db(), actor, room, seconds=seconds)
        else:
            chosen = proceedings.recall(db(), actor, round_, seconds=seconds)
        offer_recall_back(round_, chosen, before)
        values = {"count": len(chosen), "seconds": seconds}
        say(t("%(count)s rooms are recalled and can still write for %(seconds)s seconds.", **values))
    elif asked.act == "call":
        call_people_in(actor, chosen)
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
    return None


def call_people_in(actor: Actor, chosen: Collection[Room]) -> None:
    """Call those in who have a seat in one of these rooms and are elsewhere."""
    called = entering.nudge(db(), actor, chosen)
    say(t("Called to their rooms: %(count)s.", count=len(called)))


def opened(round_: Round, actor: Actor, only: Sequence[Room] | None = None) -> BaseResponse | None:
    """Open the staged rooms of a round: the page that asks before they pass the session's end; None when they are open.

    Args:
        only: those to open; None for all.
    """
    found: list[Room] = []

    def do(past_end: bool) -> None:
        found.extend(rooms_service.open_rooms(db(), actor, round_, only=only, past_end=past_end))

    page = confirming_the_end(round_, actor, do)
    if page is None and only is not None and len(found) == 1:
        say(
            t(
                "Room %(number)s is open. Its people are taken there by their own pages.",
                number=found[0].number,
            )
        )
    elif page is None:
        say(t("Rooms open: %(count)s. People are taken there by their own pages.", count=len(found)))
    return page


def _move(round_: Round, actor: Actor, asked: Command) -> None:
    found = rooms.named(rooms.everybody(db(), round_.consultation_id), asked.who)
    if len(found) != 1:
        names = ", ".join(person.name for person in found[:4])
        raise Invalid("command.who_many" if found else "command.who_none", who=asked.who, names=names)
    (member,) = members_called(round_, [found[0].public_id])
    before = seating.seats_now(db(), round_)[0]
    number = asked.rooms[0]
    seating.move_people(db(), actor, round_, [member], number=number)
    say(t("%(name)s moved to Room %(number)s.", name=found[0].name, number=number))
    undo.offer_moves_back(round_, [member.public_id], before, seating.seats_now(db(), round_)[0])
