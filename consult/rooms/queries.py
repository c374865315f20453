"""Reading rounds, rooms and seats: who sits where, who is here, where a person should be now. No effects."""

import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import selectinload

from consult import clock, reference
from consult.db import Db
from consult.people.models import Delegation, Member, Role, User
from consult.permissions.actor import Actor
from consult.programme.models import Consultation, SessionState
from consult.rooms.actors import RECORDING
from consult.rooms.models import EDITABLE, Room, RoomState, Round, Seat
from consult.rooms.presence import Place, places, places_around
from consult.rooms.timing import round_state

ORDER = ("AF", "AP", "EE", "LA", "WE", "OB", "ST")


@dataclass(frozen=True)
class Person:
    """A member as pages about rooms show them. Row ids are for joining, never shown."""

    member_id: int
    public_id: str
    name: str
    delegation: str
    mark: str
    role: str
    duty: str | None = None
    room_id: int | None = None
    is_here: bool = False
    #: Whether a page of theirs is open, which can call them; who was cut off a moment ago is here and cannot be called.
    is_reached: bool = False
    #: The room the person's page is in now.
    in_room_id: int | None = None


@dataclass(frozen=True)
class Expected:
    """Where a person should be now. `what`: room (open), lobby (staged), report_back, session."""

    what: str
    room: Room | None = None
    round: Round | None = None


@dataclass(frozen=True)
class RecordKeepers:
    """Who decides what of a room is on record, by public ids: staff of the consultation, and members with a duty there."""

    consultation: str
    members: list[str]


def record_keepers(db: Db, room_id: int) -> RecordKeepers:
    """Who keeps the record of a room now."""
    consultation = select(Consultation.public_id).join(Room, Room.consultation_id == Consultation.id)
    members = select(Member.public_id).join(Seat, Seat.member_id == Member.id)
    members = members.where(Seat.room_id == room_id, Seat.left_at.is_(None), Seat.duty.in_(RECORDING))
    return RecordKeepers(
        db.scalars(consultation.where(Room.id == room_id)).one(),
        list(db.scalars(members.order_by(Member.id))),
    )


def rounds_of(db: Db, session_id: int) -> Sequence[Round]:
    """The rounds of a session with their rooms, newest first."""
    query = select(Round).where(Round.session_id == session_id).options(selectinload(Round.rooms))
    return db.scalars(query.order_by(Round.number.desc())).all()


def seated_in(db: Db, round_ids: Collection[int], *, consultation_id: int) -> list[Person]:
    """Who sits in the rooms of some rounds, those of one group together, and whether they are here."""
    query = _people().add_columns(Seat.duty, Seat.room_id).join(Seat, Seat.member_id == Member.id)
    query = query.where(Seat.round_id.in_(round_ids), Seat.left_at.is_(None))
    found = [replace(_person(row), duty=row.duty, room_id=row.room_id) for row in db.execute(query)]
    return _with_presence(db, sorted(found, key=_order), consultation_id)


def in_room(db: Db, room: Room) -> tuple[list[Person], list[Person]]:
    """Who sits in a room, as `seated_in_room`, and who is there besides, as `guests_in`, as of one moment."""
    here = places_around(db, room, now=clock.now())
    return seated_in_room(db, room, here=here), guests_in(db, room, here=here)


def seated_in_room(db: Db, room: Room, *, here: Mapping[int, Place] | None = None) -> list[Person]:
    """Who sits in a room: moderator and rapporteur first. `here`: as `places_around`, where that is known already."""
    query = _people().add_columns(Seat.duty, Seat.room_id).join(Seat, Seat.member_id == Member.id)
    query = query.where(Seat.room_id == room.id, Seat.left_at.is_(None))
    found = [replace(_person(row), duty=row.duty, room_id=row.room_id) for row in db.execute(query)]
    in_order = sorted(found, key=lambda person: (person.duty or "z", _order(person)))
    here = places_around(db, room, now=clock.now()) if here is None else here
    return _with_presence(db, in_order, room.consultation_id, here=here)


def everybody(db: Db, consultation_id: int) -> list[Person]:
    """Everybody who takes part, those of one group together, and whether they are here."""
    query = _people().where(Member.consultation_id == consultation_id, Member.withdrawn_at.is_(None))
    return _with_presence(db, sorted(map(_person, db.execute(query)), key=_order), consultation_id)


def panel_of(db: Db, consultation_id: int) -> list[Person]:
    """The panelists, those of one group together."""
    query = _people().where(
        Member.consultation_id == consultation_id,
        Member.withdrawn_at.is_(None),
        Member.role == Role.PANELIST.value,
    )
    return sorted(map(_person, db.execute(query)), key=_order)


