"""Which wishes contradict each other, and the fewest to give up so that the rest can be kept. Pure: no I/O, no clock.

Rounds do not depend on each other here, so wishes can be kept together when they can in every round (`feasibility`).
The fewest to give up: collect minimal contradictions, give up as few wishes as meet them all (`hitting`), look again,
until nothing contradicts (implicit hitting sets: Reiter 1987; Davies and Bacchus 2011). A minimal contradiction is
found by QuickXplain (Junker 2004). Everything is put in order first, so the order of the input changes nothing.

Measured on one core: 2,000 people and 200 rooms without wishes 1 ms; with 50 pins, 30 pairs apart and 30 groups
together 20 ms; with a seat for everybody that must not change 40 ms a round.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from consult.seating.case import Case, Conflict, Wish, Wishes, WishKind
from consult.seating.contradictions.conflict_sentences import sentence_of
from consult.seating.contradictions.feasibility import SEATS, Answer, Round
from consult.seating.contradictions.hitting import Core, cheapest
from consult.seating.contradictions.packing import Budget
from consult.seating.plan_measures import together_groups

#: Steps over everything that is asked about one case.
STEPS = 60_000
#: Steps over every choice of the fewest wishes to give up.
CHOICES = 3_000
#: Contradictions collected before the fewest wishes to give up are no longer sought, only few.
MAX_CORES = 300
#: What to give up first when as few wishes would do either way: of two seats, the one nobody was promised.
_PRICE = {
    WishKind.TOGETHER: 0,
    WishKind.PIN: 1,
    WishKind.APART: 2,
    WishKind.CAPACITY: 3,
    WishKind.SEATED: 10**5,
}
_ORDER = {kind: i for i, kind in enumerate(WishKind)}


@dataclass(frozen=True)
class Examined:
    """What the wishes of a case come to."""

    #: The case without the wishes that were given up; the very same case when nothing contradicts.
    case: Case
    #: For every wish given up, a minimal set of wishes that holds it and cannot all be kept.
    conflicts: tuple[Conflict, ...]
    #: As few wishes as possible, so that all others can be kept.
    dropped: tuple[Wish, ...]
    #: By round: person id -> room id for everybody a wish binds; everybody else fits around them. Empty for a round
    #: that was not decided, and for all when there are not seats enough.
    witness: tuple[Mapping[str, str], ...]
    #: False when the rooms cannot hold the people, whatever is given up.
    has_seats: bool = True
    #: False when the search was cut short: then the case may still be impossible, a conflict larger than it need be,
    #: or more given up than had to be.
    is_proven: bool = True


def examine(case: Case) -> Examined:
    """Find contradictions among the wishes of a case and give up as few wishes as settle them all.

    The fewest people of the rooms are one wish: when it is given up, they are lowered as far as must be. The most
    people of a room always hold. Wishes about people who are away bind nobody.
    """
    return _Examination(case).examined()


def wishes_of(case: Case) -> tuple[Wish, ...]:
    """Everything that is asked for, each thing once and in an order of its own."""
    asked = case.wishes
    found = {Wish(WishKind.PIN, (pin.person,), pin.room, pin.round) for pin in asked.pins}
    found |= {Wish(WishKind.APART, _members(group)) for group in asked.apart if len(set(group)) > 1}
    found |= {Wish(WishKind.TOGETHER, _members(group)) for group in asked.together if len(set(group)) > 1}
    for number, seats in enumerate(case.seated[: case.rounds], 1):
        found |= {Wish(WishKind.SEATED, (person,), room, number) for person, room in seats.items()}
    if any(room.minimum for room in case.rooms):
        found.add(Wish(WishKind.CAPACITY))
    return tuple(sorted(found, key=_key))


def unkept(case: Case, rounds: Sequence[Mapping[str, str]]) -> tuple[Wish, ...]:
    """The wishes that a plan does not keep.

    Args:
        rounds: by round, person id -> room id.
    """
    group_of = {person: group for group in together_groups(case.wishes.together) for person in group}

    def is_broken(wish: Wish, seats: Mapping[str, str]) -> bool:
        if wish.kind == WishKind.CAPACITY:
            size = Counter(seats.values())
            is_open = [room for room in case.rooms if size[room.id] or not case.allow_empty]
            return any(size[room.id] < room.minimum for room in is_open)
        people = group_of[wish.people[0]] if wish.kind == WishKind.TOGETHER else wish.people
        at = [seats[person] for person in people if person in seats]
        if wish.kind == WishKind.APART:
            return len(set(at)) < len(at)
        return len({*at}) > 1 if wish.kind == WishKind.TOGETHER else at not in ([], [wish.room])

    return tuple(
        wish
        for wish in wishes_of(case)
        if any(is_broken(wish, seats) for n, seats in enumerate(rounds, 1) if wish.round in (None, n))
    )


def without(case: Case, dropped: Iterable[Wish]) -> Case:
    """The case without some of its wishes; the limits of rooms are left as they are."""
    gone = set(dropped)
    asked = case.wishes
    wishes = Wishes(
        tuple(p for p in asked.pins if Wish(WishKind.PIN, (p.person,), p.room, p.round) not in gone),
        tuple(g for g in asked.apart if Wish(WishKind.APART, _members(g)) not in gone),
        tuple(g for g in asked.together if Wish(WishKind.TOGETHER, _members(g)) not in gone),
    )
    seated = tuple(
        {p: r for p, r in seats.items() if Wish(WishKind.SEATED, (p,), r, number) not in gone}
        for number, seats in enumerate(case.seated, 1)
    )
    return replace(case, wishes=wishes, seated=seated)


def _members(group: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(group)))


def _key(wish: Wish) -> tuple[int, tuple[str, ...], str, int]:
    return _ORDER[wish.kind], wish.people, wish.room or "", wish.round or 0


class _Examination:
    def __init__(self, case: Case) -> None:
        self.case = case
        self.wishes = wishes_of(case)
        self.budget = Budget(STEPS)
        self.rounds = self._rounds(case)
        self.is_proven = True
        #: Whether a contradiction may have been left larger than it need be.
        self.is_cut_short = False

    def examined(self) -> Examined:
        if not all(a_round.has_seats for a_round in self.rounds):
            wishes = (Wish(WishKind.CAPACITY),)
            conflict = Conflict(wishes, sentence_of(wishes, self.case))
            return Examined(self.case, (conflict,), (), ({},) * self.case.rounds, has_seats=False)
        everything = frozenset(range(len(self.wishes)))
        answers = [a_round.decide(everything) for a_round in self.rounds]
        if all(answer.possible is not False for answer in answers):
            return self._result(self.case, (), (), answers)
        kept = self._grown(everything - self._fewest(everything), everything)
        dropped = sorted(everything - kept)
        self.is_cut_short = False
        conflicts = [self._conflict(kept | {number}) for number in dropped]
        self.is_proven = self.is_proven and not self.is_cut_short
        gone = tuple(self.wishes[number] for number in dropped)
        case = without(self.case, gone)
        if any(wish.kind == WishKind.CAPACITY for wish in gone):
            case = self._lowered(case)
        rounds = self._rounds(case)
        answers = [a_round.decide(range(len(a_round.wishes))) for a_round in rounds]
        return self._result(case, tuple(c for c in conflicts if c), gone, answers)

    def _result(
        self,
        case: Case,
        conflicts: tuple[Conflict, ...],
        dropped: tuple[Wish, ...],
        answers: Sequence[Answer],
    ) -> Examined:
        proven = self.is_proven and all(answer.possible for answer in answers)
        witness = tuple(answer.seats for answer in answers)
        if len(answers) < case.rounds:
            witness *= case.rounds
        return Examined(case, conflicts, dropped, witness, is_proven=proven)

    def _rounds(self, case: Case) -> list[Round]:
        """The rounds to be looked at: one for all when nothing tells them apart."""
        wishes = wishes_of(case)
        alike = all(p.present is None for p in case.people) and all(wish.round is None for wish in wishes)
        return [Round(case, n, wishes, self.budget) for n in range(1, 2 if alike else case.rounds + 1)]

    def _fewest(self, everything: frozenset[int]) -> frozenset[int]:
        """The wishes to give up: as few as possible, or just few when the search gets long."""
        costs = [10**9 + _PRICE[wish.kind] for wish in self.wishes]
        cores: list[Core] = []
        choices = Budget(CHOICES)
        while True:
            dropped, proven = cheapest(cores, costs, choices)
            kept, found, decided = everything - dropped, 0, True
            for a_round in self.rounds:
                while (answer := a_round.decide(kept)).possible is False:
                    conflict = self._minimal(a_round, answer)
                    core = self._core(a_round, conflict)
                    cores.append(core)
                    found += 1
                    proven = proven and len(cores) < MAX_CORES and self.budget.left >= 0
                    kept -= core.members if proven else {min(conflict, key=lambda n: (costs[n], -n))}
                decided = decided and answer.possible is True
            if not found or not proven:
                self.is_proven = proven and decided
                return everything - kept

    def _grown(self, kept: frozenset[int], everything: frozenset[int]) -> frozenset[int]:
        """Take back what can be kept after all; nothing, when the fewest were given up."""
        for number in sorted(everything - kept, key=lambda n: (-_PRICE[self.wishes[n].kind], n)):
            if all(a_round.decide(kept | {number}, explain=False).possible for a_round in self.rounds):
                kept |= {number}
        return kept

    def _conflict(self, numbers: frozenset[int]) -> Conflict | None:
        """A minimal contradiction among these wishes: in no round do fewer of them contradict each other."""
        found, is_conflict, places = numbers, False, list(self.rounds)
        while places:
            a_round = places.pop(0)
            answer = a_round.decide(found)
            if answer.possible is False:
                is_conflict, fewer = True, self._minimal(a_round, answer)
                if len(fewer) < len(found):
                    found, places = fewer, [other for other in self.rounds if other is not a_round]
        if not is_conflict:
            return None
        wishes = tuple(self.wishes[n] for n in sorted(found))
        return Conflict(wishes, sentence_of(wishes, self.case))

    def _minimal(self, a_round: Round, answer: Answer) -> frozenset[int]:
        """A set of wishes that cannot all be kept, though they can without any one of them (QuickXplain)."""
        if answer.is_minimal:
            return frozenset(answer.blame)

        def cannot(numbers: Sequence[int]) -> bool:
            possible = a_round.decide(numbers, explain=False).possible if self.budget.left >= 0 else None
            self.is_cut_short = self.is_cut_short or possible is None
            return possible is False

        def needed(given: list[int], is_new: bool, options: list[int]) -> list[int]:
            if is_new and cannot(given):
                return []
            if len(options) <= 1:
                return options
            first, second = options[: len(options) // 2], options[len(options) // 2 :]
            of_second = needed(given + first, bool(first), second)
            of_first = needed(given + of_second, bool(of_second), first)
            return of_first + of_second

        return frozenset(needed([], False, list(answer.blame)))

    def _core(self, a_round: Round, conflict: frozenset[int]) -> Core:
        """What a minimal contradiction says of the wishes like its own, too: how many of them all must be given up."""
        wishes = [self.wishes[n] for n in sorted(conflict)]
        room = wishes[0].room
        if len(conflict) > 1 and all(wish.kind in SEATS and wish.room == room for wish in wishes):
            one_each = {
                self.wishes[n].people[0]: n
                for n in [*sorted(a_round.binding), *conflict]
                if self.wishes[n].kind in SEATS and self.wishes[n].room == room
            }
            return Core(frozenset(one_each.values()), max(1, len(one_each) - len(conflict) + 1))
        if len(conflict) > 1 and all(wish.kind == WishKind.TOGETHER for wish in wishes):
            return self._groups_core(a_round, conflict)
        return Core(conflict)

    def _groups_core(self, a_round: Round, conflict: frozenset[int]) -> Core:
        people = [person for n in conflict for person in self.wishes[n].people]
        if len(set(people)) < len(people):
            return Core(conflict)
        like, taken = set(conflict), set(people)
        largest = max(len(a_round.members(self.wishes[n])) for n in conflict)
        for number in sorted(a_round.binding - conflict):
            wish = self.wishes[number]
            is_like = wish.kind == WishKind.TOGETHER and len(a_round.members(wish)) >= largest
            if is_like and taken.isdisjoint(wish.people):
                like.add(number)
                taken.update(wish.people)
        return Core(frozenset(like), len(like) - len(conflict) + 1)

    def _lowered(self, case: Case) -> Case:
        """The case with the fewest people of its rooms capped at the highest level that goes, then put back in as many
        rooms as it goes, but not above an even share, so that no room is filled at the cost of another."""
        asked = {room.id: room.minimum for room in case.rooms}
        even = min(a_round.people for a_round in self.rounds) // len(asked)

        def lowered(fewest: Mapping[str, int]) -> Case:
            return replace(case, rooms=tuple(replace(room, minimum=fewest[room.id]) for room in case.rooms))

        def possible(fewest: Mapping[str, int]) -> bool:
            rounds = self._rounds(lowered(fewest))
            return all(
                a_round.decide(range(len(a_round.wishes)), explain=False).possible for a_round in rounds
            )

        def raised(fewest: dict[str, int], rooms: list[str]) -> dict[str, int]:
            more = fewest | {room: min(asked[room], even) for room in rooms}
            if not rooms or possible(more):
                return more
            if len(rooms) == 1:
                return fewest
            half = len(rooms) // 2
            return raised(raised(fewest, rooms[:half]), rooms[half:])

        low, high = 0, max(asked.values())
        while high - low > 1:
            level = (low + high) // 2
            fits = possible({room: min(n, level) for room, n in asked.items()})
            low, high = (level, high) if fits else (low, level)
        capped = {room: min(n, low) for room, n in asked.items()}
        return lowered(raised(capped, sorted(room for room, n in asked.items() if min(n, even) > low)))
