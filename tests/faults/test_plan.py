"""The short form of `make faults` on SQLite: what every release has to bear."""

from pathlib import Path

import pytest

from tests.faults.__main__ import load
from tests.faults.plan import FAULTS, Run
from tests.faults.site import SQLITE

load()


def bear(number: str, backend: str, folder: Path) -> None:
    run = Run(folder, backend, is_short=True)
    FAULTS[number].run(run)
    assert run.verdict.violations == []
    assert run.verdict.measured["done"] > 0, "nobody did anything, so nothing was tested"


@pytest.mark.parametrize("number", ["F1", "F10"])
def test_faults_on_sqlite(number: str, folder: Path) -> None:
    bear(number, SQLITE, folder)


def test_every_fault_of_the_plan_has_a_scenario() -> None:
    assert sorted(FAULTS, key=lambda number: int(number[1:])) == [f"F{number}" for number in range(1, 17)]
