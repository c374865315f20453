"""Builds the sample consultation and brings it to a stage, through the services a person's clicks call.

Deterministic but for the times: the same participants, seating, texts, comments and answers every time.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload, selectinload

from consult import clock
from consult.db import Db
from consult.decisions import service as decisions
from consult.decisions.models import Decision
from consult.deliberation import service as deliberation
from consult.deliberation.lanes import lane_of
from consult.items import service as items_service
from consult.items.models import ActionItem
from consult.library import service as library
from consult.people import passwords
from consult.people import service as people
from consult.people.imports import import_plan
from consult.people.models import Member, Role, User
from consult.permissions.actor import Actor
from consult.proceedings import service as proceedings
from consult.programme import service as programming
from consult.programme.models import Consultation, Session
from consult.programme.service import ConsultationDetails, SessionDetails
from consult.rooms import agenda, steps
from consult.rooms import service as rooms_service
from consult.rooms.actors import actor_of
from consult.rooms.models import Room, Round, Seat
from consult.sample import participants, programme
from consult.seating import service as seating
from consult.summaries import service as summaries

#: Everybody's password in the sample; printed with the links.
PASSWORD = "geneva june 2017 sample"  # noqa: S105  (printed on purpose: the sample has nothing to protect)
MINUTES = 30
SEED = 4821
#: Polls of the decisions stage that are closed already, so that results can be seen.
CLOSED_POLLS = 4


class Stage(StrEnum):
    """How far the sample has come."""

    REGISTRATION = "registration"
    SEATING = "seating"
    DRAFTING = "drafting"
    REPORT_BACK = "report-back"
    DECISIONS = "decisions"


@dataclass
class Sample:
    """What was built."""

    consultation: Consultation
    session: Session
    members: list[Member]
    items: dict[str, ActionItem] = field(default_factory=dict)
    #: Row ids of the members who are rapporteurs of the rooms, in the order of the rooms.
    rapporteurs: list[int] = field(default_factory=list)

    def staff(self, role: Role) -> Member:
        """The first organizer, facilitator or panelist."""
        return next(member for member in self.members if member.role == role)

    def observer(self) -> Member:
        """Somebody who observes for an organisation or a group, and interprets for nobody."""
        observers = [member for member in self.members if member.role == Role.OBSERVER]
        return next((member for member in observers if "interpreter" not in member.duties), observers[0])

    def rapporteur(self) -> Member:
        """Who writes for the first room; before there are rooms, a delegate listed for that duty."""
        delegates = [member for member in self.members if member.role == Role.DELEGATE]
        seated = [member for row in self.rapporteurs for member in delegates if member.id == row]
        listed = [member for member in delegates if "rapporteur" in member.duties]
        return [*seated, *listed, *delegates][0]

    def rooms_of(self, db: Db) -> dict[int, int]:
        """Numbers of the rooms where members sit now, by their row id."""
        query = select(Seat.member_id, Room.number).join(Room, Room.id == Seat.room_id)
        seated = query.where(Room.session_id == self.session.id, Seat.left_at.is_(None))
        return {row.member_id: row.number for row in db.execute(seated)}


def build(db: Db, *, number: int, stage: Stage) -> Sample:
    """The sample consultation with `number` participants at `stage`. The caller commits.

    Raises:
        ValueError: not between 12 and 2,000 participants; a smaller meeting cannot fill six rooms.
    """
    if not 12 <= number <= participants.MOST:
        raise ValueError(f"between 12 and {participants.MOST} participants, not {number}")
    sample = _registered(db, number)
    if stage != Stage.REGISTRATION:
        round_ = _seated(db, sample, apply=stage != Stage.SEATING)
        if stage != Stage.SEATING:
            _drafted(db, sample, round_)
            if stage != Stage.DRAFTING:
                _reported_back(db, sample, round_)
                if stage == Stage.DECISIONS:
                    _polled(db, sample)
    return sample


def existing(db: Db) -> Sample | None:
    """The sample that is in the database already, as people left it; None when there is none."""
    consultation = db.scalar(select(Consultation).where(Consultation.is_sample).order_by(Consultation.id))
    if consultation is None:
        return None
    number = programme.breakout_session()
    query = select(Session).where(Session.consultation_id == consultation.id, Session.number == number)
    session = db.scalars(query).one()
    return Sample(consultation, session, _members(db, consultation), rapporteurs=_rapporteurs(db, session))


def _rapporteurs(db: Db, session: Session) -> list[int]:
    query = select(Seat.member_id).join(Room, Room.id == Seat.room_id)
    seated = query.where(Room.session_id == session.id, Seat.duty == "rapporteur", Seat.left_at.is_(None))
    return list(db.scalars(seated.order_by(Room.round_id, Room.number)))


def _registered(db: Db, number: int) -> Sample:
    facts = programme.consultation()
    consultation = programming.create_consultation(
        db,
        ConsultationDetails(
            title=facts.title,
            short_title=facts.short_title,
            starts_on=facts.starts_on,
            ends_on=facts.ends_on,
            place=facts.place,
            time_zone=facts.time_zone,
            description=facts.description,
            languages=facts.languages,
        ),
        is_sample=True,
    )
    people.import_people(db, None, consultation, import_plan(_registration_list(number)))
    db.execute(update(User).values(password_hash=passwords.hashed(PASSWORD)))
    members = _members(db, consultation)
    organizer = actor_of(db, next(member for member in members if member.role == Role.ORGANIZER))
    sessions = _programme(db, organizer, consultation)
    programming.publish(db, organizer, consultation)
    current = programme.breakout_session()
    for session in sessions:
        if session.number < current:
            programming.open_session(db, organizer, session)
            proceedings.close_session(db, organizer, session)
    session = next(session for session in sessions if session.number == current)
    return Sample(consultation, session, members)


def _registration_list(number: int) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, [column.name for column in fields(participants.Participant)])
    writer.writeheader()
    writer.writerows(asdict(person) for person in participants.participants(number))
    return out.getvalue().encode()


def _members(db: Db, consultation: Consultation) -> list[Member]:
    query = select(Member).where(Member.consultation_id == consultation.id).order_by(Member.id)
    return list(db.scalars(query.options(joinedload(Member.user), joinedload(Member.delegation))))


def _programme(db: Db, organizer: Actor, consultation: Consultation) -> list[Session]:
    zone = ZoneInfo(consultation.time_zone)
    sessions = []
    for facts in programme.sessions():
        details = SessionDetails(
            title=facts.title,
            short_title=facts.short_title,
            description=facts.description,
            starts_at=facts.starts_at.replace(tzinfo=zone),
        )
        sessions.append(
            programming.add_session(db, organizer, consultation, details, questions=facts.questions)
        )
    for source in programme.sources():
        library.add_source(
            db,
            organizer,
            consultation,
            library.SourceDetails(
                kind=source.kind,
                title=source.title,
                reference=source.reference,
                speaker=source.speaker,
                themes=source.themes,
            ),
            session=next((entry for entry in sessions if entry.number == source.session), None),
        )
    return sessions


def _seated(db: Db, sample: Sample, *, apply: bool) -> Round:
    facilitator = actor_of(db, sample.staff(Role.FACILITATOR))
    programming.open_session(db, facilitator, sample.session)
    round_ = rooms_service.create_round(
        db, facilitator, sample.session, topic=sample.session.title, minutes=MINUTES
    )
    plan = seating.propose(db, facilitator, round_, room_count=len(programme.rooms()), seed=SEED)
    if apply:
        seating.apply(db, facilitator, round_, plan)
        for room, facts in zip(rooms_service.rooms_of(db, round_), programme.rooms(), strict=True):
            rooms_service.set_topic(db, facilitator, room, topic=facts.topic)
        sample.rapporteurs = _rapporteurs(db, sample.session)
    return round_


def _drafted(db: Db, sample: Sample, round_: Round) -> None:
    """Rooms open and at work: every room is drafting and has its items, most of them ready, one still being written."""
    facilitator = actor_of(db, sample.staff(Role.FACILITATOR))
    rooms = rooms_service.open_rooms(db, facilitator, round_)
    ids = _source_ids(db, sample)
    for room, facts in zip(rooms, programme.rooms(), strict=True):
        writer = _writer_in(db, sample, room)
        for item_facts in facts.items:
            item = items_service.create_item(db, writer, room, title=item_facts.title)
            drafted = item_facts.draft_facts(ids)
            items_service.write_item(db, writer, item, text=item_facts.text, facts=drafted)
            sample.items[item_facts.key] = item
        for item_facts in facts.items[:-1]:
            items_service.mark_ready(db, writer, sample.items[item_facts.key])
        for seen, to in pairwise(steps.STEPS[: steps.STEPS.index("draft") + 1]):
            agenda.move(db, facilitator, room, to=to, seen=seen)


def _source_ids(db: Db, sample: Sample) -> dict[str, str]:
    """Keys of the shipped sources -> public ids of those in the library."""
    found = {
        (source.title, source.reference): source.public_id
        for source in library.sources_of(db, sample.consultation.id)
    }
    return {source.key: found[source.title, source.reference] for source in programme.sources()}


def _writer_in(db: Db, sample: Sample, room: Room) -> Actor:
    """The room's rapporteur, or whoever sits there first."""
    db.refresh(room, ["seats"])
    seats = sorted(room.seats, key=lambda seat: (seat.duty != "rapporteur", seat.id))
    return actor_of(db, next(member for member in sample.members if member.id == seats[0].member_id))


