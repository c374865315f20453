"""Routes of single acts on a seating: lock, exchange, take back, what a move costs, offers, and the record of a proposal."""

import json
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as BaseResponse

from consult.errors import NotFound
from consult.exports.filenames import content_disposition
from consult.permissions.names import Permission
from consult.rooms.models import Round
from consult.seating import service
from consult.seating.proposals.offers import accept_offer, price_of
from consult.web import undo as taken_back
from consult.web.context import db, writes_on_get
from consult.web.forms import Form
from consult.web.loading import members_called, round_for
from consult.web.pages import back_to, refusal, render_page, say, t
from consult.web.seating_view import SeatingView

pages = Blueprint("seating_acts", __name__)
MOVE, PROPOSE = Permission.SEAT_MOVE, Permission.SEATING_PROPOSE
FORMS = {"json": "application/json; charset=utf-8", "csv": "text/csv; charset=utf-8"}


@pages.post("/rounds/<round_id>/seating/selected")
def selected(round_id: str) -> BaseResponse:
    """What is done with the people who are ticked; `act` is the button's value. A person's own lock names act and person.

    `back`: "console" to go there, else to the seating.
    """
    found, actor = round_for(round_id, MOVE)
    form = Form(request.form)
    own = next((name for name in ("lock", "unlock") if form.ticked(name)), None)
    act = own or form.choice("act", ("move", "lock", "unlock", "exchange", "together", "apart"))
    form.check("seating.invalid")
    people = list(dict.fromkeys(form.choices(own or "member")))
    address = home_of(found)
    least = 2 if act in ("exchange", "together", "apart") else 1
    if len(people) < least or (act == "exchange" and len(people) != 2):
        code = {1: "seating.nobody_chosen", 2: "seating.two_people"}[least]
        say(refusal("seating.exactly_two" if act == "exchange" else code), "refused")
        return back_to(address)
    members = members_called(found, people)
    if act == "move":
        return back_to(f"{address}?move={'.'.join(people)}#move-plain")
    if act in ("together", "apart"):
        return back_to(f"{address}?{act}={'.'.join(people)}#ask-{act}")
    if act == "exchange":
        reason = form.line("reason", limit=300, required=False)
        form.check("seating.invalid")
        with taking_back(found, people):
            service.exchange(db(), actor, found, *members, reason=reason, seen=seen_places(form, people))
        one, other = map(SeatingView(found, actor).name, people)
        say(t("Exchanged: %(one)s and %(other)s.", one=one, other=other))
        return back_to(address)
    service.lock(db(), actor, found, members, locked=act == "lock")
    if act == "lock":
        say(t("Locked: %(count)s. They stay where they are when you propose again.", count=len(members)))
    else:
        say(t("Unlocked: %(count)s.", count=len(members)))
    return back_to(address)


@pages.post("/rounds/<round_id>/seating/undo")
def undo(round_id: str) -> BaseResponse:
    found, actor = round_for(round_id, MOVE)
    count = service.undo(db(), actor, found, revision=seen())
    say(t("Taken back, for %(count)s people.", count=count) if count > 1 else t("Taken back."))
    return back_to(f"/rounds/{found.public_id}/seating")


@pages.get("/rounds/<round_id>/seating/price")
def price(round_id: str) -> Response:
    """What moving people to a room would spoil, in words; a fragment for the dialog."""
    found, actor = round_for(round_id, MOVE)
    view = SeatingView(found, actor)
    asked = _people_of("member", view)
    if not asked:
        raise NotFound()
    return render_page(
        "seating/price.html", round=found, prices=priced(view, asked, request.args.get("room", ""))
    )


@pages.post("/rounds/<round_id>/seating/offers")
def offers(round_id: str) -> BaseResponse:
    """Carry out a voluntary move that was offered."""
    found, actor = round_for(round_id, MOVE)
    form = Form(request.form)
    rooms = [int(room) for room in form.choices("room") if room.isdecimal() and len(room) < 5]
    people = form.choices("member")
    seen_then = form.line("seen", limit=64)
    form.check("seating.invalid")
    with taking_back(found, people):
        count = accept_offer(db(), actor, found, people=people, rooms=rooms, seen=seen_then)
    say(t("Moved as offered: %(count)s.", count=count))
    return back_to(home_of(found))


