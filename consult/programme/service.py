"""The programme: consultations, sessions and their guiding questions; opening a session. Its end is in `proceedings`."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from zoneinfo import available_timezones

from sqlalchemy import func, select, update

from consult import clock
from consult.announce import audiences, outbox
from consult.announce.events import ConsultationChanged, SessionChanged
from consult.audit import service as audit
from consult.db import Db
from consult.disclosure.attribution import Attribution
from consult.errors import Conflict, Invalid
from consult.permissions.actor import Actor
from consult.permissions.check import require
from consult.permissions.names import Permission
from consult.programme.models import (
    TARGET_WORDS,
    Consultation,
    GuidingQuestion,
    Mode,
    Session,
    SessionState,
)
from consult.programme.states import before

MOST_QUESTIONS = 12
MOST_TARGET_WORDS = 5000


@dataclass(frozen=True)
class ConsultationDetails:
    """What the secretariat says about a consultation. `time_zone`: IANA name."""

    title: str
    short_title: str
    starts_on: date
    ends_on: date
    place: str
    time_zone: str
    description: str = ""
    attribution: str = Attribution.DELEGATION.value
    languages: tuple[str, ...] = ("en",)


@dataclass(frozen=True)
class SessionDetails:
    """What the secretariat says about a session. `starts_at`, `ends_at`: UTC, None while not known."""

    title: str
    short_title: str
    description: str = ""
    mode: str = Mode.INFORMAL.value
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    #: Words an action item should have, about; 0 when nothing is said.
    target_words: int = TARGET_WORDS


def create_consultation(db: Db, details: ConsultationDetails, *, is_sample: bool = False) -> Consultation:
    """Begin a consultation. Who may is the caller's to check: it has no members yet, so no rights of its own.

    Raises:
        Invalid: with one code per field.
    """
    _check(details)
    consultation = Consultation(created_at=clock.now(), is_sample=is_sample)
    _fill(consultation, details)
    db.add(consultation)
    db.flush()
    chain = consultation.public_id
    audit.record(db, None, "consultation.created", f"consultation:{chain}", chain=chain)
    return consultation


def change_consultation(
    db: Db, actor: Actor, consultation: Consultation, details: ConsultationDetails
) -> None:
    """Change title, dates, place, time zone, languages or the attribution rule.

    Raises:
        Invalid: with one code per field.
    """
    require(actor, Permission.CONSULTATION_MANAGE, consultation)
    _check(details)
    changed = _fill(consultation, details)
    if changed:
        _told(db, actor, consultation, "consultation.changed", {"fields": changed})


def publish(db: Db, actor: Actor, consultation: Consultation) -> None:
    """Publish the programme: everybody who takes part sees its sessions.

    Raises:
        Conflict: `session.cannot` when it is published already.
    """
    require(actor, Permission.CONSULTATION_MANAGE, consultation)
    done = db.scalar(
        update(Consultation)
        .where(Consultation.id == consultation.id, Consultation.published_at.is_(None))
        .values(published_at=clock.now())
        .returning(Consultation.id)
    )
    if done is None:
        raise Conflict("session.cannot")
    db.refresh(consultation, ["published_at"])
    _told(db, actor, consultation, "consultation.published", {})


def add_session(
    db: Db,
    actor: Actor,
    consultation: Consultation,
    details: SessionDetails,
    *,
    questions: Sequence[str] = (),
) -> Session:
    """Put a session on the programme, after those that are there.

    Raises:
        Invalid: with one code per field.
    """
    require(actor, Permission.CONSULTATION_MANAGE, consultation)
    _check_session(details)
    last = db.scalar(select(func.max(Session.number)).where(Session.consultation_id == consultation.id))
    session = Session(consultation_id=consultation.id, number=0 if last is None else last + 1)
    _fill(session, details)
    db.add(session)
    db.flush()
    _set_questions(db, session, questions)
    _told(db, actor, consultation, "session.added", {"session": session.public_id})
    return session


def change_session(
    db: Db, actor: Actor, session: Session, details: SessionDetails, *, questions: Sequence[str]
) -> None:
    """Change what the programme says about a session, its guiding questions included.

    Raises:
        Invalid: with one code per field.
    """
    require(actor, Permission.CONSULTATION_MANAGE, session)
    _check_session(details)
    changed = _fill(session, details)
    if _set_questions(db, session, questions):
        changed.append("questions")
    if changed:
        consultation = db.get_one(Consultation, session.consultation_id)
        facts: dict[str, object] = {"session": session.public_id, "fields": changed}
        _told(db, actor, consultation, "session.changed", facts, session=session)


def open_session(db: Db, actor: Actor, session: Session) -> None:
    """Open a planned session: from now on its rooms can be opened.

    Raises:
        Conflict: `session.cannot` when it is not planned any more.
    """
    require(actor, Permission.SESSION_RUN, session)
    done = db.scalar(
        update(Session)
        .where(Session.id == session.id, Session.state.in_(before(SessionState.OPEN)))
        .values(state=SessionState.OPEN.value, opened_at=clock.now())
        .returning(Session.id)
    )
    if done is None:
        raise Conflict("session.cannot")
    db.refresh(session, ["state", "opened_at"])
    consultation = db.get_one(Consultation, session.consultation_id)
    _told(db, actor, consultation, "session.opened", {"session": session.public_id}, session=session)


def _check(details: ConsultationDetails) -> None:
    problems = {}
    if details.ends_on < details.starts_on:
        problems["ends_on"] = "field.date_order"
    if details.time_zone not in available_timezones():
        problems["time_zone"] = "field.choice"
    if details.attribution not in {rule.value for rule in Attribution}:
        problems["attribution"] = "field.choice"
    if problems:
        raise Invalid("form.invalid", fields=problems)


def _check_session(details: SessionDetails) -> None:
    problems = {}
    if details.mode not in {known.value for known in Mode}:
        problems["mode"] = "field.choice"
    if details.ends_at and not (details.starts_at and details.starts_at < details.ends_at):
        problems["ends"] = "field.time_order"
    if problems:
        raise Invalid("form.invalid", fields=problems)


def _fill(row: Consultation | Session, details: ConsultationDetails | SessionDetails) -> list[str]:
    """Take the details over; the names of those that were different."""
    changed = []
    for entry in fields(details):
        value = getattr(details, entry.name)
        value = list(value) if isinstance(value, tuple) else value
        if getattr(row, entry.name, None) != value:
            setattr(row, entry.name, value)
            changed.append(entry.name)
    return changed


def _set_questions(db: Db, session: Session, texts: Sequence[str]) -> bool:
    query = select(GuidingQuestion).where(GuidingQuestion.session_id == session.id)
    old = list(db.scalars(query.order_by(GuidingQuestion.position)))
    if [question.text for question in old] == list(texts):
        return False
    for question in old:
        db.delete(question)
    db.add_all(
        GuidingQuestion(session_id=session.id, position=position, text=text)
        for position, text in enumerate(texts[:MOST_QUESTIONS], 1)
    )
    db.flush()
    db.expire(session, ["questions"])
    return True


def _told(
    db: Db,
    actor: Actor,
    consultation: Consultation,
    act: str,
    facts: dict[str, object],
    *,
    session: Session | None = None,
) -> None:
    """Write the act down and tell everybody who takes part."""
    subject = f"session:{session.public_id}" if session else f"consultation:{consultation.public_id}"
    audit.record(db, actor, act, subject, chain=consultation.public_id, facts=facts)
    everybody = audiences.consultation(consultation.public_id)
    outbox.add(db, ConsultationChanged(consultation.public_id), to=[everybody])
    if session is not None:
        to = [audiences.session(session.public_id), everybody]
        outbox.add(db, SessionChanged(session.public_id, session.state), to=to)
