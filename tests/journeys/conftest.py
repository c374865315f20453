"""The real server on the sample consultation: each module says how far its sample has come."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from consult.db import engine_for, sessions_for, unit_of_work
from consult.sample.build import Sample, Stage, build
from tests.running import ForkedServer, RunningServer


@pytest.fixture(scope="module")
def arranged() -> tuple[int, Stage]:
    """How many take part, and how far they have come."""
    return 60, Stage.DRAFTING


@pytest.fixture(scope="module")
def built(
    arranged: tuple[int, Stage], migrated: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Sample]:
    """The sample in a file that the tests of a module copy."""
    path = tmp_path_factory.mktemp("sample") / "sample.sqlite3"
    shutil.copyfile(migrated, path)
    engine = engine_for(f"sqlite:///{path}")
    number, stage = arranged
    with unit_of_work(sessions_for(engine)) as db:
        sample = build(db, number=number, stage=stage)
    engine.dispose()
    return path, sample


@pytest.fixture
def database_url(built: tuple[Path, Sample], tmp_path: Path) -> str:
    """The sample in a database of this test's own."""
    path = tmp_path / "consult.sqlite3"
    shutil.copyfile(built[0], path)
    return f"sqlite:///{path}"


@pytest.fixture
def sample(built: tuple[Path, Sample]) -> Sample:
    return built[1]


@pytest.fixture
def server_settings() -> dict[str, str]:
    """Settings of the server that a module wants otherwise, by name in lower case."""
    return {}


@pytest.fixture
def server(database_url: str, tmp_path: Path, server_settings: dict[str, str]) -> Iterator[RunningServer]:
    found = ForkedServer(database_url, tmp_path / "server.log", **server_settings).start()
    yield found
    assert found.stop() == 0
    log = found.log.read_text(errors="replace")
    assert "Traceback" not in log, log[-3000:]