@pages.post("/rounds/<round_id>/seating/check")
def check(round_id: str) -> BaseResponse:
    """Run a proposal again from what was kept of it, and say whether it comes out the same. Changes nothing."""
    found, actor = round_for(round_id, PROPOSE)
    plan = service.plan_for(db(), found, request.form.get("plan", ""))
    outcome = service.rerun_matches(plan)
    kind = {True: "done", False: "refused", None: "attention"}[outcome.matches]
    say(SeatingView(found, actor).said(outcome.sentence), kind)
    return back_to(f"/rounds/{found.public_id}/seating")


@pages.get("/rounds/<round_id>/seating/plans/<plan_id>.<form>")
def plan_file(round_id: str, plan_id: str, form: str) -> Response:
    """The record of a proposal, as JSON or as a table."""
    if form not in FORMS:
        raise NotFound()
    writes_on_get()
    found, actor = round_for(round_id, PROPOSE)
    plan = service.plan_for(db(), found, plan_id)
    if form == "json":
        content = json.dumps(service.plan_json(db(), actor, plan), ensure_ascii=False, indent=1)
    else:
        content = "\ufeff" + service.plan_csv(db(), actor, plan)
    response = Response(content, content_type=FORMS[form])
    name = f"seating-round-{found.number}-seed-{plan.seed}.{form}"
    response.headers["Content-Disposition"] = content_disposition(name)
    response.headers["Cache-Control"] = "no-store"
    return response


def home_of(found: Round) -> str:
    """The page an act on seats was asked for on: the console or the seating."""
    page = "console" if request.form.get("back") == "console" else "seating"
    return f"/rounds/{found.public_id}/{page}"


def seen_places(form: Form, people: Collection[str]) -> dict[str, int | None]:
    """Where the page showed those of these people that it says it of: "member.number" each, 0 for no room."""
    found: dict[str, int | None] = {}
    for raw in form.choices("seen"):
        name, _, number = raw.rpartition(".")
        if name in people and number.isdecimal() and len(number) < 5:
            found[name] = int(number) or None
    return found


@contextmanager
def taking_back(found: Round, people: Iterable[str] | None = None) -> Iterator[None]:
    """What is done meanwhile to the seats of these people, or of those who had none, can be taken back for a while on the console."""
    before = service.seats_now(db(), found)[0]
    yield
    if request.form.get("back") == "console":
        after = service.seats_now(db(), found)[0]
        who = list(people) if people is not None else [name for name in after if name not in before]
        taken_back.offer_moves_back(found, who, before, after)


def seen() -> int | None:
    """The number of the last change that the page knew of, as its form sends it back."""
    given = request.form.get("revision", "")
    return int(given) if given.isdecimal() and len(given) < 10 else None


def moving(view: SeatingView) -> dict[str, Any] | None:
    """People whom the address asks to move, without script; with a room, what that would cost."""
    people = _people_of("move", view)
    if not people:
        return None
    room = request.args.get("room", "")
    return {
        "people": [view.people[name] for name in people],
        "seen": [f"{name}.{view.seats.get(name) or 0}" for name in people],
        "room": room,
        "reason": request.args.get("reason", "")[:300],
        "prices": priced(view, people, room) if room else [],
    }


def priced(view: SeatingView, people: list[str], room: str) -> list[str]:
    """What a move would cost, a sentence each; nothing for a room that is none."""
    if not people or not room.isdecimal() or int(room[:4]) not in view.numbers:
        return []
    found = price_of(db(), view.round, dict.fromkeys(people, int(room[:4])))
    return [view.said(sentence) for sentence in found]


def _people_of(name: str, view: SeatingView) -> list[str]:
    asked = [one for value in request.args.getlist(name) for one in value.split(".")]
    known = {person.public_id for person in view.seatable} if asked else set()
    return [one for one in dict.fromkeys(asked) if one in known]
