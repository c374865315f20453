"""Routes of a round's seating: propose, see the balance, move people, apply."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse

from consult import i18n
from consult.announce import audiences
from consult.errors import Invalid, NotFound
from consult.permissions.actor import Actor
from consult.permissions.names import Permission
from consult.rooms import queries as rooms
from consult.rooms import service as rooms_service
from consult.rooms.models import Round
from consult.rooms.queries import ORDER, Person
from consult.rooms.timing import round_state
from consult.seating import service
from consult.seating.balance import Report, balance
from consult.seating.models import SeatingPlan
from consult.web.context import db
from consult.web.figures import group_parts, in_words
from consult.web.forms import Form, sentences
from consult.web.loading import consultation_of, round_for, session_of
from consult.web.pages import back_to, language, live_page, render_page, say, t
from consult.web.round_view import crumbs_of

pages = Blueprint("seating", __name__)
PROPOSE = Permission.SEATING_PROPOSE
#: People to a room when nobody has said how many rooms.
TARGET_SIZE = 10
MOST_SUGGESTIONS = 30


@dataclass(frozen=True)
class Card:
    """One room of a seating with its people."""

    number: int
    people: list[Person]
    parts: list[dict[str, Any]]
    words: str
    sentences: list[str]


@pages.get("/rounds/<round_id>/seating")
def seating(round_id: str) -> Response:
    found, actor = round_for(round_id, PROPOSE)
    return _page(found, actor, {}, {})


@pages.post("/rounds/<round_id>/seating")
def propose(round_id: str) -> BaseResponse:
    """Propose a seating; topic and length are those of the round and are saved with it."""
    found, actor = round_for(round_id, PROPOSE)
    form = Form(request.form)
    try:
        count = form.number("rooms", low=1, high=rooms_service.MOST_ROOMS)
        minutes = form.number("minutes", low=1, high=rooms_service.MOST_MINUTES)
        topic = form.line("topic", limit=300)
        seed = (
            form.number("seed", low=0, high=999_999) if form.line("seed", limit=9, required=False) else None
        )
        form.check("seating.invalid")
        rooms_service.change_round(db(), actor, found, topic=topic, minutes=minutes)
        plan = service.propose(
            db(),
            actor,
            found,
            room_count=count,
            constraints=service.Constraints(
                roles=(*sorted(service.ALWAYS), *(r for r in ("facilitator", "panelist") if form.ticked(r))),
                only_present=form.ticked("only_present"),
            ),
            seed=seed,
        )
    except Invalid as error:
        db().rollback()
        fields = sentences(error.fields) or {"rooms": sentences({"rooms": error.code})["rooms"]}
        return _page(found, actor, form.values, fields)
    say(
        t(
            "A seating for %(count)s people is proposed. Nothing is final until you apply it.",
            count=len(plan.assignment),
        )
    )
    return back_to(f"/rounds/{found.public_id}/seating")


@pages.post("/rounds/<round_id>/seating/apply")
def apply(round_id: str) -> BaseResponse:
    found, actor = round_for(round_id, PROPOSE)
    query = select(SeatingPlan).where(
        SeatingPlan.public_id == request.form.get("plan", ""), SeatingPlan.round_id == found.id
    )
    plan = db().scalar(query)
    if plan is None:
        raise NotFound()
    made = service.apply(db(), actor, found, plan)
    say(t("The seating is applied: %(count)s rooms are ready to be opened on the console.", count=len(made)))
    return back_to(f"/rounds/{found.public_id}/seating")


def _page(found: Round, actor: Actor, values: dict[str, Any], errors: dict[str, str]) -> Response:
    session, consultation = session_of(found), consultation_of(found)
    live = live_page([audiences.session(session.public_id)], query=f"session={session.public_id}")
    plan = service.open_plan(db(), found)
    seats, numbers = service.seats_now(db(), found)
    members = {member.public_id: member for member in service.members_to_seat(db(), found, service.SEATABLE)}
    people = {person.public_id: person for person in rooms.everybody(db(), consultation.id)}
    duties = service.duties_of(db(), found, plan) if plan else _duties(found)
    waiting = [p for name, p in people.items() if p.role in service.ALWAYS and name not in seats]
    seated = {name: service.room_key(number) for name, number in seats.items() if name in members}
    report = balance(
        [service.as_person(members[name]) for name in seated],
        [spec for spec in service.room_specs(max(numbers, default=0)) if int(spec.id) in numbers],
        seated,
        groups=ORDER,
    )
    is_fixed = any(room.state != "staged" for room in found.rooms)
    asked = request.args.get("move", "")
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
        state=round_state(room.state for room in found.rooms),
        plan=plan,
        numbers=numbers,
        is_fixed=is_fixed,
        report=_report(report, people),
        cards=_cards(report, seats, people, duties),
        waiting=waiting,
        suggested=service.late_joiners(db(), found)
        if numbers and 0 < len(waiting) <= MOST_SUGGESTIONS
        else {},
        seats=seats,
        moving=[
            person
            for person in people.values()
            if person.public_id == asked and person.role in service.SEATABLE
        ],
        people_count=len(seats),
        all_parts=group_parts(people[name].mark for name in seats if name in people),
        values={
            "rooms": plan.room_count
            if plan
            else len(found.rooms) or max(1, round(_seatable(people) / TARGET_SIZE)),
            "minutes": found.minutes,
            "topic": found.topic,
        }
        | values,
        errors=errors,
    )


def _seatable(people: dict[str, Person]) -> int:
    return sum(person.role in service.ALWAYS for person in people.values())


def _duties(found: Round) -> dict[str, str]:
    seated = rooms.seated_in(db(), [found.id], consultation_id=found.consultation_id)
    return {person.public_id: person.duty for person in seated if person.duty}


def _report(report: Report, people: dict[str, Person]) -> dict[str, Any]:
    """The report as the page shows it: sentences in the reader's language, the grid of rooms by group."""
    code = language().code
    tongues = i18n.locale(code).languages

    def named(name: str, value: Any) -> Any:
        if name == "person" and value in people:
            return people[value].name
        return tongues.get(value, value) if name in ("language", "main") else value

    def said(sentence: Any) -> str:
        params = {name: named(name, value) for name, value in sentence.params.items()}
        return i18n.text(code, sentence.message, **params)

    rows = [
        {
            "mark": group,
            "cells": [(row.groups[group].count, row.groups[group].is_fair) for row in report.rooms],
            "all": report.fair[group].count,
            "fair": report.fair[group].fair,
        }
        for group in report.groups
    ]
    return {
        "headline": said(report.headline),
        "measures": [
            {"text": said(measure.sentence), "is_proven": measure.is_at_bound}
            for measure in report.measures
            if measure.name not in ("D.region", "D.gender") or measure.value or measure.name == "D.gender"
        ],
        "rows": rows,
        "sizes": [row.size for row in report.rooms],
        "people": report.people,
        "rooms": {int(row.room): [said(sentence) for sentence in row.sentences] for row in report.rooms},
        "numbers": [int(row.room) for row in report.rooms],
    }


def _cards(
    report: Report, seats: dict[str, int], people: dict[str, Person], duties: dict[str, str]
) -> list[Card]:
    found = _report(report, people)["rooms"]
    cards = []
    for number in sorted(int(row.room) for row in report.rooms):
        inside = [person for name, person in people.items() if seats.get(name) == number]
        inside = [_with_duty(person, duties.get(person.public_id)) for person in inside]
        parts = group_parts(person.mark for person in inside)
        cards.append(Card(number, inside, parts, in_words(parts), found[number]))
    return cards


def _with_duty(person: Person, duty: str | None) -> Person:
    return Person(**{**person.__dict__, "duty": duty})
