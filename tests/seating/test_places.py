"""Everybody gets a place at the lowest total cost: the same as when every way is tried."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consult.seating.proofs.places import cheapest_places


@st.composite
def small(draw):  # type: ignore[no-untyped-def]
    """Costs, most and fewest people by kind; possible or not."""
    people, kinds = draw(st.integers(0, 6)), draw(st.integers(1, 4))
    row = st.lists(st.integers(-2, 4), min_size=kinds, max_size=kinds)
    costs = np.array(draw(st.lists(row, min_size=people, max_size=people)), np.int64).reshape(people, kinds)
    least = np.array(draw(st.lists(st.integers(0, 2), min_size=kinds, max_size=kinds)), np.int64)
    more = draw(st.lists(st.integers(0, 3), min_size=kinds, max_size=kinds))
    return costs, least + np.array(more, np.int64), least


def by_trying(costs: np.ndarray, places: np.ndarray, least: np.ndarray) -> int | None:
    """The lowest total cost, found by trying every way; None when there is none."""
    people, kinds = costs.shape
    found = []
    for at in product(range(kinds), repeat=people):
        count = np.bincount(np.array(at, int), minlength=kinds)
        if (count <= places).all() and (count >= least).all():
            found.append(sum(int(costs[p, k]) for p, k in enumerate(at)))
    return min(found, default=None)


@settings(max_examples=250, deadline=None)
@given(small())
def test_the_cost_is_the_lowest_of_all_ways(drawn) -> None:  # type: ignore[no-untyped-def]
    costs, places, least = drawn
    expected = by_trying(costs, places, least)
    if expected is None:
        with pytest.raises(ValueError, match="cannot be given"):
            cheapest_places(costs, places, least)
        return
    at, total = cheapest_places(costs, places, least)
    count = np.bincount(at, minlength=len(places))
    assert (count <= places).all()
    assert (count >= least).all()
    assert total == expected == sum(int(costs[p, k]) for p, k in enumerate(at))


def test_without_a_fewest_a_kind_may_stay_empty() -> None:
    costs = np.array([[0, 5], [0, 5]])
    assert cheapest_places(costs, np.array([2, 2]))[1] == 0
    assert cheapest_places(costs, np.array([2, 2]), np.array([0, 1]))[1] == 5
    assert cheapest_places(costs, np.array([1, 2]))[1] == 5


def test_a_chain_of_moves_beats_a_single_dear_one() -> None:
    costs = np.array([[0, 1, 9], [0, 9, 9], [9, 0, 1]])
    at, total = cheapest_places(costs, np.array([1, 1, 1]))
    assert (list(at), total) == ([1, 0, 2], 2)


def test_the_same_input_gives_the_same_places() -> None:
    costs = np.random.default_rng(1).integers(0, 3, (80, 5))
    first, second = (cheapest_places(costs, np.full(5, 16))[0] for _ in range(2))
    assert (first == second).all()
