"""The real server as a process of its own: started, killed, restarted; pytest itself never patches anything."""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

START_SECONDS = 90


def free_port() -> int:
    """A port nobody listens on now, of those that no connection on its way out is given before somebody does."""
    while True:
        port = 15_000 + secrets.randbelow(17_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def wait_until(condition: object, *, seconds: float = 10, what: str = "it") -> None:
    """Wait for a condition, never for a fixed time."""
    give_up = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < give_up, f"waited {seconds} s for {what}"
        time.sleep(0.05)


class RunningServer:
    """One server process on a database that outlives it."""

    def __init__(
        self, database_url: str, log: Path, *, module: str = "consult.server", **settings: str
    ) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = log
        self.module = module
        self.environ = {
            **os.environ,
            "CONSULT_DATABASE_URL": database_url,
            "CONSULT_SECRET_KEY": "k" * 40,
            "CONSULT_PUBLIC_URL": self.url,
            **{f"CONSULT_{name.upper()}": value for name, value in settings.items()},
        }
        self.process: subprocess.Popen[bytes] | Forked | None = None

    def start(self) -> "RunningServer":
        self.process = self._launch(["--port", str(self.port)])
        wait_until(self.answers, seconds=START_SECONDS, what=f"the server to answer; its log is {self.log}")
        return self

    def _launch(self, arguments: list[str]) -> "subprocess.Popen[bytes] | Forked":
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", self.module, *arguments], env=self.environ, stdout=log, stderr=log
            )

    def answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, (
            f"the server ended: {self.log.read_text(errors='replace')[-2000:]}"
        )
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=1) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False

    def kill(self) -> None:
        """kill -9: no goodbye, no flush."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        """Ask it to stop and wait; the exit status."""
        if self.process is None or self.process.poll() is not None:
            return 0
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return -9


class ForkedServer(RunningServer):
    """The same server, forked from a process that has done what takes long at a start: for tests of anything but that."""

    def _launch(self, arguments: list[str]) -> "Forked":
        return Forked(arguments=arguments, environ=self.environ, log=str(self.log))


class Forked:
    """A process that the nursery made; asked what one asks a `Popen`."""

    def __init__(self, **order: Any) -> None:
        self.pid = int(_ask_nursery(order))
        self.returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None:
            self.returncode = _ask_nursery({"ended": self.pid})
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        give_up = None if timeout is None else time.monotonic() + timeout
        while (status := self.poll()) is None:
            if give_up is not None and time.monotonic() > give_up:
                raise subprocess.TimeoutExpired("a forked server", timeout or 0)
            time.sleep(0.01)
        return status

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


_nursery: list[subprocess.Popen[str]] = []
_templates = tempfile.TemporaryDirectory(prefix="templates-")
_one_at_a_time = threading.Lock()


def _ask_nursery(question: dict[str, Any]) -> Any:
    """Its answer; it starts when it is first asked, and ends with this process."""
    with _one_at_a_time:
        if not _nursery:
            command = [sys.executable, "-m", "tests.nursery", _templates.name]
            here = Path(__file__).parents[1]
            pipe = subprocess.PIPE
            _nursery.append(subprocess.Popen(command, cwd=here, stdin=pipe, stdout=pipe, text=True))
        asked, answers = _nursery[0].stdin, _nursery[0].stdout
        assert asked is not None
        assert answers is not None
        print(json.dumps(question), file=asked, flush=True)
        return json.loads(answers.readline())
