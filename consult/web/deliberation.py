"""Routes of deliberation: comments and their answers, the report-back, the hall's screen."""

from typing import Any

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as BaseResponse

from consult import richtext
from consult.announce import audiences
from consult.deliberation import service
from consult.deliberation.queries import numbers_of
from consult.errors import Invalid
from consult.items.facts import item_facts
from consult.items.models import ActionItem
from consult.items.queries import items_of_session
from consult.permissions.actor import Actor
from consult.proceedings import service as proceedings
from consult.programme.models import Session, SessionState
from consult.web.calling import called_in
from consult.web.context import db
from consult.web.forms import Form
from consult.web.item_pages import Sent, crumbs, item_name, item_page, room_name
from consult.web.loading import consultation_of, item_for, session_for
from consult.web.pages import back_to, live_page, refusal, render_page, say, t

pages = Blueprint("deliberation", __name__)
#: Items longer than this are cut in the report-back and read on their own page.
WORDS_IN_LIST = 130


@pages.post("/items/<public_id>/comments")
def post_comment(public_id: str) -> BaseResponse:
    item, actor = item_for(public_id)
    form = Form(request.form)
    parent_id = str(form.values.get("parent", ""))
    parent = service.comment_called(db(), item, parent_id) if parent_id else None
    try:
        service.post_comment(
            db(),
            actor,
            item,
            kind=parent.kind if parent else str(form.values.get("kind", "")),
            text=form.text("text", limit=service.LONGEST_COMMENT, required=False),
            parent=parent,
            message_id=str(form.values.get("message_id", "")),
        )
    except Invalid as error:
        return _refused(item, actor, f"reply-{parent_id}" if parent else "", error, form)
    say(t("Your reply was posted.") if parent else t("Your comment was posted."))
    return back_to(f"/items/{item.public_id}")


@pages.post("/items/<public_id>/comments/<comment_id>/answer")
def answer(public_id: str, comment_id: str) -> BaseResponse:
    item, actor = item_for(public_id)
    comment = service.comment_called(db(), item, comment_id)
    form = Form(request.form)
    try:
        service.answer_comment(
            db(),
            actor,
            comment,
            answer=str(form.values.get("answer", "")),
            reason=form.text("reason", limit=service.LONGEST_REASON, required=False),
        )
    except Invalid as error:
        return _refused(item, actor, f"answer-{comment_id}", error, form)
    say(t("Your answer was recorded."))
    return back_to(f"/items/{item.public_id}")


@pages.get("/s/<public_id>/report-back")
def report_back(public_id: str) -> Response:
    session, actor = session_for(public_id)
    consultation = consultation_of(session)
    live = live_page(actor, [audiences.session(session.public_id)], f"session={session.public_id}")
    rooms = _rooms(session)
    return render_page(
        "deliberation/report_back.html",
        script="js/pages/live.js",
        live=live,
        breadcrumb=crumbs(consultation, session),
        actor=actor,
        consultation=consultation,
        session=session,
        is_open=session.state in (SessionState.REPORT_BACK, SessionState.CLOSED),
        is_planned=session.state == SessionState.PLANNED,
        rooms=rooms,
        waiting=sum(item["state"] == "submitted" for room in rooms for item in room["items"]),
        total=sum(len(room["items"]) for room in rooms),
    )


@pages.post("/s/<public_id>/report-back")
def open_report_back(public_id: str) -> BaseResponse:
    session, actor = session_for(public_id)
    items = proceedings.open_report_back(db(), actor, session)
    say(t("The report-back is open. Items open for comment: %(number)s.", number=len(items)))
    return back_to(f"/s/{session.public_id}/report-back")


@pages.get("/s/<public_id>/plenary")
def plenary(public_id: str) -> BaseResponse:
    session, _actor = session_for(public_id)
    return back_to(f"/s/{session.public_id}/report-back")


@pages.get("/s/<public_id>/projector")
def projector(public_id: str) -> Response:
    session, actor = session_for(public_id)
    consultation = consultation_of(session)
    live = live_page(actor, [audiences.session(session.public_id)], f"session={session.public_id}")
    items = items_of_session(db(), session.id)
    wanted = request.args.get("item", "")
    place = next((index for index, item in enumerate(items) if item.public_id == wanted), None)
    return render_page(
        "deliberation/projector.html",
        script="js/pages/live.js",
        live=live,
        breadcrumb=crumbs(consultation, session, t("Projector")),
        actor=actor,
        consultation=consultation,
        session=session,
        screen=_screen(session, items, place),
        theme="dark" if request.args.get("background") == "black" else "",
        is_black=request.args.get("background") == "black",
        call_rules=called_in(actor, leaves=False),
    )


def _refused(item: ActionItem, actor: Actor, at: str, error: Invalid, form: Form) -> Response:
    limits = {"text": service.LONGEST_COMMENT, "reason": service.LONGEST_REASON}
    messages = {name: refusal(code, limit=limits.get(name, 0)) for name, code in error.fields.items()}
    return item_page(item, actor, sent=Sent(at, messages or {"text": refusal(error.code)}, form.values))


def _rooms(session: Session) -> list[dict[str, Any]]:
    """Rooms with what they submitted, in order."""
    items = items_of_session(db(), session.id)
    numbers = numbers_of(db(), [item.id for item in items])
    rooms: dict[int, dict[str, Any]] = {}
    for item in items:
        room = rooms.setdefault(
            item.room_id,
            {
                "id": f"room-{item.room.public_id}",
                "name": room_name(item.room),
                "topic": item.room.topic,
                "items": [],
            },
        )
        room["items"].append(_line(item) | {"numbers": numbers[item.id]})
    return list(rooms.values())


def _line(item: ActionItem) -> dict[str, Any]:
    is_long = richtext.word_count(item.text) > WORDS_IN_LIST
    return {
        "url": f"/items/{item.public_id}",
        "public_id": item.public_id,
        "number": item.number,
        "name": item_name(item),
        "title": item.title,
        "text": richtext.from_text(richtext.excerpt(item.text, 700)) if is_long else item.text,
        "is_long": is_long,
        "state": item.state,
        "brackets": richtext.open_brackets(item.text) + item.title.count("["),
        "facts": item_facts(item.facts),
    }


def _screen(session: Session, items: Any, place: int | None) -> dict[str, Any]:
    """What the hall sees: one item large, or the list of all."""
    here = f"/s/{session.public_id}/projector"
    if place is None:
        return {"item": None, "rooms": _rooms(session), "list_url": here, "total": len(items)}
    return {
        "item": _line(items[place]),
        "room": room_name(items[place].room),
        "list_url": here,
        "total": len(items),
        "place": place + 1,
        "before": f"{here}?item={items[place - 1].public_id}" if place else None,
        "after": f"{here}?item={items[place + 1].public_id}" if place + 1 < len(items) else None,
    }
