"""`consult serve --workers`: several processes behind nginx by one command, started again when one dies, ended together."""

import os
import re
import signal
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import requests
import websocket
from sqlalchemy import select

from consult.commands.workers import _free_ports, config_for
from consult.config import PROCESS_NAME_LENGTH, BadSetting, process_name, settings_from
from consult.db import engine_for, reading_session, sessions_for, unit_of_work
from consult.drafting.models import RoomLease
from tests import cast
from tests.commands.conftest import CONSULT, Run
from tests.drafting.stage import Editor, Stage
from tests.live.drafting_wire import WirePage, signed_in
from tests.running import free_port, wait_until


@pytest.fixture
def items(postgresql_url: str) -> list[tuple[str, str]]:
    """An item in each of two rooms: its id, and the room's."""
    engine = engine_for(postgresql_url)
    with unit_of_work(sessions_for(engine)) as db:
        world = cast.build(db)
    stage = Stage(engine, world)
    found = [
        (stage.item(room=number).public_id, room.public_id) for number, room in enumerate(world.rooms, 1)
    ]
    engine.dispose()
    return found


@pytest.fixture
def served(
    items: list[tuple[str, str]], nginx: str, postgresql_url: str, redis_url: str, tmp_path: Path
) -> Iterator[tuple[str, subprocess.Popen[bytes], Path]]:
    port, log = free_port(), tmp_path / "log"
    url = f"http://127.0.0.1:{port}"
    environ = {
        **os.environ,
        "CONSULT_DATABASE_URL": postgresql_url,
        "CONSULT_MESSAGE_QUEUE_URL": redis_url,
        "CONSULT_SECRET_KEY": "k" * 40,
        "CONSULT_PUBLIC_URL": url,
    }
    command = [*CONSULT, "serve", "--port", str(port), "--workers", "2"]
    with log.open("wb") as out:
        process = subprocess.Popen(command, env=environ, stdout=out, stderr=out)

    def answers() -> bool:
        assert process.poll() is None, log.read_text()
        try:
            return bool(urllib.request.urlopen(f"{url}/readyz", timeout=2).status == 200)
        except OSError:
            return False

    wait_until(answers, seconds=60, what="both processes")
    yield url, process, log
    if process.poll() is None:
        process.terminate()
        process.wait(30)


def servers_of(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    children = psutil.Process(process.pid).children()
    alive = [child for child in children if child.status() != psutil.STATUS_ZOMBIE]
    return [child for child in alive if "consult.server" in child.cmdline()]


def test_two_processes_serve_one_dies_and_all_end_together(
    served: tuple[str, subprocess.Popen[bytes], Path], items: list[tuple[str, str]], postgresql_url: str
) -> None:
    url, process, log = served
    cookies = signed_in(url, cast.CAST["facilitator"].email)

    def written(place: tuple[str, str], client: int) -> bool:
        item, room = place
        try:
            page = WirePage(url, cookies, item, Editor(client), room=room)
            try:
                if not page.join()["ok"]:
                    return False
                page.editor.paragraph(f"word{client}")
                return all(page.send(update)["ok"] for update in page.editor.take_outgoing())
            finally:
                page.close()
        except (OSError, websocket.WebSocketException):
            return False

    for client, item in enumerate(items, 100):
        wait_until(lambda c=client, i=item: written(i, c), seconds=30, what="a room to be written in")
    engine = engine_for(postgresql_url)
    with reading_session(engine) as db:
        owners = {owner.split("/")[0] for owner in db.scalars(select(RoomLease.owner))}
    engine.dispose()
    assert all(owner.startswith(("1:", "2:")) for owner in owners), owners
    before = servers_of(process)
    assert len(before) == 2
    for server in before:
        server.send_signal(signal.SIGKILL)
    wait_until(lambda: log.read_text().count("starting it again") == 2, seconds=30, what="both to be started")
    for client, item in enumerate(items, 200):
        wait_until(lambda c=client, i=item: written(i, c), seconds=60, what="the room to be written in again")
    assert len(servers_of(process)) == 2
    family = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0, log.read_text()
    assert psutil.wait_procs(family, timeout=5)[1] == []


def test_what_is_too_large_for_the_memory_of_the_proxy_reaches_a_process(
    served: tuple[str, subprocess.Popen[bytes], Path],
) -> None:
    """Started as root, the proxy keeps it in a folder of its own user, who has to get there."""
    url, _process, log = served
    with requests.Session() as browser:
        token = re.search(
            r'name="csrf_token" value="([^"]+)"', browser.get(f"{url}/sign-in", timeout=10).text
        )
        assert token
        form = {"email": cast.CAST["facilitator"].email, "password": cast.PASSWORD, "more": "x" * (1 << 20)}
        answer = browser.post(
            f"{url}/sign-in",
            data={"csrf_token": token.group(1), **form},
            allow_redirects=False,
            timeout=20,
        )
    assert answer.status_code == 303, log.read_text()


def test_a_name_tells_processes_of_one_machine_apart_however_long_the_machine_is_called() -> None:
    assert process_name(2, "0.0.0.0:5000", "desk") == "2:0.0.0.0:5000:desk"
    machine = "node-" * 12
    names = [
        process_name(number, address, machine + end)
        for number in (1, 2, 11)
        for address in ("[2001:db8:85a3:8d3:1319:8a2e:370:7348]:5000", "a-long-name.example.org:5000")
        for end in ("a", "b")
    ]
    assert len(set(names)) == len(names)
    assert all(len(name) <= PROCESS_NAME_LENGTH and "/" not in name for name in names)
    assert [name.split(":")[0] for name in names] == [str(number) for number in (1, 2, 11) for _ in range(4)]


@pytest.mark.parametrize("name", ["n" * (PROCESS_NAME_LENGTH + 1), "consult/1"])
def test_a_name_that_cannot_be_kept_whole_is_refused(name: str) -> None:
    """Cut off, it could be the name of another process, whose rooms this one would take for its own."""
    secret = {"CONSULT_SECRET_KEY": "k" * 40}
    assert settings_from(secret | {"CONSULT_PROCESS_NAME": name[:9].replace("/", "-")}).process_name
    with pytest.raises(BadSetting, match="CONSULT_PROCESS_NAME: write at most 60 characters"):
        settings_from(secret | {"CONSULT_PROCESS_NAME": name})


def test_sqlite_is_for_one_process(consult: Run) -> None:
    answer = consult("serve", "--workers", "2")
    assert answer.status == 1
    assert "need PostgreSQL" in answer.err


def test_the_proxy_lists_every_process_twice_and_listens_where_asked() -> None:
    text = config_for("::1", 8080, [6001, 6002, 6003], is_behind=False)
    assert [text.count(f"server 127.0.0.1:{port} ") for port in (6001, 6002, 6003)] == [2, 2, 2]
    assert "127.0.0.1:5001" not in text
    assert "listen [::1]:8080;" in text
    assert "X-Forwarded-Proto $scheme" in text
    assert "$http_x_forwarded_proto, $scheme" in config_for("::1", 8080, [6001], is_behind=True)


def test_processes_get_the_next_ports_that_are_free() -> None:
    """Not those of connections on their way out, which may be taken while a process starts again."""
    port = free_port()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port + 2))
        taken.listen()
        found = _free_ports(3, behind=port)
    assert port + 2 not in found
    assert found == sorted(found)
    assert found[0] > port
    assert found[-1] < port + 100
