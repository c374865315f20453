"""Routes of summaries and of the record's downloads."""

import json
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request
from werkzeug.wrappers import Response as BaseResponse

from consult import messages, richtext
from consult.announce import audiences
from consult.errors import Conflict, DomainError, Invalid, NotFound
from consult.exports.filenames import content_disposition
from consult.exports.gather import consultation_record, session_record
from consult.exports.record import Record
from consult.exports.run import FORMATS, Export, ExportFailed, render
from consult.exports.service import note_export
from consult.permissions.actor import Actor
from consult.permissions.check import allows, require
from consult.permissions.names import Permission
from consult.programme.models import Consultation, Session
from consult.summaries import service
from consult.summaries.models import Summary, SummaryVersion
from consult.web.context import close, db, writes_on_get
from consult.web.forms import Form
from consult.web.loading import consultation_for, consultation_of, session_for
from consult.web.pages import LivePage, back_to, language, live_page, refusal, render_page, say, t

pages = Blueprint("summaries", __name__)
#: Format -> what it is called, and what it is good for.
DOWNLOADS = {
    "docx": ("DOCX", "to edit further"),
    "pdf": ("PDF", "to print and to file"),
    "html": ("HTML", "to publish on a website"),
    "md": ("Markdown", "plain text"),
    "json": ("JSON", "for other programs"),
}
#: The format that carries the audit log, for `consult audit verify --file`.
LOGGED = "json"
AUTOSAVE = "X-Autosave"


class CannotExport(DomainError):
    """The file could not be made; the record is untouched."""

    status = 503


@pages.get("/s/<session_id>/summary")
def summary(session_id: str) -> Response:
    return _page(session_id)


@pages.get("/s/<session_id>/summary/versions/<int:number>")
def version(session_id: str, number: int) -> Response:
    """One earlier version, read-only, for those who write the summary."""
    session, actor = session_for(session_id)
    require(actor, Permission.SUMMARY_WRITE, session)
    found = service.summary_of(db(), session)
    chosen = next((entry for entry in found.versions if entry.number == number), None) if found else None
    if found is None or chosen is None:
        raise NotFound()
    return _render(session, actor, found, chosen, writes=False)


@pages.post("/s/<session_id>/summary/generate")
def generate(session_id: str) -> BaseResponse:
    session, actor = session_for(session_id)
    made = service.generate(db(), actor, session)
    say(
        t(
            "Version %(number)s was composed from the record. Read it line by line before you publish it.",
            number=made.number,
        )
    )
    return back_to(f"/s/{session_id}/summary")


@pages.post("/s/<session_id>/summary")
def save(session_id: str) -> BaseResponse:
    """Save the edited text; the page does so by itself while somebody types."""
    session, actor = session_for(session_id)
    form = Form(request.form)
    base = form.line("base", limit=40, required=False)
    automatic = bool(request.headers.get(AUTOSAVE))
    try:
        saved = service.edit(db(), actor, session, body=_body(form), base=base)
    except (Conflict, Invalid) as error:
        if automatic:
            return _autosave_refused(error)
        sentence = refusal(error.code, **error.params)
        return _page(session_id, error=sentence, typed=_typed(form), status=error.status)
    except DomainError as error:
        if automatic:
            return _autosave_refused(error)
        raise
    if automatic:
        return jsonify(ok=True, base=service.base_of(saved))
    say(t("Saved as version %(number)s.", number=saved.number))
    return back_to(f"/s/{session_id}/summary")


@pages.post("/s/<session_id>/summary/publish")
def publish(session_id: str) -> BaseResponse:
    session, actor = session_for(session_id)
    try:
        summary = service.publish(db(), actor, session, base=Form(request.form).line("base", limit=40))
    except Conflict:
        say(t("Somebody saved another version meanwhile. Read it before you publish."), "attention")
        return back_to(f"/s/{session_id}/summary")
    say(
        t(
            "Version %(number)s is published. Everybody who takes part can read and download it.",
            number=summary.published_version,
        )
    )
    return back_to(f"/s/{session_id}/summary")


@pages.get("/s/<session_id>/summary/download/<form>")
def download(session_id: str, form: str) -> Response:
    session, actor = session_for(session_id)
    found = service.summary_of(db(), session)
    require(actor, Permission.RECORD_EXPORT, found or session)
    draft = allows(actor, Permission.SUMMARY_WRITE, session)
    made = _made(session_record(db(), session, draft=draft, log=form == LOGGED), form)
    writes_on_get()
    note_export(db(), actor, consultation_of(session), session, form=form)
    return _handed_out(made)


