"""Indicative polls: open, cast, close. An indicative poll measures support; it adopts nothing.

Rule: one answer per delegation, whoever of its members casts it; the last one before the deadline counts, by the
server's clock; every change is kept in the decision's log.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from consult import clock
from consult.announce import audiences, outbox
from consult.announce.events import DecisionCast, DecisionClosed, DecisionOpened, Event
from consult.audit import service as audit
from consult.db import Db
from consult.decisions.models import Ballot, BallotChange, Choice, Decision, Elector, Track
from consult.decisions.queries import Place, place_of
from consult.errors import Conflict, Invalid, TooLate
from consult.i18n import N_
from consult.items.models import ActionItem, ItemState
from consult.people.models import Delegation, Member
from consult.permissions.actor import Actor
from consult.permissions.check import require
from consult.permissions.names import Permission
from consult.permissions.predicates import ANSWERING_ROLES
from consult.programme.models import Session, SessionState

METHOD = "indicative_poll"
#: Staff of the meeting speak for nobody in it.
SECRETARIAT = "secretariat"
QUESTION = N_("Does your delegation support this action item as it is worded here?")


@dataclass(frozen=True)
class Receipt:
    """What was recorded for a delegation, and when (UTC)."""

    choice: str
    at: datetime


def open_poll(
    db: Db,
    actor: Actor,
    session: Session,
    items: Iterable[ActionItem],
    *,
    deadline_at: datetime | None = None,
) -> list[Decision]:
    """Open an indicative poll on each of the items; the delegations that may answer are fixed now.

    Args:
        deadline_at: UTC; None: until a facilitator closes it.

    Raises:
        NotAllowed: not a facilitator.
        Invalid: `decision.no_items`, `decision.deadline_past`.
        Conflict: the session is closed, an item is not under comment, or has an open poll already.
    """
    require(actor, Permission.DECISION_OPEN, session)
    chosen = list(items)
    if not chosen:
        raise Invalid("decision.no_items")
    if deadline_at is not None and deadline_at <= clock.now():
        raise Invalid("decision.deadline_past", fields={"deadline": "decision.deadline_past"})
    if session.state == SessionState.CLOSED:
        raise Conflict("session.cannot")
    electorate = _electorate(db, session.consultation_id)
    return [_open(db, actor, session, item, electorate, deadline_at) for item in chosen]


def cast(db: Db, actor: Actor, decision: Decision, *, choice: str) -> Receipt:
    """Cast the delegation's answer; it replaces the one cast before.

    Raises:
        NotAllowed: not of the electorate, or a role that does not answer.
        Invalid: `decision.invalid`.
        TooLate: closed, or past the deadline by the server's clock.
    """
    require(actor, Permission.DECISION_CAST, decision)
    if choice not in set(Choice):
        raise Invalid("decision.invalid", fields={"choice": "decision.invalid"})
    db.refresh(decision, ["closed_at", "deadline_at"], with_for_update={"read": True})
    now = clock.now()
    if not decision.is_open_at(now):
        raise TooLate("decision.past_deadline", now=now.isoformat())
    row = {
        "decision_id": decision.id,
        "delegation_id": actor.delegation_id,
        "choice": choice,
        "member_id": actor.member_id,
        "at": now,
    }
    _upsert(db, row)
    db.add(BallotChange(**row))
    place = place_of(db, decision)
    _record(db, actor, "decision.cast", decision, place, {"delegation": _delegation(db, actor)})
    _announce(db, DecisionCast(decision.public_id), place)
    return Receipt(choice, now)


def close_poll(db: Db, actor: Actor, decision: Decision) -> None:
    """Close a poll; its result is shown from now on.

    Raises:
        NotAllowed: not a facilitator.
        Conflict: it is closed already.
    """
    require(actor, Permission.DECISION_OPEN, decision)
    if not _close(db, actor, decision, clock.now(), Decision.id == decision.id):
        raise Conflict("decision.already_closed")


def due(db: Db, now: datetime) -> list[int]:
    """Row ids of open polls whose deadline has passed."""
    return list(db.connection().scalars(_DUE, {"now": now}))


#: Built once: every process asks twice a second.
_DUE = (
    select(Decision.id)
    .where(Decision.closed_at.is_(None), Decision.deadline_at <= bindparam("now"))
    .order_by(Decision.id)
)


def close_due(db: Db, now: datetime) -> int:
    """Close every poll whose deadline has passed. Of several processes exactly one closes each.

    Returns:
        How many were closed here.
    """
    closed = 0
    for row_id in due(db, now):
        decision = db.get_one(Decision, row_id)
        deadline = decision.deadline_at or now
        closed += _close(db, None, decision, deadline, Decision.deadline_at <= now)
    return closed


def _open(
    db: Db,
    actor: Actor,
    session: Session,
    item: ActionItem,
    electorate: Sequence[tuple[int, Track]],
    deadline_at: datetime | None,
) -> Decision:
    _table(db, session, item)
    decision = Decision(
        consultation_id=item.consultation_id,
        session_id=item.session_id,
        item_id=item.id,
        method=METHOD,
        question=QUESTION,
        opened_at=clock.now(),
        deadline_at=deadline_at,
    )
    decision.electorate = [Elector(delegation_id=row_id, track=track.value) for row_id, track in electorate]
    db.add(decision)
    db.flush()
    place = place_of(db, decision)
    facts = {"item": item.public_id, "electorate": len(electorate)}
    _record(db, actor, "decision.opened", decision, place, facts)
    _announce(db, DecisionOpened(decision.public_id, item.public_id), place)
    return decision


def _table(db: Db, session: Session, item: ActionItem) -> None:
    """The item is tabled; the conditional update also makes two people who poll on it at once wait for each other."""
    tabled = db.execute(
        update(ActionItem)
        .where(
            ActionItem.id == item.id,
            ActionItem.session_id == session.id,
            or_(
                ActionItem.state == ItemState.UNDER_COMMENT.value,
                ActionItem.state == ItemState.TABLED.value,
            ),
        )
        .values(state=ItemState.TABLED.value)
    )
    if tabled.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("decision.not_under_comment")
    still_open = select(Decision.id).where(Decision.item_id == item.id, Decision.closed_at.is_(None))
    if db.scalar(still_open) is not None:
        raise Conflict("decision.already_open")
    db.refresh(item, ["state"])


def _electorate(db: Db, consultation_id: int) -> list[tuple[int, Track]]:
    """Delegations with an active member who may answer, and the track each is counted in."""
    query = (
        select(Delegation.id, Delegation.kind)
        .join(Member, Member.delegation_id == Delegation.id)
        .where(
            Delegation.consultation_id == consultation_id,
            Delegation.kind != SECRETARIAT,
            Member.withdrawn_at.is_(None),
            Member.role.in_(ANSWERING_ROLES),
        )
        .distinct()
        .order_by(Delegation.id)
    )
    return [
        (row_id, Track.MEMBER_STATES if kind == "member_state" else Track.OTHERS)
        for row_id, kind in db.execute(query)
    ]


def _upsert(db: Db, row: dict[str, Any]) -> None:
    insert = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(Ballot).values(row)
    new = statement.excluded
    db.execute(
        statement.on_conflict_do_update(
            index_elements=["decision_id", "delegation_id"],
            set_={"choice": new.choice, "member_id": new.member_id, "at": new.at},
        )
    )


def _close(
    db: Db, actor: Actor | None, decision: Decision, closed_at: datetime, which: ColumnElement[bool]
) -> bool:
    closed = db.execute(
        update(Decision)
        .where(Decision.id == decision.id, Decision.closed_at.is_(None), which)
        .values(closed_at=closed_at)
    )
    if closed.rowcount != 1:  # type: ignore[attr-defined]
        return False
    db.refresh(decision, ["closed_at"])
    place = place_of(db, decision)
    _record(db, actor, "decision.closed", decision, place, {"item": place.item})
    _announce(db, DecisionClosed(decision.public_id, place.item), place)
    return True


def _delegation(db: Db, actor: Actor) -> str:
    return db.get_one(Delegation, actor.delegation_id).public_id


def _record(
    db: Db, actor: Actor | None, act: str, decision: Decision, place: Place, facts: dict[str, Any]
) -> None:
    audit.record(db, actor, act, f"decision:{decision.public_id}", chain=place.consultation, facts=facts)


def _announce(db: Db, event: Event, place: Place) -> None:
    outbox.add(db, event, to=[audiences.session(place.session)])
