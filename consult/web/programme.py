"""Routes of a consultation: its programme and its outcomes."""

from dataclasses import dataclass

from flask import Blueprint, Response
from sqlalchemy import func, select

from consult import i18n
from consult.announce import audiences
from consult.items.models import ActionItem
from consult.items.queries import IN_PLENARY
from consult.library.service import sources_of
from consult.people.balance import Count
from consult.people.queries import people_of
from consult.permissions.check import allows
from consult.permissions.names import Permission
from consult.programme.models import Consultation, Session
from consult.programme.queries import on_now, sees_programme
from consult.rooms.models import Room, Round
from consult.summaries.models import Summary
from consult.web import front, settings
from consult.web.context import db
from consult.web.figures import Badge, dates_of, group_label, session_badge
from consult.web.loading import consultation_for
from consult.web.pages import language, live_page, render_page, t
from consult.web.summaries import downloads

pages = Blueprint("programme", __name__)
pages.register_blueprint(front.pages)
pages.register_blueprint(settings.pages)


@dataclass(frozen=True)
class Line:
    """One session as the programme lists it."""

    session: Session
    badge: Badge
    when: str
    text: str
    items: int


@pages.get("/c/<consultation_id>")
def consultation(consultation_id: str) -> Response:
    found, actor = consultation_for(consultation_id)
    live = live_page(actor, [audiences.consultation(found.public_id)])
    visible = sees_programme(actor, found)
    session = on_now(found) if visible else None
    people = people_of(db(), found)
    return render_page(
        "programme/consultation.html",
        script="js/pages/live.js",
        live=live,
        actor=actor,
        consultation=found,
        breadcrumb=[(found.short_title, None)],
        dates=dates_of(found),
        lines=_lines(found) if visible else [],
        is_visible=visible,
        join=front.where_to(actor, session, found) | {"session": session} if session else None,
        balance=people.balance,
        groups=[_part(count) for count in people.balance.by_group],
        documents=[source for source in sources_of(db(), found.id) if source.kind == "document"],
    )


@pages.get("/c/<consultation_id>/outcomes")
def outcomes(consultation_id: str) -> Response:
    found, actor = consultation_for(consultation_id)
    live = live_page(actor, [audiences.consultation(found.public_id), *_sessions(found)])
    published = select(Summary.session_id, Summary.published_at).where(
        Summary.consultation_id == found.id, Summary.published_at.is_not(None)
    )
    items: dict[int, list[ActionItem]] = {}
    for item in _items(found):
        items.setdefault(item.session_id, []).append(item)
    return render_page(
        "programme/outcomes.html",
        script="js/pages/live.js",
        live=live,
        actor=actor,
        consultation=found,
        breadcrumb=[(found.short_title, f"/c/{found.public_id}"), (t("Outcomes"), None)],
        sessions=found.sessions if sees_programme(actor, found) else [],
        published={row.session_id: row.published_at for row in db().execute(published)},
        items=items,
        downloads=downloads() if allows(actor, Permission.SESSION_RUN, found) else [],
        rooms={
            row.id: (row.round, row.number)
            for row in db().execute(
                select(Room.id, Room.number, Round.number.label("round"))
                .join(Round, Round.id == Room.round_id)
                .where(Room.consultation_id == found.id)
            )
        },
    )


def _sessions(consultation: Consultation) -> list[str]:
    return [audiences.session(session.public_id) for session in consultation.sessions][:10]


def _items(consultation: Consultation) -> list[ActionItem]:
    query = (
        select(ActionItem)
        .join(Room, Room.id == ActionItem.room_id)
        .join(Round, Round.id == Room.round_id)
        .where(ActionItem.consultation_id == consultation.id, ActionItem.state.in_(IN_PLENARY))
    )
    return list(db().scalars(query.order_by(Round.number, Room.number, ActionItem.number)))


def _lines(consultation: Consultation) -> list[Line]:
    counts = (
        select(ActionItem.session_id, func.count().label("submitted"))
        .where(ActionItem.consultation_id == consultation.id, ActionItem.state.in_(IN_PLENARY))
        .group_by(ActionItem.session_id)
    )
    submitted = {row.session_id: row.submitted for row in db().execute(counts)}
    return [_line(session, submitted.get(session.id, 0), consultation) for session in consultation.sessions]


def _line(session: Session, items: int, consultation: Consultation) -> Line:
    when = ""
    if session.starts_at:
        when = i18n.day_and_time(session.starts_at, language().code, consultation.time_zone)
    return Line(session, session_badge(session), when, session.description, items)


def _part(count: Count) -> dict[str, object]:
    """One group of the participation bar; small groups are named, never counted out."""
    shown = (
        str(count.count)
        if count.count is not None
        else t("fewer than 5")
        if count.is_small
        else t("not shown")
    )
    return {
        "hue": count.code.lower(),
        "mark": count.code,
        "label": group_label(count.code),
        "count": count.count,
        "shown": shown,
    }
