"""What the search counts: its prices are the exact differences of the measures, weighted."""

import random
from dataclasses import replace

import numpy as np
import pytest

from consult.seating.case import Case
from consult.seating.plan_measures import plan_measures, plan_score
from consult.seating.search.numbers import everybody
from consult.seating.search.rounds import one_round
from consult.seating.search.tables import NEVER, Round
from consult.seating.search.walk import Searcher, Walk
from tests.seating.cases import mixed_case


def case_of_one_round(seed: int) -> Case:
    """A case with a room too small for rooms of one size, so that the search counts nothing but the measures."""
    case = mixed_case(seed, rounds=1)
    case = replace(case, rooms=(replace(case.rooms[0], capacity=1, minimum=0), *case.rooms[1:]))
    people = tuple(replace(person, present=None) for person in case.people)
    return replace(case, people=people, seated=(), wishes=replace(case.wishes, pins=()))


def state_of(case: Case, dice: random.Random) -> Round:
    seats = np.array([dice.randrange(len(case.rooms)) for _ in case.people])
    return one_round(case, everybody(case), seats)


def score(case: Case, state: Round) -> int:
    """The weighted measures of what the search holds; an even spread beyond the fair range is no measure."""
    of = everybody(case)
    seats = {p.id: of.rooms[room].id for p, room in zip(of.people, state.seat, strict=True)}
    found = plan_measures(case, [seats])
    return plan_score({**found, "capacity": 0, "together": 0})


@pytest.mark.parametrize("seed", range(12))
def test_the_price_of_an_exchange_is_what_it_changes(seed: int) -> None:
    case, dice = case_of_one_round(seed), random.Random(seed)
    state = state_of(case, dice)
    for _ in range(12):
        p = dice.randrange(len(case.people))
        prices = state.exchange_prices(p, np.ones(len(case.people), dtype=bool))
        q = dice.choice(np.flatnonzero(prices < NEVER).tolist())
        cost, before = state.cost(), score(case, state)
        state.exchange(p, q)
        assert score(case, state) - before == prices[q]
        assert state.cost() - cost == prices[q]


@pytest.mark.parametrize("seed", range(12))
def test_the_price_of_a_move_is_what_it_changes(seed: int) -> None:
    case, dice = case_of_one_round(seed), random.Random(seed)
    free = tuple(replace(room, capacity=None, minimum=0) for room in case.rooms)
    case = replace(case, rooms=free, balance=("role", "stakeholder", "gender", "mobility"))
    state = state_of(case, dice)
    for _ in range(12):
        p = dice.randrange(len(case.people))
        prices = state.move_prices(p)
        room = dice.choice(np.flatnonzero(prices < NEVER).tolist())
        cost, before = state.cost(), score(case, state)
        state.move(p, room)
        assert score(case, state) - before == prices[room]
        assert state.cost() - cost == prices[room]


def test_a_full_room_takes_nobody_and_a_room_at_its_minimum_lets_nobody_go() -> None:
    case = case_of_one_round(3)
    seats = np.array([i % len(case.rooms) for i in range(len(case.people))])
    rooms = tuple(replace(room, capacity=6, minimum=6) for room in case.rooms)
    state = one_round(replace(case, rooms=rooms), everybody(replace(case, rooms=rooms)), seats)
    assert not state.has_free_seats
    assert (state.move_prices(0) == NEVER).all()


@pytest.mark.parametrize("seed", range(6))
def test_a_walk_ends_no_worse_than_it_began_and_the_tables_still_hold(seed: int) -> None:
    case, dice = case_of_one_round(seed), random.Random(seed)
    state = state_of(case, dice)
    before = state.cost()
    groups = [group for group in everybody(case).groups if len(group) > 1]
    seats = Searcher(np.random.default_rng(seed), state.people).improve(
        state, Walk(steps=150, idle=150, temperature=6, least=1, focus=0.7), groups
    )
    again = one_round(case, everybody(case), state.seat)
    assert again.cost() == state.cost()
    assert (again.exchange_prices(1) == state.exchange_prices(1)).all()
    assert one_round(case, everybody(case), seats).cost() <= before


def test_a_keep_together_group_is_moved_whole() -> None:
    case = case_of_one_round(5)
    names = [person.id for person in case.people]
    case = replace(case, wishes=replace(case.wishes, together=((names[0], names[5], names[9]),), apart=()))
    of = everybody(case)
    seats = np.array([i % len(case.rooms) for i in range(len(case.people))])
    group = of.groups[0]
    seats[list(group)] = 0
    state = one_round(case, of, seats)
    searcher = Searcher(np.random.default_rng(1), state.people)
    homes = set()
    for _ in range(40):
        searcher.improve(state, Walk(steps=8, idle=8, temperature=400, least=1), [group])
        assert len(set(state.seat[list(group)])) == 1
        homes.add(int(state.seat[group[0]]))
    assert len(homes) > 1
