"""Routes of people: who takes part, and for the secretariat importing, inviting, roles and withdrawing."""

from functools import partial

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as BaseResponse

from consult import labels, mail, reference
from consult.announce import audiences
from consult.errors import Invalid
from consult.i18n import locale
from consult.people import accounts, queries, service
from consult.people.invitations import invitation_mail
from consult.people.models import Delegation, Role
from consult.permissions.actor import Actor
from consult.permissions.check import allows
from consult.permissions.names import Permission
from consult.programme.models import Consultation
from consult.web.account import MAX_EMAIL
from consult.web.context import db, settings
from consult.web.forms import Form, sentences
from consult.web.loading import consultation_for
from consult.web.pages import back_to, language, live_page, render_page, say, t
from consult.web.people_view import GROUPS, balance_view, group_label, line, lines, role_options

pages = Blueprint("people", __name__)

MAX_NAME = 200


@pages.get("/c/<consultation_id>/people")
def people(consultation_id: str) -> BaseResponse:
    consultation, actor = consultation_for(consultation_id, Permission.PEOPLE_VIEW)
    live = live_page(actor, [audiences.consultation(consultation.public_id)])
    found = queries.people_of(db(), consultation)
    asked = {name: request.args.get(name, "")[:100] for name in ("q", "role", "group")}
    manages = allows(actor, Permission.PEOPLE_MANAGE, consultation)
    return render_page(
        "people/people.html",
        script="js/pages/live.js",
        live=live,
        actor=actor,
        consultation=consultation,
        breadcrumb=crumbs(consultation, t("People")),
        balance=balance_view(found.balance),
        found=lines(found.participants, asked, actor),
        asked=asked,
        roles=[("", t("Any role")), *role_options(Role)],
        groups=[("", t("Any group")), *((mark, group_label(mark)) for mark in GROUPS)],
        manages=manages,
        invitations=queries.open_invitations(db(), consultation) if manages else [],
    )


@pages.get("/c/<consultation_id>/people/invite")
def invite_form(consultation_id: str) -> BaseResponse:
    consultation, actor = consultation_for(consultation_id, Permission.PEOPLE_MANAGE)
    return _invite_page(consultation, actor, {"kind": "member_state", "role": "delegate"})


@pages.post("/c/<consultation_id>/people/invite")
def invite(consultation_id: str) -> BaseResponse:
    consultation, actor = consultation_for(consultation_id, Permission.PEOPLE_MANAGE)
    form = Form(request.form)
    try:
        email = form.line("email", limit=MAX_EMAIL).lower()
        if email and not accounts.is_address(email):
            form.refuse("email", "field.email")
        name = form.line("name", limit=MAX_NAME)
        role = form.choice("role", [role.value for role in Role])
        delegation = _delegation(form, consultation)
        invitation, token = service.invite(
            db(), actor, consultation, email=email, name=name, role=role, delegation=delegation
        )
    except Invalid as error:
        db().rollback()
        return _invite_page(consultation, actor, form.values, errors=sentences(error.fields))
    address = f"{settings().public_url}/invitations/{token}"
    message = invitation_mail(invitation.email, consultation.title, address, language().code)
    mail.later(partial(mail.send, message, url=settings().mail_url, sender=settings().mail_from))
    say(
        t("%(name)s is invited. The link went to %(email)s and works for 14 days.")
        % {"name": name, "email": email}
    )
    return back_to(people_address(consultation))


@pages.post("/c/<consultation_id>/people/invitations/<invitation_id>/withdraw")
def withdraw_invitation(consultation_id: str, invitation_id: str) -> BaseResponse:
    consultation, actor = consultation_for(consultation_id, Permission.PEOPLE_MANAGE)
    invitation = queries.invitation_called(db(), consultation, invitation_id)
    service.revoke_invitation(db(), actor, consultation, invitation)
    say(t("The invitation is withdrawn. Its link does not work any more."))
    return back_to(people_address(consultation))


