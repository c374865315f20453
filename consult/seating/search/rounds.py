"""The rounds of one plan: seated one after another, then improved in turn, each against everybody's other meetings.

Pure: NumPy, no I/O, no clock.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from consult.seating.case import Case
from consult.seating.plan_measures import PLAN_WEIGHTS
from consult.seating.search.languages import LanguageTable
from consult.seating.search.numbers import FORBIDDEN, Everybody, Pairs, Present, Whole, present
from consult.seating.search.start import Seats, first_seats
from consult.seating.search.tables import Ground, Round
from consult.seating.search.walk import Searcher, Walk

REPEAT = PLAN_WEIGHTS["repeats"]


@dataclass(frozen=True)
class Setting:
    """One round before anybody is seated."""

    present: Present
    #: Keep-together groups of those present, by local number, whose seat is not given.
    groups: tuple[tuple[int, ...], ...]
    #: Local number of a person -> local number of a room, for everybody a wish binds: a way to keep all wishes.
    witness: Mapping[int, int]


class PlanSearch:
    """The rounds of a case while they are searched."""

    def __init__(self, case: Case, of: Everybody, settings: Sequence[Setting], seed: int) -> None:
        self._case, self._of, self._settings = case, of, settings
        self._dice = np.random.default_rng(seed)
        self._searcher = Searcher(self._dice, max(1, len(of.people)))
        self._languages = LanguageTable(of.languages)
        self._met = of.met.copy()
        self._priced: tuple[int, Pairs] | None = None
        self._alone = [0] * len(settings)
        self._fine = [0] * len(settings)
        #: By round: by local number of a person, the local number of a room.
        self.seats: list[Whole] = []

    def begin(self, walks: Sequence[Walk]) -> None:
        """Seat every round, each with those before it in mind."""
        for number in range(len(self._settings)):
            self.seats.append(self._first(number))
            self._walk(number, walks)
            self._count_meetings(number, 1)

    def improve(self, number: int, walks: Sequence[Walk]) -> None:
        """Improve one round; the others stay as they are."""
        self._count_meetings(number, -1)
        self._walk(number, walks)
        self._count_meetings(number, 1)

    def _walk(self, number: int, walks: Sequence[Walk]) -> None:
        """Improve one round whose own meetings are not counted."""
        state, firmness = self._state(number, walks[0].firmness), walks[0].firmness
        for walk in walks:
            if walk.firmness != firmness or (state.seat != self.seats[number]).any():
                state, firmness = self._state(number, walk.firmness), walk.firmness
            self.seats[number] = self._searcher.improve(state, walk, self._settings[number].groups)
        if firmness < 1 or (state.seat != self.seats[number]).any():
            state = self._state(number)
        self._alone[number] = state.cost() - self._repeats_in(number)
        self._fine[number] = state.fine

    def cool(self, sweeps: Sequence[Walk], last: Sequence[Walk], floor: int) -> None:
        """Go through all rounds again and again, colder each time, and end with the best of all sweeps.

        Args:
            sweeps: the walk of each sweep, for every round.
            last: the walks that end the search in every round.
            floor: a cost, weighted, that cannot be bettered: when nothing more than fine things are beyond it, the search ends.
        """
        best, best_seats = self.cost(), [seats.copy() for seats in self.seats]
        for walk in sweeps:
            for number in range(len(self._settings)):
                self.improve(number, [walk])
            if self.cost() < best:
                best, best_seats = self.cost(), [seats.copy() for seats in self.seats]
                if self.is_at(floor):
                    break
        for number, seats in enumerate(best_seats):
            self._count_meetings(number, -1)
            self.seats[number] = seats
            self._count_meetings(number, 1)
        for number in range(len(self._settings)):
            self.improve(number, last)

    def cost(self) -> int:
        """Everything that is wanting in all rounds, weighted."""
        met = self._met.astype(np.int32)
        again = met * (met - 1)
        if self._of.excused is not None:
            again[self._of.excused] = 0
        return sum(self._alone) + REPEAT * int(again.sum()) // 4

    def is_at(self, floor: int) -> bool:
        """Whether nothing is beyond the floor but what no bound is known for (`Round.fine`)."""
        return self.cost() - sum(self._fine) <= floor

    def rounds(self) -> tuple[dict[str, str], ...]:
        """By round: person id -> room id."""
        people, rooms = self._of.people, self._of.rooms
        return tuple(
            {
                people[p].id: rooms[setting.present.rooms[room]].id
                for p, room in zip(setting.present.people, seats, strict=True)
            }
            for setting, seats in zip(self._settings, self.seats, strict=True)
        )

    def _first(self, number: int) -> Whole:
        setting = self._settings[number]
        present, of = setting.present, self._of
        rooms = [of.rooms[i] for i in present.rooms]
        pair_cost, place_cost, most = (
            self._pair_cost(number),
            self._place_cost(number),
            self._limits(number)[1],
        )
        return first_seats(
            lambda: Seats(present.categories, most, pair_cost, place_cost, self._dice),
            [of.people[i] for i in present.people],
            rooms,
            fixed=present.fixed,
            groups=setting.groups,
            witness=setting.witness,
            lot=self._dice,
        )

    def state_of(self, number: int, seats: Whole) -> Round:
        """One round with people seated so."""
        self.seats[number:] = [seats]
        return self._state(number)

    def _state(self, number: int, firmness: float = 1.0) -> Round:
        pair_cost = self._pair_cost(number)
        if firmness < 1:
            pair_cost = np.where(pair_cost >= FORBIDDEN, pair_cost, (pair_cost * firmness).astype(np.int32))
        return Round(self._ground(number, firmness), self.seats[number], pair_cost, self._place_cost(number))

    def _ground(self, number: int, firmness: float) -> Ground:
        setting = self._settings[number]
        least, most = self._limits(number)
        movable = setting.present.fixed < 0
        for group in setting.groups:
            movable[list(group)] = False
        mask = self._of.languages.mask[setting.present.people]
        categories, languages = setting.present.categories, self._languages
        if firmness < 1:
            categories, languages = categories.loosened(firmness), LanguageTable(self._of.languages, firmness)
        table = languages.for_rooms(setting.present.rooms)
        even = len(mask) // len(least), -(-len(mask) // len(least))
        return Ground(
            categories,
            table,
            mask,
            least,
            most,
            movable,
            even_sizes=not self._case.custom_sizes,
            allow_empty=self._case.allow_empty,
            is_level=bool(
                most.min() >= even[1] and least.max() <= even[0] and (setting.present.fixed < 0).all()
            ),
        )

    def _limits(self, number: int) -> tuple[Whole, Whole]:
        present = self._settings[number].present
        rooms = [self._of.rooms[i] for i in present.rooms]
        most = [len(present.people) if room.capacity is None else room.capacity for room in rooms]
        return np.array([room.minimum for room in rooms]), np.array(most)

    def _pair_cost(self, number: int) -> Pairs:
        """People present × people present: what sharing a room costs in one round, given the others."""
        if self._priced is None or self._priced[0] != number:
            found = self._of.company
            if self._met.any():
                again = self._met.astype(np.int32) * REPEAT
                if self._of.excused is not None:
                    again[self._of.excused] = 0
                found = found + again
            people = self._settings[number].present.people
            if len(people) < len(self._of.people):
                found = found[np.ix_(people, people)]
            self._priced = number, found
        return self._priced[1]

    def _place_cost(self, number: int) -> Pairs | None:
        present = self._settings[number].present
        return None if self._of.topics is None else self._of.topics[np.ix_(present.rooms, present.people)]

    def _count_meetings(self, number: int, step: int) -> None:
        present, seats = self._settings[number].present, self.seats[number]
        self._priced = None
        for room in range(len(present.rooms)):
            inside = present.people[seats == room]
            self._met[np.ix_(inside, inside)] += np.int16(step)
        np.fill_diagonal(self._met, 0)

    def _repeats_in(self, number: int) -> int:
        """What the meetings of one round cost as repeated ones, itself not counted among the others."""
        present, seats = self._settings[number].present, self.seats[number]
        found = 0
        for room in range(len(present.rooms)):
            inside = np.ix_(*[present.people[seats == room]] * 2)
            met = self._met[inside].astype(np.int64)
            if self._of.excused is not None:
                met[self._of.excused[inside]] = 0
            found += int(met.sum()) // 2
        return REPEAT * found


def one_round(case: Case, of: Everybody, seats: Whole) -> Round:
    """A round with everybody of a case seated, as the search sees it; past meetings count, pins are fixed.

    Args:
        seats: by person, the room, both in the order of their ids.
    """
    number = {room.id: i for i, room in enumerate(of.rooms)}
    fixed = {pin.person: pin.room for pin in case.wishes.pins if pin.room in number}
    given = present(case, of, 1, np.arange(len(of.rooms)), fixed)
    groups = tuple(group for group in of.groups if len(group) > 1)
    search = PlanSearch(case, of, [Setting(given, groups, {})], seed=0)
    return search.state_of(0, seats)
