"""Seats people in cross-regional rooms, round by round.

Objective: the measures of `plan_measures`, weighted by `PLAN_WEIGHTS`: every wish that can be kept is kept; then rooms of even
size, nobody without a language to follow, a facilitator in every room, regional groups, roles, delegations, kinds of
stakeholders and gender spread, few repeated meetings, topics wished for. Wishes that contradict each other are found
before anybody is seated (`conflicts`), and as few as possible are given up.

Method: everybody to the room where they cost least, in the order of strata (`start`), then exchanges of two people and moves
to free seats (`search`) in every round, against everybody's other meetings (`rounds`). The search ends when the weighted
bound of all measures is met (`bounds`), else after a fixed number of draws: the same case, seed and version give the same
seating. A draw prices one person against everybody: O(people × attributes); an exchange touches two rooms. Numbers:
docs/benchmarks.md. Pure: NumPy, no I/O, no clock; randomness only from the seed.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from consult.errors import Invalid
from consult.seating.case import Case, Seating, Status
from consult.seating.contradictions.conflicts import examine, unkept
from consult.seating.plan_measures import here
from consult.seating.proofs.bounds import score_bound
from consult.seating.search.numbers import Everybody, everybody, present
from consult.seating.search.opening import rooms_in_use
from consult.seating.search.rounds import PlanSearch, Setting
from consult.seating.search.schedules import is_cooled, polish, quick, sweeps

#: Raised whenever the same input would give another seating.
VERSION = 2
MAX_PEOPLE = 2000


def seat(case: Case, *, seed: int) -> Seating:
    """Seat everybody in every round.

    The order of people, rooms and wishes does not matter. Nobody is left without a seat: when the rooms cannot hold
    everybody, they are overfilled as evenly as can be, and the status says so.

    Raises:
        Invalid: `seating.no_rooms`, `seating.twice`, `seating.too_many_people`, `seating.unknown` for a wish or seat that
            names somebody or a room the case does not have.
    """
    _check(case)
    full = examine(case)
    examined = full if full.has_seats else examine(_overfilled(case))
    settled = examined.case
    of = everybody(settled)
    settings = [
        _setting(settled, of, number, examined.witness[number - 1]) for number in range(1, case.rounds + 1)
    ]
    search = PlanSearch(settled, of, settings, seed)
    search.begin(quick(len(of.people)))
    floor = score_bound(settled, search.rounds())
    if is_cooled(settled) and not search.is_at(floor):
        free = max((int((setting.present.fixed < 0).sum()) for setting in settings), default=0)
        search.cool(sweeps(settled, free), polish(len(of.people)), floor)
        floor = score_bound(settled, search.rounds())
    conflicts = examined.conflicts if full.has_seats else (*full.conflicts, *examined.conflicts)
    # Where it was not decided whether all wishes can be kept, the search may have kept fewer than all.
    lost = () if examined.is_proven else unkept(settled, search.rounds())
    dropped = (*examined.dropped, *lost)
    status = Status.OPTIMAL if search.is_at(floor) else Status.OK
    if conflicts or dropped:
        status = Status.ADJUSTED if full.has_seats else Status.INFEASIBLE
    return Seating(search.rounds(), seed, VERSION, status, conflicts, dropped)


def _check(case: Case) -> None:
    if not case.rooms:
        raise Invalid("seating.no_rooms")
    if len(case.people) > MAX_PEOPLE:
        raise Invalid("seating.too_many_people", people=len(case.people), most=MAX_PEOPLE)
    people, rooms = [person.id for person in case.people], [room.id for room in case.rooms]
    for names in (people, rooms):
        twice = [name for name, n in Counter(names).items() if n > 1]
        if twice:
            raise Invalid("seating.twice", id=twice[0])
    known = set(rooms)
    named = [pin.room for pin in case.wishes.pins] + [r for seats in case.seated for r in seats.values()]
    unknown = next((room for room in named if room not in known), None)
    if unknown is not None:
        raise Invalid("seating.unknown", id=unknown)


def _overfilled(case: Case) -> Case:
    """The case with as many more seats, evenly, as there are people without one in its fullest round."""
    people = max(len(here(case, number)) for number in range(1, case.rounds + 1))
    missing = people - sum(people if room.capacity is None else room.capacity for room in case.rooms)
    rooms = sorted(case.rooms, key=lambda room: room.id)
    for i in range(max(0, missing)):
        room = rooms[i % len(rooms)]
        rooms[i % len(rooms)] = replace(room, capacity=(room.capacity or 0) + 1)
    return replace(case, rooms=tuple(rooms))


def _setting(case: Case, of: Everybody, number: int, witness: Mapping[str, str]) -> Setting:
    """One round before anybody is seated."""
    fixed = dict(case.seated[number - 1]) if number <= len(case.seated) else {}
    fixed |= {pin.person: pin.room for pin in case.wishes.pins if pin.round in (None, number)}
    people = {person.id for person in here(case, number)}
    fixed = {person: room for person, room in fixed.items() if person in people}
    for group in of.groups:
        inside = [of.people[i].id for i in group if of.people[i].id in people]
        given = next((fixed[p] for p in inside if p in fixed), None)
        if given is not None:
            fixed |= dict.fromkeys(inside, given)
    rooms = rooms_in_use(case, of.rooms, len(people), Counter({**witness, **fixed}.values()))
    found = present(case, of, number, rooms, fixed)
    local = {of.people[p].id: i for i, p in enumerate(found.people)}
    at = {of.rooms[room].id: i for i, room in enumerate(rooms)}
    groups = [tuple(local[of.people[i].id] for i in g if of.people[i].id in local) for g in of.groups]
    free = tuple(g for g in groups if len(g) > 1 and found.fixed[g[0]] < 0)
    bound = {local[p]: at[room] for p, room in {**witness, **fixed}.items()}
    return Setting(found, free, bound)