@pages.get("/c/<consultation_id>/people/<member_id>")
def member(consultation_id: str, member_id: str) -> BaseResponse:
    consultation, actor = consultation_for(consultation_id, Permission.PEOPLE_MANAGE)
    return _member_page(consultation, actor, member_id)


@pages.post("/c/<consultation_id>/people/<member_id>/role")
def change_role(consultation_id: str, member_id: str) -> BaseResponse:
    consultation, actor = consultation_for(consultation_id, Permission.PEOPLE_MANAGE)
    found = queries.member_called(db(), consultation, member_id)
    form = Form(request.form)
    try:
        role = form.choice("role", [role.value for role in Role])
        form.check()
        service.change_role(db(), actor, consultation, found, role=role)
    except Invalid as error:
        return _member_page(consultation, actor, member_id, errors=sentences(error.fields))
    values = {"name": found.user.name, "role": t(labels.of("role", role))}
    say(t("The role of %(name)s is now: %(role)s.") % values)
    return back_to(people_address(consultation))


@pages.post("/c/<consultation_id>/people/<member_id>/withdraw")
def withdraw(consultation_id: str, member_id: str) -> BaseResponse:
    consultation, actor = consultation_for(consultation_id, Permission.PEOPLE_MANAGE)
    found = queries.member_called(db(), consultation, member_id)
    service.withdraw_member(db(), actor, consultation, found)
    say(
        t("%(name)s does not take part any more. What they wrote stays in the record.")
        % {"name": found.user.name}
    )
    return back_to("/" if found.id == actor.member_id else people_address(consultation))


def people_address(consultation: Consultation) -> str:
    """Where the list of people is."""
    return f"/c/{consultation.public_id}/people"


def crumbs(consultation: Consultation, *names: str) -> list[tuple[str, str | None]]:
    """From the consultation down to the page itself; what lies between is the list of people."""
    first: list[tuple[str, str | None]] = [(consultation.short_title, f"/c/{consultation.public_id}")]
    return first + [
        (name, people_address(consultation) if position < len(names) else None)
        for position, name in enumerate(names, 1)
    ]


def _delegation(form: Form, consultation: Consultation) -> Delegation:
    """The delegation that was named, made when there is none yet.

    Raises:
        Invalid: what was typed does not name one, or another field was refused.
    """
    kind = form.choice("kind", [found.code for found in reference.stakeholder_types()])
    named = form.line("delegation", limit=MAX_NAME)
    is_state = kind in ("member_state", "observer_state")
    state = reference.state_called(named) if is_state and named else None
    if named and is_state and (state is None or state.status != kind):
        form.refuse("delegation", "people.no_such_state")
    form.check()
    iso3 = state.iso3 if state else None
    return service.delegation_called(db(), consultation, kind=kind, iso3=iso3, organisation=named)


def _invite_page(
    consultation: Consultation, actor: Actor, values: dict[str, str], *, errors: dict[str, str] | None = None
) -> Response:
    return render_page(
        "people/invite.html",
        actor=actor,
        consultation=consultation,
        breadcrumb=crumbs(consultation, t("People"), t("Invite a person")),
        address=people_address(consultation),
        values=values,
        roles=role_options(Role),
        kinds=[(found.code, t(found.label)) for found in reference.stakeholder_types()],
        names=queries.delegation_names(db(), consultation),
        errors=errors or {},
        status=422 if errors else 200,
    )


def _member_page(
    consultation: Consultation, actor: Actor, member_id: str, *, errors: dict[str, str] | None = None
) -> Response:
    found = queries.participant(queries.member_called(db(), consultation, member_id))
    names = locale(language().code).languages
    return render_page(
        "people/member.html",
        actor=actor,
        consultation=consultation,
        breadcrumb=crumbs(consultation, t("People"), found.name),
        address=people_address(consultation),
        person=line(found, actor),
        role=found.role,
        spoken=", ".join(names.get(code, code) for code in found.languages),
        roles=role_options(service.roles_for(found.kind)),
        errors=errors or {},
        status=422 if errors else 200,
    )
