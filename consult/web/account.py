"""Signing in and out. The only module that touches Flask's cookie session.

The cookie holds the random token of a sign-in row; revoking the row ends the sign-in everywhere at once.
"""

from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, g, request, session
from flask_login import current_user, login_user
from werkzeug.wrappers import Response as BaseResponse

from consult import mail
from consult.config import Settings
from consult.db import Sessions, reading_session, unit_of_work
from consult.errors import DomainError, Invalid, NotAllowed
from consult.people import accounts
from consult.people.devices import device_name
from consult.people.last_use import LastUses
from consult.people.models import SignIn, User
from consult.web import throttle
from consult.web.addresses import own_path
from consult.web.context import READING, db, settings, writes_on_get
from consult.web.forms import Form
from consult.web.pages import back_to, language, refusal, render_page, say, t

pages = Blueprint("account", __name__)

MAX_EMAIL = 254


@dataclass(frozen=True)
class Browser:
    """The sign-in of the browser at hand. `id`: row id."""

    id: int
    shared_device: bool


@dataclass(frozen=True)
class Account:
    """The person who is signed in, as values that hold whatever happens to the request's transaction."""

    id: int
    public_id: str
    name: str
    email: str
    is_secretariat: bool
    sign_in: Browser
    token: str
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    def get_id(self) -> str:
        """What Flask-Login keeps in the cookie."""
        return self.token


def load_account(token: str) -> Account | None:
    """The account of a sign-in's token; None when the sign-in has ended."""
    row = accounts.sign_in_for(db(), token)
    if row is None:
        return None
    if accounts.is_stale(row):
        _touch(row.id)
    return _account(row.user, row, token)


def _account(user: User, row: SignIn, token: str) -> Account:
    browser = Browser(row.id, row.shared_device)
    return Account(user.id, user.public_id, user.name, user.email, user.is_secretariat, browser, token)


def _touch(row_id: int) -> None:
    """Note that the sign-in is in use. A server writes that down for all together soon; otherwise it is written here."""
    last_uses: LastUses | None = current_app.extensions.get("consult.last_uses")
    if last_uses is not None:
        last_uses.note(row_id)
        return
    if request.method not in READING or getattr(g, "writes", False):
        accounts.touch(db(), row_id)
        return
    with unit_of_work(current_app.extensions["consult.sessions"]) as own:
        accounts.touch(own, row_id)


def begin(user: User, *, shared: bool) -> None:
    """Sign this browser in, with a new cookie and a new anti-forgery token; its earlier sign-in ends."""
    end_here()
    row, token = accounts.begin_sign_in(
        db(), user, device=device_name(request.user_agent.string), shared=shared
    )
    session.clear()
    session.permanent = not shared
    login_user(_account(user, row, token))


def end_here() -> None:
    """End the sign-in of this browser, if there is one."""
    if current_user.is_authenticated:
        row = db().get(SignIn, current_user.sign_in.id)
        if row is not None and row.revoked_at is None:
            accounts.end_sign_in(db(), row)


@pages.get("/sign-in")
def sign_in_form() -> Response:
    return _form_page({"next": own_path(request.args.get("next", ""))})


@pages.post("/sign-in")
def sign_in() -> BaseResponse:
    form = Form(request.form)
    try:
        email = _email(form)
        user_id = _proven(email, request.form.get("password", ""))
    except DomainError as error:
        return _refused(form, error)
    begin(db().get_one(User, user_id), shared=form.ticked("shared"))
    return back_to(own_path(request.form.get("next", "")))


@pages.post("/sign-in/link")
def request_link() -> BaseResponse:
    form = Form(request.form)
    target = own_path(request.form.get("next", ""))
    try:
        email = _email(form)
        throttle.check(throttle.LINKS_PER_ACCOUNT, "link", email)
    except DomainError as error:
        return _refused(form, error)
    throttle.count(throttle.LINKS_PER_ACCOUNT, "link", email)
    sessions: Sessions = current_app.extensions["consult.sessions"]
    mail.later(partial(_send_link, settings(), sessions, email, target, language().code))
    sentence = t(
        "If %(email)s belongs to an account, a sign-in link is on its way. It works once, for 15 minutes."
    )
    say(sentence % {"email": email})
    return back_to("/sign-in" + (f"?{urlencode({'next': target})}" if target != "/" else ""))


