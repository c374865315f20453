"""What a room has at hand: picked by staff from the session's sources, told to the room, in the log, never over another's choice."""

import pytest
from sqlalchemy import select

from consult.announce.models import OutboxEvent
from consult.audit.models import AuditEntry
from consult.db import Db
from consult.errors import Conflict, Invalid, NotAllowed
from consult.library import service as library
from consult.library.models import Source
from consult.programme.service import SessionDetails, add_session
from consult.rooms import documents
from consult.rooms import service as rooms
from consult.rooms.models import RoomState
from tests.cast import World


@pytest.fixture
def sources(db: Db, world: World) -> list[Source]:
    """Two of the session, one of the whole consultation."""
    return [
        library.add_source(
            db,
            world.actor(db, "organizer"),
            world.consultation,
            library.SourceDetails("document", f"Paper {number}", f"A/{number}"),
            session=session,
        )
        for number, session in enumerate((world.session, world.session, None), 1)
    ]


def names(*sources: Source) -> list[str]:
    return [source.public_id for source in sources]


def test_what_is_picked_is_kept_in_the_order_of_the_library_told_and_logged_once(
    db: Db, world: World, sources: list[Source]
) -> None:
    room, facilitator = world.rooms[0], world.actor(db, "facilitator")
    one, _two, general = sources
    assert documents.at_hand(room, sources) == []
    documents.pick(db, facilitator, room, names(general, one), seen=[])
    documents.pick(db, facilitator, room, names(one, general), seen=[])
    assert documents.at_hand(room, sources) == [one, general]
    assert documents.at_hand(world.rooms[1], sources) == []
    events = list(db.scalars(select(OutboxEvent.name).where(OutboxEvent.name == "room.documents_picked")))
    assert len(events) == 2, "to the room and to the pages of its session"
    assert len(list(db.scalars(select(AuditEntry).where(AuditEntry.act == "room.documents_picked")))) == 1
    documents.pick(db, facilitator, room, [], seen=names(one, general))
    assert documents.at_hand(room, sources) == []


def test_two_facilitators_at_once_one_is_told(db: Db, world: World, sources: list[Source]) -> None:
    room, (one, two, _) = world.rooms[0], sources
    documents.pick(db, world.actor(db, "facilitator"), room, names(one), seen=[])
    with pytest.raises(Conflict, match="documents_changed"):
        documents.pick(db, world.actor(db, "cofacilitator"), room, names(two), seen=[])
    assert room.documents == names(one)
    documents.pick(db, world.actor(db, "cofacilitator"), room, names(two), seen=names(one))
    assert room.documents == names(two)


def test_who_may_not_and_what_cannot_be_picked(db: Db, world: World, sources: list[Source]) -> None:
    room, facilitator = world.rooms[0], world.actor(db, "facilitator")
    with pytest.raises(NotAllowed):
        documents.pick(db, world.actor(db, "kenya"), room, names(sources[0]), seen=[])
    organizer = world.actor(db, "organizer")
    other = add_session(db, organizer, world.consultation, SessionDetails(title="Other", short_title="O"))
    elsewhere = library.add_source(
        db, organizer, world.consultation, library.SourceDetails("document", "P", "A/9"), session=other
    )
    for wrong in (names(elsewhere), ["nothing"]):
        with pytest.raises(Invalid):
            documents.pick(db, facilitator, room, wrong, seen=[])
    many = [
        library.add_source(
            db, organizer, world.consultation, library.SourceDetails("document", f"M {number}", "M")
        )
        for number in range(documents.MOST_PICKED + 1)
    ]
    with pytest.raises(Invalid):
        documents.pick(db, facilitator, room, names(*many), seen=[])
    documents.pick(db, facilitator, room, names(*many[1:]), seen=[])
    room.state = RoomState.CLOSED.value
    with pytest.raises(Conflict, match="closed"):
        documents.pick(db, facilitator, room, [], seen=names(*many[1:]))


def test_a_room_that_is_split_off_is_asked_the_same_and_has_the_same_at_hand(
    db: Db, world: World, sources: list[Source]
) -> None:
    room, facilitator = world.rooms[0], world.actor(db, "facilitator")
    documents.pick(db, facilitator, room, names(sources[1]), seen=[])
    room.brief = "Find two practices"
    made = rooms.add_room(db, facilitator, room)
    assert (made.brief, made.documents) == ("Find two practices", names(sources[1]))
