"""Reading the programme: whose consultations, what is on, what it offers. No effects."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from consult.db import Db
from consult.permissions.actor import Actor
from consult.programme.models import Consultation, Session, SessionState

ON_NOW = (SessionState.OPEN.value, SessionState.REPORT_BACK.value)


def consultations(db: Db, ids: Sequence[int]) -> list[Consultation]:
    """These consultations with their sessions, the newest first."""
    query = select(Consultation).where(Consultation.id.in_(ids)).options(selectinload(Consultation.sessions))
    return list(db.scalars(query.order_by(Consultation.starts_on.desc(), Consultation.id.desc())))


def on_now(consultation: Consultation) -> Session | None:
    """The session that is on: an open one before one in report-back, the later one of two."""
    running = [session for session in consultation.sessions if session.state in ON_NOW]
    return max(running, key=lambda s: (s.state == SessionState.OPEN, s.number), default=None)


@dataclass(frozen=True)
class Phase:
    """Where a consultation stands. `state`: planned, open or closed."""

    state: str
    session: Session | None


def phase(consultation: Consultation) -> Phase:
    """Whether a consultation is to come, on, or over, and which session is on."""
    session = on_now(consultation)
    if session is not None:
        return Phase("open", session)
    states = {session.state for session in consultation.sessions}
    if states == {SessionState.CLOSED.value}:
        return Phase("closed", None)
    return Phase("open" if SessionState.CLOSED in states else "planned", None)


def sees_programme(actor: Actor, consultation: Consultation) -> bool:
    """Whether the sessions are shown: to everybody once published, to the staff before."""
    return consultation.published_at is not None or actor.is_staff
