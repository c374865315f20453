"""Routes of an item's details as a form: for those who use little data, and where there is no script."""

import json

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as BaseResponse

from consult import reference
from consult.drafting import service as drafting
from consult.drafting.content import Facts, kept_facts
from consult.drafting.limits import LONGEST_FACT
from consult.drafting.schema import ALIGNMENTS, FLAG_FACTS, TERMS, TEXT_FACTS
from consult.errors import Conflict, Invalid
from consult.items import plain_facts
from consult.items.models import ActionItem
from consult.library.service import sources_of
from consult.permissions.actor import Actor
from consult.permissions.check import require
from consult.permissions.names import Permission
from consult.web.context import db
from consult.web.fact_choices import Options, fact_options, picked
from consult.web.forms import Form
from consult.web.item_pages import form_page
from consult.web.loading import item_for, session_of
from consult.web.pages import back_to, refusal, say, t
from consult.web.provenance import fact_name

pages = Blueprint("item_details", __name__)


@pages.get("/items/<public_id>/details")
def details_page(public_id: str) -> Response:
    found, actor = item_for(public_id)
    require(actor, Permission.ITEM_EDIT, found)
    return _details_page(found, actor, drafting.content_of(db(), found).facts)


@pages.post("/items/<public_id>/details")
def write_details(public_id: str) -> BaseResponse:
    """Write the details. What others changed since `base`, the details the form was made of, stays."""
    found, actor = item_for(public_id)
    form = Form(request.form)
    base = _base(form)
    facts = _read(form, found)
    try:
        form.check()
        plain_facts.write(db(), actor, found, kept_facts(facts), base=base)
    except Invalid as error:
        db().rollback()
        require(actor, Permission.ITEM_EDIT, found)
        return _details_page(
            found, actor, facts, base=base, errors=error.fields or {"base": refusal(error.code)}
        )
    except Conflict as error:
        if error.code != "item.details_changed":
            raise
        db().rollback()
        now = error.params["now"]
        shown = plain_facts.brought_over(base, kept_facts(facts), now)
        return _details_page(
            found,
            actor,
            shown,
            base=now,
            errors={key: refusal(error.code) for key in error.params["keys"]},
            theirs={key: now.get(key, "") for key in error.params["keys"]},
        )
    say(t("The details are saved."))
    return back_to(f"/rooms/{found.room.public_id}?item={found.public_id}")


def _base(form: Form) -> Facts:
    """The details that the form was made of."""
    try:
        found = json.loads(form.values.get("base", ""))
    except ValueError as error:
        raise Invalid("bad_request") from error
    if not isinstance(found, dict):
        raise Invalid("bad_request")
    return kept_facts(found)


def _read(form: Form, item: ActionItem) -> Facts:
    """What the form says; notes what cannot be accepted."""
    facts: Facts = {key: form.text(key, limit=LONGEST_FACT, required=False) for key in sorted(TEXT_FACTS)}
    facts["term"] = form.choice("term", TERMS)
    for kind in sorted(FLAG_FACTS):
        for code in form.choices(kind):
            facts[f"{kind}:{code}"] = True
    for code in form.choices("target"):
        facts[f"target:{code}"] = form.choice(f"target:{code}", ALIGNMENTS | {""})
    for kind, options in _options(item).items():
        code = form.choice(f"add_{kind}", {"", *dict(options)}) if f"add_{kind}" in form.values else ""
        if code:
            facts[f"{kind}:{code}"] = form.choice("relation", ALIGNMENTS) if kind == "target" else True
    return facts


def _details_page(
    item: ActionItem,
    actor: Actor,
    facts: Facts,
    *,
    base: Facts | None = None,
    errors: dict[str, str] | None = None,
    theirs: dict[str, str] | None = None,
) -> Response:
    """The form with these details; `theirs`: what others wrote meanwhile in fields that this person filled as well."""
    return form_page(
        "items/details.html",
        item,
        actor,
        errors,
        facts=facts,
        base=json.dumps(facts if base is None else base),
        theirs=theirs or {},
        summary={key: _named(key, words) for key, words in (errors or {}).items()},
        actors=_actors(facts),
        options=_options(item),
        picked=picked(facts),
        longest=LONGEST_FACT,
        crumb=t("Details"),
    )


def _named(key: str, words: str) -> str:
    """A message beside the name of its field: several may have the same."""
    return t("%(field)s: %(problem)s", field=fact_name(key), problem=words) if key in TEXT_FACTS else words


def _actors(facts: Facts) -> list[tuple[str, str]]:
    """Who can be said to act: code and name; a code that the reference data does not know stays as it is."""
    known = [(found.code, t(found.label)) for found in reference.actor_classes()]
    named = sorted(key.removeprefix("actor:") for key in facts if key.startswith("actor:"))
    return known + [(code, code) for code in named if code not in dict(known)]


def _options(item: ActionItem) -> Options:
    return fact_options(sources_of(db(), item.consultation_id, session_id=session_of(item).id))
