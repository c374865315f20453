"""Every measure of a whole seating: all rounds, with the wishes, repeated meetings and topics.

The names and definitions are those of `measures`, and beside them: `capacity`, `pins`, `apart`, `together` and `moved`
count broken wishes; `repeats` sums n·(n−1)/2 over pairs that met n times, pairs bound to meet left out; `topic` sums
the rank of a room's topic in a person's list (from 0; one that is not in the list counts its length, at most 3).
Pure: no I/O, no clock.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations

from consult.seating.case import ATTRIBUTES, MOBILITY, Case, Person, RoomSpec, members_by_room
from consult.seating.measures import WEIGHTS, category_counts, language_cover, outside, pairs

#: What one unit costs in the single number that compares plans, beyond `measures.WEIGHTS`.
PLAN_WEIGHTS: Mapping[str, int] = {
    **WEIGHTS,
    "capacity": 10**5,
    "pins": 10**5,
    "apart": 10**5,
    "together": 10**5,
    "moved": 10**5,
    "repeats": 20,
    "topic": 5,
    "D.mobility": 50,
    "isolated": 50,
}
#: Wishes: a plan that keeps them all has zero in each.
HARD = ("unassigned", "capacity", "pins", "apart", "together", "moved")
Round = Mapping[str, str]


def plan_measures(case: Case, rounds: Sequence[Round]) -> dict[str, int]:
    """Every measure of a plan, summed over its rounds. Rounds that are missing count as nobody seated."""
    groups = together_groups(case.wishes.together)
    asked = {"D.mobility": "mobility" in case.balance, "isolated": case.nobody_isolated}
    found = Counter[str]({name: 0 for name in PLAN_WEIGHTS if asked.get(name, True)})
    for number in range(1, case.rounds + 1):
        seats = rounds[number - 1] if number <= len(rounds) else {}
        found.update(_round(case, number, seats, groups))
    found["repeats"] = _repeats(case, rounds, groups)
    return dict(found)


def plan_score(found: Mapping[str, int]) -> int:
    """The measures as one weighted number."""
    return sum(PLAN_WEIGHTS[name] * value for name, value in found.items())


def here(case: Case, number: int) -> list[Person]:
    """The people who are present in a round."""
    return [p for p in case.people if p.present is None or number in p.present]


def together_groups(groups: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
    """Keep-together groups, overlapping ones merged; those of one person left out."""
    merged: list[set[str]] = []
    for group in groups:
        new = set(group)
        apart = [other for other in merged if not other & new]
        for other in merged:
            if other & new:
                new |= other
        merged = [*apart, new]
    return sorted(tuple(sorted(group)) for group in merged if len(group) > 1)


def bound_to_meet(case: Case, groups: Sequence[Sequence[str]]) -> set[tuple[str, str]]:
    """Pairs whose meeting again is asked for: of one keep-together group, or pinned to one room in two rounds."""
    found = {pair for group in groups for pair in combinations(group, 2)}
    met = Counter[tuple[str, str]]()
    for number in range(1, case.rounds + 1):
        rooms: dict[str, set[str]] = {}
        for pin in case.wishes.pins:
            if pin.round in (None, number):
                rooms.setdefault(pin.room, set()).add(pin.person)
        met.update(pair for people in rooms.values() for pair in combinations(sorted(people), 2))
    return found | {pair for pair, times in met.items() if times > 1}


def isolated(inside: Sequence[Person]) -> int:
    """People who are the only one of their declared gender in a room, and languages that one person alone speaks there."""
    genders = category_counts(inside, "gender")
    languages = Counter(language for person in inside for language in set(person.languages))
    return [*genders.values(), *languages.values()].count(1)


def _round(case: Case, number: int, seats: Round, groups: Sequence[Sequence[str]]) -> Counter[str]:
    people = here(case, number)
    members = members_by_room(people, case.rooms, seats)
    at = {person.id: room for room, inside in members.items() for person in inside}
    used = [room for room in case.rooms if members[room.id] or not case.allow_empty]
    found = Counter[str]({"unassigned": len(people) - len(at)})
    found.update(_wishes(case, number, {p.id for p in people}, at, groups))
    found.update(_sizes(case, used, [len(members[room.id]) for room in used], len(at)))
    seated = [person for person in people if person.id in at]
    fields = {**ATTRIBUTES, **MOBILITY}
    for name in case.balance:
        totals = category_counts(seated, fields[name])
        for room in used:
            inside = members[room.id]
            counts = category_counts(inside, fields[name])
            found[f"D.{name}"] += outside(counts, totals, len(inside), len(seated))
    for room in used:
        found.update(_room(room, members[room.id]))
        if case.nobody_isolated:
            found["isolated"] += isolated(members[room.id])
    found["delegation_pairs"] -= _excused(people, at, groups)
    facilitators = sum(person.role == "facilitator" for person in seated)
    beyond = found["no_facilitator"] - max(0, len(used) - facilitators)
    found["no_facilitator"] = max(0, beyond) if facilitators else 0
    return found


def _wishes(
    case: Case, number: int, people: set[str], at: Round, groups: Sequence[Sequence[str]]
) -> Counter[str]:
    found = Counter[str]()
    for pin in case.wishes.pins:
        found["pins"] += (
            pin.round in (None, number) and pin.person in people and at.get(pin.person) != pin.room
        )
    for strangers in case.wishes.apart:
        pairs_apart = combinations(sorted(set(strangers)), 2)
        found["apart"] += sum(a in at and at.get(a) == at.get(b) for a, b in pairs_apart)
    for group in groups:
        found["together"] += max(0, len({at[p] for p in group if p in at}) - 1)
    if number <= len(case.seated):
        found["moved"] += sum(p in people and at.get(p) != r for p, r in case.seated[number - 1].items())
    return found


def _sizes(case: Case, used: Sequence[RoomSpec], sizes: Sequence[int], people: int) -> Counter[str]:
    found = Counter[str]()
    rooms = max(1, len(used))
    for room, size in zip(used, sizes, strict=True):
        most = size if room.capacity is None else room.capacity
        found["capacity"] += max(0, room.minimum - size, size - most)
        if not case.custom_sizes:
            found["size"] += max(0, people // rooms - size, size + (-people // rooms))
    return found


def _room(room: RoomSpec, inside: Sequence[Person]) -> Counter[str]:
    uncovered, bridged = language_cover(inside, room.languages)
    found = Counter[str]({"lang_uncovered": uncovered, "lang_bridged": bridged})
    found["delegation_pairs"] = sum(map(pairs, category_counts(inside, "delegation").values()))
    found["no_facilitator"] = int(bool(inside) and all(p.role != "facilitator" for p in inside))
    if room.topic is not None:
        for person in inside:
            wanted = person.topics
            if wanted:
                away = min(3, len(wanted))
                found["topic"] += wanted.index(room.topic) if room.topic in wanted else away
    return found


def _excused(people: Sequence[Person], at: Round, groups: Sequence[Sequence[str]]) -> int:
    """Pairs of one delegation that sit together because a wish binds them."""
    of = {person.id: person.delegation for person in people}
    return sum(
        1
        for group in groups
        for a, b in combinations(group, 2)
        if of.get(a) and of.get(a) == of.get(b) and a in at and at.get(a) == at.get(b)
    )


def _repeats(case: Case, rounds: Sequence[Round], groups: Sequence[Sequence[str]]) -> int:
    met = Counter[tuple[str, str]]()
    for number, seats in enumerate(rounds[: case.rounds], 1):
        for inside in members_by_room(here(case, number), case.rooms, seats).values():
            met.update(combinations([person.id for person in inside], 2))
    met.update((min(pair), max(pair)) for pair in case.past_meetings)
    excused = bound_to_meet(case, groups)
    return sum(pairs(times) for pair, times in met.items() if pair not in excused)
