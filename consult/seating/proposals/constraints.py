"""What a facilitator asks of a seating, in the words of the form. Pure: values only, no I/O, no clock.

People are named by the public ids of their membership, rooms by their numbers. People who have left since are no
error: what names them is passed over when a case is made of the constraints.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from consult.seating.case import ATTRIBUTES

#: Who is always seated. Facilitators and panelists are seated when asked for; viewers and the secretariat never.
ALWAYS = frozenset({"delegate", "observer"})
SEATABLE = ALWAYS | {"facilitator", "panelist"}
#: What can be balanced. Where a State stands in migration is no fact about members, so it is not among them.
BALANCED = tuple(ATTRIBUTES)
MOST_TOPIC = 300
_CODE = re.compile(r"[a-z]{2,3}")


class Mix(StrEnum):
    """How a round's rooms relate to the earlier rounds of its session."""

    #: Without regard to earlier rounds.
    FRESH = "fresh"
    #: As few people as possible meet again.
    AGAIN = "again"
    #: The rooms of the round before; newcomers get the seat that serves balance best.
    SAME = "same"
    #: People get the topics they asked for, as far as balance allows.
    TOPICS = "topics"


@dataclass(frozen=True)
class Constraints:
    """What a seating is asked to keep. The default is a fresh, balanced seating of delegates and observers."""

    #: Who is seated, of `SEATABLE`.
    roles: tuple[str, ...] = tuple(sorted(ALWAYS))
    #: Leave out people who are not here now; they are late joiners when they come.
    only_present: bool = False
    #: Fewest and most people of a room; None: as equal as possible.
    smallest: int | None = None
    largest: int | None = None
    #: Room number -> codes of the languages with interpretation.
    languages: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    #: Room number -> topic.
    topics: Mapping[int, str] = field(default_factory=dict)
    #: Attributes to be spread evenly, of `BALANCED`.
    balance: tuple[str, ...] = BALANCED
    #: Nobody is to be the only one of a declared gender, or the only speaker of a language, in a room.
    nobody_isolated: bool = False
    #: Member -> room number.
    pins: Mapping[str, int] = field(default_factory=dict)
    #: Groups of members who share a room.
    together: tuple[tuple[str, ...], ...] = ()
    #: Groups of members who do not meet.
    apart: tuple[tuple[str, ...], ...] = ()
    mix: Mix = Mix.FRESH

    def to_json(self) -> dict[str, Any]:
        """The constraints as JSON values."""
        return {
            "roles": list(self.roles),
            "only_present": self.only_present,
            "smallest": self.smallest,
            "largest": self.largest,
            "languages": {str(room): list(codes) for room, codes in sorted(self.languages.items())},
            "topics": {str(room): topic for room, topic in sorted(self.topics.items())},
            "balance": list(self.balance),
            "nobody_isolated": self.nobody_isolated,
            "pins": dict(sorted(self.pins.items())),
            "together": [list(group) for group in self.together],
            "apart": [list(group) for group in self.apart],
            "mix": self.mix.value,
        }

    @classmethod
    def from_json(cls, given: Any) -> "Constraints":
        """The constraints that were kept as JSON; what is missing or cannot be read is as in the default."""
        row: Mapping[str, Any] = given if isinstance(given, dict) else {}
        usual = cls()
        return cls(
            roles=_texts(row.get("roles"), usual.roles),
            only_present=row.get("only_present") is True,
            smallest=_number(row.get("smallest")),
            largest=_number(row.get("largest")),
            languages={room: _texts(codes) for room, codes in _by_room(row.get("languages"))},
            topics={room: topic for room, topic in _by_room(row.get("topics")) if isinstance(topic, str)},
            balance=_texts(row.get("balance"), usual.balance),
            nobody_isolated=row.get("nobody_isolated") is True,
            pins={p: room for p, room in _items(row.get("pins")) if _number(room) is not None},
            together=_groups(row.get("together")),
            apart=_groups(row.get("apart")),
            mix=next((mix for mix in Mix if mix.value == row.get("mix")), usual.mix),
        )

    def among(self, people: Collection[str]) -> "Constraints":
        """The same constraints, said of these people only: who is not among them is passed over."""
        known = frozenset(people)
        return Constraints(
            **{
                **self.__dict__,
                "pins": {person: room for person, room in self.pins.items() if person in known},
                "together": _kept(self.together, known),
                "apart": _kept(self.apart, known),
            }
        )


def problems(asked: Constraints, *, room_count: int) -> dict[str, str]:
    """What is wrong with the constraints for this number of rooms: name of the field -> code of the message."""
    found = {}
    if asked.smallest is not None and asked.smallest < 0:
        found["smallest"] = "seating.size"
    if asked.largest is not None and asked.largest < max(1, asked.smallest or 0):
        found["largest"] = "seating.size"
    if any(not 1 <= room <= room_count for room in asked.languages) or not all(
        _CODE.fullmatch(code) for codes in asked.languages.values() for code in codes
    ):
        found["languages"] = "field.choice"
    if any(not 1 <= room <= room_count for room in asked.topics) or any(
        not topic.strip() or len(topic) > MOST_TOPIC for topic in asked.topics.values()
    ):
        found["topics"] = "seating.topics"
    if asked.mix == Mix.TOPICS and not asked.topics:
        found["topics"] = "seating.topics"
    if not set(asked.balance) <= set(BALANCED):
        found["balance"] = "field.choice"
    if any(not 1 <= room <= room_count for room in asked.pins.values()):
        found["pins"] = "seating.no_such_room"
    return found


def _kept(groups: Iterable[tuple[str, ...]], known: frozenset[str]) -> tuple[tuple[str, ...], ...]:
    left = (tuple(dict.fromkeys(person for person in group if person in known)) for group in groups)
    return tuple(group for group in left if len(group) > 1)


def _number(given: Any) -> int | None:
    return given if type(given) is int else None


def _texts(given: Any, otherwise: tuple[str, ...] = ()) -> tuple[str, ...]:
    return tuple(text for text in given if isinstance(text, str)) if isinstance(given, list) else otherwise


def _groups(given: Any) -> tuple[tuple[str, ...], ...]:
    return tuple(_texts(group) for group in given) if isinstance(given, list) else ()


def _items(given: Any) -> list[tuple[Any, Any]]:
    return list(given.items()) if isinstance(given, dict) else []


def _by_room(given: Any) -> list[tuple[int, Any]]:
    return [(int(room), value) for room, value in _items(given) if str(room).isdecimal()]
