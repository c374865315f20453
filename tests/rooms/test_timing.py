"""What the clock says about a room."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consult.rooms import timing

NOW = datetime(2017, 6, 19, 13, 0, tzinfo=UTC)
seconds = st.floats(min_value=-100_000, max_value=100_000)


@pytest.mark.parametrize(
    ("state", "left", "is_open"),
    [("open", 1, True), ("closing", 1, True), ("reopened", 1, True), ("open", 0, False), ("open", -1, False),
     ("staged", 60, False), ("closed", 60, False), ("draft", 60, False)],
)  # fmt: skip
def test_a_room_is_open_in_its_editable_states_until_its_deadline(
    state: str, left: int, is_open: bool
) -> None:
    assert timing.is_open_at(state, NOW + timedelta(seconds=left), NOW) is is_open


def test_a_room_without_a_deadline_stays_open() -> None:
    assert timing.is_open_at("open", None, NOW)


@given(st.lists(seconds, min_size=2, max_size=30))
def test_every_warning_is_given_exactly_once_however_often_one_looks(looks: list[float]) -> None:
    looks = sorted(looks, reverse=True)
    given_ = [mark for before, now in itertools.pairwise(looks) for mark in timing.warnings_due(before, now)]
    assert given_ == timing.warnings_due(looks[0], looks[-1])
    assert len(given_) == len(set(given_))


@pytest.mark.complaint(5)
def test_warnings_come_at_ten_five_and_one_minutes_and_ten_seconds() -> None:
    assert timing.warnings_due(1800, 0) == [600, 300, 60, 10]


@given(seconds)
def test_seconds_left_is_zero_exactly_when_the_time_is_over(left: float) -> None:
    deadline = NOW + timedelta(seconds=left)
    shown = timing.seconds_left(deadline, NOW)
    assert shown >= 0
    assert (shown == 0) == (deadline <= NOW)
    assert (timing.phase(deadline, NOW) == "over") == (shown == 0)


@pytest.mark.parametrize(
    ("left", "phase"), [(301, "calm"), (300, "soon"), (61, "soon"), (60, "last"), (1, "last"), (0, "over")]
)
def test_the_clock_gets_clearer_towards_the_end(left: int, phase: str) -> None:
    assert timing.phase(NOW + timedelta(seconds=left), NOW) == phase


def test_more_time_counts_from_the_old_deadline_or_from_now() -> None:
    assert timing.extended(NOW + timedelta(minutes=2), NOW, 5) == NOW + timedelta(minutes=7)
    assert timing.extended(NOW - timedelta(minutes=2), NOW, 5) == NOW + timedelta(minutes=5)


def test_the_grace_begins_at_the_close() -> None:
    assert timing.grace_ends_at(NOW, 60) == NOW + timedelta(seconds=60)


@pytest.mark.parametrize(
    ("states", "expected"),
    [((), "draft"), (("staged", "staged"), "staged"), (("open", "closed"), "open"), (("closing", "closed"), "closing"),
     (("staged", "open"), "open"), (("staged", "closed"), "closed"), (("closed", "reopened"), "reopened"), (("closed", "closed"), "closed")],
)  # fmt: skip
def test_the_state_of_a_round_is_that_of_its_liveliest_room(states: tuple[str, ...], expected: str) -> None:
    assert timing.round_state(states) == expected