def _reported_back(db: Db, sample: Sample, round_: Round) -> None:
    """Everything submitted, rooms closed, comments made and some of them answered."""
    facilitator = actor_of(db, sample.staff(Role.FACILITATOR))
    for room in rooms_service.rooms_of(db, round_):
        writer = _writer_in(db, sample, room)
        for item in sample.items.values():
            if item.room_id == room.id and item.ready_at is None:
                items_service.mark_ready(db, writer, item)
        items_service.submit_items(db, writer, room)
    proceedings.recall(db, facilitator, round_, immediately=True)
    proceedings.close_due(db, clock.now())
    proceedings.open_report_back(db, facilitator, sample.session)
    for item in sample.items.values():
        db.refresh(item)
    authors = _authors(db, sample)
    for entry in programme.comments():
        item = sample.items[entry.item]
        by = _nth(authors[entry.lane], entry.nth)
        comment = deliberation.post_comment(db, by, item, kind=entry.kind, text=entry.text)
        for reply in entry.replies:
            author = _nth(authors[reply.lane], reply.nth)
            deliberation.post_comment(db, author, item, kind=entry.kind, text=reply.text, parent=comment)
        if entry.disposition:
            deliberation.answer_comment(
                db, facilitator, comment, answer=entry.disposition, reason=entry.reason
            )


