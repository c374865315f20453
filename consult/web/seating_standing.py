"""A round's seating as it stands, for the seating page: proposals, people, seats, and what things are called.

Everything is read when it is asked for, and once.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from consult import i18n
from consult.people.models import Member, Role
from consult.permissions.actor import Actor
from consult.rooms import queries as rooms
from consult.rooms import service as rooms_service
from consult.rooms.models import Round
from consult.rooms.queries import Person
from consult.rooms.timing import round_state
from consult.seating import service
from consult.seating.case import Case
from consult.seating.models import SeatingPlan
from consult.seating.proposals.gathering import round_before
from consult.seating.proposals.plans import real_seats
from consult.seating.report import naming
from consult.seating.sentences import Sentence
from consult.web.context import db
from consult.web.figures import group_parts
from consult.web.pages import language, t
from consult.web.seating_words import room_name

#: People to a room when nobody has said how many rooms.
TARGET_SIZE = 8


class Standing:
    """One round's seating as a facilitator sees it."""

    def __init__(self, round_: Round, actor: Actor) -> None:
        self.round, self.actor = round_, actor

    @cached_property
    def plans(self) -> Sequence[SeatingPlan]:
        """All proposals of the round, the newest first."""
        return service.plans_of(db(), self.round)

    @cached_property
    def current(self) -> SeatingPlan | None:
        """As `plans.current_plan`, of the proposals that were read already."""
        if self.is_fixed:
            applied = [(plan.applied_at, plan.id, plan) for plan in self.plans if plan.applied_at]
            return max(applied)[2] if applied else None
        return max(self.plans, key=lambda plan: plan.revision, default=None)

    @property
    def plan(self) -> SeatingPlan | None:
        """The open proposal."""
        return self.current if self.current is not None and self.current.applied_at is None else None

    @cached_property
    def asked(self) -> service.Constraints:
        return service.Constraints.from_json(self.current.constraints if self.current else None)

    @cached_property
    def is_fixed(self) -> bool:
        """Whether rooms have opened, so that nothing is proposed any more."""
        return any(room.state != "staged" for room in self.round.rooms)

    @cached_property
    def seats(self) -> dict[str, int]:
        """Who sits where, in the open proposal or in the rooms: member public id -> room number."""
        return dict(self.plan.assignment) if self.plan else real_seats(db(), self.round)

    @cached_property
    def numbers(self) -> list[int]:
        if self.plan is not None:
            return list(range(1, self.plan.room_count + 1))
        return [room.number for room in self.round.rooms]

    @property
    def revision(self) -> int:
        """The number of the last change that the page shows."""
        return self.current.revision if self.current else 0

    @cached_property
    def people(self) -> dict[str, Person]:
        return {person.public_id: person for person in rooms.everybody(db(), self.round.consultation_id)}

    @cached_property
    def members(self) -> dict[str, Member]:
        return {m.public_id: m for m in service.members_to_seat(db(), self.round, service.SEATABLE)}

    @cached_property
    def seatable(self) -> list[Person]:
        """Who can be named in the question, in the order of all lists."""
        return [person for person in self.people.values() if person.role in service.SEATABLE]

    @property
    def seatable_count(self) -> int:
        return sum(person.role in service.ALWAYS for person in self.people.values())

    @property
    def people_count(self) -> int:
        return len(self.seats)

    @property
    def without_facilitator(self) -> int:
        """Rooms that will have no facilitator, where facilitators were asked for and there are too few."""
        if self.is_fixed or Role.FACILITATOR not in self.asked.roles:
            return 0
        seated = (self.people[name] for name in self.seats if name in self.people)
        return max(0, len(self.numbers) - sum(person.role == Role.FACILITATOR for person in seated))

    @cached_property
    def before(self) -> Round | None:
        """The round of the session before this one that anybody sat in."""
        return round_before(db(), self.round)

    @property
    def suggested_rooms(self) -> int:
        """As many as there are, or as the round before had, or as people need."""
        before = rooms_service.rooms_of(db(), self.before) if self.before and not self.round.rooms else ()
        return len(self.round.rooms or before) or max(1, round(self.seatable_count / TARGET_SIZE))

    @property
    def all_parts(self) -> list[dict[str, Any]]:
        return group_parts(self.people[name].mark for name in self.seats if name in self.people)

    @cached_property
    def _language_names(self) -> Mapping[str, str]:
        names: Mapping[str, str] = i18n.locale(language().code).languages
        return names

    def language_name(self, code: str) -> str:
        return str(self._language_names.get(code, code))

    def name(self, member: str) -> str:
        """A member's name; of those who have left, that they have."""
        found = self.people.get(member)
        return found.name if found else t("somebody who has left")

    def said(self, sentence: Sentence) -> str:
        """A sentence in the reader's language, with names for what it has ids of."""
        named = naming.named(
            sentence, people=self._names, rooms=self._room_names, languages=self._language_names
        )
        params = {
            name: self.language_name(str(value)) if name in ("language", "main") else value
            for name, value in named.params.items()
        }
        return i18n.text(language().code, named.message, **params)

    @cached_property
    def _names(self) -> dict[str, str]:
        return {name: person.name for name, person in self.people.items()}

    @cached_property
    def _room_names(self) -> dict[str, str]:
        most = max([*self.numbers, *(plan.room_count for plan in self.plans), 0])
        return {service.room_key(number): room_name(number) for number in range(1, most + 1)}

    @cached_property
    def round_state(self) -> str:
        return round_state(room.state for room in self.round.rooms)

    @cached_property
    def _case(self) -> tuple[Case, dict[str, str]]:
        """The case of the people who have a seat, and their seats: member public id -> room key."""
        return service.case_now(db(), self.round)
