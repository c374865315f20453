"""Reading decisions: where they belong, the standing answers, the result. No effects.

Nothing here gives away an answer before the poll is closed: `result_of` refuses.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from consult import reference
from consult.db import Db
from consult.decisions.models import Ballot, Decision, Elector
from consult.decisions.tally import Answer, Tally, tally
from consult.errors import NotAllowed
from consult.items.models import ActionItem
from consult.people.models import Delegation
from consult.programme.models import Consultation, Session
from consult.rooms.models import Room


@dataclass(frozen=True)
class Place:
    """Public ids of where a decision belongs."""

    consultation: str
    session: str
    item: str


@dataclass(frozen=True)
class Turnout:
    """How many delegations answered, of how many; never which way."""

    answered: int
    electorate: int


def place_of(db: Db, decision: Decision) -> Place:
    """The consultation, session and item of a decision."""
    query = (
        select(Consultation.public_id, Session.public_id, ActionItem.public_id)
        .join(Session, Session.consultation_id == Consultation.id)
        .join(ActionItem, ActionItem.session_id == Session.id)
        .where(ActionItem.id == decision.item_id)
    )
    return Place(*db.execute(query).one())


def decisions_of_session(db: Db, session_id: int) -> Sequence[Decision]:
    """The polls of a session with their items and rooms, in the order they were opened."""
    query = (
        select(Decision)
        .where(Decision.session_id == session_id)
        .options(joinedload(Decision.item).joinedload(ActionItem.room).joinedload(Room.round))
        .order_by(Decision.id)
    )
    return db.scalars(query).all()


def turnouts(db: Db, decision_ids: Sequence[int]) -> dict[int, Turnout]:
    """The turnout of each of these polls."""
    electors = _counts(db, decision_ids, Elector)
    ballots = _counts(db, decision_ids, Ballot)
    return {row_id: Turnout(ballots.get(row_id, 0), electors.get(row_id, 0)) for row_id in decision_ids}


def _counts(db: Db, decision_ids: Sequence[int], table: type[Elector] | type[Ballot]) -> dict[int, int]:
    query = select(table.decision_id, func.count()).where(table.decision_id.in_(decision_ids))
    rows = db.execute(query.group_by(table.decision_id))
    return {row.decision_id: row[1] for row in rows}


def answers_of_delegation(db: Db, decision_ids: Sequence[int], delegation_id: int) -> dict[int, Ballot]:
    """The delegation's standing answer in each of these polls, where it gave one."""
    query = select(Ballot).where(Ballot.decision_id.in_(decision_ids), Ballot.delegation_id == delegation_id)
    return {ballot.decision_id: ballot for ballot in db.scalars(query)}


def asked_of_delegation(db: Db, decision_ids: Sequence[int], delegation_id: int) -> set[int]:
    """Which of these polls the delegation may answer."""
    query = select(Elector.decision_id).where(
        Elector.decision_id.in_(decision_ids), Elector.delegation_id == delegation_id
    )
    return set(db.scalars(query))


def result_of(db: Db, decision: Decision) -> Tally:
    """The result of a closed poll.

    Raises:
        NotAllowed: `decision.still_open`.
    """
    if decision.closed_at is None:
        raise NotAllowed("decision.still_open")
    query = (
        select(Elector.track, Delegation.group, Ballot.choice)
        .join(Delegation, Delegation.id == Elector.delegation_id)
        .outerjoin(
            Ballot,
            (Ballot.decision_id == Elector.decision_id) & (Ballot.delegation_id == Elector.delegation_id),
        )
        .where(Elector.decision_id == decision.id)
    )
    answers = [Answer(*row) for row in db.execute(query)]
    return tally(answers, [group.code for group in reference.groups()])
