"""Notes in the margin of a draft: words of it, what somebody says about them, replies, and "resolved".

Decides who may write and resolve them and what is kept of whom; the text itself is never touched, so neither exports nor
what is submitted know of them. They stay with the item they were made on, for its room and staff.
"""

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from consult import clock, richtext
from consult.announce import audiences, outbox
from consult.announce.events import Event, NoteChanged, NotePosted
from consult.db import Db
from consult.deliberation.note_models import MarginNote
from consult.disclosure.attribution import names_authors
from consult.drafting import service as drafting
from consult.drafting.anchors import Anchor
from consult.errors import Conflict, Invalid, NotFound
from consult.items.models import ActionItem
from consult.items.queries import place_of
from consult.people.models import Member
from consult.permissions.actor import Actor
from consult.permissions.check import require
from consult.permissions.names import Permission
from consult.programme.models import Consultation
from consult.rooms.locking import locked, require_time

LONGEST_NOTE = 2000
#: Longer quotations are cut.
LONGEST_QUOTE = 300
#: Notes on one item, with their replies.
MOST_NOTES = 300
_LONGEST_MESSAGE_ID = 40


@dataclass(frozen=True)
class NoteThread:
    """A note with its replies, oldest first."""

    note: MarginNote
    replies: tuple[MarginNote, ...]

    @property
    def is_resolved(self) -> bool:
        """Whether it is dealt with."""
        return self.note.resolved_at is not None


def write_note(
    db: Db,
    actor: Actor,
    item: ActionItem,
    *,
    text: str,
    quote: str = "",
    anchor: Anchor | None = None,
    message_id: str = "",
) -> MarginNote:
    """Write a note on words of a draft, or on the item as a whole.

    Args:
        text: 1 to 2,000 characters.
        quote: the words it is about, as their reader saw them; empty: the item as a whole.
        anchor: where they stand; None: they are looked for in the draft.
        message_id: the page's own name for this note; under one it knows no second note is made.

    Raises:
        NotAllowed: not seated, the room is not open, or the item is not in drafting.
        Invalid: `note.invalid` with the fields, `note.too_many`.
    """
    words = " ".join(richtext.clean(quote).split())
    require(actor, Permission.NOTE_WRITE, item)
    if words and anchor is None:
        # Before the room is taken: in a long text it lasts, and letters keep their ids whatever is written meanwhile.
        anchor = drafting.anchor_of(db, item, words)
    _take(db, actor, item)
    known = _known(db, item, message_id)
    if known is not None:
        return known
    return _added(db, actor, item, text, message_id, quote=_cut(words), anchor=anchor if words else None)


def reply_to_note(
    db: Db, actor: Actor, item: ActionItem, note: MarginNote, *, text: str, message_id: str = ""
) -> MarginNote:
    """Reply to a note; a resolved one is open again with it.

    Raises:
        NotAllowed: not seated, the room is not open, or the item is not in drafting.
        Invalid: `note.invalid` with the fields, `note.too_many`.
    """
    _take(db, actor, item)
    known = _known(db, item, message_id)
    if known is not None:
        return known
    if note.parent_id is not None:
        raise Invalid("note.invalid")
    reply = _added(db, actor, item, text, message_id, parent=note)
    note.resolved_at = note.resolved_by_id = None
    return reply


def resolve_note(db: Db, actor: Actor, item: ActionItem, note: MarginNote, *, resolved: bool = True) -> None:
    """Say that a note is dealt with, or open it again; nothing when it is so already.

    Raises:
        NotAllowed: neither writing in this draft now, nor keeping the room's record.
        Invalid: `note.invalid`, a reply is not resolved by itself.
    """
    locked(db, [item.room])
    require(actor, Permission.NOTE_RESOLVE, item)
    if note.parent_id is not None:
        raise Invalid("note.invalid")
    if (note.resolved_at is not None) == resolved:
        return
    note.resolved_at = clock.now() if resolved else None
    note.resolved_by_id = _who(db, actor, item) if resolved else None
    _tell(db, item, note, NoteChanged)


