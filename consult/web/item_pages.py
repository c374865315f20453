"""What the item page shows: the document, its facts, its versions and polls, and the conversation in three lanes."""

from dataclasses import dataclass
from typing import Any

from flask import Response
from sqlalchemy import select

from consult import richtext
from consult.announce import audiences
from consult.db import public_id as fresh_id
from consult.decisions.models import Decision
from consult.deliberation.lanes import LANES
from consult.deliberation.models import Answer, Comment, CommentKind
from consult.deliberation.queries import Thread, threads_of
from consult.disclosure.attribution import Shown
from consult.items.facts import ItemFacts, item_facts
from consult.items.models import ActionItem, ItemVersion
from consult.items.versions import versions_for
from consult.labels import of
from consult.library.models import Source
from consult.permissions.actor import Actor
from consult.permissions.check import allows
from consult.permissions.check import refusal as why_not
from consult.permissions.names import Permission
from consult.programme.models import Session, SessionState
from consult.rooms.models import Room
from consult.web.context import db
from consult.web.loading import consultation_of, session_of
from consult.web.pages import live_page, refusal, render_page, t
from consult.web.provenance import provenance
from consult.web.voices import author


@dataclass(frozen=True)
class Sent:
    """A form that was refused: which one (empty: the comment form), what was typed and what is wrong with it."""

    at: str = ""
    errors: dict[str, str] | None = None
    values: dict[str, Any] | None = None


def item_page(item: ActionItem, actor: Actor, *, sent: Sent | None = None) -> Response:
    """The page of one item; with `sent`, again after a form was refused, with nothing typed lost."""
    consultation, session = consultation_of(item), session_of(item)
    sees_room = allows(actor, Permission.ROOM_VIEW, item.room)
    heard = [audiences.session(session.public_id)]
    if sees_room:
        heard.append(audiences.room(item.room.public_id))
    live = live_page(actor, heard, f"session={session.public_id}")
    db().refresh(item)
    open_for_comment = session.state != SessionState.CLOSED
    refused = sent or Sent()
    return render_page(
        "items/item.html",
        script="js/pages/live.js",
        live=live,
        breadcrumb=crumbs(consultation, session, item_name(item)),
        actor=actor,
        consultation=consultation,
        status=422 if sent else 200,
        session=session,
        item=item,
        doc=document(item, sees_room=sees_room),
        facts=item_facts(item.facts),
        sources=sources_of(item_facts(item.facts)),
        provenance=provenance(actor, item),
        versions=versions_for(db(), actor, item),
        sees_history=allows(actor, Permission.ITEM_HISTORY, item),
        polls=_polls(item),
        lanes=_lanes(threads_of(db(), item.id), actor, consultation),
        may_comment=open_for_comment and allows(actor, Permission.COMMENT_POST, item),
        may_answer=open_for_comment and allows(actor, Permission.COMMENT_ANSWER, item),
        may_return=open_for_comment and allows(actor, Permission.ITEM_RETURN, item),
        closed_because=_closed_because(actor, item, open_for_comment),
        kinds=[("", t("Choose…")), *((kind.value, t(of("comment_kind", kind))) for kind in CommentKind)],
        answers=[("", t("Choose…")), *((answer.value, t(of("answer", answer))) for answer in Answer)],
        message_id=fresh_id(),
        sent=refused,
    )


def crumbs(consultation: Any, session: Session, *names: str) -> list[tuple[str, str | None]]:
    """Where an item or poll page stands: consultation, session, report-back, then `names`."""
    return [
        (consultation.short_title, f"/c/{consultation.public_id}"),
        (session.short_title, f"/s/{session.public_id}"),
        (t("Report-back"), f"/s/{session.public_id}/report-back"),
        *((name, None) for name in names),
    ]


def room_name(room: Room) -> str:
    """What a room is called; needs its round loaded."""
    number = room.round.number
    return (
        t("Room %(number)s", number=room.number)
        if number == 1
        else t("Round %(round)s, Room %(number)s", round=number, number=room.number)
    )


def item_name(item: ActionItem) -> str:
    """What an item is called in a list of places, such as "Room 4, item 2"."""
    return t("%(room)s, item %(number)s", room=room_name(item.room), number=item.number)


def state_of(item: ActionItem) -> str:
    """The state as a badge shows it: an item in drafting may be ready."""
    return "ready" if item.state == "drafting" and item.ready_at else item.state


