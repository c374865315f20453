"""The meeting the faults happen in: rooms that draft, and a session in report-back with comments and polls."""

from dataclasses import dataclass, field
from datetime import timedelta

from consult import clock, richtext
from consult.db import Db, engine_for, sessions_for, unit_of_work
from consult.decisions import service as decisions
from consult.items import service as items
from consult.items.models import ActionItem, ItemState
from consult.people.models import Delegation, Member
from consult.programme.models import Session, SessionState
from consult.rooms.actors import actor_of
from consult.rooms.models import Room, RoomState, Seat
from tests import cast
from tests.faults.writer import SHARED_PREFIX

MINUTES = 120


@dataclass
class Meeting:
    """Names, as addresses use them.

    Attributes:
        people: e-mail addresses by c000, c001 …; person n sits in room n modulo the number of rooms.
        members, delegations: their public ids.
    """

    consultation: str
    session: str
    plenary: str
    round: str
    facilitator: str = cast.CAST["facilitator"].email
    rooms: list[str] = field(default_factory=list)
    drafts: list[str] = field(default_factory=list)
    people: dict[str, str] = field(default_factory=dict)
    members: dict[str, str] = field(default_factory=dict)
    delegations: dict[str, str] = field(default_factory=dict)
    items: list[str] = field(default_factory=list)
    polls: list[str] = field(default_factory=list)

    def place_of(self, who: str) -> int:
        """The room, from 0, that a person sits in."""
        return int(who[1:]) % len(self.rooms)


def build(url: str, *, rooms: int = 3, people: int = 30) -> Meeting:
    """Make the meeting in a migrated database."""
    engine = engine_for(url)
    with unit_of_work(sessions_for(engine)) as db:
        world = cast.build(db)
        meeting = Meeting(
            world.consultation.public_id, world.session.public_id, "", world.round.public_id
        )  # fmt: skip
        found = [_room(db, world, number) for number in range(rooms)]
        members = [_person(db, world, meeting, number, found[number % rooms]) for number in range(people)]
        for number, room in enumerate(found):
            actor = actor_of(db, members[number])
            item = items.create_item(db, actor, room, title=f"Item {number + 1}")
            items.write_item(db, actor, item, text=richtext.from_text(SHARED_PREFIX))
            meeting.rooms.append(room.public_id)
            meeting.drafts.append(item.public_id)
        _plenary(db, world, meeting)
    engine.dispose()
    return meeting


def _room(db: Db, world: cast.World, number: int) -> Room:
    if number < len(world.rooms):
        room = world.rooms[number]
    else:
        room = Room(
            consultation_id=world.consultation.id, session_id=world.session.id, round_id=world.round.id,
            number=number + 1, topic=world.round.topic, state=RoomState.OPEN.value, opened_at=clock.now(),
        )  # fmt: skip
        db.add(room)
    room.deadline_at = clock.now() + timedelta(minutes=MINUTES)
    db.flush()
    return room


def _person(db: Db, world: cast.World, meeting: Meeting, number: int, room: Room) -> Member:
    who = f"c{number:03}"
    user = cast.account(db, f"{who}@example.org", f"Delegate {who}")
    delegation = Delegation(
        consultation_id=world.consultation.id,
        kind="member_state",
        iso3=None,
        group="AFR",
        name=f"State {who}",
    )
    db.add(delegation)
    db.flush()
    member = Member(
        consultation_id=world.consultation.id, user_id=user.id, delegation_id=delegation.id, role="delegate",
        duties=[], languages=["en"], joined_at=clock.now(),
    )  # fmt: skip
    db.add(member)
    db.flush()
    db.add(Seat(room_id=room.id, round_id=room.round_id, member_id=member.id, seated_at=clock.now()))
    db.flush()
    meeting.people[who], meeting.members[who] = user.email, member.public_id
    meeting.delegations[who] = delegation.public_id
    return member


def _plenary(db: Db, world: cast.World, meeting: Meeting) -> None:
    session = Session(
        consultation_id=world.consultation.id, number=2, title="Under comment", short_title="Panel 2",
        state=SessionState.REPORT_BACK.value, opened_at=clock.now(), report_back_at=clock.now(),
    )  # fmt: skip
    db.add(session)
    db.flush()
    room = Room(
        consultation_id=world.consultation.id, session_id=session.id, round_id=world.round.id,
        number=90, topic="Done", state=RoomState.CLOSED.value, closed_at=clock.now(),
    )  # fmt: skip
    db.add(room)
    db.flush()
    made = []
    for number in range(1, 4):
        made.append(
            ActionItem(
                consultation_id=world.consultation.id,
                session_id=session.id,
                room_id=room.id,
                number=number,
                title=f"Submitted {number}",
                text=richtext.from_text("As submitted."),
                facts={},
                state=ItemState.UNDER_COMMENT.value,
                created_by_id=world.members["facilitator"].id,
                created_at=clock.now(),
                submitted_at=clock.now(),
            )
        )
    db.add_all(made)
    db.flush()
    opened = decisions.open_poll(db, world.actor(db, "facilitator"), session, made[:2])
    meeting.plenary = session.public_id
    meeting.items = [item.public_id for item in made]
    meeting.polls = [poll.public_id for poll in opened]
