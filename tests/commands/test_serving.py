"""Starting and stopping the server."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.conftest import Run
from tests.running import RunningServer, free_port


@pytest.mark.parametrize(
    ("settings", "variable"),
    [
        ({"secret_key": None}, "CONSULT_SECRET_KEY"),
        ({"secret_key": "short"}, "CONSULT_SECRET_KEY"),
        ({"public_url": "consult.example.org"}, "CONSULT_PUBLIC_URL"),
        ({"recall_seconds": "soon"}, "CONSULT_RECALL_SECONDS"),
    ],
)
def test_production_refuses_to_start_with_a_bad_setting(
    settings: dict[str, str | None], variable: str, consult: Run
) -> None:
    done = consult("serve", "--port", str(free_port()), **settings)
    assert done.status == 1
    assert variable in done.err
    assert len(done.err.strip().splitlines()) == 1


def test_a_port_in_use_is_one_line(consult: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = consult("serve", "--port", port, public_url=f"http://127.0.0.1:{port}")
    assert done.status == 1
    assert f"cannot listen on 127.0.0.1 port {port}" in done.err.strip().splitlines()[-1]


def test_it_stops_when_asked_and_says_so(database_url: str, tmp_path: Path) -> None:
    server = RunningServer(database_url, tmp_path / "server.log").start()
    assert server.stop() == 0
    log = server.log.read_text()
    assert "stopping: finishing what was accepted" in log
    assert "Traceback" not in log
    assert not Path(f"{database_url.removeprefix('sqlite:///')}-journal").exists()


def test_ctrl_c_stops_it_too(database_url: str, tmp_path: Path) -> None:
    server = RunningServer(database_url, tmp_path / "server.log").start()
    assert server.process is not None
    server.process.send_signal(signal.SIGINT)
    assert server.process.wait(timeout=15) == 0


def test_logs_can_be_json_lines(database_url: str, tmp_path: Path) -> None:
    import json

    server = RunningServer(database_url, tmp_path / "server.log", log_format="json").start()
    server.stop()
    entries = [json.loads(line) for line in server.log.read_text().splitlines()]
    assert any(entry["message"].startswith("serving ") for entry in entries)


def test_the_command_line_names_its_version() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from consult.cli import main; main()", "--version"],
        env={**os.environ},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, "version" in done.stdout) == (0, True)
