"""The outbox: events are rows written in the transaction of the change, tailed by every process after the commit.

The database is the queue; a message queue, where there is one, only wakes the tail early. Within an audience the
sequence has no gaps and follows the order of commits, because its head row stays locked until the commit.
"""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import func, select, text

from consult import clock
from consult.announce.events import Event
from consult.announce.models import AudienceHead, OutboxEvent
from consult.db import Db

#: One number for PostgreSQL's advisory lock: events become visible in the order of their ids.
OUTBOX_LOCK = 7_301_917
#: Audiences in one statement: within what every database takes.
_AT_ONCE = 500
_ANNOUNCED = "consult.announced"


def add(db: Db, event: Event, *, to: Iterable[str]) -> None:
    """Announce `event` to the audiences `to`; delivered after the commit, to everybody including the actor."""
    for audience in dict.fromkeys(to):
        add_each(db, {audience: event})


def add_each(db: Db, events: Mapping[str, Event]) -> None:
    """Announce to each audience an event of its own, in as few statements as there can be."""
    db.info[_ANNOUNCED] = True
    if db.get_bind().dialect.name == "postgresql":
        db.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": OUTBOX_LOCK})
    names = list(events)
    for start in range(0, len(names), _AT_ONCE):
        _add(db, {name: events[name] for name in names[start : start + _AT_ONCE]})


def _add(db: Db, events: Mapping[str, Event]) -> None:
    known = (
        select(AudienceHead).where(AudienceHead.audience.in_(list(events))).order_by(AudienceHead.audience)
    )
    known = known.with_for_update().execution_options(populate_existing=True)
    heads = {head.audience: head for head in db.scalars(known)}
    for audience, event in events.items():
        head = heads.get(audience)
        if head is None:
            head = AudienceHead(audience=audience, seq=0)
            db.add(head)
        head.seq += 1
        db.add(
            OutboxEvent(
                audience=audience,
                seq=head.seq,
                name=event.name,
                version=event.version,
                data=event.data(),
                at=clock.now(),
            )
        )
    db.flush()


def has_announced(db: Db) -> bool:
    """Whether this session announced something since it was last asked: only then is there anything to deliver."""
    return bool(db.info.pop(_ANNOUNCED, False))


def last_id(db: Db) -> int:
    """The row id of the newest event; a tail that starts now begins behind it."""
    return db.scalar(select(func.max(OutboxEvent.id))) or 0


def after(db: Db, row_id: int, *, limit: int = 500) -> Sequence[OutboxEvent]:
    """Events newer than `row_id`, oldest first."""
    return db.scalars(
        select(OutboxEvent).where(OutboxEvent.id > row_id).order_by(OutboxEvent.id).limit(limit)
    ).all()


def heads(db: Db, audiences: Iterable[str]) -> dict[str, int]:
    """The last sequence number of each audience; 0 for one that never had an event."""
    names = list(audiences)
    rows = db.execute(
        select(AudienceHead.audience, AudienceHead.seq).where(AudienceHead.audience.in_(names))
    ).all()
    return dict.fromkeys(names, 0) | dict(rows)


def missed(db: Db, seen: dict[str, int], *, limit: int = 100) -> list[OutboxEvent] | None:
    """What each audience had after the sequence number in `seen`, in order; None when it is more than `limit`."""
    found: list[OutboxEvent] = []
    for audience, seq in seen.items():
        query = select(OutboxEvent).where(OutboxEvent.audience == audience, OutboxEvent.seq > seq)
        found += db.scalars(query.order_by(OutboxEvent.seq).limit(limit + 1)).all()
    if len(found) > limit:
        return None
    return sorted(found, key=lambda event: event.id)
