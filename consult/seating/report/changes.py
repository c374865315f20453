"""What a change of seats does to the measures, in sentences. Pure: no I/O, no clock."""

from collections.abc import Iterator, Mapping
from itertools import combinations

from consult.i18n import N_
from consult.seating.case import FACILITATOR, Case, Person, RoomSpec, members_by_room
from consult.seating.measures import category_counts, language_cover
from consult.seating.plan_measures import PLAN_WEIGHTS, plan_measures, together_groups
from consult.seating.quotas import fair_range
from consult.seating.sentences import Sentence

Seats = Mapping[str, str]
#: What each measure is called when it gets better; gender is told without numbers.
_BETTER = {
    "size": N_("rooms of more even size"),
    "lang_uncovered": N_("more people who can follow in a language of their room"),
    "no_facilitator": N_("one more room with a facilitator"),
    "D.region": N_("regional groups nearer to their fair number"),
    "D.role": N_("roles more evenly spread"),
    "delegation_pairs": N_("fewer people beside their own delegation"),
    "D.stakeholder": N_("kinds of stakeholders more evenly spread"),
    "D.gender": N_("a more even room by declared gender"),
    "D.mobility": N_("origin, transit and destination more evenly spread"),
    "isolated": N_("fewer people who are alone of their kind in a room"),
    "repeats": N_("fewer repeated meetings"),
    "topic": N_("topics nearer to what people wished for"),
    "lang_bridged": N_("fewer people who rely on a neighbour for their language"),
}


def changes(case: Case, before: Seats, after: Seats) -> Sentence:
    """What gets better most, in a few words; for the offer of a voluntary move."""
    was, now = plan_measures(case, [before]), plan_measures(case, [after])
    gains = {name: PLAN_WEIGHTS[name] * (was[name] - now[name]) for name in _BETTER if name in was}
    best = max(gains, key=lambda name: gains[name])
    return Sentence(_BETTER[best])


def price_of(case: Case, before: Seats, after: Seats) -> tuple[Sentence, ...]:
    """What gets worse, room by room, and wishes that are broken."""
    was, now = (
        members_by_room(case.people, case.rooms, before),
        members_by_room(case.people, case.rooms, after),
    )
    seated = sum(len(inside) for inside in now.values())
    totals = category_counts([p for inside in now.values() for p in inside], "region")
    found: list[Sentence] = []
    for room in case.rooms:
        if [p.id for p in was[room.id]] != [p.id for p in now[room.id]]:
            found.extend(_in_room(room, was[room.id], now[room.id], totals, seated))
    found.extend(_wishes(case, before, after))
    return tuple(found + _overall(case, before, after))


def _in_room(
    room: RoomSpec, was: list[Person], now: list[Person], totals: Mapping[str, int], people: int
) -> Iterator[Sentence]:
    if room.capacity is not None and len(now) > max(room.capacity, len(was)):
        message = N_("would put %(count)s people into %(room)s, which has %(seats)s seats")
        yield Sentence(message, {"room": room.id, "count": len(now), "seats": room.capacity})
    if len(now) < min(room.minimum, len(was)):
        message = N_("would leave %(room)s with %(count)s people, fewer than asked for")
        yield Sentence(message, {"room": room.id, "count": len(now)})
    if _has_facilitator(was) and now and not _has_facilitator(now):
        yield Sentence(N_("would leave %(room)s without a facilitator"), {"room": room.id})
    yield from _languages(room, was, now)
    old, new = category_counts(was, "region"), category_counts(now, "region")
    for group, total in sorted(totals.items()):
        low, high = fair_range(total, len(now), people)
        away = max(0, low - new[group], new[group] - high)
        if away > max(0, low - old[group], old[group] - high):
            fair = str(low) if low == high else f"{low}\u2013{high}"
            message = N_("%(group)s would have %(count)s in %(room)s; %(fair)s would be fair")
            yield Sentence(message, {"room": room.id, "group": group, "count": new[group], "fair": fair})
    before, after = category_counts(was, "delegation"), category_counts(now, "delegation")
    for delegation, count in sorted(after.items()):
        if count > max(1, before[delegation]):
            message = N_("%(count)s people of %(delegation)s would sit together in %(room)s")
            yield Sentence(message, {"room": room.id, "count": count, "delegation": delegation})


def _languages(room: RoomSpec, was: list[Person], now: list[Person]) -> Iterator[Sentence]:
    if language_cover(now, room.languages)[0] <= language_cover(was, room.languages)[0]:
        return
    spoken = {language for p in now for language in p.languages}
    lost = sorted({language for p in was for language in p.languages} - spoken)
    if lost:
        message = N_("would leave %(room)s without %(languages)s")
        yield Sentence(message, {"room": room.id, "languages": lost})
    else:
        message = N_("would leave somebody in %(room)s with nobody to bridge for their language")
        yield Sentence(message, {"room": room.id})


def _wishes(case: Case, before: Seats, after: Seats) -> Iterator[Sentence]:
    for group in case.wishes.apart:
        for a, b in combinations(group, 2):
            if a in after and after.get(a) == after.get(b) and before.get(a) != before.get(b):
                yield Sentence(N_("%(one)s and %(other)s were not to meet"), {"one": a, "other": b})
    for group in together_groups(case.wishes.together):
        if _spread(group, after) > max(1, _spread(group, before)):
            yield Sentence(N_("%(people)s were to stay together"), {"people": list(group)})
    for pin in case.wishes.pins:
        if before.get(pin.person) == pin.room != after.get(pin.person):
            message = N_("%(one)s was to sit in %(room)s")
            yield Sentence(message, {"one": pin.person, "room": pin.room})


def _overall(case: Case, before: Seats, after: Seats) -> list[Sentence]:
    was, now = plan_measures(case, [before]), plan_measures(case, [after])
    found = []
    if now["repeats"] > was["repeats"]:
        message = N_("would add repeated meetings: %(count)s")
        found.append(Sentence(message, {"count": now["repeats"] - was["repeats"]}))
    if now.get("D.gender", 0) > was.get("D.gender", 0):
        found.append(Sentence(N_("would make rooms less even by declared gender")))
    for name, message in (
        ("D.role", N_("would spread roles less evenly")),
        ("D.stakeholder", N_("would spread kinds of stakeholders less evenly")),
        ("size", N_("would make rooms less even in size")),
        ("topic", N_("would take people further from the topics they wished for")),
        ("isolated", N_("would leave more people alone of their kind in a room")),
    ):
        if now.get(name, 0) > was.get(name, 0):
            found.append(Sentence(message))
    return found


def _has_facilitator(people: list[Person]) -> bool:
    return any(person.role == FACILITATOR for person in people)


def _spread(group: tuple[str, ...], seats: Seats) -> int:
    return len({seats[p] for p in group if p in seats})