def people_of_round(db: Db, round_: Round) -> list[Person]:
    """Everybody who takes part, with their room and duty in a round where they have a seat there, and whether they are here."""
    seat = and_(Seat.member_id == Member.id, Seat.round_id == round_.id, Seat.left_at.is_(None))
    query = _people().add_columns(Seat.duty, Seat.room_id).outerjoin(Seat, seat)
    query = query.where(
        Member.consultation_id == round_.consultation_id,
        or_(Member.withdrawn_at.is_(None), Seat.room_id.is_not(None)),
    )
    found = [replace(_person(row), duty=row.duty, room_id=row.room_id) for row in db.execute(query)]
    return _with_presence(db, sorted(found, key=_order), round_.consultation_id)


def named(people: Iterable[Person], typed: str) -> list[Person]:
    """Those of whose name and delegation every word that was typed is a part, without regard to case and accents. Pure."""
    words = _folded(typed).split()
    return [
        person
        for person in people
        if all(word in _folded(f"{person.name} {person.delegation}") for word in words)
    ]


def seats_taken(db: Db, room_ids: Collection[int]) -> int:
    """How many people are seated in these rooms."""
    query = select(func.count()).where(Seat.room_id.in_(room_ids), Seat.left_at.is_(None))
    return db.scalar(query) or 0


def guests_in(db: Db, room: Room, *, here: Mapping[int, Place] | None = None) -> list[Person]:
    """People who are in a room without a seat there: facilitators looking in. `here`: as in `seated_in_room`."""
    query = _people().where(Member.consultation_id == room.consultation_id, Member.withdrawn_at.is_(None))
    here = places_around(db, room, now=clock.now()) if here is None else here
    inside = [member for member, place in here.items() if place.room_id == room.id]
    seated = select(Seat.member_id).where(Seat.room_id == room.id, Seat.left_at.is_(None))
    found = db.execute(query.where(Member.id.in_(inside), Member.id.not_in(seated))) if inside else ()
    guests = [_person(row) for row in found]
    return sorted(_with_presence(db, guests, room.consultation_id, here=here), key=_order)


def seats_are_told(state: str) -> bool:
    """Whether people are told in which rooms of a session they will sit. Pure.

    Rule: rooms are prepared before the session is open, and changed until then, so only facilitators see its seats; once
    it is open, everybody sees theirs. The lobby of such a round can be visited, for who sits down early or says which
    topics they would like, but nobody is sent there.

    Args:
        state: the session's state.
    """
    return state != SessionState.PLANNED


def expected(db: Db, actor: Actor, session_id: int, state: str) -> Expected:
    """Where a person should be now in a session: in their open room, before their staged one, or in plenary.

    Rule: in a session that is not open yet nobody is expected anywhere but there (`seats_are_told`). A room that was held
    back while the others of its round closed keeps nobody from the report-back.

    Args:
        state: the session's state.
    """
    if not seats_are_told(state):
        return Expected("session")
    query = (
        select(Room, Round)
        .join(Round, Round.id == Room.round_id)
        .where(Room.id.in_(actor.seats), Room.session_id == session_id)
        .order_by(Round.number.desc())
    )
    found = [Expected(_what(room), room, round_) for room, round_ in db.execute(query)]
    here = next((place for what in ("room", "lobby") for place in found if place.what == what), None)
    reporting = state == SessionState.REPORT_BACK
    if here is not None and not (reporting and here.what == "lobby" and _is_over(db, here.round)):
        return here
    if reporting:
        return Expected("report_back")
    if found and found[0].what == "over":
        return found[0]
    return Expected("session")


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()


def _is_over(db: Db, round_: Round | None) -> bool:
    states = db.scalars(select(Room.state).where(Room.round_id == round_.id)) if round_ is not None else ()
    return round_state(states) == RoomState.CLOSED


def _what(room: Room) -> str:
    if room.state in EDITABLE:
        return "room"
    return {RoomState.STAGED: "lobby", RoomState.CLOSED: "over"}.get(RoomState(room.state), "session")


def _people() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Member.id,
            Member.public_id,
            Member.role,
            User.name.label("name"),
            Delegation.name.label("delegation"),
            Delegation.kind,
            Delegation.group,
        )
        .join(User, User.id == Member.user_id)
        .join(Delegation, Delegation.id == Member.delegation_id)
    )


def _person(row: Any) -> Person:
    return Person(
        member_id=row.id,
        public_id=row.public_id,
        name=row.name,
        delegation=row.delegation,
        mark=reference.mark_of(row.kind, row.group),
        role=row.role,
    )


def _order(person: Person) -> tuple[int, str, str]:
    return ORDER.index(person.mark), person.delegation, person.name


def _with_presence(
    db: Db, people: list[Person], consultation_id: int, *, here: Mapping[int, Place] | None = None
) -> list[Person]:
    here = places(db, consultation_id, now=clock.now()) if here is None else here
    return [
        replace(person, is_here=True, is_reached=place.is_open, in_room_id=place.room_id) if place else person
        for person, place in ((person, here.get(person.member_id)) for person in people)
    ]