def anchor_note(db: Db, actor: Actor, item: ActionItem, note: MarginNote, anchor: Anchor) -> None:
    """Say where the words of a note stand now: for who has just moved them, as when a paragraph was split before them.

    Raises:
        NotAllowed: not seated, the room is not open, or the item is not in drafting.
        Conflict: `note.has_no_words`, it is about the item as a whole, or a reply.
    """
    _take(db, actor, item)
    if not note.quote:
        raise Conflict("note.has_no_words")
    if (note.anchor_start, note.anchor_end) != (anchor.start, anchor.end):
        note.anchor_start, note.anchor_end = anchor.start, anchor.end
        _tell(db, item, note, NoteChanged)


def notes_of(db: Db, item_id: int) -> list[NoteThread]:
    """The notes on an item, oldest first, with who wrote and who resolved them."""
    people = [joinedload(MarginNote.member), joinedload(MarginNote.resolved_by)]
    query = select(MarginNote).where(MarginNote.item_id == item_id).order_by(MarginNote.id)
    for person in people:
        query = query.options(person.joinedload(Member.user), person.joinedload(Member.delegation))
    replies: defaultdict[int, list[MarginNote]] = defaultdict(list)
    notes: list[MarginNote] = []
    for note in db.scalars(query):
        if note.parent_id is None:
            notes.append(note)
        else:
            replies[note.parent_id].append(note)
    return [NoteThread(note, tuple(replies[note.id])) for note in notes]


def note_called(db: Db, item: ActionItem, public_id: str) -> MarginNote:
    """A note on this item, or a reply.

    Raises:
        NotFound: there is none of this name.
    """
    query = select(MarginNote).where(MarginNote.public_id == public_id, MarginNote.item_id == item.id)
    found = db.scalar(query)
    if found is None:
        raise NotFound()
    return found


def anchor_of(note: MarginNote) -> Anchor | None:
    """Where the words of a note stand, as it was said last."""
    if note.anchor_start is None or note.anchor_end is None:
        return None
    return Anchor(note.anchor_start, note.anchor_end)


def _take(db: Db, actor: Actor, item: ActionItem) -> None:
    locked(db, [item.room])
    require(actor, Permission.NOTE_WRITE, item)
    require_time(item.room)


def _known(db: Db, item: ActionItem, message_id: str) -> MarginNote | None:
    if not message_id:
        return None
    if len(message_id) > _LONGEST_MESSAGE_ID:
        raise Invalid("note.invalid")
    query = select(MarginNote).where(MarginNote.item_id == item.id, MarginNote.message_id == message_id)
    return db.scalar(query)


def _added(
    db: Db,
    actor: Actor,
    item: ActionItem,
    text: str,
    message_id: str,
    *,
    quote: str = "",
    anchor: Anchor | None = None,
    parent: MarginNote | None = None,
) -> MarginNote:
    text = text.strip()
    if not text or len(text) > LONGEST_NOTE:
        raise Invalid("note.invalid", fields={"text": "field.required" if not text else "field.too_long"})
    if (db.scalar(select(func.count()).where(MarginNote.item_id == item.id)) or 0) >= MOST_NOTES:
        raise Invalid("note.too_many")
    note = MarginNote(
        consultation_id=item.consultation_id,
        item_id=item.id,
        parent_id=parent.id if parent else None,
        member_id=_who(db, actor, item),
        text=text,
        quote=quote,
        anchor_start=anchor.start if anchor else None,
        anchor_end=anchor.end if anchor else None,
        at=clock.now(),
        message_id=message_id or None,
    )
    db.add(note)
    db.flush()
    _tell(db, item, note, NotePosted)
    return note


def _who(db: Db, actor: Actor, item: ActionItem) -> int | None:
    """Rule: under "none" (Chatham House Rule) nothing says who wrote, so nobody is kept; what is not there cannot be shown later."""
    rule = db.scalar(select(Consultation.attribution).where(Consultation.id == item.consultation_id))
    return actor.member_id if names_authors(rule or "") else None


def _tell(db: Db, item: ActionItem, note: MarginNote, event: type[NotePosted] | type[NoteChanged]) -> None:
    """Tell the room only: what was tried in a room stays there."""
    room = place_of(db, item).room
    told: Event = event(item.public_id, room, note.public_id)
    outbox.add(db, told, to=[audiences.room(room)])


def _cut(words: str) -> str:
    return words if len(words) <= LONGEST_QUOTE else words[: LONGEST_QUOTE - 1].rstrip() + "…"
