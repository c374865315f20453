"""Routes of a person's own account: name, password, signed-in devices."""

from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response as BaseResponse

from consult import clock
from consult.errors import Invalid, NotAllowed, NotFound
from consult.people import accounts
from consult.people.models import SignIn, User
from consult.web import throttle
from consult.web.context import db
from consult.web.forms import Form, sentences
from consult.web.loading import signed_in
from consult.web.pages import back_to, render_page, say, t

pages = Blueprint("profile", __name__)

MAX_NAME = 200


@pages.get("/account")
def account() -> BaseResponse:
    return _page()


@pages.post("/account/name")
def change_name() -> BaseResponse:
    user = db().get_one(User, signed_in().id)
    form = Form(request.form)
    name = form.line("name", limit=MAX_NAME)
    if form.errors:
        return _page(errors=form.errors, values=form.values)
    accounts.rename(db(), user, name)
    say(t("Your name is changed."))
    return back_to("/account")


@pages.post("/account/password")
def change_password() -> BaseResponse:
    """Hashing comes first, with no transaction open: it takes long, and must not keep others from writing."""
    me = signed_in()
    stored = db().get_one(User, me.id).password_hash
    db().rollback()
    try:
        _check_current(me, stored)
        password_hash = accounts.new_password_hash(request.form.get("password", ""), email=me.email)
    except Invalid as error:
        return _page(errors=sentences(error.fields))
    accounts.set_password(db(), db().get_one(User, me.id), password_hash, keep=me.sign_in.id)
    say(t("Your password is changed. Everywhere else you are signed out."))
    return back_to("/account")


@pages.post("/account/devices/<handle>/sign-out")
def end_device(handle: str) -> BaseResponse:
    me = signed_in()
    for row in accounts.live_sign_ins(db(), me.id):
        if accounts.handle_of(row) == handle:
            accounts.end_sign_in(db(), row)
            say(t("That device is signed out."))
            return back_to("/account")
    raise NotFound()


@pages.post("/account/devices/sign-out")
def end_other_devices() -> BaseResponse:
    me = signed_in()
    accounts.end_all_sign_ins(db(), me.id, keep=me.sign_in.id)
    say(t("Everywhere else you are signed out."))
    return back_to("/account")


def _check_current(me: Any, stored: str | None) -> None:
    """A browser left open is not enough to change a password; an account without one has none to ask for."""
    if stored is None:
        return
    throttle.begin_attempt("password", me.email)
    try:
        accounts.check_hash(stored, request.form.get("current", ""))
    except NotAllowed:
        throttle.failed("password")
        raise Invalid("form.invalid", fields={"current": "field.password_wrong"}) from None
    throttle.succeeded("password", me.email)


def _page(*, errors: dict[str, str] | None = None, values: dict[str, str] | None = None) -> BaseResponse:
    me = signed_in()
    user = db().get_one(User, me.id)
    devices = [_device(row, me.sign_in.id) for row in accounts.live_sign_ins(db(), me.id)]
    return render_page(
        "account/account.html",
        breadcrumb=[(t("Your account"), None)],
        email=user.email,
        values={"name": user.name} | (values or {}),
        has_password=user.password_hash is not None,
        devices=sorted(devices, key=lambda device: not device["here"]),
        errors=errors or {},
        status=422 if errors else 200,
    )


def _device(row: SignIn, here: int) -> dict[str, object]:
    minutes = int((clock.now() - row.last_seen_at).total_seconds() // 60)
    return {
        "handle": accounts.handle_of(row),
        "name": row.device,
        "here": row.id == here,
        "shared": row.shared_device,
        "since": row.created_at,
        "seen": row.last_seen_at,
        "now": minutes < 2,
    }
