"""Refusals and failures as pages or JSON, with the right status, a way back, and the text that was typed."""

from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, g, jsonify, make_response, redirect, request
from flask_login import AnonymousUserMixin, current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.wrappers import Response as BaseResponse

from consult.errors import DomainError
from consult.messages import MESSAGES
from consult.web import context
from consult.web.pages import refusal, render_page

NOT_KEPT = ("csrf_token", "password", "confirmed")


class SignInNeeded(DomainError):
    """Nobody is signed in; a page is answered by the sign-in page, everything else by 401."""

    status = 401

    def __init__(self) -> None:
        super().__init__("sign_in.required")


def register(app: Flask) -> None:
    app.register_error_handler(SignInNeeded, _sign_in_needed)
    app.register_error_handler(DomainError, _refused)
    app.register_error_handler(CSRFError, lambda error: _answer(400, "form.expired"))
    app.register_error_handler(RequestEntityTooLarge, lambda error: _answer(413, "too_large", keep=False))
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(DataError, lambda error: _answer(400, "bad_request"))
    app.register_error_handler(DBAPIError, _unavailable)
    app.register_error_handler(PoolTimeout, _unavailable)
    app.register_error_handler(Exception, _unexpected)


def _sign_in_needed(error: SignInNeeded) -> BaseResponse:
    if request.method == "GET" and not context.wants_json():
        return redirect("/sign-in?" + _query(next=request.full_path.rstrip("?")), code=303)
    return _answer(401, "sign_in.required" if context.wants_json() else "sign_in.again")


def _query(**params: str) -> str:
    from urllib.parse import urlencode

    return urlencode(params)


def _refused(error: DomainError) -> Response:
    context_actor = getattr(g, "actor", None)
    context_logger().info(
        "refused code=%s path=%s actor=%s", error.code, _where(), getattr(context_actor, "public_id", "-")
    )
    fields = getattr(error, "fields", {})
    return _answer(error.status, error.code, fields=fields, **error.params)


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    if status == 404:
        return _answer(404, "not_found")
    return _answer(status, "bad_request" if status < 500 else "unexpected")


def _unavailable(error: Exception) -> Response:
    context_logger().error("database: %s path=%s", type(error).__name__, _where(), exc_info=error)
    return _answer(503, "unavailable")


def _unexpected(error: Exception) -> Response:
    context_logger().exception("unexpected error path=%s", _where())
    return _answer(500, "unexpected")


def _where() -> str:
    """The path for the log. A token in it would open the door to whoever reads the log."""
    token = (request.view_args or {}).get("token")
    return request.path.replace(str(token), "…") if token else request.path


def context_logger() -> Any:
    from flask import current_app

    return current_app.logger


def _answer(
    status: int, code: str, *, keep: bool = True, fields: dict[str, str] | None = None, **params: object
) -> Response:
    sentence = refusal(code, **params)
    if context.wants_json():
        response = make_response(
            jsonify(ok=False, error={"code": code, "message": sentence, "fields": fields or {}}), status
        )
    else:
        kept = _kept() if keep and request.method == "POST" else []
        said = {name: _said(problem, params) for name, problem in (fields or {}).items()}
        view = {"code": status, "message": sentence, "fields": said, "kept": kept, "back": _back()}
        view |= {"is_expired": code == "form.expired"}  # then it carries a token to send the form again with
        response = _page(status, view)
    if status in (429, 503):
        response.headers["Retry-After"] = str(params.get("after", 5))
    return response


def _said(problem: str, params: dict[str, object]) -> str:
    """What is wrong with a field: a rule names a code, a form has a sentence already."""
    return refusal(problem, **params) if problem in MESSAGES else problem


def _page(status: int, view: dict[str, Any]) -> Response:
    script = "js/pages/base.js" if _signed_in() else "js/pages/public.js"
    try:
        return render_page("errors/refused.html", status=status, script=script, **view)
    except (DBAPIError, PoolTimeout):
        # The database is away, so nobody can be recognised: the page is shown as to somebody not signed in.
        g._login_user = AnonymousUserMixin()  # noqa: SLF001  (an attribute of Flask's g, as Flask-Login keeps it)
        return render_page("errors/refused.html", status=status, script="js/pages/public.js", **view)


def _signed_in() -> bool:
    return bool(getattr(g, "_login_user", None) is not None and current_user.is_authenticated)


def _kept() -> list[tuple[str, str]]:
    """What was typed into the refused form: field name and text, long enough to be worth keeping."""
    try:
        fields = list(request.form.items())
    except HTTPException:  # a body that is too large or broken has no fields
        return []
    return [(name, value) for name, value in fields if name not in NOT_KEPT and len(value) > 3][:20]


def _back() -> str:
    """The page the form was on, when it is one of ours."""
    try:
        parts = urlsplit(request.referrer or "")
    except ValueError:
        return "/"
    if parts.netloc == request.host and parts.path.startswith("/") and not parts.path.startswith("//"):
        return parts.path
    return "/"
