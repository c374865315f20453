"""What no seating can do better than, measure by measure, and why: bounds that anybody can check.

A bound holds for every plan that seats the same people in rooms of the same sizes and keeps the fixed seats that this
plan keeps (see `frames`); those of `unassigned`, `capacity` and `size` hold for all sizes. Each is valid on its own: that
all can be met at once is not said. A bound may be too low; it is never too high. Pure: no I/O, no clock.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from consult.seating.case import ATTRIBUTES, FACILITATOR, MOBILITY, Case, Person
from consult.seating.measures import category_counts, pairs
from consult.seating.plan_measures import PLAN_WEIGHTS, together_groups
from consult.seating.proofs.frames import Frame, Whole, frames
from consult.seating.proofs.language_bounds import fewest_uncovered
from consult.seating.proofs.places import cheapest_places
from consult.seating.proofs.repeat_bounds import fewest_repeats
from consult.seating.proofs.share_bounds import fewest_outside


class Proof(StrEnum):
    """Why a bound is a bound."""

    #: Shares rounded down and up, or counting.
    ARITHMETIC = "arithmetic"
    #: More people than places.
    PIGEONHOLE = "pigeonhole"
    #: The cheapest way through a network, with the fixed seats as given.
    FLOW = "flow"
    #: The cheapest way to give everybody a place.
    ASSIGNMENT = "assignment"
    #: Groups of people who share a language, against the sizes of the rooms.
    COMPONENTS = "components"
    #: No bound was met: nothing better was found.
    BEST_FOUND = "best_found"


@dataclass(frozen=True, slots=True)
class Bound:
    """Nothing lower is possible."""

    value: int
    proof: Proof


def bounds(case: Case, rounds: Sequence[Mapping[str, str]]) -> dict[str, Bound]:
    """The bound of every measure of a plan, by the names of `plan_measures`.

    Args:
        rounds: by round, person id -> room id.
    """
    given = frames(case, rounds)
    groups = together_groups(case.wishes.together)
    is_fixed = any(frame.fixed for frame in given)
    found = {
        "unassigned": _sum(Proof.PIGEONHOLE, (_unassigned(case, frame) for frame in given)),
        "capacity": _sum(Proof.ARITHMETIC, (_capacity(case, frame) for frame in given)),
        "pins": _sum(Proof.ARITHMETIC, (_pins(case, frame) for frame in given)),
        "apart": _sum(Proof.PIGEONHOLE, (_apart(case, frame) for frame in given)),
        "together": _sum(Proof.PIGEONHOLE, (_together(groups, frame) for frame in given)),
        "moved": Bound(0, Proof.ARITHMETIC),
        "size": _sum(Proof.ARITHMETIC, (0 if case.custom_sizes else _size(frame) for frame in given)),
    }
    fields = {**ATTRIBUTES, **MOBILITY}
    for name in case.balance:
        proof = Proof.FLOW if is_fixed else Proof.ARITHMETIC
        found[f"D.{name}"] = _sum(proof, (fewest_outside(frame, fields[name]) for frame in given))
    found["delegation_pairs"] = _sum(Proof.PIGEONHOLE, (_delegations(groups, frame) for frame in given))
    found["lang_uncovered"] = _sum(Proof.COMPONENTS, map(fewest_uncovered, given))
    found["lang_bridged"] = Bound(0, Proof.ARITHMETIC)
    found["no_facilitator"] = _sum(Proof.ARITHMETIC, map(_without_facilitator, given))
    found["repeats"] = Bound(fewest_repeats(case, given), Proof.PIGEONHOLE)
    found["topic"] = _sum(Proof.ASSIGNMENT, map(_topics, given))
    if case.nobody_isolated:
        found["isolated"] = _sum(Proof.ARITHMETIC, map(_isolated, given))
    return found


def score_bound(case: Case, rounds: Sequence[Mapping[str, str]]) -> int:
    """What the weighted number of a plan cannot be lower than: the bounds of its measures, weighted."""
    found = bounds(case, rounds)
    return sum(PLAN_WEIGHTS[name] * bound.value for name, bound in found.items())


def _sum(proof: Proof, values: Iterable[int]) -> Bound:
    """Zero needs no more than arithmetic."""
    total = sum(values)
    return Bound(total, proof if total or proof is Proof.FLOW else Proof.ARITHMETIC)


def _unassigned(case: Case, frame: Frame) -> int:
    """People beyond the seats there are; a room that the plan overfills has as many as it was filled with."""
    size = dict(zip((room.id for room in frame.rooms), frame.sizes.tolist(), strict=True))
    seats = 0
    for room in case.rooms:
        if room.capacity is None:
            return 0
        seats += max(room.capacity, size.get(room.id, 0))
    return max(0, len(frame.present) - seats)


def _capacity(case: Case, frame: Frame) -> int:
    people = len(frame.seated)
    if not frame.rooms:
        return 0
    limits = [(room.minimum, people if room.capacity is None else room.capacity) for room in case.rooms]
    too_many = people - sum(most for _, most in limits)
    too_few = 0 if case.allow_empty else sum(least for least, _ in limits) - people
    held = [
        max(0, n - (n if room.capacity is None else room.capacity))
        for room, n in zip(frame.rooms, (frame.sizes - frame.free).tolist(), strict=True)
    ]
    return max(0, too_many, too_few, sum(held))


def _pins(case: Case, frame: Frame) -> int:
    """A person pinned to two rooms of one round can be in one of them."""
    asked: dict[str, Counter[str]] = {}
    here = {person.id for person in frame.present}
    for pin in case.wishes.pins:
        if pin.round in (None, frame.number) and pin.person in here:
            asked.setdefault(pin.person, Counter())[pin.room] += 1
    return sum(rooms.total() - max(rooms.values()) for rooms in asked.values())


def _apart(case: Case, frame: Frame) -> int:
    seated = {person.id for person in frame.seated}
    return sum(_pairs_of(set(group) & seated, frame) for group in case.wishes.apart)


def _together(groups: Sequence[Sequence[str]], frame: Frame) -> int:
    """A group is spread over the rooms it is fixed to, and over as many as it needs to fit."""
    seated = {person.id for person in frame.seated}
    largest = sorted(frame.sizes.tolist(), reverse=True)
    total = 0
    for group in groups:
        members = [person for person in group if person in seated]
        if members:
            needed = next(n for n in range(1, len(largest) + 1) if sum(largest[:n]) >= len(members))
            held = len({frame.fixed[person] for person in members if person in frame.fixed})
            total += max(needed, held) - 1
    return total


def _size(frame: Frame) -> int:
    """The rooms in use as even as their limits and fixed seats allow, where the plan keeps the limits."""
    people, rooms = len(frame.seated), len(frame.rooms)
    if not rooms:
        return 0
    held = frame.sizes - frame.free
    least = np.array([room.minimum for room in frame.rooms], np.int64)
    most = np.array([people if room.capacity is None else room.capacity for room in frame.rooms], np.int64)
    if (frame.sizes < least).any() or (frame.sizes > most).any():
        least, most = np.zeros_like(least), np.full_like(most, people)
    least = np.maximum(least, held)
    low, high = people // rooms, -(-people // rooms)
    forced = int((np.maximum(0, least - high) + np.maximum(0, low - most)).sum())
    fewest = int(np.clip(low, least, most).sum())
    greatest = int(np.clip(high, least, most).sum())
    return forced + max(0, fewest - people, people - greatest)


def _delegations(groups: Sequence[Sequence[str]], frame: Frame) -> int:
    """Pairs of one delegation, the rooms filled level by level; pairs bound together are excused."""
    of = {person.id: person.delegation for person in frame.seated if person.delegation}
    members: dict[str, list[str]] = {}
    for person, delegation in of.items():
        members.setdefault(delegation, []).append(person)
    excused = Counter[str]()
    for group in groups:
        inside = Counter(of[person] for person in group if person in of)
        excused.update({delegation: pairs(n) for delegation, n in inside.items()})
    crowded = {name: people for name, people in members.items() if len(people) > 1}
    return sum(max(0, _pairs_of(people, frame) - excused[name]) for name, people in crowded.items())


def _pairs_of(people: Iterable[str], frame: Frame) -> int:
    """The fewest pairs among these people that share a room: each takes a seat where fewest of them sit."""
    people = list(people)
    held = frame.fixed_counts(people)
    left = len(people) - int(held.sum())
    total = int((held * (held - 1) // 2).sum())
    most = held + frame.free
    level = 0
    while left > 0:
        taken = min(left, int(((held <= level) & (level < most)).sum()))
        total += taken * level
        left -= taken
        level += 1
    return total


def _without_facilitator(frame: Frame) -> int:
    """Rooms that neither have a facilitator on a fixed seat nor can be given one."""
    facilitators = [person.id for person in frame.seated if person.role == FACILITATOR]
    if not facilitators:
        return 0
    held = frame.fixed_counts(facilitators)
    movable = len(facilitators) - int(held.sum())
    with_one = int((held > 0).sum()) + min(movable, int(((held == 0) & (frame.free > 0)).sum()))
    without = int((frame.sizes > 0).sum()) - with_one
    return max(0, without - max(0, len(frame.rooms) - len(facilitators)))


def _topics(frame: Frame) -> int:
    """The cheapest way to give everybody a topic, with as many places for each as the rooms have seats."""
    topics = sorted({room.topic for room in frame.rooms if room.topic is not None})
    if not topics or not any(person.topics for person in frame.seated):
        return 0
    kinds: list[str | None] = [*topics, None]
    kind_of = [kinds.index(room.topic) for room in frame.rooms]
    places = np.bincount(kind_of, weights=frame.free, minlength=len(kinds)).astype(np.int64)
    fixed = sum(
        _ranks(person.topics, kinds)[kind_of[frame.fixed[person.id]]]
        for person in frame.seated
        if person.id in frame.fixed
    )
    costs = [_ranks(person.topics, kinds) for person in frame.movable]
    return fixed + (cheapest_places(np.array(costs, np.int64), places)[1] if costs else 0)


def _ranks(wanted: Sequence[str], kinds: Sequence[str | None]) -> list[int]:
    """What each topic costs a person: its rank in the list, or the length of the list (at most 3)."""
    away = min(3, len(wanted))
    rank = {topic: i for i, topic in reversed(list(enumerate(wanted)))}
    return [0 if kind is None else rank.get(kind, away) for kind in kinds]


def _isolated(frame: Frame) -> int:
    """People who are alone of their gender, or with their language, wherever they sit."""
    genders = category_counts(frame.seated, "gender")
    total = sum(_alone([p for p in frame.seated if p.gender == name], frame) for name in genders)
    languages = {name for person in frame.seated for name in person.languages}
    return total + sum(_alone([p for p in frame.seated if name in p.languages], frame) for name in languages)


def _alone(people: Sequence[Person], frame: Frame) -> int:
    """The fewest rooms in which exactly one of these people can sit."""
    held: Whole = frame.fixed_counts(person.id for person in people)
    movable = len(people) - int(held.sum())
    is_open = frame.free > 0
    forced = int(((held == 1) & ~is_open).sum())
    waiting = int(((held == 1) & is_open).sum())
    nobody_there = movable == 1 and not (held[is_open] > 0).any()
    fixed = forced + max(0, waiting - movable) + int(nobody_there)
    return max(fixed, len(people) - int(frame.sizes[frame.sizes > 1].sum()))
