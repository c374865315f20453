"""What a seating is made of: people, rooms, and who sits where. Pure: values only, no I/O, no clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

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


@dataclass(frozen=True, slots=True)
class RoomSpec:
    """One room to be filled."""

    id: str
    #: Seats; None when there is no limit.
    capacity: int | None = None
    #: Languages with interpretation.
    languages: tuple[str, ...] = ()


@dataclass(frozen=True)
class Assignment:
    """Who sits where. The same people, rooms, locks, seed and version always give the same assignment."""

    #: Person id -> room id.
    rooms: Mapping[str, str]
    seed: int
    version: int

    def people_in(self, room: str) -> list[str]:
        """The ids of the people in a room, sorted."""
        return sorted(person for person, seat in self.rooms.items() if seat == room)


NO_LOCKS: Mapping[str, str] = MappingProxyType({})

#: Attribute names, in the order reports show them, and where a person has them.
ATTRIBUTES: Mapping[str, str] = MappingProxyType(
    {"region": "region", "role": "role", "stakeholder": "stakeholder_family", "gender": "gender"}
)


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
