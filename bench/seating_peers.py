"""Other ways to seat people, each in a process of its own: `python bench/seating_peers.py METHOD CASE.json ANSWER.json`.

`random`: as BigBlueButton and Zoom do it. `deal`: people sorted by regional group, delegation and kind of stakeholder, dealt to
the rooms in turn. `saat`: the package of that name with its own automatic schedule of ten seconds.
"""

import json
import random
import sys
from collections import Counter
from pathlib import Path
from typing import Any

SECONDS = 10


def at_random(case: dict[str, Any]) -> dict[str, str]:
    """People in any order, to the rooms in turn."""
    ids = [person["id"] for person in case["participants"]]
    random.Random(0).shuffle(ids)
    return _dealt(case, ids)


def deal(case: dict[str, Any]) -> dict[str, str]:
    """The cyclic deal of sorted strata."""
    size = Counter(person["region"] for person in case["participants"])

    def stratum(person: dict[str, Any]) -> tuple[Any, ...]:
        region = person["region"]
        return -size[region], region, person["delegation"], person["stakeholder"], person["id"]

    return _dealt(case, [person["id"] for person in sorted(case["participants"], key=stratum)])


def saat(case: dict[str, Any]) -> dict[str, str]:
    """It knows one attribute to mix, a second one, and who can organise: region, stakeholder and facilitators."""
    # The distribution `saat` calls its package `lib`.
    import numpy as np
    from lib.SAAT import SAAT  # type: ignore[import-not-found]

    random.seed(0)
    people = case["participants"]
    size = len(people) // len(case["rooms"])

    def coded(name: str) -> Any:
        return np.unique([person[name] for person in people], return_inverse=True)[1]

    search = SAAT(
        np.ones((len(people), 1), dtype=int),
        size,
        organise=np.array([int(person["role"] == "facilitator") for person in people]),
        department=coded("region"),
        time_in_company=coded("stakeholder"),
    )
    search.updates = 0
    search.set_schedule({**search.auto(minutes=SECONDS / 60, steps=200), "updates": 0})
    order, _ = search.anneal()
    return {people[p - 1]["id"]: case["rooms"][i // size]["id"] for i, p in enumerate(order)}


def _dealt(case: dict[str, Any], ids: list[str]) -> dict[str, str]:
    rooms = case["rooms"]
    return {person: rooms[i % len(rooms)]["id"] for i, person in enumerate(ids)}


def main() -> None:
    """Seat the case of the arguments."""
    name, source, target = sys.argv[1:]
    case = json.loads(Path(source).read_text())
    seats = {"random": at_random, "deal": deal, "saat": saat}[name](case)
    Path(target).write_text(json.dumps({"rounds": [seats], "status": "ok"}))


if __name__ == "__main__":
    main()
