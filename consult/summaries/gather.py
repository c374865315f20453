"""Gathers what a summary is composed from: the session's record as numbers, titles and open passages. No effects."""

from collections.abc import Sequence

from sqlalchemy import select

from consult import i18n, labels, richtext
from consult.db import Db
from consult.decisions.queries import decisions_of_session, result_of
from consult.deliberation.models import Comment
from consult.items.facts import item_facts
from consult.items.models import ActionItem
from consult.items.queries import items_of_session
from consult.people.balance import Count
from consult.people.models import Member, Role
from consult.people.queries import people_of
from consult.programme.models import Consultation, Session, SessionState
from consult.rooms.models import Room
from consult.summaries.facts import (
    CommentFacts,
    GroupCount,
    ItemFacts,
    PollFacts,
    RoomFacts,
    SessionFacts,
)

GROUP_OF_MARK = {"AF": "AFR", "AP": "APG", "EE": "EEG", "LA": "LAC", "WE": "WEOG", "OB": "OB", "ST": "ST"}


def session_facts(db: Db, session: Session, language: str) -> SessionFacts:
    """Everything the summary of `session` may say, in `language`."""
    consultation = db.get_one(Consultation, session.consultation_id)
    people = people_of(db, consultation)
    items = items_of_session(db, session.id)
    comments = _comments(db, items)
    starts = session.starts_at
    return SessionFacts(
        source=f"session:{session.public_id}",
        language=language,
        title=session.title,
        consultation=consultation.title,
        mode=session.mode,
        place=consultation.place,
        dates=i18n.day(starts, language, consultation.time_zone) if starts else days(consultation, language),
        delegations=people.balance.delegations,
        participants=people.balance.people,
        panelists=sum(person.role == Role.PANELIST for person in people.participants),
        member_states=people.balance.member_states,
        groups=tuple(_group(count, language) for count in people.balance.by_group),
        questions=tuple(question.text for question in session.questions),
        rooms=tuple(_room(room, items, comments, language) for room in _rooms(items)),
        polls=tuple(_polls(db, session, language)),
        next_sessions=_next_sessions(db, session),
    )


def reference_of(item: ActionItem, language: str) -> str:
    """How people cite an item: room and number."""
    return i18n.text(language, "Room %(room)s, item %(number)s", room=item.room.number, number=item.number)


def days(consultation: Consultation, language: str) -> str:
    """The dates of a consultation in words."""
    first, last = (
        i18n.date_words(consultation.starts_on, language),
        i18n.date_words(consultation.ends_on, language),
    )
    return first if first == last else f"{first} – {last}"


def _group(count: Count, language: str) -> GroupCount:
    label = i18n.text(language, labels.of("group", GROUP_OF_MARK[count.code]))
    return GroupCount(
        label, count.count, "" if count.count is not None else "few" if count.is_small else "withheld"
    )


def _rooms(items: Sequence[ActionItem]) -> list[Room]:
    return list(dict.fromkeys(item.room for item in items))


def _room(
    room: Room, items: Sequence[ActionItem], comments: dict[int, list[CommentFacts]], language: str
) -> RoomFacts:
    return RoomFacts(
        source=f"room:{room.public_id}",
        title=i18n.text(language, "Room %(number)s", number=room.number),
        theme=room.topic,
        items=tuple(_item(item, comments, language) for item in items if item.room_id == room.id),
    )


def _item(item: ActionItem, comments: dict[int, list[CommentFacts]], language: str) -> ItemFacts:
    facts = item_facts(item.facts)
    return ItemFacts(
        source=f"item:{item.public_id}",
        reference=reference_of(item, language),
        title=item.title,
        term=facts.term,
        brackets=tuple(bracket.text for bracket in richtext.brackets(item.text)),
        targets=tuple(link.code for link in facts.targets),
        has_means=bool(facts.means),
        has_review=bool(facts.review),
        has_gender=bool(facts.gender),
        comments=tuple(comments.get(item.id, ())),
    )


def _comments(db: Db, items: Sequence[ActionItem]) -> dict[int, list[CommentFacts]]:
    """Comments by item row id; replies are discussion, not positions."""
    query = (
        select(Comment, Member.delegation_id)
        .join(Member, Member.id == Comment.member_id)
        .where(Comment.item_id.in_([item.id for item in items]), Comment.parent_id.is_(None))
        .order_by(Comment.id)
    )
    found: dict[int, list[CommentFacts]] = {}
    for comment, delegation_id in db.execute(query):
        voice = (
            f"person:{comment.member_id}" if comment.lane == "panelists" else f"delegation:{delegation_id}"
        )
        facts = CommentFacts(f"comment:{comment.public_id}", comment.lane, comment.kind, voice)
        found.setdefault(comment.item_id, []).append(facts)
    return found


def _polls(db: Db, session: Session, language: str) -> list[PollFacts]:
    found = []
    for decision in decisions_of_session(db, session.id):
        if decision.closed_at is not None:
            counts = result_of(db, decision).member_states
            found.append(
                PollFacts(
                    source=f"decision:{decision.public_id}",
                    item=reference_of(decision.item, language),
                    in_favour=counts.in_favour,
                    against=counts.against,
                    abstention=counts.abstention,
                    not_voting=counts.not_voting,
                )
            )
    return found


def _next_sessions(db: Db, session: Session) -> tuple[str, ...]:
    query = select(Session.title).where(
        Session.consultation_id == session.consultation_id,
        Session.number > session.number,
        Session.state == SessionState.PLANNED.value,
    )
    return tuple(db.scalars(query.order_by(Session.number)))
