"""The real server on the sample consultation, and a browser: each module says how far its sample has come."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from consult.sample.build import Sample
from tests.journeys.people import browser_at
from tests.running import RunningServer


@pytest.fixture
def server_settings() -> dict[str, str]:
    """Settings of the server that a module wants otherwise, by name in lower case."""
    return {}


@pytest.fixture
def server(
    sample: Sample, database_url: str, tmp_path: Path, server_settings: dict[str, str]
) -> Iterator[RunningServer]:
    found = RunningServer(database_url, tmp_path / "server.log", **server_settings).start()
    yield found
    assert found.stop() == 0
    log = found.log.read_text(errors="replace")
    assert "Traceback" not in log, log[-3000:]


@pytest.fixture
def browser(chromium: str) -> Iterator[Browser]:
    with browser_at(chromium) as found:
        yield found
