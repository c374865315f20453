"""Routes of a consultation's settings: details, sessions with their questions; beginning a new consultation."""

from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as BaseResponse

from consult import clock, labels
from consult.disclosure.attribution import Attribution
from consult.errors import Invalid, NotAllowed
from consult.library import service as library
from consult.people import service as people
from consult.people.models import Role, User
from consult.permissions.actor import Actor
from consult.permissions.names import Permission
from consult.programme import service as programme
from consult.programme.models import TARGET_WORDS, Consultation, Mode, Session
from consult.web.context import db
from consult.web.forms import Form, sentences
from consult.web.loading import consultation_for, session_for, signed_in
from consult.web.pages import back_to, render_page, say, t

pages = Blueprint("settings", __name__)
MANAGE = Permission.CONSULTATION_MANAGE


@pages.get("/c/new")
def new() -> Response:
    _secretariat()
    today = clock.now().date().isoformat()
    values = {"time_zone": "Europe/Zurich", "attribution": "delegation", "starts_on": today, "ends_on": today}
    return _new_page(values, {})


@pages.post("/c/new")
def create() -> BaseResponse:
    account = _secretariat()
    form = Form(request.form)
    try:
        details = _details(form)
        body = form.line("body", limit=200)
        form.check()
        made = programme.create_consultation(db(), details)
    except Invalid as error:
        db().rollback()
        return _new_page(form.values, sentences(error.fields))
    user = db().get_one(User, account.id)
    delegation = people.delegation_called(db(), made, kind="secretariat", organisation=body)
    people.add_member(db(), made, user, delegation, role=Role.ORGANIZER.value)
    say(t("The consultation is created. Add its sessions, then import the people."))
    return back_to(f"/c/{made.public_id}/settings")


@pages.get("/c/<consultation_id>/settings")
def settings(consultation_id: str) -> Response:
    consultation, actor = consultation_for(consultation_id, MANAGE)
    return _settings_page(consultation, actor, {}, {})


@pages.post("/c/<consultation_id>/settings")
def save(consultation_id: str) -> BaseResponse:
    consultation, actor = consultation_for(consultation_id, MANAGE)
    form = Form(request.form)
    try:
        details = _details(form)
        form.check()
        programme.change_consultation(db(), actor, consultation, details)
    except Invalid as error:
        db().rollback()
        return _settings_page(consultation, actor, form.values, sentences(error.fields))
    say(t("The settings are saved."))
    return back_to(f"/c/{consultation.public_id}/settings")


@pages.post("/c/<consultation_id>/publish")
def publish(consultation_id: str) -> BaseResponse:
    consultation, actor = consultation_for(consultation_id, MANAGE)
    programme.publish(db(), actor, consultation)
    say(t("The programme is published: everybody who takes part sees the sessions."))
    return back_to(f"/c/{consultation.public_id}/settings")


@pages.get("/c/<consultation_id>/sessions/new")
def new_session(consultation_id: str) -> Response:
    consultation, actor = consultation_for(consultation_id, MANAGE)
    values = {
        "mode": Mode.INFORMAL.value,
        "date": consultation.starts_on.isoformat(),
        "target_words": TARGET_WORDS,
    }
    return _session_page(consultation, actor, None, values, {})


@pages.post("/c/<consultation_id>/sessions/new")
def add_session(consultation_id: str) -> BaseResponse:
    consultation, actor = consultation_for(consultation_id, MANAGE)
    form = Form(request.form)
    try:
        details, questions = _session_details(form, consultation)
        programme.add_session(db(), actor, consultation, details, questions=questions)
    except Invalid as error:
        db().rollback()
        return _session_page(consultation, actor, None, form.values, sentences(error.fields))
    say(t("%(session)s is on the programme.", session=details.short_title))
    return back_to(f"/c/{consultation.public_id}/settings")


@pages.get("/s/<session_id>/edit")
def edit_session(session_id: str) -> Response:
    session, actor = session_for(session_id, MANAGE)
    return _session_page(session.consultation, actor, session, _session_values(session), {})


@pages.post("/s/<session_id>/edit")
def save_session(session_id: str) -> BaseResponse:
    session, actor = session_for(session_id, MANAGE)
    form = Form(request.form)
    try:
        details, questions = _session_details(form, session.consultation)
        programme.change_session(db(), actor, session, details, questions=questions)
    except Invalid as error:
        db().rollback()
        return _session_page(session.consultation, actor, session, form.values, sentences(error.fields))
    say(t("%(session)s is saved.", session=details.short_title))
    return back_to(f"/c/{session.consultation.public_id}/settings")


