"""The rehearsal at the real server: text grows, carets move, hands go up, help is asked for; its end is the server's."""

import asyncio
import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from consult.commands.sample import _built, _empty
from consult.db import engine_for, reading_session
from consult.drafting.models import DraftUpdate
from consult.people.models import Member, User
from consult.rehearsal import person
from consult.rehearsal.casting import left_free, played
from consult.rehearsal.site import Site
from consult.rehearsal.table import Table
from consult.rehearsal.wire import Wire
from consult.rooms.help_models import HelpRequest
from consult.rooms.models import Room, Round
from consult.rooms.queries import seated_in_room
from consult.rooms.queue_models import Hand
from consult.sample.build import Stage
from tests.running import free_port, wait_until

#: Starts the simulated people and becomes the server, as `consult demo` does, but on a sample of the test's own.
_START = """
import sys
from pathlib import Path
from consult.commands.sample import rehearsing
from consult.commands.serving import start
url, cast, port, database = sys.argv[1:]
print(rehearsing(url, Path(cast), "--pace", "8").pid, flush=True)
start("127.0.0.1", int(port), {"CONSULT_DEMO": "1", "CONSULT_DATABASE_URL": database, "CONSULT_PUBLIC_URL": url, "CONSULT_SECRET_KEY": "k" * 40})
"""


@dataclass
class Rehearsal:
    """The server with its simulated people."""

    url: str
    cast: dict[str, Any]
    engine: Engine
    server: subprocess.Popen[bytes]
    pid: int
    log: Path

    def ask(self, question: Any) -> Any:
        """The one value a query finds."""
        with reading_session(self.engine) as db:
            return db.scalar(question)

    @property
    def is_running(self) -> bool:
        """Whether the simulated people are still a process that runs."""
        stat = Path(f"/proc/{self.pid}/stat")
        return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"

    @property
    def present(self) -> set[str]:
        """E-mail addresses of those who are in the room where they sit."""
        with reading_session(self.engine) as db:
            rooms = db.scalars(select(Room)).all()
            here = [
                seated
                for room in rooms
                for seated in seated_in_room(db, room)
                if seated.in_room_id == room.id
            ]
            emails = dict(
                db.execute(select(Member.id, User.email).join(User, User.id == Member.user_id)).all()
            )
            return {emails[seated.member_id] for seated in here}

    @property
    def rows(self) -> int:
        """Rows that live typing left in the logs of the drafts."""
        return int(self.ask(select(func.count()).select_from(DraftUpdate)))

    @property
    def is_closed(self) -> bool:
        """Whether every room is."""
        return self.ask(select(Room.id).where(Room.state != "closed")) is None

    async def recall(self) -> None:
        """Close all rooms, as the facilitator does."""
        facilitator = self.cast["people"]["facilitator"]
        site = Site(self.url)
        await site.sign_in(facilitator["email"], facilitator["password"])
        address = f"/rounds/{self.ask(select(Round.public_id))}/recall"
        form = (await site.get(address.replace("recall", "console"))).form(address)
        assert form is not None
        assert (await site.send(form, immediately="1")).status == 303


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    folder = tmp_path_factory.mktemp("rehearsal")
    database, port = f"sqlite:///{folder / 'sample.sqlite3'}", free_port()
    url = f"http://127.0.0.1:{port}"
    _empty(database)
    cast = _built(database, url, 36, Stage.DRAFTING)
    (folder / "demo.json").write_text(json.dumps(cast), encoding="utf-8")
    log, engine = folder / "server.log", engine_for(database)
    command = [sys.executable, "-c", _START, url, str(folder / "demo.json"), str(port), database]
    with log.open("wb") as out:
        server = subprocess.Popen(command, stdout=out, stderr=out)
    wait_until(lambda: b"serving" in log.read_bytes(), seconds=60, what="the server")
    pid = int(log.read_text().split()[0])
    found = Rehearsal(url, cast, engine, server, pid, log)
    yield found
    if server.poll() is None:
        server.kill()
        server.wait()
    engine.dispose()


def test_the_rooms_live_and_what_is_left_free_stays_free(rehearsal: Rehearsal) -> None:
    who = {part["email"] for part in played(rehearsal.cast)}
    free = left_free(rehearsal.cast)
    before = rehearsal.rows
    wait_until(
        lambda: rehearsal.present == who, seconds=60, what="everybody who is played to be in their room"
    )
    wait_until(lambda: rehearsal.rows > before + 100, seconds=60, what="text to grow")
    for table in (HelpRequest, Hand):
        count = select(func.count()).select_from(table)
        wait_until(lambda count=count: rehearsal.ask(count) > 0, seconds=90, what=table.__tablename__)
    assert not rehearsal.present & free
    assert rehearsal.is_running


async def _recall_as_somebody_comes_in(rehearsal: Rehearsal, monkeypatch: pytest.MonkeyPatch) -> None:
    """One more reads the page of their room while it is open, and is connected when it is not any more."""
    is_connected = asyncio.Event()

    class LateWire(Wire):
        @classmethod
        async def open(cls, *arguments: str) -> Wire:
            await rehearsal.recall()
            await asyncio.to_thread(wait_until, lambda: rehearsal.is_closed, seconds=30, what="the close")
            wire = await Wire.open(*arguments)
            is_connected.set()
            return wire

    monkeypatch.setattr(person, "Wire", LateWire)
    free = left_free(rehearsal.cast)
    part = next(part for part in rehearsal.cast["seated"] if part["email"] in free)
    late = person.Person(rehearsal.url, part, Table(random.Random(1), False, 8), seed=1, arrives=0, pace=8)
    life = asyncio.ensure_future(late.live())
    try:
        await asyncio.wait_for(is_connected.wait(), 30)
        await asyncio.to_thread(
            wait_until,
            lambda: not late.room and rehearsal.present == set(),
            seconds=60,
            what="everybody to leave",
        )
    finally:
        life.cancel()
        await asyncio.gather(life, return_exceptions=True)


def test_when_the_rooms_are_closed_people_leave_and_write_no_more(
    rehearsal: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(_recall_as_somebody_comes_in(rehearsal, monkeypatch))
    before = rehearsal.rows
    time.sleep(2)
    assert rehearsal.rows == before
    assert rehearsal.is_running


def test_it_ends_with_the_server_and_nothing_went_wrong_there(rehearsal: Rehearsal) -> None:
    rehearsal.server.send_signal(signal.SIGTERM)
    assert rehearsal.server.wait(20) == 0
    wait_until(lambda: not rehearsal.is_running, seconds=20, what="the simulated people to end")
    log = rehearsal.log.read_text(errors="replace")
    assert "Traceback" not in log
    assert "invalid" not in log
