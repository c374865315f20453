"""The library: statements and documents that rooms can quote, each with a short title and where it stands."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from consult import clock
from consult.announce import audiences, outbox
from consult.announce.events import SourceAdded
from consult.audit import service as audit
from consult.db import Db
from consult.errors import Conflict, Invalid
from consult.library.models import Source
from consult.permissions.actor import Actor
from consult.permissions.check import require
from consult.permissions.names import Permission
from consult.programme.models import Consultation, Session
from consult.reference import themes

KINDS = ("statement", "document")
MOST_SOURCES = 500


@dataclass(frozen=True)
class SourceDetails:
    """What is said about a source. `reference`: where it is found; `themes`: codes of `reference.themes()`."""

    kind: str
    title: str
    reference: str
    speaker: str = ""
    themes: tuple[str, ...] = ()


def add_source(
    db: Db,
    actor: Actor,
    consultation: Consultation,
    details: SourceDetails,
    *,
    session: Session | None = None,
) -> Source:
    """Add a source to the library, for one session or for the whole consultation.

    Raises:
        Invalid: with one code per field.
        Conflict: `source.too_many`.
    """
    require(actor, Permission.CONSULTATION_MANAGE, consultation)
    _check(details)
    count, last = db.execute(
        select(func.count(), func.max(Source.position)).where(Source.consultation_id == consultation.id)
    ).one()
    if count >= MOST_SOURCES:
        raise Conflict("source.too_many")
    source = Source(
        consultation_id=consultation.id,
        session_id=session.id if session else None,
        position=(last or 0) + 1,
        kind=details.kind,
        title=details.title,
        reference=details.reference,
        speaker=details.speaker,
        themes=list(details.themes),
        added_at=clock.now(),
    )
    db.add(source)
    db.flush()
    _told(db, actor, consultation, "source.added", source)
    return source


def change_source(
    db: Db, actor: Actor, consultation: Consultation, source: Source, details: SourceDetails
) -> None:
    """Correct what is said about a source. Sources are never removed: items refer to them.

    Raises:
        Invalid: with one code per field.
    """
    require(actor, Permission.CONSULTATION_MANAGE, source)
    _check(details)
    for name in ("kind", "title", "reference", "speaker"):
        setattr(source, name, getattr(details, name))
    source.themes = list(details.themes)
    db.flush()
    _told(db, actor, consultation, "source.changed", source)


def sources_of(db: Db, consultation_id: int, *, session_id: int | None = None) -> Sequence[Source]:
    """The sources of a consultation in order; with `session_id`, those of that session and of the whole consultation."""
    query = select(Source).where(Source.consultation_id == consultation_id).order_by(Source.position)
    if session_id is not None:
        query = query.where((Source.session_id == session_id) | Source.session_id.is_(None))
    return db.scalars(query).all()


def _check(details: SourceDetails) -> None:
    problems = {}
    if details.kind not in KINDS:
        problems["kind"] = "field.choice"
    if not set(details.themes) <= {theme.code for theme in themes()}:
        problems["themes"] = "field.choice"
    if problems:
        raise Invalid("form.invalid", fields=problems)


def _told(db: Db, actor: Actor, consultation: Consultation, act: str, source: Source) -> None:
    facts = {"title": source.title, "reference": source.reference}
    audit.record(db, actor, act, f"source:{source.public_id}", chain=consultation.public_id, facts=facts)
    to = [audiences.consultation(consultation.public_id)]
    if source.session_id is not None:
        session = db.scalars(select(Session.public_id).where(Session.id == source.session_id)).one()
        to.append(audiences.session(session))
    outbox.add(db, SourceAdded(consultation.public_id), to=to)
