"""How long the writer lets updates gather: briefly on a calm core, longer on a busy one."""

import pytest

from consult.drafting.runtime import LEAST, LOAD_OVER_SECONDS, Pace, stretched


@pytest.mark.parametrize(
    ("tick", "load", "seconds"),
    [
        (0.005, 0.0, 0.005),
        (0.005, 0.7, 0.005),
        (0.005, 0.75, 0.014),
        (0.005, 0.95, 0.05),
        (0.005, 1.7, 0.05),
        (0.02, 0.5, 0.02),
        (0.02, 0.95, 0.05),
        (0.2, 1.0, 0.2),
    ],
)
def test_the_tick_stretches_with_the_load(tick: float, load: float, seconds: float) -> None:
    assert stretched(tick, load) == pytest.approx(seconds)


def test_the_pace_follows_the_last_quarter_second_and_comes_back() -> None:
    used = [0.0]
    pace = Pace(0.005, lambda: used[0])
    calm = pytest.approx(LEAST * 0.005)
    assert pace.seconds(10.0) == calm
    used[0] = 0.25
    assert pace.seconds(10.1) == calm
    assert pace.seconds(10.0 + LOAD_OVER_SECONDS) == pytest.approx(LEAST * 0.05)
    assert pace.seconds(10.0 + 2 * LOAD_OVER_SECONDS) == calm


def test_a_short_tick_counts_from_turn_to_turn() -> None:
    """Who waits for a short tick must not wait for the turn before as well; some always gather."""
    pace = Pace(0.005, lambda: 0.0)
    began = 10.0 + pace.seconds(10.0)
    assert pace.seconds(began + 0.001) == pytest.approx(0.004), "the turn took 1 ms"
    began += 0.005
    assert pace.seconds(began + 0.009) == pytest.approx(LEAST * 0.005)


def test_a_long_tick_is_all_gathering() -> None:
    """Who sets a long tick wants fewer and larger turns."""
    pace = Pace(0.020, lambda: 0.0)
    began = 10.0 + pace.seconds(10.0)
    assert pace.seconds(began + 0.001) == 0.020
    assert pace.seconds(began + 0.040) == 0.020