@pages.get("/c/<consultation_id>/record/<form>")
def consultation_download(consultation_id: str, form: str) -> Response:
    """The record of the whole consultation, for those who run it."""
    consultation, actor = consultation_for(consultation_id)
    require(actor, Permission.SESSION_RUN, consultation)
    made = _made(consultation_record(db(), consultation, log=form == LOGGED), form)
    writes_on_get()
    note_export(db(), actor, consultation, None, form=form)
    return _handed_out(made)


def downloads() -> list[tuple[str, str, str]]:
    """The formats a record is offered in: code, name, what it is good for."""
    return [(form, name, t(use)) for form, (name, use) in DOWNLOADS.items()]


def _made(record: Record, form: str) -> Export:
    if form not in FORMATS:
        raise NotFound()
    close(None)  # making the file takes a while; nobody should wait for our connection meanwhile
    try:
        return render(record, form)
    except ExportFailed as error:
        current_app.logger.error("export: %s", error)
        raise CannotExport("export.failed") from error


def _handed_out(made: Export) -> Response:
    response = Response(made.content, content_type=made.media_type)
    response.headers["Content-Disposition"] = content_disposition(made.filename)
    response.headers["Cache-Control"] = "no-store"
    if made.note:
        response.headers["X-Export-Note"] = made.note.encode("ascii", "replace").decode()
    return response


def _body(form: Form) -> object:
    try:
        return json.loads(str(form.values.get("body", "")))
    except (ValueError, RecursionError):
        return None


def _typed(form: Form) -> richtext.Doc | None:
    """The text that was sent, when an editor can show it again."""
    try:
        return richtext.validated(_body(form), richtext.SUMMARY_LIMITS)
    except ValueError:
        return None


def _autosave_refused(error: DomainError) -> Response:
    sentence = messages.message(error.code, language().code, **error.params)
    response = jsonify(ok=False, error={"code": error.code, "message": sentence})
    response.status_code = error.status
    return response


def _page(
    session_id: str, *, error: str = "", typed: richtext.Doc | None = None, status: int = 200
) -> Response:
    """The summary as this reader may see it; after a refusal with the text that was sent instead of the stored one."""
    session, actor = session_for(session_id)
    live = live_page(actor, [audiences.session(session.public_id)], query=f"session={session.public_id}")
    found = service.summary_of(db(), session)
    writes = allows(actor, Permission.SUMMARY_WRITE, session)
    shown = None
    if found is not None:
        wanted = found.versions[-1].number if writes else found.published_version
        shown = next((entry for entry in found.versions if entry.number == wanted), None)
    return _render(
        session, actor, found, shown, writes=writes, live=live, error=error, typed=typed, status=status
    )


def _render(
    session: Session,
    actor: Actor,
    found: Summary | None,
    shown: SummaryVersion | None,
    *,
    writes: bool,
    live: LivePage | None = None,
    error: str = "",
    typed: richtext.Doc | None = None,
    status: int = 200,
) -> Response:
    consultation = consultation_of(session)
    staff = allows(actor, Permission.SUMMARY_WRITE, session)
    versions = _versions(found, shown) if found and staff else []
    body = typed or (shown.body if shown else None)
    return render_page(
        "summaries/summary.html",
        script="js/pages/summary.js",
        live=live,
        breadcrumb=_breadcrumb(consultation, session),
        actor=actor,
        consultation=consultation,
        status=status,
        session=session,
        shown=shown,
        body=body,
        body_json=_compact(body) if body and writes else "",
        base=service.base_of(shown) if shown else "",
        words=richtext.word_count(shown.body) if shown else 0,
        writes=writes,
        is_newest=not versions or versions[0]["is_shown"],
        is_published=bool(found and shown and found.published_version == shown.number),
        published_at=found.published_at if found else None,
        published_version=found.published_version if found else None,
        versions=versions,
        can_download=found is not None and allows(actor, Permission.RECORD_EXPORT, found),
        downloads=downloads(),
        error=error,
    )


def _breadcrumb(consultation: Consultation, session: Session) -> list[tuple[str, str | None]]:
    return [
        (consultation.short_title, f"/c/{consultation.public_id}"),
        (session.short_title, f"/s/{session.public_id}"),
        (t("Summary"), None),
    ]


def _versions(found: Summary, shown: SummaryVersion | None) -> list[dict[str, Any]]:
    """Every version for the margin, newest first."""
    return [
        {
            "number": entry.number,
            "origin": entry.origin,
            "at": entry.at,
            "is_published": found.published_version == entry.number,
            "is_shown": shown is not None and entry.number == shown.number,
        }
        for entry in reversed(found.versions)
    ]


def _compact(body: richtext.Doc) -> str:
    """As the browser writes it, so that an unchanged text compares equal."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))
