"""`consult serve --workers N`: several server processes on this machine, with nginx in front that brings a room's pages to one of them.

Starts them, starts one again that ended, and ends all together. Decides nothing about rooms: nginx routes by `deploy/nginx/consult.conf`,
the lease in the database says who owns a room. Where each process is to be a unit of its own, `deploy/systemd/` does the same.
"""

import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from itertools import chain
from pathlib import Path
from types import FrameType

import click

from consult.config import ROOT, Settings, process_name

CONFIG = ROOT / "deploy" / "nginx" / "consult.conf"
#: A process that ended is started again after this long, so that one that cannot start does not keep a core busy.
AGAIN_AFTER_SECONDS = 1.0
#: How long the servers may take until they listen.
START_SECONDS = 30.0
#: A server has eight seconds to write what it received; nobody waits longer than this for it.
STOP_SECONDS = 15.0
LOOK_EVERY_SECONDS = 0.2
_KEPT = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def serve_many(settings: Settings, environ: Mapping[str, str], host: str, port: int, workers: int) -> None:
    """Serve by that many processes until asked to stop. `environ`: what the settings were read from, for the processes.

    Raises:
        click.ClickException: no PostgreSQL, no nginx, or nginx ended.
    """
    if settings.is_sqlite:
        raise click.ClickException(
            "several processes need PostgreSQL: set CONSULT_DATABASE_URL, or serve without --workers"
        )
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if nginx is None:
        raise click.ClickException(
            "several processes need nginx in front of them: install it, or run them as deploy/systemd shows"
        )
    with tempfile.TemporaryDirectory(prefix="consult-nginx-") as folder:
        _Workers(nginx, Path(folder), settings, environ, (host, port), workers).run()


class _Workers:
    def __init__(
        self,
        nginx: str,
        folder: Path,
        settings: Settings,
        environ: Mapping[str, str],
        address: tuple[str, int],
        number: int,
    ) -> None:
        self._settings, self._environ = settings, environ
        self._address = ":".join(map(str, address))
        self._machine = settings.process_name or socket.gethostname()
        self._ports = _free_ports(number, behind=address[1])
        self._processes: list[subprocess.Popen[bytes]] = []
        self._proxy: subprocess.Popen[bytes] | None = None
        self._is_stopping = False
        # Started as root, nginx gives what people send to a user of few rights, who has to come through here to the folder it made for it.
        folder.chmod(0o711)
        config = config_for(*address, self._ports, is_behind=settings.proxy_hops > 0)
        (folder / "consult.conf").write_text(config, encoding="utf-8")
        (folder / "nginx.conf").write_text(_main_config(folder), encoding="utf-8")
        self._proxy_command = [nginx, "-c", str(folder / "nginx.conf"), "-e", "stderr"]

    def run(self) -> None:
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._stop)
        try:
            self._processes = [self._started(port) for port in self._ports]
            self._wait_for_all()
            # Found by name, with our own arguments.
            self._proxy = subprocess.Popen(self._proxy_command)  # noqa: S603
            click.echo(
                f"Serving {self._settings.public_url} on {self._address} by {len(self._ports)} processes"
            )
            while not self._is_stopping and self._proxy.poll() is None:
                self._look()
                time.sleep(LOOK_EVERY_SECONDS)
        finally:
            self._end()
        if not self._is_stopping:
            raise click.ClickException("nginx ended, and with it everything; what it said stands above")

    def _wait_for_all(self) -> None:
        """The proxy comes last: it would take servers that do not listen yet for dead ones."""
        give_up = time.monotonic() + START_SECONDS
        while not all(_listens(port) for port in self._ports) and time.monotonic() < give_up:
            if any(process.poll() is not None for process in self._processes) and not self._is_stopping:
                raise click.ClickException("a process did not start; what it said stands above")
            time.sleep(LOOK_EVERY_SECONDS)

    def _look(self) -> None:
        """Start again what has ended."""
        for number, process in enumerate(self._processes):
            if process.poll() is not None:
                click.echo(
                    f"consult: process {number + 1} ended ({process.returncode}), starting it again", err=True
                )
                time.sleep(AGAIN_AFTER_SECONDS)
                self._processes[number] = self._started(self._ports[number])

    def _started(self, port: int) -> subprocess.Popen[bytes]:
        environ = {
            **self._environ,
            "CONSULT_PROXY_HOPS": str(self._settings.proxy_hops + 1),
            "CONSULT_PROCESS_NAME": process_name(self._ports.index(port) + 1, self._address, self._machine),
        }
        command = [sys.executable, "-m", "consult.server", "--port", str(port)]
        # A group of its own: Ctrl-C comes to this process alone, which asks the others one after the other.
        return subprocess.Popen(command, env=environ, start_new_session=True)  # noqa: S603  (our own module)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._is_stopping = True

    def _end(self) -> None:
        """The servers first, as they write what they received; then the proxy."""
        give_up = time.monotonic() + STOP_SECONDS
        for process in self._processes:
            process.terminate()
        for process in [*self._processes, *([self._proxy] if self._proxy else [])]:
            if process is self._proxy:
                process.terminate()
            try:
                process.wait(max(0.1, give_up - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def config_for(host: str, port: int, ports: list[int], *, is_behind: bool) -> str:
    """The proxy's configuration from `deploy/nginx/consult.conf`, for processes at these ports of this machine.

    Args:
        is_behind: another proxy stands in front of this one, and says how people reached it.

    Raises:
        click.ClickException: the file is not there or not as it was.
    """
    try:
        text = CONFIG.read_text(encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"cannot read {CONFIG}: {error.strerror}") from error
    servers = "".join(f"    server 127.0.0.1:{number} max_fails=1 fail_timeout=5s;\n" for number in ports)
    text, upstreams = re.subn(r"(?:    server 127\.0\.0\.1:\d+ [^\n]*\n)+", servers, text)
    listening = f"listen {f'[{host}]' if ':' in host else host}:{port};"
    text, listens = re.subn(r"listen 80;\s+server_name [^;]+;", listening, text)
    if (upstreams, listens) != (2, 1):
        raise click.ClickException(f"{CONFIG} has no two lists of servers and one address to listen on")
    if is_behind:
        text = text.replace(
            "X-Forwarded-Proto $scheme", 'X-Forwarded-Proto "$http_x_forwarded_proto, $scheme"'
        )
    return text


def _main_config(folder: Path) -> str:
    kept = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in _KEPT)
    return (
        f"daemon off; pid {folder}/pid; error_log stderr; worker_processes 1; worker_rlimit_nofile 20000;\n"
        f"events {{ worker_connections 8000; }}\nhttp {{ access_log off; {kept} include {folder}/consult.conf; }}\n"
    )


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _free_ports(number: int, *, behind: int) -> list[int]:
    """The next ports of this machine behind this one that nobody listens on.

    Not any free ones: among those that the system gives to connections on their way out, another process's connection to the database
    could take that of a process that is being started again.
    """
    found: list[int] = []
    for port in chain(range(behind + 1, 65_536), range(1_024, behind)):
        if len(found) == number:
            break
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            found.append(port)
    return found
