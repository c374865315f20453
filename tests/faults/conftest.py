"""Faults in tests: the short form of the plan."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where the installation lies.

    Not in pytest's own folder: every pytest that starts closes that to other users, and PostgreSQL, which does not run as root,
    has to reach its cluster.
    """
    with tempfile.TemporaryDirectory(prefix="faults-", ignore_cleanup_errors=True) as found:
        yield Path(found)
