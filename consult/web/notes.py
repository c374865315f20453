"""Notes in the margin of a draft: the routes that write, answer, resolve and re-anchor them, and what the room shows of them."""

from typing import Any

from flask import Blueprint, jsonify, request
from werkzeug.wrappers import Response as BaseResponse

from consult import clock, richtext
from consult.db import public_id as fresh_id
from consult.deliberation import notes
from consult.deliberation.note_models import MarginNote
from consult.drafting.anchors import Anchor
from consult.errors import Invalid
from consult.items.models import ActionItem
from consult.permissions.actor import Actor
from consult.permissions.check import allows, require
from consult.permissions.names import Permission
from consult.web.context import db
from consult.web.forms import Form
from consult.web.loading import consultation_of, item_for
from consult.web.pages import back_to, say, t
from consult.web.voices import author

pages = Blueprint("notes", __name__)
#: What a page may send as quoted words; the rule cuts them to what is kept.
_LONGEST_SELECTION = 20_000


@pages.post("/items/<public_id>/notes")
def write(public_id: str) -> BaseResponse:
    """`quote`: words it is about; `start`, `end`: where they stand, base64, from a page that has the editor."""
    item, actor = _drafted(public_id)
    form = Form(request.form)
    quote = form.line("quote", limit=_LONGEST_SELECTION, required=False)
    text = form.text("text", limit=notes.LONGEST_NOTE)
    form.check("note.invalid")
    anchor = _anchor(form) if form.values.get("start") else None
    notes.write_note(
        db(), actor, item, text=text, quote=quote, anchor=anchor, message_id=form.values.get("message", "")
    )
    say(t("Your note stands in the margin."))
    return back_to(_in_room(item))


@pages.post("/items/<public_id>/notes/<note_id>/replies")
def reply(public_id: str, note_id: str) -> BaseResponse:
    item, actor = _drafted(public_id)
    note = notes.note_called(db(), item, note_id)
    form = Form(request.form)
    text = form.text("text", limit=notes.LONGEST_NOTE)
    form.check("note.invalid")
    notes.reply_to_note(db(), actor, item, note, text=text, message_id=form.values.get("message", ""))
    say(t("Your reply was posted."))
    return back_to(_in_room(item))


@pages.post("/items/<public_id>/notes/<note_id>/resolve")
def resolve(public_id: str, note_id: str) -> BaseResponse:
    item, actor = _drafted(public_id)
    note = notes.note_called(db(), item, note_id)
    resolved = request.form.get("resolved", "1") == "1"
    notes.resolve_note(db(), actor, item, note, resolved=resolved)
    say(t("The note is resolved.") if resolved else t("The note is open again."))
    return back_to(_in_room(item))


@pages.post("/items/<public_id>/notes/<note_id>/anchor")
def anchor(public_id: str, note_id: str) -> BaseResponse:
    """From the page of who has just moved the words of a note: where they stand now."""
    item, actor = _drafted(public_id)
    notes.anchor_note(db(), actor, item, notes.note_called(db(), item, note_id), _anchor(Form(request.form)))
    return jsonify(ok=True)


def notes_view(item: ActionItem, actor: Actor) -> dict[str, Any]:
    """The notes on an item as the room shows them, oldest first; and what the reader may do with them.

    Args:
        actor: as `help_calls.acting_in`: who only looks on is shown no act.
    """
    text = _folded(richtext.to_text(item.text))
    consultation = consultation_of(item)

    def said(note: MarginNote) -> dict[str, Any]:
        return {
            "id": note.public_id,
            "who": _shown(note.member, consultation),
            "mine": note.member_id == actor.member_id,
            "at": note.at,
            "text": [line for line in note.text.split("\n") if line.strip()],
        }

    def shown(thread: notes.NoteThread) -> dict[str, Any]:
        note, anchor = thread.note, notes.anchor_of(thread.note)
        start, end = anchor.for_page() if anchor else ("", "")
        return said(note) | {
            "quote": note.quote,
            "stands": _folded(note.quote).removesuffix("…") in text,
            "start": start,
            "end": end,
            "replies": [said(reply) for reply in thread.replies],
            "resolved_at": note.resolved_at,
            "resolved_by": _shown(note.resolved_by, consultation),
        }

    threads = notes.notes_of(db(), item.id)
    return {
        "open": [shown(thread) for thread in threads if not thread.is_resolved],
        "resolved": [shown(thread) for thread in threads if thread.is_resolved],
        "may_write": allows(actor, Permission.NOTE_WRITE, item) and item.room.is_open_at(clock.now()),
        "may_resolve": allows(actor, Permission.NOTE_RESOLVE, item),
        "message": fresh_id(),
        "longest": notes.LONGEST_NOTE,
        "longest_quote": notes.LONGEST_QUOTE,
    }


def _drafted(public_id: str) -> tuple[ActionItem, Actor]:
    """The item and the actor, who may read its draft; the notes are read with it."""
    item, actor = item_for(public_id)
    require(actor, Permission.ROOM_VIEW, item.room)
    return item, actor


def _anchor(form: Form) -> Anchor:
    try:
        return Anchor.of_page(str(form.values.get("start", "")), str(form.values.get("end", "")))
    except ValueError as error:
        raise Invalid("note.invalid") from error


def _shown(member: Any, consultation: Any) -> Any:
    return author(member, consultation) if member is not None else None


def _folded(text: str) -> str:
    return " ".join(text.split())


def _in_room(item: ActionItem) -> str:
    return f"/rooms/{item.room.public_id}?item={item.public_id}#notes-{item.public_id}"
