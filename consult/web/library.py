"""Routes of the library: statements by session, documents, filter; adding and correcting a source."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse

from consult import reference
from consult.announce import audiences
from consult.errors import Invalid, NotFound
from consult.library import service
from consult.library.models import Source
from consult.library.service import sources_of
from consult.permissions.actor import Actor
from consult.permissions.names import Permission
from consult.programme.models import Consultation, Session
from consult.web.context import db
from consult.web.forms import Form, sentences
from consult.web.loading import consultation_for
from consult.web.pages import back_to, live_page, render_page, say, t

pages = Blueprint("library", __name__)


MANAGE = Permission.CONSULTATION_MANAGE


@dataclass(frozen=True)
class Shelf:
    """The sources of one session, or of the whole consultation."""

    anchor: str
    title: str
    sources: Sequence[Source]


@pages.get("/c/<consultation_id>/library")
def library(consultation_id: str) -> Response:
    found, actor = consultation_for(consultation_id)
    live = live_page(actor, [audiences.consultation(found.public_id)])
    asked = request.args.get("q", "").strip()[:100]
    sources = [source for source in sources_of(db(), found.id) if _matches(source, asked)]
    return render_page(
        "library/library.html",
        script="js/pages/live.js",
        live=live,
        actor=actor,
        consultation=found,
        breadcrumb=[(found.short_title, f"/c/{found.public_id}"), (t("Library"), None)],
        shelves=_shelves(found, sources),
        asked=asked,
        theme_labels={theme.code: t(theme.label) for theme in reference.themes()},
        terms=reference.key_terms(),
    )


@pages.get("/c/<consultation_id>/sources/new")
def new_source(consultation_id: str) -> Response:
    consultation, actor = consultation_for(consultation_id, MANAGE)
    return _source_page(consultation, actor, None, {"kind": "statement"}, {})


@pages.post("/c/<consultation_id>/sources/new")
def add_source(consultation_id: str) -> BaseResponse:
    consultation, actor = consultation_for(consultation_id, MANAGE)
    form = Form(request.form)
    try:
        details, session = _source_details(form, consultation)
        service.add_source(db(), actor, consultation, details, session=session)
    except Invalid as error:
        db().rollback()
        return _source_page(consultation, actor, None, form.values, sentences(error.fields))
    say(t("The source is in the library. Rooms can quote it."))
    return back_to(f"/c/{consultation.public_id}/library")


@pages.get("/c/<consultation_id>/sources/<source_id>")
def edit_source(consultation_id: str, source_id: str) -> Response:
    consultation, actor = consultation_for(consultation_id, MANAGE)
    source = _source(consultation, source_id)
    values = {name: getattr(source, name) for name in ("kind", "title", "reference", "speaker")}
    return _source_page(consultation, actor, source, values | {"themes": source.themes}, {})


@pages.post("/c/<consultation_id>/sources/<source_id>")
def save_source(consultation_id: str, source_id: str) -> BaseResponse:
    consultation, actor = consultation_for(consultation_id, MANAGE)
    source = _source(consultation, source_id)
    form = Form(request.form)
    try:
        details, _session = _source_details(form, consultation)
        service.change_source(db(), actor, consultation, source, details)
    except Invalid as error:
        db().rollback()
        return _source_page(consultation, actor, source, form.values, sentences(error.fields))
    say(t("The source is saved."))
    return back_to(f"/c/{consultation.public_id}/library")


def _matches(source: Source, asked: str) -> bool:
    """Whether all typed words occur."""
    text = f"{source.title} {source.reference} {source.speaker}".casefold()
    return all(word in text for word in asked.casefold().split())


def _shelves(consultation: Consultation, sources: Sequence[Source]) -> list[Shelf]:
    shelves = [Shelf("all", t("The whole consultation"), [s for s in sources if s.session_id is None])]
    for session in consultation.sessions:
        mine = [source for source in sources if source.session_id == session.id]
        shelves.append(Shelf(session.public_id, f"{session.short_title}: {session.title}", mine))
    return [shelf for shelf in shelves if shelf.sources]


def _source_details(form: Form, consultation: Consultation) -> tuple[service.SourceDetails, Session | None]:
    sessions = {session.public_id: session for session in consultation.sessions}
    chosen = form.choice("session", {"", *sessions})
    details = service.SourceDetails(
        kind=form.choice("kind", service.KINDS),
        title=form.line("title", limit=300),
        reference=form.line("reference", limit=300),
        speaker=form.line("speaker", limit=200, required=False),
        themes=tuple(form.choices("themes")),
    )
    form.check()
    return details, sessions.get(chosen)


def _source(consultation: Consultation, public_id: str) -> Source:
    query = select(Source).where(Source.public_id == public_id, Source.consultation_id == consultation.id)
    found = db().scalar(query)
    if found is None:
        raise NotFound()
    return found


def _source_page(
    consultation: Consultation,
    actor: Actor,
    source: Source | None,
    values: dict[str, Any],
    errors: dict[str, str],
) -> Response:
    return render_page(
        "library/source_form.html",
        status=422 if errors else 200,
        actor=actor,
        consultation=consultation,
        breadcrumb=[
            (consultation.short_title, f"/c/{consultation.public_id}"),
            (t("Library"), f"/c/{consultation.public_id}/library"),
            (t("Source") if source else t("New source"), None),
        ],
        source=source,
        values=values,
        errors=errors,
        kinds=[("statement", t("Statement")), ("document", t("Document"))],
        sessions=[("", t("The whole consultation"))]
        + [(session.public_id, session.short_title) for session in consultation.sessions],
        themes=reference.themes(),
        chosen=request.form.getlist("themes") if request.method == "POST" else values.get("themes", []),
    )
