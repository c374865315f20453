"""The short form of `make faults`: what every release has to bear."""

from pathlib import Path

import pytest

from tests import conftest
from tests.faults.__main__ import load
from tests.faults.plan import FAULTS, Run
from tests.faults.services import missing_services
from tests.faults.site import POSTGRESQL, SQLITE

load()


def bear(number: str, backend: str, folder: Path) -> None:
    run = Run(folder, backend, is_short=True)
    FAULTS[number].run(run)
    assert run.verdict.violations == []
    assert run.verdict.measured["done"] > 0, "nobody did anything, so nothing was tested"


@pytest.mark.parametrize("number", ["F1", "F10", "F13", "F16"])
def test_faults_on_sqlite(number: str, folder: Path) -> None:
    bear(number, SQLITE, folder)


@pytest.mark.parametrize("number", ["F5", "F8"])
def test_faults_with_services(number: str, folder: Path) -> None:
    if missing := missing_services():
        conftest.unavailable(missing)
    bear(number, POSTGRESQL, folder)


def test_every_fault_of_the_plan_has_a_scenario() -> None:
    assert sorted(FAULTS, key=lambda number: int(number[1:])) == [f"F{number}" for number in range(1, 17)]
