"""Routes of summaries and of the record's downloads."""

import json

from flask import Blueprint, Response, current_app, jsonify, request
from werkzeug.wrappers import Response as BaseResponse

from consult import messages, richtext
from consult.announce import audiences
from consult.errors import Conflict, DomainError, NotFound
from consult.exports.filenames import content_disposition
from consult.exports.gather import consultation_record, session_record
from consult.exports.record import Record
from consult.exports.run import FORMATS, ExportFailed, render
from consult.permissions.actor import Actor
from consult.permissions.check import allows, require
from consult.permissions.names import Permission
from consult.programme.models import Session
from consult.summaries import service
from consult.summaries.models import Summary, SummaryVersion
from consult.web.context import close, db
from consult.web.forms import Form
from consult.web.loading import consultation_for, consultation_of, session_for
from consult.web.pages import back_to, language, live_page, refusal, render_page, say, t

pages = Blueprint("summaries", __name__)
#: Format -> what it is called, and what it is good for.
DOWNLOADS = {
    "docx": ("DOCX", "to edit further"),
    "pdf": ("PDF", "to print and to file"),
    "html": ("HTML", "to publish on a website"),
    "md": ("Markdown", "plain text"),
    "json": ("JSON", "for other programs"),
}
AUTOSAVE = "X-Autosave"


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
    base = form.number("base", low=0, high=1_000_000)
    automatic = bool(request.headers.get(AUTOSAVE))
    try:
        saved = service.edit(db(), actor, session, body=_body(form), base=base)
    except DomainError as error:
        if automatic:
            return _autosave_refused(error)
        if isinstance(error, Conflict):
            raise
        return _page(session_id, error=refusal(error.code, **error.params), status=error.status)
    if automatic:
        return jsonify(ok=True, base=str(saved.number))
    say(t("Saved as version %(number)s.", number=saved.number))
    return back_to(f"/s/{session_id}/summary")


@pages.post("/s/<session_id>/summary/publish")
def publish(session_id: str) -> BaseResponse:
    session, actor = session_for(session_id)
    number = Form(request.form).number("version", low=1, high=1_000_000)
    service.publish(db(), actor, session, number=number)
    say(
        t(
            "Version %(number)s is published. Everybody who takes part can read and download it.",
            number=number,
        )
    )
    return back_to(f"/s/{session_id}/summary")


@pages.get("/s/<session_id>/summary/download/<form>")
def download(session_id: str, form: str) -> Response:
    session, actor = session_for(session_id)
    found = service.summary_of(db(), session)
    require(actor, Permission.RECORD_EXPORT, found or session)
    return _file(
        session_record(db(), session, language="en", draft=allows(actor, Permission.SUMMARY_WRITE, session)),
        form,
    )


@pages.get("/c/<consultation_id>/record/<form>")
def consultation_download(consultation_id: str, form: str) -> Response:
    """The record of the whole consultation, for those who run it."""
    consultation, actor = consultation_for(consultation_id)
    require(actor, Permission.SESSION_RUN, consultation)
    return _file(consultation_record(db(), consultation), form)


def _file(record: Record, form: str) -> Response:
    if form not in FORMATS:
        raise NotFound()
    close(None)  # making the file takes a while; nobody should wait for our connection meanwhile
    try:
        made = render(record, form)
    except ExportFailed as error:
        current_app.logger.error("export: %s", error)
        raise Conflict("export.failed") from error
    response = Response(made.content, content_type=made.media_type)
    response.headers["Content-Disposition"] = content_disposition(made.filename)
    response.headers["Cache-Control"] = "no-store"
    if made.note:
        response.headers["X-Export-Note"] = made.note.encode("ascii", "replace").decode()
    return response


def _body(form: Form) -> object:
    try:
        return json.loads(str(form.values.get("body", "")))
    except ValueError:
        return None


def _autosave_refused(error: DomainError) -> Response:
    sentence = messages.message(error.code, language().code, **error.params)
    response = jsonify(ok=False, error={"code": error.code, "message": sentence})
    response.status_code = error.status
    return response


def _page(session_id: str, *, error: str = "", status: int = 200) -> Response:
    session, actor = session_for(session_id)
    live = live_page([audiences.session(session.public_id)], query=f"session={session.public_id}")
    found = service.summary_of(db(), session)
    writes = allows(actor, Permission.SUMMARY_WRITE, session)
    shown = None
    if found is not None:
        wanted = found.versions[-1].number if writes else found.published_version
        shown = next((entry for entry in found.versions if entry.number == wanted), None)
    return _render(session, actor, found, shown, writes=writes, live=live, error=error, status=status)


def _render(
    session: Session,
    actor: Actor,
    found: Summary | None,
    shown: SummaryVersion | None,
    *,
    writes: bool,
    live: object = None,
    error: str = "",
    status: int = 200,
) -> Response:
    consultation = consultation_of(session)
    staff = allows(actor, Permission.SUMMARY_WRITE, session)
    versions = [
        {
            "number": entry.number,
            "origin": entry.origin,
            "at": entry.at,
            "is_published": bool(found and found.published_version == entry.number),
            "is_shown": shown is not None and entry.number == shown.number,
        }
        for entry in reversed(found.versions if found and staff else [])
    ]
    return render_page(
        "summaries/summary.html",
        script="js/pages/summary.js",
        live=live,  # type: ignore[arg-type]
        breadcrumb=[
            (consultation.short_title, f"/c/{consultation.public_id}"),
            (session.short_title, f"/s/{session.public_id}"),
            (t("Summary"), None),
        ],
        actor=actor,
        consultation=consultation,
        status=status,
        session=session,
        shown=shown,
        body_json=json.dumps(shown.body, ensure_ascii=False) if shown and writes else "",
        words=richtext.word_count(shown.body) if shown else 0,
        writes=writes,
        is_newest=not versions or versions[0]["is_shown"],
        is_published=bool(found and shown and found.published_version == shown.number),
        published_at=found.published_at if found else None,
        versions=versions,
        can_download=found is not None and allows(actor, Permission.RECORD_EXPORT, found),
        downloads=[(form, name, t(use)) for form, (name, use) in DOWNLOADS.items()],
        error=error,
    )
