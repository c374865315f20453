"""How long and how boldly each kind of case is searched: the budgets, found by measuring. Pure: no I/O, no clock."""

from consult.seating.case import Case
from consult.seating.search.walk import Walk

#: What a room must be wanting, weighted, to count as more than bridged languages and single ranks of topics.
COARSE = 20
#: Draws of a cooling for each round of 60 people or more that can be moved.
_DRAWS = 12_000
_SWEEPS = 60
#: Where seats are given, few ways lead around them: what is dared at first is more.
_HOT_WITH_WISHES = 30.0
#: Meetings of two people, on average, from which everybody sits beside somebody they have met.
_CROWDED = 0.4
#: The same with topics, where the weights grow as well.
_TOPIC_DRAWS, _TOPIC_SWEEPS = 12_000, 80


def quick(people: int) -> list[Walk]:
    """The walks that follow the first seating: until nothing coarse is wanting, then for bridged languages."""
    settle = Walk(steps=2 * people + 600, idle=150 + people // 2, temperature=4, least=COARSE)
    return [settle, *polish(people)]


def polish(people: int) -> list[Walk]:
    """The walk that ends every search: single units, hardly any step back."""
    return [Walk(steps=people + 200, idle=100 + people // 8, temperature=0.5, least=1)]


def is_cooled(case: Case) -> bool:
    """Whether a case is worth a long search: several rounds, or wishes that pull against balance."""
    asked = case.wishes
    return bool(
        case.rounds > 1
        or has_topics(case)
        or case.past_meetings
        or case.seated
        or asked.together
        or asked.pins
    )


def sweeps(case: Case, movable: int) -> list[Walk]:
    """The walks of a cooling, one after another, for every round.

    Args:
        movable: people whose seat is not given, in the round that has most of them.
    """
    if has_topics(case):
        share = _share(_TOPIC_DRAWS, movable, _TOPIC_SWEEPS)
        return [
            Walk(
                steps=share,
                idle=share,
                temperature=_between(2, 0.7, i, _TOPIC_SWEEPS),
                least=5,
                focus=0.8,
                to_best=False,
                width=_width(case),
                firmness=min(1.0, _between(0.05, 1, i, int(_TOPIC_SWEEPS * 0.8))),
            )
            for i in range(_TOPIC_SWEEPS)
        ]
    share, density = _share(_DRAWS, movable, _SWEEPS), _density(case)
    least = _HOT_WITH_WISHES if case.seated or case.wishes.together or case.wishes.pins else 8.0
    hot = min(32.0, max(least, 26 * density))
    return [
        Walk(
            steps=share,
            idle=share,
            temperature=_between(hot, max(3.0, hot / 4), i, _SWEEPS),
            least=COARSE,
            focus=0.8 if density < _CROWDED else 0.4,
            to_best=False,
            width=_width(case),
        )
        for i in range(_SWEEPS)
    ]


def has_topics(case: Case) -> bool:
    """Whether anybody's wish for a topic can be kept or not."""
    return any(room.topic is not None for room in case.rooms) and any(p.topics for p in case.people)


def _share(draws: int, movable: int, sweeps: int) -> int:
    return max(20, draws * min(60, movable) // 60 // sweeps)


def _width(case: Case) -> int:
    """People priced at once: many where few cost little more than one."""
    return max(1, min(8, 1500 // max(1, len(case.people))))


def _between(first: float, last: float, i: int, n: int) -> float:
    """Step i of n from one number to another, in equal ratios."""
    return float(first * (last / first) ** (i / max(1, n - 1)))


def _density(case: Case) -> float:
    """How often two people meet, on average, in all rounds: what is hot depends on how crowded meetings are."""
    people = max(2, len(case.people))
    size = people / max(1, len(case.rooms))
    before = 2 * len(case.past_meetings) / (people * (people - 1))
    return before + case.rounds * (size - 1) / (people - 1)
