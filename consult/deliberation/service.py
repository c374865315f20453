"""Comments on submitted items, replies to them, and what became of each.

Decides who may say what and keeps every answer ever given to a comment. It never changes the item's text.
"""

from sqlalchemy import select

from consult import clock
from consult.announce import audiences, outbox
from consult.announce.events import CommentAnswered, CommentPosted, Event
from consult.audit import service as audit
from consult.db import Db
from consult.deliberation.lanes import lane_of
from consult.deliberation.models import Answer, Comment, CommentKind, Disposition
from consult.errors import Invalid, NotAllowed, NotFound
from consult.items.models import ActionItem
from consult.items.queries import Place, place_of
from consult.permissions.actor import Actor
from consult.permissions.check import require
from consult.permissions.names import Permission
from consult.programme.models import Session, SessionState

LONGEST_COMMENT = 5000
LONGEST_REASON = 2000


def post_comment(
    db: Db,
    actor: Actor,
    item: ActionItem,
    *,
    kind: str,
    text: str,
    parent: Comment | None = None,
    message_id: str = "",
) -> Comment:
    """Comment on an item, or reply to a comment on it.

    Args:
        text: 1 to 5,000 characters.
        message_id: the page's own name for this message; the same words under it again make no second comment.

    Raises:
        NotAllowed: a viewer, or comments are not open.
        Invalid: `comment.invalid` with the fields.
    """
    require(actor, Permission.COMMENT_POST, item)
    _require_open(db, item)
    known = _posted_before(db, actor, message_id)
    if known is not None and known.text == text.strip():
        return known
    _check(kind, text, item, parent)
    comment = Comment(
        consultation_id=item.consultation_id,
        item_id=item.id,
        parent_id=parent.id if parent else None,
        member_id=actor.member_id,
        lane=lane_of(actor.role, actor.kind),
        kind=kind,
        text=text.strip(),
        at=clock.now(),
        message_id=None if known else message_id or None,
    )
    db.add(comment)
    db.flush()
    place = place_of(db, item)
    facts = {"item": item.public_id, "lane": comment.lane, "kind": kind}
    _record(db, actor, "comment.posted", comment, place, facts)
    _announce(db, CommentPosted(item.public_id, comment.lane), place)
    return comment


def answer_comment(db: Db, actor: Actor, comment: Comment, *, answer: str, reason: str) -> Disposition:
    """Say what becomes of a comment, and why. A later answer replaces an earlier one; both stay in the record.

    Raises:
        NotAllowed: neither a facilitator nor of the room's record, or comments are not open.
        Invalid: `answer.invalid` with the fields.
    """
    item = db.get(ActionItem, comment.item_id)
    if item is None:
        raise NotFound()
    require(actor, Permission.COMMENT_ANSWER, item)
    _require_open(db, item)
    fields = _text_problem("reason", reason, LONGEST_REASON)
    if answer not in set(Answer):
        fields["answer"] = "field.choice"
    if fields or comment.parent_id is not None:
        raise Invalid("answer.invalid", fields=fields)
    disposition = Disposition(
        comment_id=comment.id, answer=answer, reason=reason.strip(), by_id=actor.member_id, at=clock.now()
    )
    db.add(disposition)
    db.flush()
    place = place_of(db, item)
    _record(db, actor, "comment.answered", comment, place, {"item": item.public_id, "answer": answer})
    _announce(db, CommentAnswered(item.public_id), place)
    return disposition


def comment_called(db: Db, item: ActionItem, public_id: str) -> Comment:
    """A comment on this item.

    Raises:
        NotFound: there is none of this name.
    """
    found = db.scalar(select(Comment).where(Comment.public_id == public_id, Comment.item_id == item.id))
    if found is None:
        raise NotFound()
    return found


def _posted_before(db: Db, actor: Actor, message_id: str) -> Comment | None:
    if not message_id:
        return None
    if len(message_id) > 40:
        raise Invalid("comment.invalid")
    query = select(Comment).where(Comment.member_id == actor.member_id, Comment.message_id == message_id)
    return db.scalar(query)


def _check(kind: str, text: str, item: ActionItem, parent: Comment | None) -> None:
    fields = _text_problem("text", text, LONGEST_COMMENT)
    if kind not in set(CommentKind):
        fields["kind"] = "field.choice"
    if fields or (parent is not None and (parent.item_id != item.id or parent.parent_id is not None)):
        raise Invalid("comment.invalid", fields=fields)


def _text_problem(name: str, text: str, limit: int) -> dict[str, str]:
    if not text.strip():
        return {name: "field.required"}
    return {name: "field.too_long"} if len(text.strip()) > limit else {}


def _require_open(db: Db, item: ActionItem) -> None:
    state = db.scalar(select(Session.state).where(Session.id == item.session_id))
    if state == SessionState.CLOSED:
        raise NotAllowed("item.not_under_comment")


def _record(db: Db, actor: Actor, act: str, comment: Comment, place: Place, facts: dict[str, str]) -> None:
    audit.record(db, actor, act, f"comment:{comment.public_id}", chain=place.consultation, facts=facts)


def _announce(db: Db, event: Event, place: Place) -> None:
    outbox.add(db, event, to=[audiences.session(place.session)])
