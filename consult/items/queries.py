"""Reading action items: where they belong, and the lists that pages show. No effects."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from consult.db import Db
from consult.items.models import GONE, ActionItem, ItemState
from consult.programme.models import Consultation, Session
from consult.rooms.models import Room, Round

#: States in which everybody of the consultation may read an item.
IN_PLENARY = (ItemState.SUBMITTED.value, ItemState.UNDER_COMMENT.value, ItemState.TABLED.value)


@dataclass(frozen=True)
class Place:
    """Public ids of where an item belongs."""

    consultation: str
    session: str
    room: str


def place_of(db: Db, item: ActionItem) -> Place:
    """The consultation, session and room of an item."""
    query = (
        select(Consultation.public_id, Session.public_id, Room.public_id)
        .join(Session, Session.consultation_id == Consultation.id)
        .join(Room, Room.session_id == Session.id)
        .where(Room.id == item.room_id)
    )
    return Place(*db.execute(query).one())


def items_of_room(db: Db, room_id: int, *, gone: bool = False) -> Sequence[ActionItem]:
    """The items of a room in their order; those withdrawn or merged only when asked for."""
    query = select(ActionItem).where(ActionItem.room_id == room_id)
    query = query.order_by(ActionItem.position, ActionItem.number)
    if not gone:
        query = query.where(ActionItem.state.not_in(GONE))
    return db.scalars(query).all()


def drafted_in(db: Db, room_id: int) -> list[ActionItem]:
    """The items a room is still drafting, as they stand now, in their order."""
    query = select(ActionItem).where(
        ActionItem.room_id == room_id, ActionItem.state == ItemState.DRAFTING.value
    )
    query = query.order_by(ActionItem.position, ActionItem.number)
    return list(db.scalars(query.execution_options(populate_existing=True)))


def gone_on_as(db: Db, item: ActionItem) -> list[int]:
    """Row ids of the items that were merged into an item, directly or by way of another one."""
    found: list[int] = []
    last = [item.id]
    while last:
        last = list(
            db.scalars(
                select(ActionItem.id).where(
                    ActionItem.merged_into_id.in_(last), ActionItem.id.not_in([item.id, *found])
                )
            )
        )
        found += last
    return found


def items_of_session(db: Db, session_id: int, *, states: Iterable[str] = IN_PLENARY) -> Sequence[ActionItem]:
    """The items of a session with their rooms, in the order of rounds, rooms and their own."""
    query = (
        select(ActionItem)
        .join(ActionItem.room)
        .join(Room.round)
        .where(ActionItem.session_id == session_id, ActionItem.state.in_(list(states)))
        .options(joinedload(ActionItem.room).joinedload(Room.round))
        .order_by(Round.number, Room.number, ActionItem.position, ActionItem.number)
    )
    return db.scalars(query).all()
