"""PostgreSQL and Redis of our own, so that they can be killed, frozen and emptied while others use theirs."""

import os
import pwd
import shutil
import signal
import subprocess
from pathlib import Path

import psutil

from tests.running import free_port, wait_until

PATIENCE_SECONDS = 30


def postgresql_programs() -> Path | None:
    """The folder of `initdb` and `pg_ctl`; None where PostgreSQL is not installed."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if folders:
        return folders[-1]
    found = shutil.which("pg_ctl")
    return Path(found).parent if found else None


def missing_services() -> str:
    """What is not installed here; empty when nothing is missing."""
    if postgresql_programs() is None:
        return "PostgreSQL"
    return "" if shutil.which("redis-server") else "Redis"


class PostgreSQL:
    """A cluster in `folder`. Started by root it belongs to the user postgres, as PostgreSQL insists."""

    def __init__(self, folder: Path) -> None:
        programs = postgresql_programs()
        if programs is None:
            raise FileNotFoundError("PostgreSQL is not installed")
        self._programs = programs
        self._user = "postgres" if os.geteuid() == 0 else None
        self.folder = folder / "postgresql"
        self.folder.mkdir()
        if self._user:
            entry = pwd.getpwnam(self._user)
            os.chown(self.folder, entry.pw_uid, entry.pw_gid)
            for parent in self.folder.parents:  # it has to reach its folder
                if parent.stat().st_uid == 0 and parent != Path("/"):
                    parent.chmod(parent.stat().st_mode | 0o011)
        self.port = free_port()
        self.url = f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/postgres"
        self._call("initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8")

    @property
    def data(self) -> str:
        return str(self.folder / "data")

    def _call(self, program: str, *args: str) -> None:
        subprocess.run(
            [str(self._programs / program), *args],
            user=self._user,
            cwd=self.folder,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=PATIENCE_SECONDS * 2,
        )

    def start(self) -> "PostgreSQL":
        # No socket in the file system: its path may be no longer than 107 bytes.
        options = (
            f"-p {self.port} -c unix_socket_directories= -c listen_addresses=127.0.0.1 -c max_connections=100"
        )
        self._call("pg_ctl", "start", "-w", "-D", self.data, "-l", str(self.folder / "log"), "-o", options)
        return self

    def crash(self) -> None:
        """No goodbye to anybody; the next start recovers from the database's own log."""
        self._call("pg_ctl", "stop", "-m", "immediate", "-w", "-D", self.data)

    def stop(self) -> None:
        if (self.folder / "data" / "postmaster.pid").exists():
            self.thaw()
            self.crash()

    def _processes(self) -> list[psutil.Process]:
        pid = int((self.folder / "data" / "postmaster.pid").read_text().splitlines()[0])
        postmaster = psutil.Process(pid)
        return [postmaster, *postmaster.children(recursive=True)]

    def freeze(self) -> None:
        """SIGSTOP: connections stay open and nobody answers."""
        for process in self._processes():
            process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        for process in self._processes():
            process.send_signal(signal.SIGCONT)


class Redis:
    """A Redis that keeps nothing on disk."""

    def __init__(self, folder: Path) -> None:
        if shutil.which("redis-server") is None:
            raise FileNotFoundError("Redis is not installed")
        self.folder = folder
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Redis":
        import redis

        with (self.folder / "redis.log").open("ab") as log:
            self._process = subprocess.Popen(
                ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
                cwd=self.folder,
                stdout=log,
                stderr=log,
            )  # fmt: skip
        client = redis.Redis.from_url(self.url, socket_connect_timeout=1)

        def answers() -> bool:
            try:
                return bool(client.ping())
            except redis.RedisError:
                return False

        wait_until(answers, seconds=PATIENCE_SECONDS, what="Redis")
        client.close()
        return self

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def freeze(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def empty(self) -> None:
        import redis

        client = redis.Redis.from_url(self.url)
        client.flushall()
        client.close()

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self.thaw()
            self._process.terminate()
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self.kill()
