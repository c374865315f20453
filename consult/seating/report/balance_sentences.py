"""What the balance report says of a whole plan, measure by measure, in words a facilitator can defend.

"Proven" is said only when a value meets its bound; otherwise both numbers are given. Nothing is ever counted by gender, and
of people who are alone in a room no number under five is given. Pure: no I/O, no clock.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from consult.i18n import N_
from consult.seating.case import FACILITATOR, Case
from consult.seating.measures import category_counts, fewest_pairs
from consult.seating.proofs.bounds import Bound
from consult.seating.proofs.frames import Frame
from consult.seating.proofs.repeat_bounds import rooms_before
from consult.seating.sentences import Sentence

#: Smaller numbers about groups of people are not shown.
FEWEST_SHOWN = 5


@dataclass(frozen=True)
class Facts:
    """What the sentences are about."""

    case: Case
    frames: Sequence[Frame]
    values: Mapping[str, int]
    bounds: Mapping[str, Bound]
    #: People with their first topic, and people who asked for one, over the rounds with topics.
    first_topics: tuple[int, int] = (0, 0)


#: Of a measure: none; the fewest possible (proven); the best found.
_WORDS: Mapping[str, tuple[str, str, str]] = {
    "unassigned": (
        N_("Everybody has a seat."),
        N_("People without a seat: %(count)s. There are no more seats for them (proven)."),
        N_("People without a seat yet: %(count)s."),
    ),
    "capacity": (
        N_("Every room is within its limits."),
        N_("Places outside the limits of the rooms: %(count)s, the fewest possible (proven)."),
        N_("Places outside the limits of the rooms: %(count)s."),
    ),
    "pins": (
        N_("Everybody with a fixed seat has it."),
        N_(
            "Fixed seats that are not kept: %(count)s. They contradict each other; no fewer can be given up (proven)."
        ),
        N_("Fixed seats that are not kept: %(count)s."),
    ),
    "apart": (
        N_("Nobody meets a person they are not to meet."),
        N_("Pairs that meet and were not to: %(count)s, the fewest possible in so few rooms (proven)."),
        N_(
            "Pairs that meet and were not to: %(count)s; the best found, not proven (the bound is %(bound)s)."
        ),
    ),
    "together": (
        N_("Everybody who is to stay together shares a room."),
        N_(
            "Times that people who were to stay together are parted: %(count)s, the fewest possible (proven)."
        ),
        N_(
            "Times that people who were to stay together are parted: %(count)s; "
            "the best found, not proven (the bound is %(bound)s)."
        ),
    ),
    "moved": (
        N_("Nobody who had a seat is moved."),
        N_("People who had a seat and are moved: %(count)s."),
        N_("People who had a seat and are moved: %(count)s."),
    ),
    "D.region": (
        N_("Every room has its fair share of every regional group, rounded up or down (proven)."),
        N_(
            "Places outside the fair number of a regional group: %(count)s, "
            "the fewest possible with these room sizes and fixed seats (proven)."
        ),
        N_(
            "Places outside the fair number of a regional group: %(count)s; "
            "the best found, not proven (the bound is %(bound)s)."
        ),
    ),
    "D.role": (
        N_("Roles are spread as evenly as possible (proven)."),
        N_(
            "Places outside the fair number of a role: %(count)s, "
            "the fewest possible with these room sizes and fixed seats (proven)."
        ),
        N_(
            "Places outside the fair number of a role: %(count)s; "
            "the best found, not proven (the bound is %(bound)s)."
        ),
    ),
    "D.stakeholder": (
        N_("Kinds of stakeholders are spread as evenly as possible (proven)."),
        N_(
            "Places outside the fair number of a kind of stakeholder: %(count)s, "
            "the fewest possible with these room sizes and fixed seats (proven)."
        ),
        N_(
            "Places outside the fair number of a kind of stakeholder: %(count)s; "
            "the best found, not proven (the bound is %(bound)s)."
        ),
    ),
    "D.gender": (
        N_("By declared gender, rooms are as even as possible (proven); no numbers are shown."),
        N_(
            "By declared gender, rooms are as even as the seats that are fixed allow (proven); no numbers are shown."
        ),
        N_("By declared gender, rooms are nearly even: the best found, not proven; no numbers are shown."),
    ),
    "D.mobility": (
        N_("States of origin, transit and destination are mixed as evenly as possible (proven)."),
        N_(
            "Places outside the fair number of States of origin, transit or destination: %(count)s, "
            "the fewest possible with these room sizes and fixed seats (proven)."
        ),
        N_(
            "Places outside the fair number of States of origin, transit or destination: %(count)s; "
            "the best found, not proven (the bound is %(bound)s)."
        ),
    ),
    "no_facilitator": (
        N_("Facilitators are spread over as many rooms as possible (proven)."),
        N_(
            "Rooms without a facilitator, though there are enough: %(count)s, "
            "the fewest possible with these room sizes and fixed seats (proven)."
        ),
        N_(
            "Rooms without a facilitator, though there are enough: %(count)s; "
            "the best found, not proven (the bound is %(bound)s)."
        ),
    ),
}


def sentence_of(name: str, facts: Facts) -> Sentence:
    """What is to be said of one measure."""
    special = _SPECIAL.get(name)
    if special is not None:
        return special(facts)
    if name == "no_facilitator" and not _people_with_role(facts, FACILITATOR):
        return Sentence(N_("Nobody here is registered as a facilitator."))
    return _plain(_WORDS[name], facts, name)


def verdict(names: Sequence[str], facts: Facts) -> Sentence:
    """How many of these measures are proven to be the best possible."""
    met = sum(facts.values[name] == facts.bounds[name].value for name in names)
    if met == len(names):
        return Sentence(
            N_(
                "It is proven that no seating in rooms of these sizes does better in any of these %(all)s points."
            ),
            {"all": met},
        )
    message = N_(
        "In %(count)s of %(all)s points it is proven that no seating in rooms of these sizes does better; "
        "the others are the best found."
    )
    return Sentence(message, {"count": met, "all": len(names)})


def _plain(words: tuple[str, str, str], facts: Facts, name: str) -> Sentence:
    value, bound = facts.values[name], facts.bounds[name].value
    if value == 0:
        return Sentence(words[0])
    if name == "D.gender":
        return Sentence(words[1] if value == bound else words[2])
    return Sentence(words[1] if value == bound else words[2], {"count": value, "bound": bound})


def _people_with_role(facts: Facts, role: str) -> bool:
    return any(person.role == role for frame in facts.frames for person in frame.seated)


def _size(facts: Facts) -> Sentence:
    sizes = [int(size) for frame in facts.frames for size in frame.sizes]
    people, rooms = ({len(part) for part in parts} for parts in zip(*_extents(facts), strict=True))
    low, high = min(sizes, default=0), max(sizes, default=0)
    params: dict[str, object] = {"low": low, "high": high, "people": max(people), "rooms": max(rooms)}
    if facts.values["size"]:
        message = N_("Rooms have between %(low)s and %(high)s people, as their limits or fixed seats ask.")
        if facts.values["size"] != facts.bounds["size"].value:
            message = N_("Rooms have between %(low)s and %(high)s people; they could be more even.")
        return Sentence(message, params)
    if len(people) > 1 or len(rooms) > 1 or high > low + 1:
        return Sentence(N_("Rooms have between %(low)s and %(high)s people."), params)
    if low == high:
        return Sentence(N_("%(people)s people, %(rooms)s rooms: %(low)s each."), params)
    return Sentence(N_("%(people)s people, %(rooms)s rooms: %(low)s or %(high)s each."), params)


def _extents(facts: Facts) -> list[tuple[Sequence[object], Sequence[object]]]:
    return [(frame.seated, frame.rooms) for frame in facts.frames]


def _delegations(facts: Facts) -> Sentence:
    value, bound = facts.values["delegation_pairs"], facts.bounds["delegation_pairs"].value
    if value == 0:
        return Sentence(N_("Nobody shares a room with a member of the same delegation."))
    largest, rooms = max(
        (max(category_counts(frame.seated, "delegation").values(), default=0), len(frame.rooms))
        for frame in facts.frames
    )
    params: dict[str, object] = {"count": value, "largest": largest, "rooms": rooms, "bound": bound}
    if value != bound:
        message = N_(
            "Pairs of one delegation that share a room: %(count)s; "
            "the best found, not proven (the bound is %(bound)s)."
        )
    elif largest > rooms and len(facts.frames) > 1:
        message = N_(
            "The largest delegation has %(largest)s people and there are %(rooms)s rooms. "
            "Pairs that share a room, all rounds together: %(count)s, the fewest possible (proven)."
        )
    elif largest > rooms:
        message = N_(
            "The largest delegation has %(largest)s people and there are %(rooms)s rooms. "
            "Pairs that share a room: %(count)s, the fewest possible (proven)."
        )
    else:
        message = N_(
            "Pairs of one delegation that share a room: %(count)s, "
            "the fewest possible with these room sizes and fixed seats (proven)."
        )
    return Sentence(message, params)


def _languages(facts: Facts) -> Sentence:
    value, bound = facts.values["lang_uncovered"], facts.bounds["lang_uncovered"].value
    params: dict[str, object] = {"count": value, "bound": bound}
    if value and value == bound:
        message = N_(
            "People who could follow in no language of their room: %(count)s, the fewest possible (proven). "
            "Offer interpretation."
        )
        return Sentence(message, params)
    if value:
        message = N_(
            "People who could follow in no language of their room: %(count)s; the best found, not proven "
            "(the bound is %(bound)s). Offer interpretation or move them."
        )
        return Sentence(message, params)
    if facts.values["lang_bridged"]:
        message = N_("Everybody can follow. People who rely on a neighbour for their language: %(count)s.")
        return Sentence(message, {"count": facts.values["lang_bridged"]})
    return Sentence(N_("Everybody shares a working language with their room, as far as languages are known."))


def _repeats(facts: Facts) -> Sentence:
    value, bound = facts.values["repeats"], facts.bounds["repeats"].value
    if value == 0:
        return Sentence(N_("No two people meet again who have met before (proven)."))
    size, earlier = _drawn_from(facts)
    forced = fewest_pairs(size, earlier)
    params: dict[str, object] = {"count": value, "bound": bound}
    params |= {"size": size, "rooms": len(earlier), "pairs": forced}
    if value == bound and forced == 1:
        message = N_(
            "A room of %(size)s drawn from %(rooms)s earlier rooms holds at least one pair who have met. "
            "Repeated meetings: %(count)s, the fewest possible (proven)."
        )
    elif value == bound and forced:
        message = N_(
            "A room of %(size)s drawn from %(rooms)s earlier rooms holds at least %(pairs)s pairs who have met. "
            "Repeated meetings: %(count)s, the fewest possible (proven)."
        )
    elif value == bound:
        message = N_("Repeated meetings: %(count)s, the fewest possible (proven).")
    else:
        message = N_("Repeated meetings: %(count)s; the best found, not proven (the bound is %(bound)s).")
    return Sentence(message, params)


def _drawn_from(facts: Facts) -> tuple[int, list[int]]:
    """The size of the largest room, and those of the rooms before that its people come from; none where that differs."""
    everybody = {frame.seated for frame in facts.frames}
    if len(everybody) > 1 or facts.case.wishes.together or facts.case.wishes.pins:
        return 0, []
    size = max((int(s) for s in facts.frames[-1].sizes), default=0)
    if len(facts.frames) > 1:
        return size, [int(s) for s in facts.frames[0].sizes if s]
    people = {person.id for person in facts.frames[0].seated}
    rooms = rooms_before({(min(pair), max(pair)) for pair in facts.case.past_meetings}) or []
    met = [len(room & people) for room in rooms]
    return size, [*(n for n in met if n), *[1] * (len(people) - sum(met))] if rooms else []


def _topics(facts: Facts) -> Sentence:
    value, bound = facts.values["topic"], facts.bounds["topic"].value
    first, asked = facts.first_topics
    params: dict[str, object] = {"count": value, "bound": bound, "first": first, "asked": asked}
    if value == 0:
        return Sentence(N_("Everybody who asked for topics has the one they want most."))
    if value == bound:
        message = N_(
            "%(first)s of %(asked)s people have the topic they want most. Places down their lists, all together: "
            "%(count)s, the fewest possible with rooms of these sizes (proven)."
        )
    else:
        message = N_(
            "%(first)s of %(asked)s people have the topic they want most. Places down their lists, all together: "
            "%(count)s; the best found, not proven (the bound is %(bound)s)."
        )
    return Sentence(message, params)


def _isolated(facts: Facts) -> Sentence:
    value, bound = facts.values["isolated"], facts.bounds["isolated"].value
    if value == 0:
        return Sentence(N_("Nobody is the only one of their gender, or with their language, in a room."))
    params: dict[str, object] = {"count": value}
    if value == bound:
        if value < FEWEST_SHOWN:
            return Sentence(
                N_(
                    "Somebody is the only one of their gender, or with their language, in a room; it cannot be avoided."
                )
            )
        message = N_(
            "Times that somebody is the only one of their gender, or with their language, in a room: %(count)s, "
            "the fewest possible (proven)."
        )
        return Sentence(message, params)
    if value < FEWEST_SHOWN:
        message = N_(
            "Fewer than five times somebody is the only one of their gender, or with their language, in a room: "
            "the best found, not proven."
        )
        return Sentence(message)
    message = N_(
        "Times that somebody is the only one of their gender, or with their language, in a room: %(count)s; "
        "the best found, not proven."
    )
    return Sentence(message, params)


_SPECIAL = {
    "size": _size,
    "delegation_pairs": _delegations,
    "lang_uncovered": _languages,
    "repeats": _repeats,
    "topic": _topics,
    "isolated": _isolated,
}
