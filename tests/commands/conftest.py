"""Commands are run as a person runs them: in a process of their own, with settings in the environment."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import unavailable

SECRET = "s" * 40
CONSULT = [sys.executable, "-c", "from consult.cli import main; main()"]


@dataclass(frozen=True)
class Ran:
    """What a command answered."""

    status: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def consult(database_url: str, tmp_path: Path) -> Run:
    """Runs `consult …` on this test's database; keyword arguments are CONSULT_… settings, None leaves one out."""

    def run(*arguments: str, **settings: str | None) -> Ran:
        chosen = {"database_url": database_url, "secret_key": SECRET, **settings}
        environ = {name: value for name, value in os.environ.items() if not name.startswith("CONSULT_")}
        environ |= {f"CONSULT_{name.upper()}": value for name, value in chosen.items() if value is not None}
        done = subprocess.run(
            [*CONSULT, *arguments],
            env=environ,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Ran(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def nginx() -> str:
    program = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
    if program is None:
        unavailable("nginx")
    return program
