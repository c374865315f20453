"""The files in deploy/: accepted by the programs that read them, and rooms really stay together behind nginx."""

import shutil
import subprocess
import threading
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from sqlalchemy import Engine

from consult.app import create_app
from consult.config import Settings
from tests.conftest import unavailable
from tests.running import free_port, wait_until

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
CONFIG = (DEPLOY / "nginx" / "consult.conf").read_text(encoding="utf-8")


def answering(name: str) -> ThreadingHTTPServer:
    """A server that says its name and which upgrade it was asked for."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            said = f"{name} {self.headers.get('Upgrade', '')}".strip().encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@pytest.fixture
def upstreams() -> Iterator[list[ThreadingHTTPServer]]:
    servers = [answering("first"), answering("second")]
    yield servers
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def address(nginx: str, upstreams: list[ThreadingHTTPServer], tmp_path: Path) -> Iterator[str]:
    """nginx with our file, at other ports."""
    port = free_port()
    text = CONFIG.replace("listen 80;", f"listen 127.0.0.1:{port};")
    for number, server in enumerate(upstreams, 1):
        text = text.replace(f"127.0.0.1:500{number}", f"127.0.0.1:{server.server_address[1]}")
    (tmp_path / "consult.conf").write_text(text, encoding="utf-8")
    kept = " ".join(
        f"{kind}_temp_path {tmp_path}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (tmp_path / "nginx.conf").write_text(
        f"daemon off; pid {tmp_path}/pid; error_log {tmp_path}/error.log; events {{}}\n"
        f"http {{ access_log off; {kept} include {tmp_path}/consult.conf; }}\n",
        encoding="utf-8",
    )
    process = subprocess.Popen([nginx, "-c", str(tmp_path / "nginx.conf"), "-e", str(tmp_path / "error.log")])
    url = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        assert process.poll() is None, (tmp_path / "error.log").read_text()
        try:
            return bool(urllib.request.urlopen(f"{url}/", timeout=5).status == 200)
        except OSError:
            return False

    wait_until(answers, seconds=30, what="nginx")
    yield url
    process.terminate()
    process.wait()


def asked(url: str, path: str) -> str:
    request = urllib.request.Request(url + path, headers={"Upgrade": "websocket", "Connection": "Upgrade"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return bytes(answer.read()).decode()


def test_a_room_stays_with_one_process_and_moves_when_it_dies(
    address: str, upstreams: list[ThreadingHTTPServer]
) -> None:
    rooms = [f"room{n}" for n in range(12)]

    def routes() -> dict[str, str]:
        return {room: asked(address, f"/socket.io/?EIO=4&room={room}") for room in rooms}

    before = routes()
    assert before == routes()
    assert set(before.values()) == {"first websocket", "second websocket"}, "the upgrade is passed on"
    upstreams[0].shutdown()
    upstreams[0].server_close()
    assert set(routes().values()) == {"second websocket"}
    assert asked(address, "/consultations").startswith("second")


def test_both_upstreams_of_nginx_name_the_same_processes() -> None:
    blocks = CONFIG.split("\nupstream ")[1:]
    found = [
        [line.strip() for line in block.splitlines() if line.strip().startswith("server 127")]
        for block in blocks
    ]
    assert len(found) == 2
    assert found[0] == found[1] != []


def test_the_monitoring_asks_each_process_at_its_own_address(settings: Settings, engine: Engine) -> None:
    watched = create_app(replace(settings, metrics=True), engine=engine).test_client()
    answer = watched.get("/metrics", base_url="http://127.0.0.1:5001")
    assert answer.status_code == 200
    assert "consult_draft_rooms_held 0" in answer.text
    assert watched.get("/sign-in", base_url="http://127.0.0.1:5001").status_code == 421


def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        unavailable("systemd-analyze")
    unit = (DEPLOY / "systemd" / "consult@.service").read_text(encoding="utf-8")
    (tmp_path / "consult@.service").write_text(unit, encoding="utf-8")
    shutil.copy(DEPLOY / "systemd" / "consult.target", tmp_path)
    units = [str(tmp_path / "consult@1.service"), str(tmp_path / "consult.target")]
    found = subprocess.run([program, "verify", *units], capture_output=True, text=True, check=False)
    assert [line for line in found.stderr.splitlines() if str(tmp_path) in line] == []
