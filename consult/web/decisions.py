"""Routes of decisions: what awaits a delegation, opening and closing polls, the ballot, the result."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse

from consult import clock, richtext
from consult.announce import audiences
from consult.decisions import queries, service
from consult.decisions.models import Ballot, Choice, Decision
from consult.decisions.service import QUESTION
from consult.errors import Conflict, Invalid, NotFound
from consult.items.models import ActionItem
from consult.items.queries import items_of_session
from consult.labels import of
from consult.permissions.actor import Actor
from consult.permissions.check import allows
from consult.permissions.check import refusal as why_not
from consult.permissions.names import Permission
from consult.programme.models import Session, SessionState
from consult.web.context import db
from consult.web.decision_views import result_view
from consult.web.forms import Form
from consult.web.item_pages import crumbs, item_name
from consult.web.loading import consultation_of, decision_for, session_for, session_of
from consult.web.pages import back_to, live_page, refusal, render_page, say, t

pages = Blueprint("decisions", __name__)
#: Minutes until a poll closes by itself; 0: a facilitator closes it.
LENGTHS = (0, 5, 10, 30, 60, 1440)


@pages.get("/s/<public_id>/decisions")
def decisions(public_id: str) -> Response:
    session, actor = session_for(public_id)
    return _session_page(session, actor)


@pages.post("/s/<public_id>/decisions")
def open_polls(public_id: str) -> BaseResponse:
    session, actor = session_for(public_id)
    form = Form(request.form)
    minutes = form.number("minutes", low=0, high=LENGTHS[-1])
    try:
        form.check()
        items = _items_called(session, form.choices("item"))
        deadline = clock.now() + timedelta(minutes=minutes) if minutes else None
        opened = service.open_poll(db(), actor, session, items, deadline_at=deadline)
    except (Invalid, Conflict) as error:
        errors = getattr(error, "fields", {}) or {"item": refusal(error.code)}
        return _session_page(session, actor, errors=errors, form=form, status=error.status)
    say(
        t("The indicative poll is open.")
        if len(opened) == 1
        else t("Indicative polls are open on %(number)s items.", number=len(opened))
    )
    return back_to(f"/s/{session.public_id}/decisions")


@pages.get("/decisions/<public_id>")
def decision(public_id: str) -> Response:
    found, actor = decision_for(public_id)
    return _decision_page(found, actor)


@pages.post("/decisions/<public_id>/ballots")
def cast(public_id: str) -> BaseResponse:
    found, actor = decision_for(public_id)
    form = Form(request.form)
    choice = str(form.values.get("choice", ""))
    if choice not in set(Choice):
        errors = {"choice": refusal("decision.invalid")}
        return _decision_page(found, actor, errors=errors, status=422)
    if not form.ticked("confirmed"):
        return _decision_page(found, actor, chosen=choice)
    receipt = service.cast(db(), actor, found, choice=choice)
    say(t("Recorded for your delegation: %(choice)s.", choice=t(of("choice", receipt.choice))))
    return back_to(f"/decisions/{found.public_id}")


@pages.post("/decisions/<public_id>/close")
def close(public_id: str) -> BaseResponse:
    found, actor = decision_for(public_id)
    service.close_poll(db(), actor, found)
    say(t("The poll is closed. The result is shown."))
    return back_to(f"/decisions/{found.public_id}")


def _session_page(
    session: Session,
    actor: Actor,
    *,
    errors: dict[str, str] | None = None,
    form: Form | None = None,
    status: int = 200,
) -> Response:
    consultation = consultation_of(session)
    live = live_page([audiences.session(session.public_id)], f"session={session.public_id}")
    found = queries.decisions_of_session(db(), session.id)
    lines = _lines(found, actor)
    polled = {decision.item_id for decision in found if decision.closed_at is None}
    chosen = set(form.choices("item")) if form else {request.args.get("item", "")}
    return render_page(
        "decisions/session.html",
        script="js/pages/live.js",
        live=live,
        breadcrumb=[*crumbs(consultation, session), (t("Indicative poll"), None)],
        actor=actor,
        consultation=consultation,
        status=status,
        session=session,
        awaiting=[line for line in lines if line["awaits_me"]],
        others=[line for line in lines if not line["awaits_me"] and line["state"] == "open"],
        closed=[line for line in lines if line["state"] == "closed"],
        may_open=allows(actor, Permission.DECISION_OPEN, session) and session.state != SessionState.CLOSED,
        candidates=_candidates(session, polled, chosen) if actor.is_staff else [],
        lengths=[(minutes, _length(minutes)) for minutes in LENGTHS],
        minutes=form.values.get("minutes", "0") if form else "0",
        errors=errors or {},
    )


def _lines(found: Any, actor: Actor) -> list[dict[str, Any]]:
    """One line for each poll: its item, its state, how many answered, and what my delegation did."""
    ids = [decision.id for decision in found]
    turnouts = queries.turnouts(db(), ids)
    mine = queries.answers_of_delegation(db(), ids, actor.delegation_id)
    asked = queries.asked_of_delegation(db(), ids, actor.delegation_id)
    now = clock.now()
    return [
        {
            "url": f"/decisions/{decision.public_id}",
            "public_id": decision.public_id,
            "name": item_name(decision.item),
            "title": decision.item.title,
            "state": "open" if decision.is_open_at(now) else "closed",
            "deadline_at": decision.deadline_at,
            "closed_at": decision.closed_at,
            "turnout": turnouts[decision.id],
            "my_choice": mine[decision.id].choice if decision.id in mine else "",
            "awaits_me": decision.id in asked
            and decision.id not in mine
            and decision.is_open_at(now)
            and allows(actor, Permission.DECISION_CAST, _AskedOnly(decision, actor)),
        }
        for decision in found
    ]


class _AskedOnly:
    """A poll that is known to ask this delegation, so that its whole electorate need not be loaded."""

    def __init__(self, decision: Decision, actor: Actor) -> None:
        self.consultation_id = decision.consultation_id
        self.electorate = (actor,)


def _candidates(session: Session, polled: set[int], chosen: set[str]) -> list[dict[str, Any]]:
    """Items a poll can be opened on."""
    found = items_of_session(db(), session.id, states=("under_comment", "tabled"))
    return [
        {
            "id": item.public_id,
            "name": item_name(item),
            "title": item.title,
            "chosen": item.public_id in chosen,
            "brackets": richtext.open_brackets(item.text) + item.title.count("["),
        }
        for item in found
        if item.id not in polled
    ]


def _items_called(session: Session, names: list[str]) -> list[ActionItem]:
    query = select(ActionItem).where(ActionItem.session_id == session.id, ActionItem.public_id.in_(names))
    items = list(db().scalars(query.order_by(ActionItem.id)))
    if len(items) != len(set(names)):
        raise NotFound()
    return items


def _length(minutes: int) -> str:
    if not minutes:
        return t("When a facilitator closes it")
    if minutes < 60:
        return t("In %(number)s minutes", number=minutes)
    return t("In one hour") if minutes == 60 else t("In 24 hours")


def _decision_page(
    found: Decision,
    actor: Actor,
    *,
    chosen: str = "",
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    consultation, session = consultation_of(found), session_of(found)
    live = live_page([audiences.session(session.public_id)], f"session={session.public_id}")
    db().refresh(found, ["closed_at", "deadline_at"])
    mine = queries.answers_of_delegation(db(), [found.id], actor.delegation_id).get(found.id)
    is_open = found.is_open_at(clock.now())
    reason = why_not(actor, Permission.DECISION_CAST, found)
    return render_page(
        "decisions/decision.html",
        script="js/pages/decision.js",
        live=live,
        breadcrumb=[
            *crumbs(consultation, session),
            (t("Indicative poll"), f"/s/{session.public_id}/decisions"),
            (item_name(found.item), None),
        ],
        actor=actor,
        consultation=consultation,
        status=status,
        session=session,
        decision=found,
        item=found.item,
        name=item_name(found.item),
        question=t(QUESTION) if found.question == QUESTION else found.question,
        is_open=is_open,
        may_close=found.closed_at is None and allows(actor, Permission.DECISION_OPEN, found),
        may_cast=is_open and reason is None,
        cannot_because=refusal(reason) if reason else "",
        mine=mine,
        chosen=chosen or (mine.choice if mine and not errors else ""),
        confirming=bool(chosen),
        choices=[(choice.value, t(of("choice", choice)), shape) for choice, shape in SHAPES.items()],
        turnout=queries.turnouts(db(), [found.id])[found.id],
        receipt=_receipt(mine),
        result=result_view(queries.result_of(db(), found)) if found.closed_at else None,
        errors=errors or {},
    )


SHAPES = {Choice.IN_FAVOUR: "check", Choice.AGAINST: "cross", Choice.ABSTENTION: "dash"}


def _receipt(mine: Ballot | None) -> dict[str, Any] | None:
    return {"choice": t(of("choice", mine.choice)), "at": mine.at} if mine else None
