"""The fewest repeated meetings that any plan has. Pure: no I/O, no clock.

A pair that meets n times counts n·(n-1)/2: once for every two rounds it shares. Three arguments, the best of which is
taken:

- two rounds: a room of ten drawn from six earlier rooms holds at least four pairs who have met (pigeonhole), and so on
  for every two rounds, and for meetings before the first round when they were those of one round;
- counting: so many meetings among so many pairs cannot all be first meetings;
- fixed seats: who is placed together twice meets twice.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import combinations

from consult.seating.case import Case
from consult.seating.measures import pairs
from consult.seating.plan_measures import bound_to_meet, together_groups
from consult.seating.proofs.frames import Frame

Pair = tuple[str, str]


def fewest_repeats(case: Case, given: Sequence[Frame]) -> int:
    """The fewest repeated meetings of any plan within these frames."""
    excused = bound_to_meet(case, together_groups(case.wishes.together))
    all_past = Counter((min(pair), max(pair)) for pair in case.past_meetings)
    past = Counter({pair: n for pair, n in all_past.items() if pair not in excused})
    before = sum(map(pairs, past.values()))
    here = [frozenset(person.id for person in frame.seated) for frame in given]
    by_rounds = before
    for t, u in combinations(range(len(given)), 2):
        both = here[t] & here[u]
        met_again = max(
            _met_again(len(both), _key(given[t].sizes), _key(given[u].sizes)),
            _met_again(len(both), _key(given[u].sizes), _key(given[t].sizes)),
        )
        by_rounds += max(0, met_again - _inside(excused, both))
    cliques = rooms_before(all_past)
    if cliques is not None:
        known = excused & set(all_past)
        by_rounds += sum(
            max(0, _again_with_past(frame, cliques, here[i]) - _inside(known, here[i]))
            for i, frame in enumerate(given)
        )
    return max(by_rounds, before + _by_counting(given, here, past, excused), _placed(given, past, excused))


def _key(sizes: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """Rooms by size: (size, number of rooms)."""
    return tuple(sorted(Counter(int(s) for s in sizes if s).items()))


def _inside(excused: Iterable[Pair], people: frozenset[str]) -> int:
    return sum(a in people and b in people for a, b in excused)


@lru_cache(maxsize=1024)
def _met_again(people: int, earlier: tuple[tuple[int, int], ...], later: tuple[tuple[int, int], ...]) -> int:
    """The fewest pairs that share a room of both rounds.

    A room's n-th person drawn from the earlier rooms meets as many again as rooms were used up before: the n-th seat
    costs its level. People who are in both rounds take the cheapest seats.

    Args:
        people: number of people in both rounds.
    """
    levels = _levels(earlier, max((size for size, _ in later), default=0))
    costs = Counter[int]()
    for size, rooms in later:
        for level in levels[:size]:
            costs[level] += rooms
    return _cheapest(people, costs)


def _levels(sizes: tuple[tuple[int, int], ...], seats: int) -> list[int]:
    """What each of a room's people costs, drawn one by one from rooms of these sizes."""
    found: list[int] = []
    for level in range(max((size for size, _ in sizes), default=0)):
        found.extend([level] * sum(rooms for size, rooms in sizes if size > level))
        if len(found) >= seats:
            break
    return found[:seats]


def _cheapest(number: int, costs: Counter[int]) -> int:
    """The cost of the cheapest so many; as many as there are when there are fewer."""
    total = 0
    for cost in sorted(costs):
        taken = min(number, costs[cost])
        total += cost * taken
        number -= taken
    return total


def rooms_before(past: Iterable[Pair]) -> list[frozenset[str]] | None:
    """The rooms of the one earlier round that these meetings come from; None when they are not those of one round."""
    known: dict[str, set[str]] = {}
    for a, b in past:
        known.setdefault(a, {a}).add(b)
        known.setdefault(b, {b}).add(a)
    found = {frozenset(people) for people in known.values()}
    return sorted(found, key=sorted) if known and sum(map(len, found)) == len(known) else None


def _again_with_past(frame: Frame, cliques: Iterable[frozenset[str]], here: frozenset[str]) -> int:
    known = [len(room & here) for room in cliques]
    strangers = len(here) - sum(known)
    return _met_again(len(here), _key([*known, *[1] * strangers]), _key(frame.sizes))


def _by_counting(
    given: Sequence[Frame], here: Sequence[frozenset[str]], past: Counter[Pair], excused: set[Pair]
) -> int:
    """All meetings shared out over all pairs; each one costs as many as the pair had before."""
    meetings = sum(pairs(int(size)) for frame in given for size in frame.sizes)
    present = Counter[frozenset[int]]()
    of: dict[str, frozenset[int]] = {}
    for person in frozenset[str]().union(*here):
        of[person] = frozenset(i for i, people in enumerate(here) if person in people)
        present[of[person]] += 1
    #: Pairs by (meetings before, rounds in which they could meet).
    kinds = Counter[tuple[int, int]]()
    patterns = sorted(present.items(), key=lambda item: sorted(item[0]))
    for i, (a, n) in enumerate(patterns):
        kinds[0, len(a)] += pairs(n)
        for b, m in patterns[i + 1 :]:
            kinds[0, len(a & b)] += n * m
    free = 0
    for pair in {*past, *excused}:
        if pair[0] in of and pair[1] in of:
            shared = len(of[pair[0]] & of[pair[1]])
            kinds[0, shared] -= 1
            if pair in excused:
                free += shared
            else:
                kinds[past[pair], shared] += 1
    costs = Counter[int]({0: free})
    for (before, shared), number in kinds.items():
        for level in range(before, before + shared):
            costs[level] += number
    return _cheapest(meetings, costs)


def _placed(given: Sequence[Frame], past: Counter[Pair], excused: set[Pair]) -> int:
    """Repeated meetings among people on fixed seats."""
    met = Counter(past)
    for frame in given:
        rooms: dict[int, list[str]] = {}
        for person, room in frame.fixed.items():
            rooms.setdefault(room, []).append(person)
        met.update(pair for people in rooms.values() for pair in combinations(sorted(people), 2))
    return sum(pairs(times) for pair, times in met.items() if pair not in excused)