def document(item: ActionItem, *, sees_room: bool) -> dict[str, Any]:
    """The words of an item and what a reader needs to place them."""
    return {
        "name": item_name(item),
        "room": room_name(item.room),
        "room_url": f"/rooms/{item.room.public_id}?item={item.public_id}" if sees_room else None,
        "state": state_of(item),
        "title": item.title or t("Untitled item"),
        "text": item.text,
        "is_blank": richtext.is_blank(item.text),
        "brackets": richtext.open_brackets(item.text) + item.title.count("["),
    }


def sources_of(facts: ItemFacts) -> list[Source]:
    """The sources an item quotes, in the order of the library."""
    if not facts.sources:
        return []
    query = select(Source).where(Source.public_id.in_(facts.sources)).order_by(Source.position, Source.id)
    return list(db().scalars(query))


def _polls(item: ActionItem) -> list[dict[str, Any]]:
    query = select(Decision).where(Decision.item_id == item.id).order_by(Decision.id.desc())
    return [
        {
            "url": f"/decisions/{decision.public_id}",
            "state": "closed" if decision.closed_at else "open",
            "opened_at": decision.opened_at,
        }
        for decision in db().scalars(query)
    ]


def _closed_because(actor: Actor, item: ActionItem, open_for_comment: bool) -> str:
    """Why there is no comment form, in words; empty when there is one."""
    reason = why_not(actor, Permission.COMMENT_POST, item) if open_for_comment else "item.not_under_comment"
    return refusal(reason) if reason else ""


def _lanes(threads: list[Thread], actor: Actor, consultation: Any) -> list[dict[str, Any]]:
    first_waiting = next((found.comment.id for found in threads if found.disposition is None), None)
    shown = [_thread(found, actor, consultation, first_waiting) for found in threads]
    return [
        {
            "code": lane,
            "label": t(of("lane", lane)),
            "comments": [view for view in shown if view["lane"] == lane],
        }
        for lane in LANES
    ]


def _thread(found: Thread, actor: Actor, consultation: Any, first_waiting: int | None) -> dict[str, Any]:
    disposition = found.disposition
    return {
        **_words(found.comment, actor, consultation),
        "id": found.comment.public_id,
        "lane": found.comment.lane,
        "kind": found.comment.kind,
        "is_next": found.comment.id == first_waiting,
        "replies": [_words(reply, actor, consultation) for reply in found.replies],
        "disposition": disposition
        and {
            "answer": disposition.answer,
            "reason": _paragraphs(disposition.reason),
            "by": author(disposition.by, consultation),
            "at": disposition.at,
            "earlier": len(found.comment.dispositions) - 1,
        },
    }


def _words(comment: Comment, actor: Actor, consultation: Any) -> dict[str, Any]:
    who: Shown = author(comment.member, consultation)
    return {
        "who": who,
        "mine": comment.member_id == actor.member_id,
        "text": _paragraphs(comment.text),
        "at": comment.at,
    }


def _paragraphs(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


def version_page(item: ActionItem, actor: Actor, version: ItemVersion) -> Response:
    """The item as it stood at a named moment."""
    consultation, session = consultation_of(item), session_of(item)
    facts = item_facts(version.facts)
    return render_page(
        "items/version.html",
        breadcrumb=[
            *crumbs(consultation, session),
            (item_name(item), f"/items/{item.public_id}"),
            (t("Version %(number)s", number=version.number), None),
        ],
        actor=actor,
        consultation=consultation,
        session=session,
        item=item,
        version=version,
        doc=document(item, sees_room=False),
        facts=facts,
        sources=sources_of(facts),
    )


def form_page(
    template: str, item: ActionItem, actor: Actor, errors: dict[str, str] | None, *, crumb: str, **view: Any
) -> Response:
    """A page with one form about an item, on the way from its room and back; 422 with errors."""
    consultation, session = consultation_of(item), session_of(item)
    room_url = f"/rooms/{item.room.public_id}?item={item.public_id}"
    return render_page(
        template,
        actor=actor,
        consultation=consultation,
        breadcrumb=[
            (consultation.short_title, f"/c/{consultation.public_id}"),
            (session.short_title, f"/s/{session.public_id}"),
            (room_name(item.room), room_url),
            (crumb, None),
        ],
        status=422 if errors else 200,
        item=item,
        room_url=room_url,
        errors=errors or {},
        **view,
    )
