"""Small counts are hidden, and nothing that is shown gives them away."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consult.disclosure.suppression import suppressed, suppressed_rows

counts_by_group = st.dictionaries(st.sampled_from("abcdefg"), st.integers(0, 12), min_size=1)


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ({"woman": 30, "man": 29}, {"woman": 30, "man": 29}),
        ({"woman": 30, "man": 29, "other": 0}, {"woman": 30, "man": 29, "other": 0}),
        ({"woman": 30, "man": 29, "other": 3}, {"woman": 30, "man": None, "other": None}),
        ({"a": 2, "b": 3, "c": 9}, {"a": None, "b": None, "c": 9}),
        ({"a": 1, "b": 3, "c": 9, "d": 20}, {"a": None, "b": None, "c": None, "d": 20}),
        ({"a": 3}, {"a": None}),
    ],
)
def test_what_is_shown(counts: dict[str, int], shown: dict[str, int | None]) -> None:
    assert suppressed(counts) == shown


def test_without_a_total_only_the_small_ones_are_hidden() -> None:
    assert suppressed({"a": 30, "b": 3}, total_shown=False) == {"a": 30, "b": None}


def test_a_row_is_hidden_whole() -> None:
    table = {"AF": {"yes": 4, "no": 3}, "EE": {"yes": 1, "no": 1}, "WE": {"yes": 9, "no": 0}}
    assert suppressed_rows(table) == {"AF": None, "EE": None, "WE": {"yes": 9, "no": 0}}


@given(counts_by_group)
def test_no_small_count_is_shown_or_can_be_found_by_subtraction(counts: dict[str, int]) -> None:
    shown = suppressed(counts)
    assert not any(n is not None and 0 < n < 5 for n in shown.values())
    hidden = [counts[g] for g, n in shown.items() if n is None]
    everybody_hidden = len(hidden) == sum(n > 0 for n in counts.values())
    assert not hidden or everybody_hidden or (len(hidden) > 1 and sum(hidden) >= 5)


@given(counts_by_group)
def test_nothing_is_changed_or_hidden_without_need(counts: dict[str, int]) -> None:
    shown = suppressed(counts)
    assert list(shown) == list(counts)
    assert all(n is None or n == counts[g] for g, n in shown.items())
    if all(n == 0 or n >= 5 for n in counts.values()):
        assert shown == counts
