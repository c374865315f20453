"""Who bridges for whom in a room: people who follow only because a neighbour shares a language with them.

The main language of a room is the one that serves it best, as `measures.language_cover` counts. Pure: no I/O, no clock.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from consult.seating.case import Person


@dataclass(frozen=True)
class Cover:
    """How the people of a room follow."""

    #: Code of the main language; None where interpretation serves better, or no languages are known.
    main: str | None = None
    #: Ids of people with nobody to bridge for them.
    uncovered: tuple[str, ...] = ()
    #: Id of each person who does not speak the main language -> ids of those who could bridge for them.
    bridged: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Bridge:
    """One person on whom alone others depend in their room."""

    person: str
    #: Code of the main language, and of the one that is spoken with those who depend on the person.
    main: str
    language: str
    people: tuple[str, ...]


def cover(people: Sequence[Person], interpreted: Sequence[str] = ()) -> Cover:
    """How the people of a room follow, under the main language that serves it best."""
    known = [person for person in people if person.languages]
    ways = []
    if interpreted and known:
        left = tuple(p.id for p in known if not set(p.languages) & set(interpreted))
        ways.append(Cover(None, left))
    for main in sorted({language for person in known for language in person.languages}):
        speakers = [person for person in known if main in person.languages]
        others = [person for person in known if main not in person.languages]
        reached = {p.id: tuple(s.id for s in speakers if set(s.languages) & set(p.languages)) for p in others}
        ways.append(
            Cover(
                main,
                tuple(person for person, by in reached.items() if not by),
                {person: by for person, by in reached.items() if by},
            )
        )
    return min(ways, key=lambda way: (len(way.uncovered), len(way.bridged)), default=Cover())


def only_bridges(people: Sequence[Person], found: Cover) -> list[Bridge]:
    """The people on whom alone others depend, by language, in order of their ids."""
    tongues = {person.id: set(person.languages) for person in people}
    depend: dict[tuple[str, str], list[str]] = {}
    for person, by in found.bridged.items():
        if len(by) == 1:
            language = min(tongues[person] & tongues[by[0]])
            depend.setdefault((by[0], language), []).append(person)
    return [
        Bridge(person, found.main or "", language, tuple(sorted(others)))
        for (person, language), others in sorted(depend.items())
    ]
