"""Topics on offer, and who would like to work on which: said by each member for themself, until the rooms open.

Rule: the topics on offer are those that the current proposal of the round was asked to give its rooms, so they are
offered by proposing a seating with topics, and followed by proposing the next one.
"""

from collections.abc import Sequence

from sqlalchemy import select

from consult import clock
from consult.announce import audiences, outbox
from consult.announce.events import MemberChanged
from consult.audit import service as audit
from consult.db import Db
from consult.errors import Conflict, Invalid
from consult.people.models import Member
from consult.permissions.actor import Actor
from consult.permissions.check import require
from consult.permissions.names import Permission
from consult.rooms import service as rooms_service
from consult.rooms.models import RoomState, Round
from consult.rooms.notices import chain_of
from consult.seating.models import TopicWish
from consult.seating.proposals.constraints import Constraints
from consult.seating.proposals.plans import current_plan


def topics_on_offer(db: Db, round_: Round) -> tuple[str, ...]:
    """The topics that rooms of the round are to have, in the order of the rooms; a topic of two rooms once."""
    plan = current_plan(db, round_, in_full=False)
    asked = Constraints.from_json(plan.constraints if plan is not None else None)
    return tuple(dict.fromkeys(topic for _room, topic in sorted(asked.topics.items())))


def set_topic_wishes(db: Db, actor: Actor, round_: Round, topics: Sequence[str]) -> None:
    """Say which topics one would like to work on in a round, the dearest first; none takes the wishes back.

    Raises:
        Conflict: `seating.wishes_closed` when rooms of the round have opened.
        Invalid: `seating.invalid` when a topic is not on offer or is named twice.
    """
    require(actor, Permission.TOPIC_WISH, round_)
    if any(room.state != RoomState.STAGED for room in rooms_service.rooms_of(db, round_)):
        raise Conflict("seating.wishes_closed")
    if not set(topics) <= set(topics_on_offer(db, round_)) or len(set(topics)) != len(topics):
        raise Invalid("seating.invalid", fields={"topics": "field.choice"})
    db.scalar(select(Member.id).where(Member.id == actor.member_id).with_for_update(key_share=True))
    wish = _wish(db, round_, actor.member_id)
    if list(topics) == (wish.topics if wish is not None else []):
        return
    if wish is None:
        db.add(
            TopicWish(
                round_id=round_.id, member_id=actor.member_id, topics=list(topics), wished_at=clock.now()
            )
        )
    elif topics:
        wish.topics, wish.wished_at = list(topics), clock.now()
    else:
        db.delete(wish)
    db.flush()
    subject, facts = f"member:{actor.public_id}", {"round": round_.public_id, "topics": len(topics)}
    audit.record(db, actor, "topics.wished", subject, chain=chain_of(db, round_), facts=facts)
    outbox.add(db, MemberChanged(actor.public_id), to=[audiences.member(actor.public_id)])


def topic_wishes_of(db: Db, round_: Round) -> dict[str, tuple[str, ...]]:
    """What people would like to work on in a round: member public id -> topics, the dearest first."""
    query = select(Member.public_id, TopicWish.topics).join(TopicWish, TopicWish.member_id == Member.id)
    query = query.where(TopicWish.round_id == round_.id, Member.withdrawn_at.is_(None))
    return {row.public_id: tuple(row.topics) for row in db.execute(query)}


def my_topic_wishes(db: Db, actor: Actor, round_: Round) -> tuple[str, ...]:
    """What the actor would like to work on in a round, the dearest first."""
    wish = _wish(db, round_, actor.member_id)
    return tuple(wish.topics) if wish is not None else ()


def _wish(db: Db, round_: Round, member_id: int) -> TopicWish | None:
    query = select(TopicWish).where(TopicWish.round_id == round_.id, TopicWish.member_id == member_id)
    return db.scalar(query.execution_options(populate_existing=True))
