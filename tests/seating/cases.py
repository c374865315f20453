"""Cases for the tests of the search: drawn by lot with every kind of wish, or generated as the benchmark's are."""

import random
from typing import Any

from consult.seating.case import Case, Person, Pin, RoomSpec, Wishes
from consult.seating.casefile.reading import case_of
from tests.seating.evaluator import tool

TOPICS = ("finance", "data", "work")


def rooms(n: int, capacity: int | None = None, minimum: int = 0) -> tuple[RoomSpec, ...]:
    """Rooms R001, R002, …"""
    return tuple(RoomSpec(f"R{i:03}", capacity, minimum=minimum) for i in range(1, n + 1))


def crowd(n: int, seed: int = 0) -> tuple[Person, ...]:
    """People with every attribute, drawn by lot; some have none of one."""
    dice = random.Random(seed)
    people = []
    for i in range(n):
        region = dice.choice(["AF", "AP", "AP", "EE", "LA", "WE", "WE", "OB", None])
        people.append(
            Person(
                f"p{i:04}",
                region,
                dice.choice("xyz"),
                dice.choices(["delegate", "panelist", "facilitator"], [12, 1, 2])[0],
                dice.choice(["woman", "man", None]),
                f"{region}-{dice.randrange(1 + n // 12)}" if region else None,
                tuple(dice.sample(["en", "fr", "es", "ru"], dice.randint(0, 3))),
                dice.choice(["origin", "transit", "destination", None]),
                tuple(dice.sample(TOPICS, dice.randint(0, 3))),
            )
        )
    return tuple(people)


def mixed_case(seed: int, *, people: int = 24, count: int = 4, rounds: int = 2) -> Case:
    """A case with rooms, wishes, presence, topics and interpretation drawn by lot; its wishes may contradict."""
    dice = random.Random(seed)
    everybody = [
        Person(**{**_fields(p), "present": _rounds(dice, rounds)})
        for p in crowd(people, dice.randrange(10**6))
    ]
    names = [person.id for person in everybody]
    share = people // count
    specs = tuple(
        RoomSpec(
            f"R{i:03}",
            dice.choice([None, share + 1, share + 3]),
            dice.choice([(), (), ("en", "fr")]),
            dice.choice([0, 0, max(0, share - 2)]),
            dice.choice([None, *TOPICS]),
        )
        for i in range(count)
    )
    wishes = Wishes(
        tuple(
            Pin(p, dice.choice(specs).id, dice.choice([None, 1]))
            for p in dice.sample(names, dice.randint(0, 2))
        ),
        tuple(tuple(dice.sample(names, 2)) for _ in range(dice.randint(0, 2))),
        tuple(tuple(dice.sample(names, dice.randint(2, 3))) for _ in range(dice.randint(0, 2))),
    )
    return Case(
        tuple(everybody),
        specs,
        rounds,
        wishes,
        ("region", "role", "stakeholder", "gender", "mobility"),
        tuple((a, b) for a, b in (dice.sample(names, 2) for _ in range(dice.randint(0, 6)))),
        ({p: dice.choice(specs).id for p in dice.sample(names, dice.randint(0, 2))},),
        nobody_isolated=dice.random() < 0.5,
    )


def generated(people: int, count: int, *, rounds: int = 1, seed: int = 0) -> tuple[dict[str, Any], Case]:
    """A case of the generator that stands beside the project: as its file holds it, and as it is read."""
    given = tool("generate").gen(people, count, seed, rounds)
    return given, case_of(given)


def _fields(person: Person) -> dict[str, Any]:
    return {name: getattr(person, name) for name in person.__slots__}


def _rounds(dice: random.Random, rounds: int) -> tuple[int, ...] | None:
    if dice.random() < 0.8:
        return None
    return tuple(n for n in range(1, rounds + 1) if dice.random() < 0.6)
