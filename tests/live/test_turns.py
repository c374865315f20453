"""When many pages are asked for at once, everything else goes on: sockets are answered in between, and nobody waits to write."""

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from sqlalchemy import select, update

from consult import clock
from consult.db import Db
from consult.people.accounts import SEEN_EVERY
from consult.people.models import SignIn
from tests import cast
from tests.live.test_connections import Page
from tests.running import RunningServer, wait_until

PAGES = 60


@pytest.fixture
def server(database_url: str, tmp_path: Path, world: cast.World) -> Iterator[RunningServer]:
    found = RunningServer(database_url, tmp_path / "server.log").start()
    yield found
    assert found.stop() == 0
    assert "Traceback" not in found.log.read_text(errors="replace")


def test_a_socket_is_answered_while_many_pages_wait(server: RunningServer, world: cast.World) -> None:
    page = Page(server, "kenya").connect(f"session={world.session.public_id}")
    address = f"{server.url}/rooms/{world.rooms[0].public_id}"
    cookies = page.http.cookies.get_dict()
    done: list[int] = []

    def load(_number: int) -> None:
        done.append(requests.get(address, cookies=cookies, timeout=60).status_code)

    answers = 0
    try:
        with ThreadPoolExecutor(PAGES) as pool:
            waiting = pool.map(load, range(PAGES))
            while len(done) < PAGES:
                page.socket.call("clock", {}, timeout=60)  # that so many are too many is an answer as well
                answers += 1
            list(waiting)
    finally:
        page.close()
    assert set(done) == {200}
    assert answers >= PAGES / 6, "the pages were made in one go, and the socket waited for them all"


def test_reading_a_page_waits_for_nobody_who_writes(server: RunningServer, world: cast.World, db: Db) -> None:
    page = Page(server, "kenya")
    row_id = db.scalars(select(SignIn.id).order_by(SignIn.id.desc()).limit(1)).one()
    long_ago = clock.now() - 2 * SEEN_EVERY
    db.execute(update(SignIn).where(SignIn.id == row_id).values(last_seen_at=long_ago))
    db.commit()
    db.execute(update(SignIn).where(SignIn.id == -1).values(device=""))  # holds the write lock
    begun = time.monotonic()
    answer = page.http.get(f"{server.url}/account")
    waited = time.monotonic() - begun
    db.rollback()
    assert answer.status_code == 200
    assert waited < 3, "it waited for the lock, as long as anybody ever does"

    def is_written() -> bool:
        found = db.scalars(select(SignIn.last_seen_at).where(SignIn.id == row_id)).one()
        db.rollback()
        return found > long_ago

    wait_until(is_written, seconds=20, what="the last use is written down")
    assert not re.search("locked", server.log.read_text())


def test_a_session_hears_once_who_came_into_however_many_rooms(
    server: RunningServer, world: cast.World
) -> None:
    session = world.session.public_id
    rooms = [room.public_id for room in world.rooms[:2]]
    watching = Page(server, "late").connect(f"session={session}")
    inside = [Page(server, "facilitator") for _ in rooms]
    try:
        assert watching.ask("follow", {"audiences": {f"session:{session}": 0}})["ok"]
        for room, page in zip(rooms, inside, strict=True):
            page.connect(f"room={room}")
            assert page.ask("follow", {"audiences": {f"room:{room}": 0}})["ok"]
        for room, page in zip(rooms, inside, strict=True):
            wait_until(lambda p=page: "presence.changed" in p.names_heard(), what="the room is told")
            heard = [event["data"] for event in page.heard if event["name"] == "presence.changed"]
            assert {event["room"] for event in heard} == {room}, "of its own room only"
        wait_until(lambda: "presence.changed" in watching.names_heard(), what="the session is told")
        heard = [event["data"] for event in watching.heard if event["name"] == "presence.changed"]
        assert {event["room"] for event in heard} == {None}
    finally:
        for page in (watching, *inside):
            page.close()
