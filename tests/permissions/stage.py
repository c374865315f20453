"""Two meetings with something at every station of its way, so that every address of the product leads somewhere."""

from dataclasses import dataclass, field

from consult import clock, richtext
from consult.db import Db
from consult.decisions import service as decisions
from consult.deliberation import notes
from consult.deliberation import service as deliberation
from consult.drafting.models import Draft, LateContribution
from consult.items import service as items
from consult.items.models import ActionItem
from consult.library import service as library
from consult.people import accounts
from consult.people import service as people
from consult.people.models import User
from consult.programme import service as programme
from consult.rooms import broadcasts, chat
from consult.rooms import service as rooms
from consult.rooms.help_models import HelpRequest
from consult.rooms.models import Room, RoomState
from consult.seating import service as seating
from consult.summaries import service as summaries
from tests import cast
from tests.factories import items as factory

#: What nobody reads who has no seat in the room (nor runs the meeting): it stands in every text of that room.
SECRET = {1: "Marker-of-room-one", 2: "Marker-of-room-two"}
#: Stands in every text and name of the other consultation.
FOREIGN = "Marker-of-elsewhere"


@dataclass
class Stage:
    """One meeting: `ids` are the names that addresses are written with."""

    world: cast.World
    ids: dict[str, str] = field(default_factory=dict)


def build(db: Db, world: cast.World, *, mark: str = "") -> Stage:
    """Bring the meeting to every stage at once. Not committed."""
    stage = Stage(world)
    _programme(db, stage, mark)
    _drafts(db, stage, mark)
    _plenary(db, stage, mark)
    _rounds(db, stage)
    db.flush()
    return stage


def _programme(db: Db, stage: Stage, mark: str) -> None:
    world = stage.world
    organizer, consultation = world.actor(db, "organizer"), world.consultation
    details = library.SourceDetails("statement", f"Opening statement {mark}", "A/1")
    planned = programme.SessionDetails(f"Data {mark}", "Panel 4")
    delegation = world.members["ngo"].delegation
    invitation, _token = people.invite(
        db, organizer, consultation, email=f"new{mark.lower()}@example.org", name=f"New {mark}", role="observer", delegation=delegation
    )  # fmt: skip
    stage.ids |= {
        "consultation": consultation.public_id,
        "session": world.session.public_id,
        "planned": programme.add_session(db, organizer, consultation, planned, questions=[]).public_id,
        "source": library.add_source(db, organizer, consultation, details).public_id,
        "invitation": invitation.public_id,
        **{name: member.public_id for name, member in world.members.items()},
    }


def _drafts(db: Db, stage: Stage, mark: str) -> None:
    """A draft in each room, one of them ready, one that was sent back, and a late contribution in room 1."""
    world = stage.world
    facilitator = world.actor(db, "facilitator")
    for number, writer in ((1, "kenya"), (2, "philippines")):
        words = f"{SECRET[number]} {mark}"
        draft = _item(db, world, writer, number, words)
        back = _item(db, world, writer, number, words)
        items.submit_items(db, world.actor(db, writer), world.rooms[number - 1], items=[back])
        items.return_item(db, facilitator, back, reason=words)
        items.mark_ready(db, world.actor(db, writer), draft)
        stage.ids |= {
            f"room{number}": world.rooms[number - 1].public_id,
            f"draft{number}": draft.public_id,
            f"back{number}": back.public_id,
            f"note{number}": notes.write_note(
                db, world.actor(db, writer), draft, text=words, quote=words
            ).public_id,
            f"late{number}": _late(db, world, draft, writer, words).public_id,
        }


def _item(db: Db, world: cast.World, writer: str, number: int, words: str) -> ActionItem:
    actor = world.actor(db, writer)
    item = items.create_item(db, actor, world.rooms[number - 1], title=words)
    items.write_item(db, actor, item, text=richtext.from_text(words), facts={"indicator": words})
    return item


def _late(db: Db, world: cast.World, item: ActionItem, writer: str, words: str) -> LateContribution:
    draft = db.query(Draft).filter_by(item_id=item.id).one()
    member = world.members[writer]
    late = LateContribution(
        draft_id=draft.id, owner="somebody", member_id=member.id, data=b"\x00\x00", preview=words, at=clock.now()
    )  # fmt: skip
    db.add(late)
    db.flush()
    return late


def _plenary(db: Db, stage: Stage, mark: str) -> None:
    """Room 1 has an item submitted, one under comment, one on the table with a poll, and a summary is begun."""
    world = stage.world
    facilitator = world.actor(db, "facilitator")
    words = {"title": f"Recognition {mark}", "text": f"Recognise skills {mark}"}
    submitted, commented, tabled = (factory.submitted(db, world, **words) for _ in range(3))
    for item in (commented, tabled):
        item.state = "under_comment"
    db.flush()
    comment = deliberation.post_comment(
        db, world.actor(db, "canada"), commented, kind="question", text=f"Who pays? {mark}"
    )
    (decision,) = decisions.open_poll(db, facilitator, world.session, [tabled])
    summaries.generate(db, facilitator, world.session)
    stage.ids |= {
        "submitted": submitted.public_id,
        "commented": commented.public_id,
        "tabled": tabled.public_id,
        "comment": comment.public_id,
        "decision": decision.public_id,
    }


def _rounds(db: Db, stage: Stage) -> None:
    """Besides the running round: a planned one with a proposal, and a closed room to reopen."""
    world = stage.world
    facilitator = world.actor(db, "facilitator")
    planned = rooms.create_round(db, facilitator, world.session, topic="Skills", minutes=20)
    plan = seating.propose(db, facilitator, planned, room_count=2, seed=1)
    seating.lock(db, facilitator, planned, [world.members["kenya"]], locked=True)
    staged = rooms.create_round(db, facilitator, world.session, topic="Data", minutes=20)
    staged_room, _ = rooms.stage_rooms(db, staged, count=2)
    closed = Room(
        consultation_id=world.consultation.id, session_id=world.session.id, round_id=world.round.id, number=3,
        topic="Closed", state=RoomState.CLOSED.value, opened_at=clock.now(), closed_at=clock.now(),
    )  # fmt: skip
    taken = Room(
        consultation_id=world.consultation.id, session_id=world.session.id, round_id=world.round.id, number=4,
        topic="Asking", state=RoomState.OPEN.value, opened_at=clock.now(),
    )  # fmt: skip
    db.add_all([closed, taken])
    db.flush()
    asked = {"category": "wording", "raised_by_id": world.members["kenya"].id, "raised_at": clock.now()}
    db.add(HelpRequest(room_id=world.rooms[1].id, **asked))
    db.add(HelpRequest(room_id=taken.id, taken_by_id=facilitator.member_id, taken_at=clock.now(), **asked))
    db.flush()
    stage.ids |= {
        "round": world.round.public_id,
        "planned_round": planned.public_id,
        "staged_round": staged.public_id,
        "plan": plan.public_id,
        "staged_room": staged_room.public_id,
        "closed_room": closed.public_id,
        "taken_room": taken.public_id,
        "message": chat.post(db, world.actor(db, "canada"), world.rooms[0], text=SECRET[1]).public_id,
        "broadcast": broadcasts.send(db, facilitator, world.round, world.rooms, text="Read this").public_id,
    }


def sign_in(db: Db, user: User) -> str:
    """The token of a sign-in, as the cookie keeps it."""
    return accounts.begin_sign_in(db, user, device="Test", shared=False)[1]
