"""How good a seating is, in counts anybody can check by hand. Lower is better in every one of them.

Definitions:

- spread of an attribute: over rooms and categories, the people outside the fair range: the exact share (people of the category × room size / all people) rounded down and up;
- delegation pairs: pairs of people of one delegation in one room;
- languages: for the main language of a room that serves best, people with nobody who could bridge for them
  (uncovered), and people who rely on a bridge speaker (bridged);
- rooms without a facilitator, beyond those there cannot be facilitators for.

Pure: no I/O, no clock.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from consult.seating.case import ATTRIBUTES, FACILITATOR, Person, RoomSpec, members_by_room
from consult.seating.quotas import fair_range

#: What one unit of each measure costs in the single number that searches compare. Reports show the measures.
WEIGHTS: Mapping[str, int] = {
    "unassigned": 10**6,
    "size": 1000,
    "lang_uncovered": 1000,
    "no_facilitator": 500,
    "D.region": 100,
    "D.role": 100,
    "delegation_pairs": 100,
    "D.stakeholder": 50,
    "D.gender": 50,
    "lang_bridged": 1,
}


def measures(people: Sequence[Person], rooms: Sequence[RoomSpec], seats: Mapping[str, str]) -> dict[str, int]:
    """Every measure of a seating, by name.

    Args:
        seats: person id -> room id; people without one count as unassigned.
    """
    members = members_by_room(people, rooms, seats)
    seated = [person for room in members.values() for person in room]
    found = {"unassigned": len(people) - len(seated)}
    count = len(seated)
    low, high = fair_range(count, 1, max(1, len(rooms)))
    found["size"] = sum(max(0, low - len(m), len(m) - high) for m in members.values())
    for name, field in ATTRIBUTES.items():
        totals = category_counts(seated, field)
        found[f"D.{name}"] = sum(
            outside(category_counts(m, field), totals, len(m), count) for m in members.values()
        )
    found["delegation_pairs"] = sum(
        pairs(n) for m in members.values() for n in category_counts(m, "delegation").values()
    )
    languages = [language_cover(m, room.languages) for room, m in zip(rooms, members.values(), strict=True)]
    found["lang_uncovered"] = sum(uncovered for uncovered, _ in languages)
    found["lang_bridged"] = sum(bridged for _, bridged in languages)
    found["no_facilitator"] = _without_facilitator(members.values(), len(rooms))
    return found


def score(found: Mapping[str, int]) -> int:
    """The measures as one weighted number."""
    return sum(WEIGHTS[name] * value for name, value in found.items())


def category_counts(people: Iterable[Person], field: str) -> Counter[str]:
    """How many people each category of an attribute has; undisclosed is no category."""
    return Counter(value for person in people if (value := getattr(person, field)))


def outside(counts: Mapping[str, int], totals: Mapping[str, int], size: int, people: int) -> int:
    """How many people of a room are outside the fair range, over the categories of one attribute."""
    found = 0
    for category, total in totals.items():
        low, high = fair_range(total, size, people)
        found += max(0, low - counts.get(category, 0), counts.get(category, 0) - high)
    return found


def pairs(n: int) -> int:
    """Number of pairs among n people."""
    return n * (n - 1) // 2


def fewest_pairs(members: int, sizes: Iterable[int]) -> int:
    """The fewest pairs of one delegation that any seating has (pigeonhole).

    The rooms are filled level by level: each person on level k meets k others of the delegation.
    """
    seats = list(sizes)
    left, found, level = min(members, sum(seats)), 0, 0
    while left:
        taken = min(left, sum(1 for size in seats if size > level))
        found += taken * level
        left -= taken
        level += 1
    return found


def language_cover(people: Sequence[Person], interpreted: Sequence[str] = ()) -> tuple[int, int]:
    """People uncovered and people bridged, under the main language that serves the room best.

    People whose languages are not known are left out. With interpretation, whoever has one of its languages is
    covered.
    """
    spoken = [frozenset(person.languages) for person in people if person.languages]
    if not spoken:
        return 0, 0
    found = []
    if interpreted:
        found.append((sum(1 for languages in spoken if not languages & set(interpreted)), 0))
    for main in sorted(frozenset[str]().union(*spoken)):
        reach = frozenset[str]().union(*(languages for languages in spoken if main in languages))
        alone = sum(1 for languages in spoken if not languages & reach)
        bridged = sum(1 for languages in spoken if main not in languages and languages & reach)
        found.append((alone, bridged))
    return min(found)


def _without_facilitator(members: Collection[Sequence[Person]], rooms: int) -> int:
    with_one = [any(person.role == FACILITATOR for person in m) for m in members if m]
    facilitators = sum(1 for m in members for person in m if person.role == FACILITATOR)
    if not facilitators:
        return 0
    return max(0, with_one.count(False) - max(0, rooms - facilitators))
