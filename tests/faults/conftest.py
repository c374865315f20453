"""Faults in tests: the short form of the plan."""

from pathlib import Path

import pytest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the installation lies."""
    return tmp_path
