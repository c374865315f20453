"""Routes of a round's seating: the page, the question and what is proposed, chosen and applied."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as BaseResponse

from consult.announce import audiences
from consult.errors import Conflict, Invalid
from consult.people.queries import addresses_of
from consult.people.tables import Line, Unreadable
from consult.permissions.actor import Actor
from consult.permissions.names import Permission
from consult.rooms import service as rooms_service
from consult.rooms.models import Round
from consult.seating import service
from consult.seating.case import Case
from consult.web import seating_acts
from consult.web.context import db, reading_first
from consult.web.forms import Form, sentences
from consult.web.loading import consultation_of, round_for, session_of
from consult.web.pages import back_to, live_page, render_page, say, t
from consult.web.round_view import crumbs_of
from consult.web.seating_form import KINDS, Asked, People, asked_by, values_of
from consult.web.seating_list import add_list, rows_sent
from consult.web.seating_view import OFFICIAL, SeatingView
from consult.web.seating_words import ATTRIBUTES, digest, mix_reasons, room_name

pages = Blueprint("seating", __name__)
pages.register_blueprint(seating_acts.pages)
PROPOSE = Permission.SEATING_PROPOSE
#: People that an address may name.
MOST_NAMED = 200


@pages.get("/rounds/<round_id>/seating")
def seating(round_id: str) -> Response:
    found, actor = round_for(round_id, PROPOSE)
    return _page(SeatingView(found, actor))


@pages.post("/rounds/<round_id>/seating")
def propose(round_id: str) -> BaseResponse:
    """Propose a seating; topic and length are those of the round and are saved with it."""
    if request.form.get("more"):
        seed, rows = None, _rows_sent(round_id)
    else:
        seed, rows = _searched_first(round_id, _case_sent), None
    found, actor = round_for(round_id, PROPOSE)
    view, form, asked = _sent(found, actor, rows)
    if form.ticked("more"):
        return _page(view, asked=asked, form=form, errors=form.errors)
    try:
        form.check("seating.invalid")
        rooms_service.change_round(
            db(), actor, found, topic=asked.topic, minutes=asked.minutes, items_wanted=asked.items
        )
        plan = service.propose(
            db(),
            actor,
            found,
            room_count=asked.rooms,
            constraints=asked.constraints,
            keep_locks=asked.keep_locks,
            seed=seed,
        )
    except Invalid as error:
        db().rollback()
        fields = sentences(error.fields) or {"rooms": sentences({"rooms": error.code})["rooms"]}
        return _page(SeatingView(found, actor), asked=asked, form=form, errors=fields)
    return _proposed(found, plan)


@pages.post("/rounds/<round_id>/seating/again")
def again(round_id: str) -> BaseResponse:
    """Propose again what was asked for; whoever is locked stays."""
    seed = _searched_first(round_id, _case_again)
    found, actor = round_for(round_id, PROPOSE)
    return _proposed(found, service.rerun(db(), actor, found, seed=seed, revision=seating_acts.seen()))


def _searched_first(round_id: str, gather: Callable[[Round, Actor], tuple[Case, int | None]]) -> int:
    """Search while nothing is locked, so that nobody's writing waits; the seed, with which the proposal finds it at once.

    What is refused on the way is refused again, and said, where the proposal is made.
    """
    seed = service.drawn_seed()
    with suppress(Invalid, Conflict):
        with reading_first():
            case, given = gather(*round_for(round_id, PROPOSE))
        seed = seed if given is None else given
        service.searched(case, seed=seed)
    return seed


def _case_sent(found: Round, actor: Actor) -> tuple[Case, int | None]:
    _view, form, asked = _sent(found, actor)
    form.check("seating.invalid")
    case = service.case_asked(
        db(),
        actor,
        found,
        room_count=asked.rooms,
        constraints=asked.constraints,
        keep_locks=asked.keep_locks,
    )
    return case, asked.seed


def _case_again(found: Round, actor: Actor) -> tuple[Case, int | None]:
    count, asked = service.asked_before(db(), found)
    case = service.case_asked(db(), actor, found, room_count=count, constraints=asked, keep_locks=True)
    return case, None


def _rows_sent(round_id: str) -> Sequence[Line] | Unreadable | None:
    """A list that came along, read while no transaction is open; who may propose is asked before and afterwards."""
    round_for(round_id, PROPOSE)
    db().rollback()
    return rows_sent()


def _sent(
    found: Round, actor: Actor, rows: Sequence[Line] | Unreadable | None = None
) -> tuple[SeatingView, Form, Asked]:
    """What the form asks for."""
    view, form = SeatingView(found, actor), Form(request.form)
    people = People(view.seatable)
    seats = [person.public_id for person in view.seatable if person.role in service.ALWAYS]
    asked = asked_by(form, people, _languages(view), seats=seats)
    addresses = addresses_of(db(), consultation_of(found)) if rows is not None else {}
    known = {address: one for address, one in addresses.items() if one in people.labels}
    add_list(form, asked, rows, people, known)
    return view, form, asked


@pages.post("/rounds/<round_id>/seating/choose")
def choose(round_id: str) -> BaseResponse:
    """Use another proposal of the round."""
    found, actor = round_for(round_id, PROPOSE)
    plan = service.plan_for(db(), found, request.form.get("plan", ""))
    chosen = service.choose(db(), actor, found, plan, revision=seating_acts.seen())
    say(t("The proposal with seed %(seed)s is the current one now.", seed=chosen.seed))
    return back_to(f"/rounds/{found.public_id}/seating")


@pages.post("/rounds/<round_id>/seating/apply")
def apply(round_id: str) -> BaseResponse:
    found, actor = round_for(round_id, PROPOSE)
    plan = service.plan_for(db(), found, request.form.get("plan", ""))
    made = service.apply(db(), actor, found, plan, revision=seating_acts.seen())
    say(t("The seating is applied: %(count)s rooms are ready to be opened on the console.", count=len(made)))
    return back_to(f"/rounds/{found.public_id}/seating")


def _proposed(round_: Round, plan: Any) -> BaseResponse:
    if plan.conflicts or plan.dropped:
        say(
            t("A seating is proposed, but not everything that was asked for is kept. See below what is not."),
            "attention",
        )
    else:
        say(
            t(
                "A seating for %(count)s people is proposed. Nothing is final until you apply it.",
                count=len(plan.assignment),
            )
        )
    return back_to(f"/rounds/{round_.public_id}/seating")


def _page(
    view: SeatingView,
    *,
    asked: Asked | None = None,
    form: Form | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    found, actor = view.round, view.actor
    session, consultation = session_of(found), consultation_of(found)
    live = live_page(actor, [audiences.session(session.public_id)], query=f"session={session.public_id}")
    is_part = "part" in request.args
    return render_page(
        "seating/seating.html",
        script="js/pages/seating.js",
        live=live,
        status=422 if errors else 200,
        actor=actor,
        consultation=consultation,
        breadcrumb=crumbs_of(found, t("Seating")),
        session=session,
        round=found,
        view=view,
        room_name=room_name,
        question=None if view.is_fixed or is_part else _question(view, asked, form),
        moving=seating_acts.moving(view),
        compared=_compared(view) if request.args.get("compare") and not is_part else None,
        errors=errors or {},
    )


def _question(view: SeatingView, asked: Asked | None, form: Form | None) -> dict[str, Any]:
    """What the form shows: what was just typed, or what the current proposal was asked."""
    people, languages = People(view.seatable), _languages(view)
    was_sent = asked is not None
    if asked is None:
        asked = Asked(constraints=_with_group(view), keep_locks=True)
    values = values_of(asked, people, languages)
    if form is not None:
        values |= {
            name: form.values.get(name, "") for name in ("rooms", "size", "minutes", "items", "topic", "seed")
        }
    else:
        count = view.current.room_count if view.current else view.suggested_rooms
        values |= {"rooms": count, "size": "", "minutes": view.round.minutes, "topic": view.round.topic}
        values |= {"items": view.round.items_wanted}
    topics = service.topics_on_offer(db(), view.round)
    wishes = service.topic_wishes_of(db(), view.round) if topics else {}
    before = view.before
    return values | {
        "labels": people.labels.values(),
        "attributes": [(code, t(word), t(hint) if hint else "") for code, (word, hint) in ATTRIBUTES.items()],
        "mixes": mix_reasons(
            before=before.number if before else None,
            topics=len(topics),
            wishes=len(wishes),
            people=view.seatable_count,
        ),
        "before": before,
        "added": _added(),
        "digest": digest(asked.constraints),
        "is_open": was_sent or bool(_added()) or (before is not None and view.current is None),
        "people": view.seatable_count,
    }


def _languages(view: SeatingView) -> dict[str, str]:
    """Languages that interpretation can be asked for: the official ones and those that people here speak."""
    spoken = sorted({code for member in view.members.values() for code in member.languages or ()})
    return {code: view.language_name(code) for code in dict.fromkeys((*OFFICIAL, *spoken))}


def _added() -> str:
    """Which kind of group the people chosen on the page are to be added as."""
    return next((kind for kind in KINDS if request.args.get(kind)), "")


def _with_group(view: SeatingView) -> service.Constraints:
    kind = _added()
    known = {person.public_id for person in view.seatable}
    group = tuple(dict.fromkeys(one for one in request.args.get(kind, "").split(".") if one in known))
    if len(group) < 2:
        return view.asked
    return service.Constraints(
        **{**view.asked.__dict__, kind: (*getattr(view.asked, kind), group[:MOST_NAMED])}
    )


def _compared(view: SeatingView) -> dict[str, Any] | None:
    other = service.plan_for(db(), view.round, request.args.get("compare", ""))
    return view.compared(other) if view.current is not None and other.id != view.current.id else None
