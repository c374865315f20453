"""What a bound takes as given: per round who is seated, how large the rooms are, and which seats are fixed.

A bound says "nobody who seats these people in rooms of these sizes, and keeps these seats, does better". A pin or an
earlier seat that the plan itself does not keep is not taken as fixed. Pure: no I/O, no clock.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from consult.seating.case import Case, Person, RoomSpec, members_by_room
from consult.seating.plan_measures import here

Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Frame:
    """One round, as far as it is given."""

    #: From 1.
    number: int
    #: People present, with a seat or not.
    present: tuple[Person, ...]
    #: Everybody with a seat.
    seated: tuple[Person, ...]
    #: Rooms in use.
    rooms: tuple[RoomSpec, ...]
    #: By room in use: people in it.
    sizes: Whole
    #: Person id -> number of the room in `rooms`, for seats that are fixed and kept.
    fixed: Mapping[str, int]
    #: By room in use: seats that are not fixed.
    free: Whole

    @property
    def movable(self) -> list[Person]:
        """People whose seat is not fixed."""
        return [person for person in self.seated if person.id not in self.fixed]

    def fixed_counts(self, people: Iterable[str]) -> Whole:
        """By room in use: how many of these people sit there on a fixed seat."""
        at = [self.fixed[person] for person in people if person in self.fixed]
        return np.bincount(np.array(at, np.int64), minlength=len(self.rooms))


def frames(case: Case, rounds: Sequence[Mapping[str, str]]) -> list[Frame]:
    """What is given in every round of a plan; a round that is missing counts as nobody seated."""
    return [
        _frame(case, number, rounds[number - 1] if number <= len(rounds) else {})
        for number in range(1, case.rounds + 1)
    ]


def _frame(case: Case, number: int, seats: Mapping[str, str]) -> Frame:
    present = here(case, number)
    members = members_by_room(present, case.rooms, seats)
    rooms = tuple(room for room in case.rooms if members[room.id] or not case.allow_empty)
    index = {room.id: i for i, room in enumerate(rooms)}
    at = {person.id: room for room, inside in members.items() for person in inside}
    asked = [(pin.person, pin.room) for pin in case.wishes.pins if pin.round in (None, number)]
    if number <= len(case.seated):
        asked.extend(case.seated[number - 1].items())
    fixed = {person: index[room] for person, room in asked if at.get(person) == room}
    sizes = np.array([len(members[room.id]) for room in rooms], np.int64)
    taken = np.bincount(np.array(list(fixed.values()), np.int64), minlength=len(rooms))
    seated = tuple(person for person in present if person.id in at)
    return Frame(number, tuple(present), seated, rooms, sizes, fixed, sizes - taken)
