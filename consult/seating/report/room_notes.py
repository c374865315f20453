"""What stands out in one room of a balance report, in sentences. Pure: no I/O, no clock.

People are named by their ids, as `person` in the sentences; a page shows their names. Languages are named by their codes,
as `language` and `main`. Nothing is ever counted by gender.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from consult.i18n import N_
from consult.seating.case import FACILITATOR, Person
from consult.seating.measures import category_counts
from consult.seating.report.bridges import Bridge, Cover
from consult.seating.report.cells import Cell
from consult.seating.sentences import Sentence


def groups_outside(cells: Mapping[str, Cell], fixed: Mapping[str, int]) -> Iterator[Sentence]:
    """Regional groups outside their fair range, and why where fixed seats are the reason.

    Args:
        fixed: by group, people who have a fixed seat in the room.
    """
    for group, cell in cells.items():
        params: dict[str, object] = {"group": group, "count": cell.count, "fair": cell.fair}
        if cell.count > cell.high and fixed.get(group, 0) > cell.high:
            message = N_(
                "%(group)s has %(count)s here; %(fair)s would be fair, but %(fixed)s have fixed seats."
            )
            yield Sentence(message, params | {"fixed": fixed[group]})
        elif not cell.is_fair:
            yield Sentence(N_("%(group)s has %(count)s here; %(fair)s would be fair."), params)


def people_who_stand_out(
    members: Sequence[Person], found: Cover, bridges: Sequence[Bridge]
) -> Iterator[Sentence]:
    """Delegations that sit together, people who cannot follow, and people on whom alone others depend."""
    for delegation, n in sorted(category_counts(members, "delegation").items()):
        if n > 1:
            message = N_("%(count)s people of one delegation (%(delegation)s) sit together.")
            yield Sentence(message, {"count": n, "delegation": delegation})
    for person in found.uncovered:
        yield Sentence(N_("%(person)s could follow in no language of this room."), {"person": person})
    for bridge in bridges:
        message = N_(
            "%(person)s is the only bridge between %(language)s and %(main)s here. "
            "People who rely on it: %(count)s."
        )
        params: dict[str, object] = {
            "person": bridge.person,
            "language": bridge.language,
            "main": bridge.main,
        }
        yield Sentence(message, params | {"count": len(bridge.people)})


def without_facilitator(members: Sequence[Person]) -> Iterator[Sentence]:
    """A room of people none of whom is registered as a facilitator."""
    if members and not any(person.role == FACILITATOR for person in members):
        yield Sentence(N_("Nobody here is registered as a facilitator."))


def lone_speakers(members: Sequence[Person]) -> Iterator[Sentence]:
    """Languages that only one person of the room speaks."""
    count = Counter(language for person in members for language in set(person.languages))
    for person in members:
        for language in sorted(set(person.languages)):
            if count[language] == 1:
                message = N_("%(person)s is the only one here who speaks %(language)s.")
                yield Sentence(message, {"person": person.id, "language": language})
