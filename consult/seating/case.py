"""What a seating is made of: people, rooms, wishes, rounds, and who sits where. Pure: values only, no I/O, no clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from consult.seating.sentences import Sentence

#: The role that every room should have one of.
FACILITATOR = "facilitator"


@dataclass(frozen=True, slots=True)
class Person:
    """One person to be seated. An attribute that is None belongs to no category, but fills a seat."""

    id: str
    #: Regional group, or the mark of observers and other stakeholders.
    region: str | None = None
    stakeholder_family: str | None = None
    #: "facilitator", "panelist", "delegate", …; exactly "facilitator" counts as one.
    role: str | None = None
    #: Self-declared; None when undisclosed.
    gender: str | None = None
    #: What people who speak for the same body share; they are kept apart.
    delegation: str | None = None
    languages: tuple[str, ...] = ()
    #: "origin", "transit" or "destination": where the person's State stands in migration, when the mix is asked for.
    mobility: str | None = None
    #: Topics the person would like to work on, the dearest first.
    topics: tuple[str, ...] = ()
    #: Numbers of the rounds (from 1) the person is here for; None for all of them.
    present: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class RoomSpec:
    """One room to be filled."""

    id: str
    #: Most seats; None when there is no limit.
    capacity: int | None = None
    #: Languages with interpretation.
    languages: tuple[str, ...] = ()
    #: Fewest seats; an empty room is allowed to have none where the case says so.
    minimum: int = 0
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class Pin:
    """A fixed seat."""

    person: str
    room: str
    #: Number of the round, from 1; None for all of them.
    round: int | None = None


@dataclass(frozen=True)
class Wishes:
    """What a facilitator asks for beyond balance. Ids of people; each is a hard wish."""

    pins: tuple[Pin, ...] = ()
    #: Groups whose members are not to meet in any room.
    apart: tuple[tuple[str, ...], ...] = ()
    #: Groups whose members share a room in every round; overlapping groups are one group.
    together: tuple[tuple[str, ...], ...] = ()


#: Attribute names, in the order reports show them, and where a person has them.
ATTRIBUTES: Mapping[str, str] = MappingProxyType(
    {"region": "region", "role": "role", "stakeholder": "stakeholder_family", "gender": "gender"}
)
#: The attribute that is balanced only when asked for.
MOBILITY: Mapping[str, str] = MappingProxyType({"mobility": "mobility"})


@dataclass(frozen=True)
class Case:
    """Everything that decides a seating, the seed and the version of the search left aside."""

    people: tuple[Person, ...]
    rooms: tuple[RoomSpec, ...]
    rounds: int = 1
    wishes: Wishes = field(default_factory=Wishes)
    #: Names of the attributes to be balanced, of `ATTRIBUTES` and `MOBILITY`.
    balance: tuple[str, ...] = tuple(ATTRIBUTES)
    #: Pairs who met before the first of these rounds; a pair may be named more than once.
    past_meetings: tuple[tuple[str, str], ...] = ()
    #: By round: seats that must not change, person id -> room id (late joiners are placed around them).
    seated: tuple[Mapping[str, str], ...] = ()
    #: Whether rooms may stay empty.
    allow_empty: bool = False
    #: Whether uneven room sizes are wanted and therefore cost nothing.
    custom_sizes: bool = False
    #: Whether nobody is to be the only one of a declared gender, or the only speaker of a language, in a room.
    nobody_isolated: bool = False


class WishKind(StrEnum):
    """What can be asked for and be contradictory."""

    PIN = "pin"
    APART = "apart"
    TOGETHER = "together"
    #: A seat that must not change.
    SEATED = "seated"
    #: The limits of the rooms: fewest and most people.
    CAPACITY = "capacity"


@dataclass(frozen=True)
class Wish:
    """One thing that was asked for, as it is named when it cannot be kept."""

    kind: WishKind
    #: Ids of the people it is about; empty for the limits of the rooms.
    people: tuple[str, ...] = ()
    room: str | None = None
    #: Number of the round, from 1; None for all of them.
    round: int | None = None


@dataclass(frozen=True)
class Conflict:
    """Wishes that cannot all be kept, as few of them as make the contradiction, and why in one sentence."""

    wishes: tuple[Wish, ...]
    sentence: Sentence


class Status(StrEnum):
    """How a seating stands to what was asked for."""

    #: Every wish is kept and every measure is at its proven bound, people who rely on a bridge left aside.
    OPTIMAL = "optimal"
    #: Every wish is kept.
    OK = "ok"
    #: Wishes contradict each other: as few as possible (as far as a bounded search can tell) are given up, and named.
    ADJUSTED = "adjusted"
    #: There are not seats for everybody: rooms are overfilled, evenly.
    INFEASIBLE = "infeasible"


@dataclass(frozen=True)
class Seating:
    """Who sits where in every round. The same case, seed and version always give the same seating."""

    #: By round: person id -> room id.
    rounds: tuple[Mapping[str, str], ...]
    seed: int
    version: int
    status: Status = Status.OK
    #: What contradicts what; empty unless the status is `ADJUSTED` or `INFEASIBLE`. It may be empty when wishes were
    #: given up because no way was found to keep them, and whether there is one is not known.
    conflicts: tuple[Conflict, ...] = ()
    #: The wishes that were given up for the others.
    dropped: tuple[Wish, ...] = ()


def members_by_room(
    people: Sequence[Person], rooms: Sequence[RoomSpec], seats: Mapping[str, str]
) -> dict[str, list[Person]]:
    """The people of each room, in order of their ids; people without a seat in these rooms are left out."""
    found: dict[str, list[Person]] = {room.id: [] for room in rooms}
    for person in sorted(people, key=lambda p: p.id):
        seat = seats.get(person.id)
        if seat in found:
            found[seat].append(person)
    return found
