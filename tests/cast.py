"""The named cast and the small world they meet in: one consultation, one open session, one round of two rooms.

Always the same people, so that a test reads like the product page.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from consult import clock
from consult.db import Db
from consult.people import passwords
from consult.people.models import Delegation, Member, User
from consult.permissions.actor import Actor
from consult.programme.models import Consultation, GuidingQuestion, Session
from consult.rooms.actors import actor_of
from consult.rooms.models import Room, Round, Seat

PASSWORD = "a sentence that only tests know"
_hash: list[str] = []


@dataclass(frozen=True)
class Part:
    """One of the cast: whom they speak for, as what, and in which room they sit (None: nowhere)."""

    email: str
    name: str
    kind: str
    iso3: str | None
    group: str | None
    delegation: str
    role: str
    room: int | None = None
    duty: str | None = None


CAST: dict[str, Part] = {
    "organizer": Part(
        "sec@example.org", "Staff SEC-1", "secretariat", None, None, "Conference secretariat", "organizer"
    ),
    "facilitator": Part(
        "mex@example.org", "Delegate MEX-1", "member_state", "MEX", "LAC", "Mexico", "facilitator"
    ),
    "cofacilitator": Part(
        "che@example.org", "Delegate CHE-1", "member_state", "CHE", "WEOG", "Switzerland", "facilitator"
    ),
    "panelist": Part("iom@example.org", "Expert IOM-1", "un_entity", None, None, "IOM", "panelist"),
    "kenya": Part(
        "ken@example.org",
        "Delegate KEN-1",
        "member_state",
        "KEN",
        "AFR",
        "Kenya",
        "delegate",
        1,
        "rapporteur",
    ),
    "canada": Part(
        "can@example.org", "Delegate CAN-1", "member_state", "CAN", "WEOG", "Canada", "delegate", 1
    ),
    "philippines": Part(
        "phl@example.org", "Delegate PHL-1", "member_state", "PHL", "APG", "Philippines", "delegate", 2
    ),
    "observer": Part(
        "vat@example.org", "Observer VAT-1", "observer_state", "VAT", None, "Holy See", "observer", 2
    ),
    "ngo": Part("ngo@example.org", "Person NGO-1", "ngo", None, None, "Caritas", "observer", 1),
    "late": Part("chl@example.org", "Delegate CHL-1", "member_state", "CHL", "LAC", "Chile", "delegate"),
    "viewer": Part("press@example.org", "Person PRESS-1", "media", None, None, "A newspaper", "viewer"),
}
STRANGER = "stranger@example.org"


@dataclass
class World:
    """What `build` made. `users` and `members` by cast name."""

    consultation: Consultation
    session: Session
    round: Round
    rooms: list[Room]
    users: dict[str, User] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)

    def actor(self, db: Db, name: str) -> Actor:
        """The cast member as an actor, with the seats held now."""
        return actor_of(db, self.members[name])


def build(db: Db, *, room_state: str = "open", title: str = "Third thematic consultation") -> World:
    """Make the world in `db` (not committed)."""
    now = clock.now()
    consultation = Consultation(
        title=title, short_title="Thematic 3", starts_on=date(2017, 6, 19), ends_on=date(2017, 6, 20),
        place="Geneva", time_zone="Europe/Zurich", languages=["en", "fr"], created_at=now, published_at=now,
    )  # fmt: skip
    db.add(consultation)
    db.flush()
    session = Session(
        consultation_id=consultation.id, number=3, title="Returns, readmission, integration", short_title="Panel 3",
        state="open", opened_at=now,
    )  # fmt: skip
    session.questions.append(
        GuidingQuestion(position=1, text="How can returns be agreed, documented and humane?")
    )
    db.add(session)
    db.flush()
    round_ = Round(
        consultation_id=consultation.id, session_id=session.id, number=1, topic="Documents for return", minutes=30,
        created_at=now,
    )  # fmt: skip
    db.add(round_)
    db.flush()
    opened = room_state in ("open", "closing", "reopened")
    rooms = [
        Room(
            consultation_id=consultation.id, session_id=session.id, round_id=round_.id, number=number,
            topic=round_.topic, state=room_state, opened_at=now if opened else None,
            deadline_at=now + timedelta(minutes=30) if opened else None,
        )
        for number in (1, 2)
    ]  # fmt: skip
    db.add_all(rooms)
    db.flush()
    world = World(consultation, session, round_, rooms)
    _join(db, world)
    return world


def pair(db: Db) -> World:
    """The world with an unrelated consultation beside it, made first, and a stranger to both (not committed)."""
    noise = build(db, title="Another consultation")
    for delegation_user in noise.users.values():
        delegation_user.email = f"noise-{delegation_user.email}"
    db.flush()
    found = build(db)
    account(db, STRANGER, "Stranger")
    return found


def found_in(db: Db) -> World:
    """The world of a database in which it was made last."""
    consultation = db.scalars(select(Consultation).order_by(Consultation.id.desc()).limit(1)).one()

    def its(model: type[Any]) -> list[Any]:
        return list(
            db.scalars(select(model).where(model.consultation_id == consultation.id).order_by(model.id))
        )

    (session,), (round_,), members = its(Session), its(Round), its(Member)
    world = World(consultation, session, round_, its(Room))
    emails = {part.email: name for name, part in CAST.items()}
    users = db.scalars(select(User).where(User.id.in_([member.user_id for member in members])))
    world.users = {emails[user.email]: user for user in users}
    names = {user.id: name for name, user in world.users.items()}
    world.members = {names[member.user_id]: member for member in members}
    return world


def account(db: Db, email: str, name: str) -> User:
    """The account with this address, made when there is none; everybody has the same test password."""
    return accounts(db, {email: name})[email]


def accounts(db: Db, names: dict[str, str]) -> dict[str, User]:
    """As `account`, several in one go: by address."""
    found = {user.email: user for user in db.scalars(select(User).where(User.email.in_(names)))}
    if not _hash:
        _hash.append(passwords.hashed(PASSWORD))
    for email, name in names.items():
        if email not in found:
            found[email] = User(email=email, name=name, password_hash=_hash[0], created_at=clock.now())
            db.add(found[email])
    db.flush()
    return found


def _join(db: Db, world: World) -> None:
    """Everybody of the cast, those of a kind in one go."""
    now = clock.now()
    users = accounts(db, {part.email: part.name for part in CAST.values()})
    world.users = {name: users[part.email] for name, part in CAST.items()}
    delegations = {
        name: Delegation(
            consultation_id=world.consultation.id,
            kind=part.kind,
            iso3=part.iso3,
            group=part.group,
            name=part.delegation,
        )
        for name, part in CAST.items()
    }
    db.add_all(delegations.values())
    db.flush()
    for name, part in CAST.items():
        world.members[name] = Member(
            consultation_id=world.consultation.id, user_id=world.users[name].id, delegation_id=delegations[name].id,
            role=part.role, duties=[], languages=["en"], joined_at=now,
        )  # fmt: skip
    db.add_all(world.members.values())
    db.flush()
    for name, part in CAST.items():
        if part.room is not None:
            room, member = world.rooms[part.room - 1], world.members[name]
            db.add(
                Seat(
                    room_id=room.id,
                    round_id=room.round_id,
                    member_id=member.id,
                    duty=part.duty,
                    seated_at=now,
                )
            )
    db.flush()
