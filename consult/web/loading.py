"""Load and authorise: from an id in the address to the thing and the actor, or the answer "no such page".

What a person may not see answers like what does not exist.
"""

from collections.abc import Collection, Sequence
from typing import Any, TypeVar

from flask import g
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from consult.decisions.models import Decision
from consult.errors import Invalid, NotFound
from consult.items.models import ActionItem
from consult.library.models import Source
from consult.library.service import sources_of
from consult.people.models import Member
from consult.permissions.actor import Actor
from consult.permissions.check import require
from consult.permissions.names import Permission
from consult.programme.models import Consultation, Session
from consult.rooms.actors import actor_for
from consult.rooms.models import Room, Round
from consult.web.context import db
from consult.web.errors import SignInNeeded
from consult.web.shared import shared

T = TypeVar("T", Session, Round, Room, ActionItem, Decision)


def signed_in() -> Any:
    """The account that is signed in.

    Raises:
        SignInNeeded: nobody is.
    """
    if not current_user.is_authenticated:
        raise SignInNeeded()
    return current_user


def actor_in(consultation_id: int) -> Actor:
    """The signed-in person as an actor of a consultation.

    Raises:
        SignInNeeded, NotFound
    """
    actor = actor_for(db(), signed_in().id, consultation_id)
    if actor is None:
        raise NotFound()
    g.actor = actor
    return actor


def consultation_for(
    public_id: str, permission: Permission = Permission.CONSULTATION_VIEW
) -> tuple[Consultation, Actor]:
    """The consultation in the address and the actor, who holds `permission` on it."""
    signed_in()
    query = select(Consultation).where(Consultation.public_id == public_id)
    found = db().scalar(query.options(selectinload(Consultation.sessions)))
    if found is None:
        raise NotFound()
    actor = actor_in(found.id)
    require(actor, permission, found)
    return found, actor


def session_for(
    public_id: str, permission: Permission = Permission.CONSULTATION_VIEW
) -> tuple[Session, Actor]:
    """The session in the address and the actor."""
    options = (joinedload(Session.consultation), selectinload(Session.questions))
    return _found(Session, public_id, permission, *options)


def round_for(public_id: str, permission: Permission = Permission.CONSULTATION_VIEW) -> tuple[Round, Actor]:
    """The round in the address and the actor."""
    return _found(Round, public_id, permission, selectinload(Round.rooms))


def room_for(public_id: str, permission: Permission = Permission.ROOM_VIEW) -> tuple[Room, Actor]:
    """The room in the address and the actor, who may enter it unless another permission is named."""
    return _found(Room, public_id, permission, joinedload(Room.round))


def item_for(public_id: str, permission: Permission = Permission.ITEM_VIEW) -> tuple[ActionItem, Actor]:
    """The item in the address and the actor, who may read it unless another permission is named."""
    return _found(ActionItem, public_id, permission, joinedload(ActionItem.room))


def decision_for(
    public_id: str, permission: Permission = Permission.CONSULTATION_VIEW
) -> tuple[Decision, Actor]:
    """The decision in the address and the actor."""
    options = (joinedload(Decision.item), selectinload(Decision.electorate))
    return _found(Decision, public_id, permission, *options)


def members_called(round_: Round, ids: Collection[str]) -> list[Member]:
    """The members of the round's consultation with these public ids.

    Raises:
        NotFound: somebody is not among them, or nobody was named.
    """
    query = select(Member).where(Member.public_id.in_(ids), Member.consultation_id == round_.consultation_id)
    found = list(db().scalars(query.order_by(Member.id)))
    if not found or len(found) != len(set(ids)):
        raise NotFound()
    return found


def rooms_numbered(round_: Round, numbers: Collection[int]) -> list[Room]:
    """The rooms of a round with these numbers, in this order.

    Raises:
        Invalid: `command.no_room` when there is no such room.
    """
    by_number = {room.number: room for room in round_.rooms}
    if not set(numbers) <= set(by_number):
        raise Invalid("command.no_room", count=len(by_number))
    return [by_number[number] for number in dict.fromkeys(numbers)]


def consultation_of(subject: Any) -> Consultation:
    """The consultation a session, room, item or decision belongs to."""
    found = db().get(Consultation, subject.consultation_id)
    if found is None:
        raise NotFound()
    return found


def session_of(subject: Any) -> Session:
    """The session a round, room, item or decision belongs to."""
    found = db().get(Session, subject.session_id)
    if found is None:
        raise NotFound()
    return found


def sources_at(session: Session) -> Sequence[Source]:
    """The sources of a session and of its whole consultation, in order, for reading."""
    consultation_id, session_id = session.consultation_id, session.id
    key = "sources", consultation_id, session_id
    return shared(key, lambda db: sources_of(db, consultation_id, session_id=session_id))


def _found(model: type[T], public_id: str, permission: Permission, *options: Any) -> tuple[T, Actor]:
    signed_in()
    subject = db().scalar(select(model).where(model.public_id == public_id).options(*options))
    if subject is None:
        raise NotFound()
    actor = actor_in(subject.consultation_id)
    if permission in VIEWING:
        if not allows_viewing(actor, permission, subject):
            raise NotFound()
    else:
        require(actor, permission, subject)
    return subject, actor


#: Rights to see: who lacks one is told that there is no such page.
VIEWING = frozenset({Permission.CONSULTATION_VIEW, Permission.ITEM_VIEW, Permission.SUMMARY_VIEW})


def allows_viewing(actor: Actor, permission: Permission, subject: Any) -> bool:
    """Whether the actor may see the subject at all."""
    from consult.permissions.check import allows

    return allows(actor, permission, subject)