def _authors(db: Db, sample: Sample) -> dict[str, list[Actor]]:
    """Who comments in which lane, in the order of registration."""
    lanes: dict[str, list[Actor]] = {"panelists": [], "member_states": [], "others": []}
    for member in sample.members:
        if member.role in (Role.PANELIST, Role.DELEGATE, Role.OBSERVER):
            lanes[lane_of(member.role, member.delegation.kind)].append(actor_of(db, member))
    return lanes


def _nth(authors: Sequence[Actor], nth: int) -> Actor:
    return authors[nth % len(authors)]


def _polled(db: Db, sample: Sample) -> None:
    """A poll on every item; the first ones are closed, so that results and a summary can be seen."""
    facilitator = actor_of(db, sample.staff(Role.FACILITATOR))
    deadline = clock.now() + timedelta(hours=2)
    opened = decisions.open_poll(db, facilitator, sample.session, sample.items.values(), deadline_at=deadline)
    voters = {
        member.delegation.name: member for member in reversed(sample.members) if member.role in _ANSWERING
    }
    keys = {item.id: key for key, item in sample.items.items()}
    for position, decision in enumerate(_loaded(db, opened)):
        electors = {elector.delegation_id for elector in decision.electorate}
        names = sorted(name for name, member in voters.items() if member.delegation_id in electors)
        for name, choice in programme.poll_positions(keys[decision.item_id], names).items():
            if position < CLOSED_POLLS or sum(map(ord, name)) % 3:
                decisions.cast(db, actor_of(db, voters[name]), decision, choice=choice)
        if position < CLOSED_POLLS:
            decisions.close_poll(db, facilitator, decision)
    summaries.generate(db, facilitator, sample.session)


_ANSWERING = (Role.DELEGATE, Role.OBSERVER, Role.PANELIST, Role.FACILITATOR)


def _loaded(db: Db, found: Sequence[Decision]) -> list[Decision]:
    query = select(Decision).where(Decision.id.in_([entry.id for entry in found])).order_by(Decision.id)
    return list(db.scalars(query.options(selectinload(Decision.electorate))))
