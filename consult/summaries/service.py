"""The summary of a session: generated from the record, edited version by version, published.

Nothing automatic looks like the record: what is generated is a draft for the co-facilitators, who edit and publish it.
"""

import hashlib
import json

from sqlalchemy import func, select, update
from sqlalchemy.orm import selectinload

from consult import clock, richtext
from consult.announce import audiences, outbox
from consult.announce.events import Event, SummaryGenerated, SummaryPublished
from consult.audit import service as audit
from consult.db import Db
from consult.errors import Conflict, Invalid
from consult.items.queries import items_of_session
from consult.items.versions import keep_published
from consult.permissions.actor import Actor
from consult.permissions.check import require
from consult.permissions.names import Permission
from consult.programme.models import Consultation, Session
from consult.summaries.compose import compose
from consult.summaries.gather import session_facts
from consult.summaries.models import Summary, SummaryVersion

GENERATED, EDITED = "generated", "edited"


def summary_of(db: Db, session: Session) -> Summary | None:
    """The summary of a session with its versions."""
    query = select(Summary).where(Summary.session_id == session.id).options(selectinload(Summary.versions))
    return db.scalar(query.execution_options(populate_existing=True))


def generate(db: Db, actor: Actor, session: Session, *, language: str = "en") -> SummaryVersion:
    """Compose a new version from the record as it stands. Earlier versions stay.

    Raises:
        NotAllowed: not a facilitator.
    """
    require(actor, Permission.SUMMARY_WRITE, session)
    body = compose(session_facts(db, session, language)).body
    summary = summary_of(db, session)
    if summary is None:
        summary = Summary(consultation_id=session.consultation_id, session_id=session.id)
        db.add(summary)
        db.flush()
    version = _add(db, actor, summary, GENERATED, body)
    _told(db, actor, session, "summary.generated", version, SummaryGenerated(session.public_id))
    return version


def base_of(version: SummaryVersion) -> str:
    """What a page says it was edited from: the version and a digest of its text.

    The digest tells two pages of one person apart, which would otherwise overwrite each other's text in one version.
    """
    text = json.dumps(version.body, sort_keys=True, separators=(",", ":"))
    return f"{version.number}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def edit(db: Db, actor: Actor, session: Session, *, body: object, base: str) -> SummaryVersion:
    """Save an edited text. Saving again by the same person continues their version until another is made or published.

    Args:
        body: ProseMirror JSON.
        base: what the text was edited from, as `base_of` named it.

    Raises:
        Invalid: `summary.nothing_yet`, or `summary.invalid` when the text is not of the schema.
        Conflict: `summary.changed_meanwhile` when the newest text is another one than that.
    """
    require(actor, Permission.SUMMARY_WRITE, session)
    summary = _locked(db, session)
    try:
        text = richtext.validated(body, richtext.SUMMARY_LIMITS)
    except ValueError as error:
        raise Invalid("summary.invalid", fields={"body": "summary.invalid"}) from error
    newest = summary.versions[-1]
    if newest.body == text:
        return newest
    _check_base(newest, base)
    if (
        newest.origin == EDITED
        and newest.by_id == actor.member_id
        and newest.number != summary.published_version
    ):
        newest.body, newest.at = text, clock.now()
        db.flush()
        return newest
    version = _add(db, actor, summary, EDITED, text)
    _told(db, actor, session, "summary.edited", version, SummaryGenerated(session.public_id))
    return version


def publish(db: Db, actor: Actor, session: Session, *, base: str) -> Summary:
    """Make the newest version public. It stays as it is; later edits make a new version.

    Args:
        base: the text that was read before publishing, as `base_of` named it.

    Raises:
        Invalid: `summary.nothing_yet`.
        Conflict: `summary.changed_meanwhile` when the newest text is another one than that.
    """
    require(actor, Permission.SUMMARY_WRITE, session)
    summary = _locked(db, session)
    newest = summary.versions[-1]
    _check_base(newest, base)
    if summary.published_version == newest.number:
        return summary
    db.execute(
        update(Summary)
        .where(Summary.id == summary.id)
        .values(published_at=clock.now(), published_version=newest.number)
    )
    db.refresh(summary, ["published_at", "published_version"])
    keep_published(db, items_of_session(db, session.id), by=actor)
    _told(db, actor, session, "summary.published", newest, SummaryPublished(session.public_id))
    return summary


def _locked(db: Db, session: Session) -> Summary:
    row_id = db.scalar(select(Summary.id).where(Summary.session_id == session.id).with_for_update())
    summary = summary_of(db, session) if row_id is not None else None
    if summary is None or not summary.versions:
        raise Invalid("summary.nothing_yet")
    return summary


def _check_base(newest: SummaryVersion, base: str) -> None:
    if base != base_of(newest):
        raise Conflict("summary.changed_meanwhile", newest=newest.number)


def _add(db: Db, actor: Actor, summary: Summary, origin: str, body: richtext.Doc) -> SummaryVersion:
    last = (
        db.scalar(select(func.max(SummaryVersion.number)).where(SummaryVersion.summary_id == summary.id)) or 0
    )
    version = SummaryVersion(
        summary_id=summary.id,
        number=last + 1,
        origin=origin,
        body=body,
        at=clock.now(),
        by_id=actor.member_id,
    )
    db.add(version)
    db.flush()
    return version


def _told(db: Db, actor: Actor, session: Session, act: str, version: SummaryVersion, event: Event) -> None:
    chain = db.scalars(select(Consultation.public_id).where(Consultation.id == session.consultation_id)).one()
    audit.record(
        db, actor, act, f"session:{session.public_id}", chain=chain, facts={"version": version.number}
    )
    names = [audiences.session(session.public_id)]
    if isinstance(event, SummaryPublished):
        names.append(audiences.consultation(chain))
    outbox.add(db, event, to=names)
