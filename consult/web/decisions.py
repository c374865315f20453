"""Routes of decisions: what awaits a delegation, opening and closing polls, the ballot, the result."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse

from consult import clock
from consult.announce import audiences
from consult.decisions import queries, service
from consult.decisions.models import Ballot, Choice, Decision
from consult.decisions.service import QUESTION
from consult.errors import Conflict, Invalid, NotFound
from consult.items.models import ActionItem
from consult.labels import of
from consult.permissions.actor import Actor
from consult.permissions.check import allows
from consult.permissions.check import refusal as why_not
from consult.permissions.names import Permission
from consult.programme.models import Session, SessionState
from consult.web.context import db
from consult.web.decision_views import candidates, length, lines, result_view
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
    session, actor = session_for(public_id, Permission.DECISION_OPEN)
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


@pages.post("/s/<public_id>/decisions/close")
def close_all(public_id: str) -> BaseResponse:
    session, actor = session_for(public_id, Permission.DECISION_OPEN)
    found = [poll for poll in queries.decisions_of_session(db(), session.id) if poll.closed_at is None]
    for poll in found:
        service.close_poll(db(), actor, poll)
    say(t("Polls closed: %(number)s.", number=len(found)))
    return back_to(f"/s/{session.public_id}/decisions")


def _session_page(
    session: Session,
    actor: Actor,
    *,
    errors: dict[str, str] | None = None,
    form: Form | None = None,
    status: int = 200,
) -> Response:
    consultation = consultation_of(session)
    live = live_page(actor, [audiences.session(session.public_id)], f"session={session.public_id}")
    found = queries.decisions_of_session(db(), session.id)
    polls = lines(found, actor)
    chosen = set(form.choices("item")) if form else {request.args.get("item", "")}
    return render_page(
        "decisions/session.html",
        script="js/pages/live.js",
        live=live,
        breadcrumb=_crumbs(consultation, session, None),
        actor=actor,
        consultation=consultation,
        status=status,
        session=session,
        awaiting=[line for line in polls if line["awaits_me"]],
        others=[line for line in polls if not line["awaits_me"] and line["state"] == "open"],
        closed=[line for line in polls if line["state"] == "closed"],
        may_open=allows(actor, Permission.DECISION_OPEN, session) and session.state != SessionState.CLOSED,
        candidates=candidates(session, found, chosen) if actor.is_staff else [],
        lengths=[(minutes, length(minutes)) for minutes in LENGTHS],
        minutes=form.values.get("minutes", "0") if form else "0",
        errors=errors or {},
    )


def _items_called(session: Session, names: list[str]) -> list[ActionItem]:
    query = select(ActionItem).where(ActionItem.session_id == session.id, ActionItem.public_id.in_(names))
    items = list(db().scalars(query.order_by(ActionItem.id)))
    if len(items) != len(set(names)):
        raise NotFound()
    return items


def _decision_page(
    found: Decision,
    actor: Actor,
    *,
    chosen: str = "",
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    consultation, session = consultation_of(found), session_of(found)
    live = live_page(actor, [audiences.session(session.public_id)], f"session={session.public_id}")
    db().refresh(found, ["closed_at", "deadline_at"])
    mine = queries.answers_of_delegation(db(), [found.id], actor.delegation_id).get(found.id)
    is_open = found.is_open_at(clock.now())
    reason = why_not(actor, Permission.DECISION_CAST, found)
    return render_page(
        "decisions/decision.html",
        script="js/pages/decision.js",
        live=live,
        breadcrumb=[
            *_crumbs(consultation, session, f"/s/{session.public_id}/decisions"),
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


def _crumbs(consultation: Any, session: Session, polls_url: str | None) -> list[tuple[str, str | None]]:
    return [*crumbs(consultation, session)[:2], (t("Indicative poll"), polls_url)]


def _receipt(mine: Ballot | None) -> dict[str, Any] | None:
    return {"choice": t(of("choice", mine.choice)), "at": mine.at} if mine else None