@pages.get("/sign-in/link/<token>")
def open_link(token: str) -> BaseResponse:
    """A page whose button signs in, so that mail scanners do not use the link up; in the sample, the link itself does."""
    target = own_path(request.args.get("next", ""))
    try:
        link = accounts.link_for(db(), token, demo=settings().demo)
    except NotAllowed as error:
        return _form_page({"next": target}, notice=refusal(error.code), status=error.status)
    if link.reusable:
        writes_on_get()
        begin(accounts.use_link(db(), token, demo=True), shared=False)
        return back_to(target)
    return render_page(
        "account/link.html",
        script="js/pages/public.js",
        name=link.user.name,
        email=link.user.email,
        next=target,
    )


@pages.post("/sign-in/link/<token>")
def use_link(token: str) -> BaseResponse:
    form = Form(request.form)
    target = own_path(request.form.get("next", ""))
    try:
        user = accounts.use_link(db(), token, demo=settings().demo)
    except NotAllowed as error:
        return _form_page({"next": target}, notice=refusal(error.code), status=error.status)
    begin(user, shared=form.ticked("shared"))
    return back_to(target)


@pages.post("/sign-out")
def sign_out() -> BaseResponse:
    shared = bool(current_user.is_authenticated and current_user.sign_in.shared_device)
    end_here()
    session.clear()
    if shared:
        return back_to("/signed-out")
    say(t("You are signed out."))
    return back_to("/sign-in")


@pages.get("/signed-out")
def signed_out() -> Response:
    """After signing out on a shared device: asks before anything that this browser keeps is removed."""
    return render_page("account/signed_out.html", script="js/pages/public.js")


@pages.post("/signed-out")
def remove_what_is_kept() -> BaseResponse:
    session.clear()
    answer = back_to("/sign-in")
    answer.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return answer


def _email(form: Form) -> str:
    email = form.line("email", limit=MAX_EMAIL).lower()
    if email and not accounts.is_address(email):
        form.refuse("email", "field.email")
    form.check()
    return email


def _proven(email: str, password: str) -> int:
    """Row id of the account these belong to.

    Reads in a transaction of its own: checking a password takes long, and must not keep others from writing.
    """
    throttle.begin_attempt("sign-in", email)
    with reading_session(current_app.extensions["consult.engine"]) as reading:
        try:
            user_id = accounts.check_password(reading, email, password).id
        except NotAllowed:
            throttle.failed("sign-in")
            raise
    throttle.succeeded("sign-in", email)
    return user_id


def _send_link(found: Settings, sessions: Sessions, email: str, target: str, code: str) -> None:
    """Make and mail a link if there is such an account. Runs off the request: its answer takes the same time either way."""
    with unit_of_work(sessions) as own:
        user = accounts.account_for(own, email)
        if user is None or user.disabled_at is not None:
            return
        token = accounts.issue_link(own, user)
    address = f"{found.public_url}/sign-in/link/{token}"
    if target != "/":
        address += "?" + urlencode({"next": target})
    mail.send(accounts.link_mail(email, address, code), url=found.mail_url, sender=found.mail_from)


def _refused(form: Form, error: DomainError) -> Response:
    if isinstance(error, Invalid):
        return _form_page(form.values, errors=error.fields, status=error.status)
    sentence = refusal(error.code, **error.params)
    response = _form_page(form.values, notice=sentence, kind="stop", status=error.status)
    if "after" in error.params:
        response.headers["Retry-After"] = str(error.params["after"])
    return response


def _form_page(
    values: dict[str, str],
    *,
    errors: dict[str, str] | None = None,
    notice: str = "",
    kind: str = "heed",
    status: int = 200,
) -> Response:
    return render_page(
        "account/sign_in.html",
        script="js/pages/public.js",
        values=values,
        errors=errors or {},
        notice_text=notice,
        notice_kind=kind,
        status=status,
    )
