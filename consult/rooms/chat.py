"""The chat of a room: short messages to everybody in it, read-only once the room is closed.

Rule: the chat is no part of the record. What is removed leaves no words behind, only that something was removed and by whom.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select, update

from consult import clock, richtext
from consult.announce import audiences, outbox
from consult.announce.events import ChatPosted, ChatRemoved
from consult.audit import service as audit
from consult.db import Db
from consult.disclosure.attribution import Attribution, names_authors
from consult.errors import Conflict, Invalid, NotFound, TooMany
from consult.permissions.actor import Actor
from consult.permissions.check import require
from consult.permissions.names import Permission
from consult.programme.models import Consultation
from consult.rooms import locking
from consult.rooms.chat_models import ChatMessage
from consult.rooms.models import Room, RoomState
from consult.rooms.notices import chain_of

#: Characters of one message.
LONGEST = 500
#: So many messages of one person in a minute, and no more.
MOST_IN_A_MINUTE = 12
MINUTE = timedelta(minutes=1)
#: The newest messages a page shows.
SHOWN = 200


@dataclass(frozen=True)
class Talk:
    """What is said in a room. `messages`: the newest, in the order they came; `earlier`: how many there are before them."""

    messages: Sequence[ChatMessage]
    earlier: int


def talk_in(db: Db, room: Room) -> Talk:
    """The chat of a room as it stands now."""
    query = select(ChatMessage).where(ChatMessage.room_id == room.id)
    newest = db.scalars(query.order_by(ChatMessage.id.desc()).limit(SHOWN)).all()
    earlier = 0
    if len(newest) == SHOWN:
        count = select(func.count()).where(ChatMessage.room_id == room.id)
        earlier = (db.scalar(count) or 0) - SHOWN
    return Talk(newest[::-1], earlier)


def post(db: Db, actor: Actor, room: Room, *, text: str) -> ChatMessage:
    """Write to everybody in the room, as one line of plain text without control characters.

    Raises:
        Invalid: `chat.invalid` when there are no words, or more than 500 characters.
        TooMany: `chat.too_many` after twelve messages in a minute, with the seconds to wait.
    """
    locking.take(db, actor, Permission.CHAT_WRITE, room)
    words = " ".join(richtext.clean(text).split())
    if not words:
        raise Invalid("chat.invalid", fields={"text": "field.required"})
    if len(words) > LONGEST:
        raise Invalid("chat.invalid", fields={"text": "field.too_long"}, limit=LONGEST)
    _check_pace(db, actor, room)
    message = ChatMessage(room_id=room.id, member_id=actor.member_id, text=words, at=clock.now())
    db.add(message)
    db.flush()
    outbox.add(db, ChatPosted(room.public_id, message.public_id), to=[audiences.room(room.public_id)])
    return message


def remove(db: Db, actor: Actor, room: Room, message_id: str) -> None:
    """Take a message out of the chat: one's own, or as moderator or facilitator anybody's. Its words are gone.

    Rule: who led the room, and who wrote, may do so while it is open; facilitators also afterwards.

    Raises:
        NotFound: the room has no such message.
        Conflict: `chat.gone` when it is removed already.
    """
    locking.locked(db, [room])
    query = select(ChatMessage).where(ChatMessage.public_id == message_id, ChatMessage.room_id == room.id)
    message = db.scalar(query.execution_options(populate_existing=True))
    if message is None:
        raise NotFound()
    require(actor, Permission.CHAT_REMOVE, message)
    if not actor.is_staff:
        locking.require_time(room)
    if message.removed_at is not None:
        raise Conflict("chat.gone")
    is_own = message.member_id == actor.member_id
    message.text, message.removed_at = "", clock.now()
    message.removed_as = "author" if is_own else "moderator"
    db.flush()
    # Who takes back their own words says that they were theirs: where nobody is named, the log does not either.
    by = None if is_own and not names_authors(_rule(db, room)) else actor
    act = "chat.taken_back" if is_own else "chat.removed"
    facts = {"message": message.public_id}
    audit.record(db, by, act, f"room:{room.public_id}", chain=chain_of(db, room), facts=facts)
    outbox.add(db, ChatRemoved(room.public_id, message.public_id), to=[audiences.room(room.public_id)])


def close(db: Db, room: Room) -> None:
    """Forget who wrote what in a room that closes, where neither identity nor affiliation may be revealed."""
    if not names_authors(_rule(db, room)):
        db.execute(update(ChatMessage).where(ChatMessage.room_id == room.id).values(member_id=None))


def forget_closed(db: Db) -> None:
    """The same for rooms that had closed before their consultation was put under that rule."""
    nameless = (
        select(Room.id)
        .join(Consultation, Consultation.id == Room.consultation_id)
        .where(Consultation.attribution == Attribution.NONE.value, Room.state == RoomState.CLOSED.value)
    )
    written = update(ChatMessage).where(ChatMessage.member_id.is_not(None), ChatMessage.room_id.in_(nameless))
    db.execute(written.values(member_id=None), execution_options={"synchronize_session": False})


def _rule(db: Db, room: Room) -> str:
    return db.scalars(select(Consultation.attribution).where(Consultation.id == room.consultation_id)).one()


def _check_pace(db: Db, actor: Actor, room: Room) -> None:
    """Refuse the thirteenth message of a person within a minute."""
    now = clock.now()
    query = select(ChatMessage.at).where(
        ChatMessage.room_id == room.id,
        ChatMessage.member_id == actor.member_id,
        ChatMessage.at > now - MINUTE,
    )
    lately = db.scalars(query.order_by(ChatMessage.id.desc()).limit(MOST_IN_A_MINUTE)).all()
    if len(lately) == MOST_IN_A_MINUTE:
        raise TooMany("chat.too_many", after=max(1, int((lately[-1] + MINUTE - now).total_seconds()) + 1))
