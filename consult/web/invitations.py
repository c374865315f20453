"""Routes for those who come in: accepting an invitation, and the very first account."""

from babel.dates import format_date
from flask import Blueprint, Response, request
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from consult import labels, reference
from consult.errors import DomainError, Invalid, NotAllowed, NotFound
from consult.i18n import locale
from consult.people import accounts, first_start
from consult.people.import_vocabulary import AGE_BANDS, GENDERS
from consult.people.invitations import Answer, accept_invitation, invitation_for
from consult.people.models import Invitation, User
from consult.people.service import create_organizer
from consult.programme.models import Consultation
from consult.web.account import MAX_EMAIL, begin
from consult.web.context import db, settings
from consult.web.forms import Form, sentences
from consult.web.pages import back_to, language, refusal, render_page, say, t

pages = Blueprint("invitations", __name__)

MAX_NAME = 200
MAX_NEEDS = 1000
#: The six official languages, as a person's working languages.
LANGUAGES = ("ar", "en", "es", "fr", "ru", "zh")


@pages.get("/invitations/<token>")
def invitation(token: str) -> BaseResponse:
    try:
        found = invitation_for(db(), token)
    except NotAllowed as error:
        return _ended(error)
    return _page(found, {"name": found.name})


@pages.post("/invitations/<token>")
def accept(token: str) -> BaseResponse:
    form = Form(request.form)
    try:
        found = invitation_for(db(), token)
        answer = _answer(form, found)
        signed_in_as = current_user.id if current_user.is_authenticated else None
        member = accept_invitation(db(), token, answer, signed_in_as=signed_in_as)
    except Invalid as error:
        return _page(found, form.values, errors=sentences(error.fields), status=422)
    except NotAllowed as error:
        return _ended(error)
    if signed_in_as is None:
        begin(db().get_one(User, member.user_id), shared=form.ticked("shared"))
    consultation = db().get_one(Consultation, member.consultation_id)
    say(t("Welcome. You take part in this consultation now."))
    return back_to(f"/c/{consultation.public_id}")


def _answer(form: Form, found: Invitation) -> Answer:
    """What was typed, checked. The password is hashed with no transaction open, because that takes long."""
    name = form.line("name", limit=MAX_NAME, required=not _has_account(found))
    needs = form.text("needs", limit=MAX_NEEDS, required=False)
    gender = form.choice("gender", ("", *GENDERS)) if "gender" in form.values else ""
    age_band = form.choice("age_band", ("", *AGE_BANDS)) if "age_band" in form.values else ""
    languages = [code for code in LANGUAGES if code in form.choices("languages")]
    password, email = request.form.get("password", ""), found.email
    needs_hash = bool(password) and not _has_account(found)
    form.check()
    db().rollback()
    return Answer(
        name=name,
        languages=languages,
        needs=needs,
        gender=None if gender in ("", "undisclosed") else gender,
        age_band=age_band or None,
        password_hash=accounts.new_password_hash(password, email=email) if needs_hash else None,
    )


def _has_account(found: Invitation) -> bool:
    return accounts.account_for(db(), found.email) is not None


def _page(
    found: Invitation, values: dict[str, str], *, errors: dict[str, str] | None = None, status: int = 200
) -> Response:
    consultation = db().get_one(Consultation, found.consultation_id)
    return render_page(
        "account/invitation.html",
        script="js/pages/public.js",
        invitation={
            "email": found.email,
            "role": t(labels.of("role", found.role)),
            "delegation": found.delegation.name,
            "mark": reference.mark_of(found.delegation.kind, found.delegation.group),
            "until": found.expires_at,
        },
        about=consultation,
        when=_days(consultation),
        standing=_standing(found),
        values=values,
        chosen=request.form.getlist("languages"),
        languages_offered=[(code, locale(language().code).languages.get(code, code)) for code in LANGUAGES],
        genders=[(code, t(labels.of("gender", code))) for code in GENDERS],
        age_options=[(band, band) for band in AGE_BANDS],
        errors=errors or {},
        status=status,
    )


def _days(consultation: Consultation) -> str:
    words = [
        format_date(day, "d MMMM y", locale=locale(language().code))
        for day in dict.fromkeys((consultation.starts_on, consultation.ends_on))
    ]
    return " – ".join(words)


def _standing(found: Invitation) -> str:
    """How the reader may accept: as "new", "signed_in", or only after signing in as the invited ("sign_in", "other")."""
    if current_user.is_authenticated:
        return "signed_in" if current_user.email == found.email else "other"
    return "sign_in" if _has_account(found) else "new"


def _ended(error: NotAllowed) -> Response:
    sentence = refusal(error.code)
    return render_page(
        "account/invitation_ended.html", script="js/pages/public.js", sentence=sentence, status=error.status
    )


@pages.get("/first-start")
def first_start_form() -> BaseResponse:
    return _first_start_page(_granted(request.args.get("token", "")), {})


@pages.post("/first-start")
def first_account() -> BaseResponse:
    token = _granted(request.form.get("token", ""))
    form = Form(request.form)
    db().rollback()
    try:
        email = form.line("email", limit=MAX_EMAIL).lower()
        if email and not accounts.is_address(email):
            form.refuse("email", "field.email")
        name = form.line("name", limit=MAX_NAME)
        form.check()
        password_hash = accounts.new_password_hash(request.form.get("password", ""), email=email)
    except DomainError as error:
        return _first_start_page(
            token, form.values, errors=sentences(getattr(error, "fields", {})), status=422
        )
    _granted(token)
    user = create_organizer(db(), email=email, name=name)
    user.password_hash = password_hash
    begin(user, shared=False)
    say(t("Your account is ready. Create the first consultation."))
    return back_to("/c/new")


def _granted(token: str) -> str:
    if not first_start.is_granted(db(), settings().secret_key, token):
        raise NotFound()
    return token


def _first_start_page(
    token: str, values: dict[str, str], *, errors: dict[str, str] | None = None, status: int = 200
) -> Response:
    return render_page(
        "account/first_start.html",
        script="js/pages/public.js",
        token=token,
        values=values,
        errors=errors or {},
        status=status,
    )
