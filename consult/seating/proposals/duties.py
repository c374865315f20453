"""Who leads and who records in each room, as proposed. Pure: values only, no I/O, no clock.

Facilitators moderate where they sit, and people registered as rapporteurs record. Other rooms get a proposal by lot, taken
from the regional group that has led, or recorded, least often in the rooms before.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from consult.seating.case import FACILITATOR, Person

MODERATOR, RAPPORTEUR = "moderator", "rapporteur"


def proposed_duties(
    rooms: Mapping[int, Sequence[Person]], *, rapporteurs: Collection[str], seed: int
) -> dict[str, str]:
    """One moderator and one rapporteur for every room that has people for it.

    Args:
        rooms: room number -> its people.
        rapporteurs: ids of people who are registered as rapporteurs.

    Returns:
        Person id -> "moderator" or "rapporteur".
    """
    found: dict[str, str] = {}
    used: dict[str, Counter[str | None]] = {MODERATOR: Counter(), RAPPORTEUR: Counter()}
    for number in sorted(rooms):
        for duty in (RAPPORTEUR, MODERATOR):
            free = [person for person in rooms[number] if person.id not in found]
            best = _first(free, duty, rapporteurs, used[duty], seed)
            if best is not None:
                found[best.id] = duty
                used[duty][best.region] += 1
    return found


def _first(
    people: Sequence[Person], duty: str, rapporteurs: Collection[str], used: Counter[str | None], seed: int
) -> Person | None:
    def key(person: Person) -> tuple[bool, bool, int, str]:
        named = person.id in rapporteurs if duty == RAPPORTEUR else person.role == FACILITATOR
        spare = person.role == FACILITATOR if duty == RAPPORTEUR else person.id in rapporteurs
        lot = hashlib.sha256(f"{seed}:{duty}:{person.id}".encode()).hexdigest()
        return (not named, spare or person.role != "delegate", used[person.region], lot)

    return min(people, key=key, default=None)
