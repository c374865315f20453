"""The real server as a subprocess: started, killed, restarted; pytest itself never patches anything."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

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
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> "RunningServer":
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", self.module, "--port", str(self.port)],
                env=self.environ,
                stdout=log,
                stderr=log,
            )
        wait_until(self.answers, seconds=START_SECONDS, what=f"the server to answer; its log is {self.log}")
        return self

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