def _secretariat() -> User:
    account: User = signed_in()
    if not account.is_secretariat:
        raise NotAllowed("organizers_only")
    return account


def _details(form: Form) -> programme.ConsultationDetails:
    return programme.ConsultationDetails(
        title=form.line("title", limit=300),
        short_title=form.line("short_title", limit=80),
        description=form.text("description", limit=2000, required=False),
        starts_on=form.date("starts_on"),
        ends_on=form.date("ends_on"),
        place=form.line("place", limit=120, required=False),
        time_zone=form.choice("time_zone", available_timezones()),
        attribution=form.choice("attribution", [rule.value for rule in Attribution]),
    )


def _session_details(form: Form, consultation: Consultation) -> tuple[programme.SessionDetails, list[str]]:
    questions = [line.strip() for line in form.text("questions", limit=4000, required=False).split("\n")]
    questions = [line for line in questions if line]
    if len(questions) > programme.MOST_QUESTIONS:
        form.refuse("questions", "field.number", low=0, high=programme.MOST_QUESTIONS)
    details = programme.SessionDetails(
        title=form.line("title", limit=300),
        short_title=form.line("short_title", limit=80),
        description=form.text("description", limit=2000, required=False),
        mode=form.choice("mode", [mode.value for mode in Mode]),
        starts_at=_moment(form, "time", consultation.time_zone),
        ends_at=_moment(form, "ends", consultation.time_zone),
        target_words=form.number("target_words", low=0, high=programme.MOST_TARGET_WORDS),
    )
    form.check()
    return details, questions


def _moment(form: Form, name: str, zone: str) -> datetime | None:
    """Date and time as typed, in the consultation's zone; None when the time was left open."""
    raw = str(form.values.get(name, "")).strip()
    if not raw:
        return None
    day = form.date("date")
    try:
        return datetime.combine(day, time.fromisoformat(raw), ZoneInfo(zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        form.refuse(name, "field.time")
        return None


def _session_values(session: Session) -> dict[str, Any]:
    zone = ZoneInfo(session.consultation.time_zone)
    starts = session.starts_at and session.starts_at.astimezone(zone)
    ends = session.ends_at and session.ends_at.astimezone(zone)
    return {
        "title": session.title,
        "short_title": session.short_title,
        "description": session.description,
        "mode": session.mode,
        "date": starts.date().isoformat() if starts else session.consultation.starts_on.isoformat(),
        "time": starts.strftime("%H:%M") if starts else "",
        "ends": ends.strftime("%H:%M") if ends else "",
        "questions": "\n".join(question.text for question in session.questions),
        "target_words": session.target_words,
    }


def _new_page(values: dict[str, Any], errors: dict[str, str]) -> Response:
    return render_page(
        "programme/new.html",
        status=422 if errors else 200,
        breadcrumb=[(t("New consultation"), None)],
        values=values,
        errors=errors,
        **_choices(),
    )


def _settings_page(
    consultation: Consultation, actor: Actor, values: dict[str, Any], errors: dict[str, str]
) -> Response:
    names = ("title", "short_title", "description", "place", "time_zone", "attribution")
    stored = {name: getattr(consultation, name) for name in names}
    stored |= {name: getattr(consultation, name).isoformat() for name in ("starts_on", "ends_on")}
    return render_page(
        "programme/settings.html",
        status=422 if errors else 200,
        actor=actor,
        consultation=consultation,
        breadcrumb=_crumbs(consultation, t("Settings")),
        values=stored | values,
        errors=errors,
        sources=len(library.sources_of(db(), consultation.id)),
        **_choices(),
    )


def _session_page(
    consultation: Consultation,
    actor: Actor,
    session: Session | None,
    values: dict[str, Any],
    errors: dict[str, str],
) -> Response:
    return render_page(
        "programme/session_form.html",
        status=422 if errors else 200,
        actor=actor,
        consultation=consultation,
        breadcrumb=_crumbs(consultation, session.short_title if session else t("New session")),
        session=session,
        values=values,
        errors=errors,
        modes=[(mode.value, t(labels.of("mode", mode.value)), "") for mode in Mode],
    )


def _crumbs(consultation: Consultation, last: str) -> list[tuple[str, str | None]]:
    return [(consultation.short_title, f"/c/{consultation.public_id}"), (last, None)]


def _choices() -> dict[str, Any]:
    return {
        "zones": [(zone, zone.replace("_", " ")) for zone in sorted(available_timezones()) if "/" in zone],
        "attributions": [(rule.value, t(labels.of("attribution", rule.value)), "") for rule in Attribution],
    }
