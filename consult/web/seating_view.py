"""View data of the seating page. Each part is worked out when a template asks for it, as live updates ask for one part alone."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from consult import i18n, labels
from consult.audit.service import SERVER
from consult.rooms import queries as rooms
from consult.rooms.queries import ORDER, Person
from consult.seating import balance, service
from consult.seating.casefile.answering import UNDECIDED
from consult.seating.models import SeatingPlan
from consult.seating.proposals.offers import voluntary_moves
from consult.seating.report import naming
from consult.web.context import db
from consult.web.figures import group_parts, in_words
from consult.web.pages import language, t
from consult.web.seating_standing import Standing
from consult.web.seating_words import MEASURES, PROOF_MEANINGS, PROOFS, act_words, room_name

MOST_SUGGESTIONS = 30
#: Lists of people stand open up to this many people in all.
MOST_OPEN = 240
#: Languages that meetings are interpreted in, beside those that people speak.
OFFICIAL = ("ar", "zh", "en", "fr", "ru", "es")
#: Measures whose numbers would say something about gender.
_WITHOUT_NUMBERS = ("D.gender", "isolated")


@dataclass(frozen=True)
class Seated:
    """A person in a room of the page."""

    person: Person
    title: str
    languages: str
    is_locked: bool
    is_fixed: bool


@dataclass(frozen=True)
class Card:
    """One room of a seating with its people."""

    number: int
    topic: str
    interpreted: str
    people: list[Seated]
    parts: list[dict[str, Any]]
    words: str
    notes: list[str]


class SeatingView(Standing):
    """One round's seating as a facilitator sees it."""

    # the report

    @cached_property
    def found(self) -> balance.PlanReport:
        case, seats = self._case
        return balance.report(case, [seats], groups=ORDER)

    @property
    def headline(self) -> str:
        return self.said(self.found.headline)

    @property
    def verdict(self) -> str:
        return self.said(self.found.verdict)

    @property
    def measures(self) -> list[dict[str, Any]]:
        """The lines of the report: a sentence, value and bound where numbers may be shown, and the word for the proof."""
        return [
            {
                "text": self.said(measure.sentence),
                "is_proven": measure.is_at_bound,
                "proof": t(PROOFS[measure.proof.value]),
                "has_numbers": measure.name not in _WITHOUT_NUMBERS,
                "value": measure.value,
                "bound": measure.bound,
            }
            for measure in self.found.measures
        ]

    @property
    def proofs(self) -> list[tuple[str, str]]:
        """The kinds of proof that the report names, and what they mean."""
        used = {measure.proof.value for measure in self.found.measures}
        return [(t(word), t(PROOF_MEANINGS[proof])) for proof, word in PROOFS.items() if proof in used]

    @cached_property
    def table(self) -> dict[str, Any]:
        """Rooms by regional group."""
        found = self.found.rounds[0]
        return {
            "groups": [(group, found.fair[group]) for group in self.found.groups],
            "people": found.people,
            "rooms": [
                {
                    "number": int(row.room),
                    "size": row.size,
                    "cells": [row.groups[group] for group in self.found.groups],
                    "parts": group_parts(g for g in self.found.groups for _ in range(row.groups[g].count)),
                    "notes": len(row.sentences),
                }
                for row in found.rooms
            ],
        }

    # the rooms

    @cached_property
    def cards(self) -> list[Card]:
        notes = {int(row.room): [self.said(s) for s in row.sentences] for row in self.found.rounds[0].rooms}
        inside: dict[int, list[Seated]] = {number: [] for number in self.numbers}
        duties = self._duties
        locks = set(self.plan.locks) if self.plan else set()
        pins = set(self.asked.pins) if self.plan else set()
        for name, person in self.people.items():
            if self.seats.get(name) in inside:
                inside[self.seats[name]].append(self._seated(person, duties.get(name), locks, pins))
        return [self._card(number, inside[number], notes.get(number, [])) for number in sorted(inside)]

    def _card(self, number: int, people: list[Seated], notes: list[str]) -> Card:
        parts = group_parts(seated.person.mark for seated in people)
        interpreted = ", ".join(map(self.language_name, self.asked.languages.get(number, ())))
        return Card(
            number, self.asked.topics.get(number, ""), interpreted, people, parts, in_words(parts), notes
        )

    def _seated(self, person: Person, duty: str | None, locks: set[str], pins: set[str]) -> Seated:
        role = labels.of("role", person.role) if person.role not in service.ALWAYS else ""
        spoken = ", ".join(map(self.language_name, self._spoken.get(person.public_id, ())))
        title = t(labels.of("duty", duty)) if duty else (t(role) if role else "")
        return Seated(
            replace(person, duty=duty), title, spoken, person.public_id in locks, person.public_id in pins
        )

    @cached_property
    def _spoken(self) -> dict[str, tuple[str, ...]]:
        return {person.id: person.languages for person in self._case[0].people}

    @property
    def _duties(self) -> Mapping[str, str]:
        if self.plan is not None:
            return service.duties_of(db(), self.round, self.plan)
        seated = rooms.seated_in(db(), [self.round.id], consultation_id=self.round.consultation_id)
        return {person.public_id: person.duty for person in seated if person.duty}

    @property
    def lists_are_open(self) -> bool:
        return self.people_count <= MOST_OPEN

    @property
    def lock_count(self) -> int:
        return len(self.plan.locks) if self.plan else 0

    @cached_property
    def waiting(self) -> list[Person]:
        return [p for name, p in self.people.items() if p.role in service.ALWAYS and name not in self.seats]

    @cached_property
    def suggested(self) -> dict[str, int]:
        if not self.numbers or not 0 < len(self.waiting) <= MOST_SUGGESTIONS:
            return {}
        return service.late_joiners(db(), self.round)

    @property
    def may_offer(self) -> bool:
        """Whether people sit in rooms in which they could still move."""
        return self.plan is None and bool(self.numbers) and self.round_state != "closed"

    @cached_property
    def offers(self) -> list[dict[str, Any]]:
        """Moves that people who are here could agree to."""
        return [
            {
                "people": offer.people,
                "rooms": offer.rooms,
                "seen": offer.seen,
                "gain": self.said(offer.sentence),
                "words": ", ".join(
                    t(
                        "%(person)s: %(before)s to %(after)s",
                        person=self.name(p),
                        before=room_name(b),
                        after=room_name(a),
                    )
                    for p, b, a in zip(offer.people, offer.come_from, offer.rooms, strict=True)
                ),
            }
            for offer in voluntary_moves(db(), self.round)
        ]

    # what was contradictory

    @property
    def conflicts(self) -> list[str]:
        """Why not everything that was asked for is kept, a sentence a contradiction."""
        plan = self.plan
        if plan is None:
            return []
        if plan.dropped and not plan.conflicts:
            return [t(UNDECIDED)]
        said = naming.conflicts_said(plan.case, plan.conflicts, people=self._names, rooms=self._room_names)
        return [i18n.text(language().code, s.message, **s.params) for s in said]

    @property
    def is_fewest(self) -> bool:
        """Whether it is known that no seating gives up fewer wishes."""
        return bool(self.plan and self.plan.conflicts)

    @property
    def given_up(self) -> list[str]:
        """The wishes that were given up for the others."""
        return [self._wish(wish) for wish in self.current.dropped] if self.current else []

    def _wish(self, wish: Mapping[str, Any]) -> str:
        people = ", ".join(map(self.name, wish["people"]))
        match wish["kind"]:
            case "pin":
                return t("Fixed seat of %(people)s in %(room)s", people=people, room=room_name(wish["room"]))
            case "seated":
                return t("Seat of %(people)s in %(room)s", people=people, room=room_name(wish["room"]))
            case "together":
                return t("Keep together: %(people)s", people=people)
            case "apart":
                return t("Keep apart: %(people)s", people=people)
        return t("The limits of the rooms")

    # the record

    @property
    def acts(self) -> list[dict[str, Any]]:
        return [
            {
                "words": act_words(act, self.name),
                "by": self._by(act.by),
                "at": datetime.fromisoformat(act.at),
                "reason": act.reason,
                "is_undone": act.is_undone,
            }
            for act in (service.acts_of(self.current) if self.current else [])
        ]

    def _by(self, member: str) -> str:
        if member == SERVER:
            return t("by the rule of the round")
        return t("you") if member == self.actor.public_id else self.name(member)

    @property
    def undo(self) -> str:
        """What the undo button would take back, in words; empty when nothing."""
        act = service.next_undo(self.plan) if self.plan else None
        return act_words(act, self.name) if act else ""

    def compared(self, other: SeatingPlan) -> dict[str, Any]:
        """The current seating beside another proposal."""
        assert self.current is not None
        found = service.compare(db(), self.actor, self.current, other)
        told = [line for line in found.measures if line.name in MEASURES]
        return {
            "plan": other,
            "changes": [
                (self.people.get(c.person), self.name(c.person), room_name(c.before), room_name(c.after))
                for c in found.changes
            ],
            "measures": [
                (t(MEASURES[line.name]), line.one, line.other, _better(line.one, line.other))
                for line in told
                if _counts(line)
            ],
            "without": [t(MEASURES[line.name]) for line in told if not _counts(line)],
        }


def _counts(line: Any) -> bool:
    """Whether there is anything to tell of a measure."""
    return any(side is not None and (side.value or side.bound) for side in (line.one, line.other))


def _better(one: Any, other: Any) -> str:
    """Which of two is better: "one", "other" or "" for neither."""
    if one is None or other is None or one.value == other.value:
        return ""
    return "one" if one.value < other.value else "other"
