"""A whole installation to break: database, perhaps Redis, one or two server processes, a network, and its people."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from consult import migrating
from tests.faults import meeting as meetings
from tests.faults.history import History
from tests.faults.person import Address, Person
from tests.faults.proxy import FaultProxy
from tests.faults.services import PostgreSQL, Redis
from tests.faults.visitor import Visitor
from tests.faults.writer import Writer
from tests.running import RunningServer, wait_until

PUBLIC_URL = "http://consult.test"
SQLITE, POSTGRESQL, TWO = "sqlite", "postgresql", "two"
BACKENDS = {
    SQLITE: "SQLite, one process",
    POSTGRESQL: "PostgreSQL and Redis, one process",
    TWO: "PostgreSQL and Redis, two processes",
}
#: Rule (R3): how long after the last fault all copies may differ, once everybody is connected again.
AGREE_SECONDS = 5
#: Rule (R4): how long everybody may need to come back.
BACK_SECONDS = 45


class Site:
    """Everything of one run, in `folder`. Writers whose number is in `far` come through `network`."""

    def __init__(
        self, folder: Path, backend: str = SQLITE, *, people: int = 30, rooms: int = 3, rate: float = 1.0,
        visitors: int = 6, far: frozenset[int] = frozenset(), far_database: bool = False, environ: dict[str, str] | None = None,
        database: Path | None = None, **settings: str,
    ) -> None:  # fmt: skip
        self.folder, self.backend = folder, backend
        self.history = History()
        self.postgresql = self.redis = self.database_network = None
        if backend == SQLITE:
            self.url = f"sqlite:///{database or folder / 'consult.sqlite3'}"
        else:
            self.postgresql = PostgreSQL(folder).start()
            self.redis = Redis(folder).start()
            self.url = self.postgresql.url
            settings["message_queue_url"] = self.redis.url
        migrating.upgrade(self.url)
        self.meeting = meetings.build(self.url, rooms=rooms, people=people)
        settings = {"public_url": PUBLIC_URL, **settings}
        self.servers = [
            RunningServer(self.url, folder / f"server{number}.log", **settings)
            for number in range(2 if backend == TWO else 1)
        ]
        for server in self.servers:
            server.environ.update(environ or {})
        self.networks = [FaultProxy(server.port).start() for server in self.servers]
        self.writers: list[Writer] = []
        self.visitors: list[Visitor] = []
        self._people, self._rate, self._visitors, self._far = people, rate, visitors, far
        self.notes: list[str] = []

    # Starting and ending.

    def start(self) -> "Site":
        """Start the servers, sign everybody in, and let them come."""
        for server in self.servers:
            server.start()
        self.facilitator = Person(self.address(0), self.meeting.facilitator).sign_in()
        names = list(self.meeting.people)[: self._people]
        with ThreadPoolExecutor(4) as pool:
            persons = list(pool.map(self._signed_in, names))
        for number, (who, person) in enumerate(zip(names, persons, strict=True)):
            place = self.meeting.place_of(who)
            self.writers.append(
                Writer(
                    who,
                    person.address,
                    person.cookies,
                    self.meeting.drafts[place],
                    self.meeting.rooms[place],
                    self.history,
                    rate=self._rate,
                )
            )
            if number < self._visitors:
                self.visitors.append(Visitor(who, person, self.meeting, self.history, pause=1.0))
        for one in (*self.writers, *self.visitors):
            one.start()
        wait_until(self.everybody_is_here, seconds=60, what="everybody to come in")
        return self

    def _signed_in(self, who: str) -> Person:
        return Person(self.address_of(who), self.meeting.people[who]).sign_in()

    def process_of(self, who: str) -> int:
        return self.meeting.place_of(who) % len(self.servers)

    def address(self, process: int) -> Address:
        return Address(self.servers[process].port, self.servers[process].environ["CONSULT_PUBLIC_URL"])

    def address_of(self, who: str) -> Address:
        process = self.process_of(who)
        if int(who[1:]) in self._far:
            return Address(self.networks[process].port, PUBLIC_URL)
        return self.address(process)

    def far_writers(self) -> list[Writer]:
        return [writer for writer in self.writers if int(writer.who[1:]) in self._far]

    def near_writers(self) -> list[Writer]:
        return [writer for writer in self.writers if int(writer.who[1:]) not in self._far]

    def close(self) -> None:
        for one in (*self.writers, *self.visitors):
            one._ended.set()
        for network in self.networks:
            network.stop()
        for server in self.servers:
            if server.process is not None and server.process.poll() is None:
                server.process.send_signal(signal.SIGCONT)
                server.kill()
        for service in (self.postgresql, self.redis):
            if service is not None:
                service.stop()

    # The course of a run.

    def busy(self, on: bool = True) -> None:
        """Let people write, comment and vote, or stop."""
        for writer in self.writers:
            writer.typing.set() if on else writer.typing.clear()
        for visitor in self.visitors:
            visitor.busy.set() if on else visitor.busy.clear()

    @contextmanager
    def work(self) -> Iterator[None]:
        """People work while inside; twenty edits have been acknowledged before it begins to be inside."""
        self.busy()
        self.wait_for_acknowledged(20)
        yield
        self.busy(on=False)

    def everybody_is_here(self) -> bool:
        return all(writer.is_connected for writer in self.writers)

    def acknowledged(self) -> int:
        return self.history.counts()["done"]

    def wait_for_acknowledged(self, more: int, *, seconds: float = 60) -> None:
        """Wait until `more` acts have been acknowledged from now on."""
        have = self.acknowledged()
        wait_until(
            lambda: self.acknowledged() >= have + more, seconds=seconds, what=f"{more} acknowledgements"
        )

    def wait_until_back(self) -> float:
        """Seconds until everybody is connected and has nothing unsaved; more than BACK_SECONDS is a violation."""
        began = time.monotonic()
        while not all(writer.is_settled() for writer in self.writers):
            if time.monotonic() - began > BACK_SECONDS:
                late = [writer.who for writer in self.writers if not writer.is_settled()]
                self.history.report(f"not back after {BACK_SECONDS} s: {', '.join(late)}")
                break
            time.sleep(0.05)
        return time.monotonic() - began

    def wait_until_agreed(self) -> float:
        """Seconds until all copies of each draft are the same; more than AGREE_SECONDS is a violation."""
        began = time.monotonic()
        while len({self.copy_of(writer) for writer in self.writers}) > len(self.meeting.drafts):
            if time.monotonic() - began > AGREE_SECONDS:
                self.history.report(f"copies differ {AGREE_SECONDS} s after everybody was back")
                break
            time.sleep(0.1)
        return time.monotonic() - began

    @staticmethod
    def copy_of(writer: Writer) -> tuple[str, ...]:
        return (writer.draft, *writer.said())

    def newcomer(self, place: int) -> tuple[str, ...]:
        """The draft of room `place` as somebody has it who comes in now."""
        address = self.address(place % len(self.servers))
        facilitator = Person(address, self.meeting.facilitator).sign_in()
        fresh = Writer(
            "x000", address, facilitator.cookies, self.meeting.drafts[place], self.meeting.rooms[place], History()
        )  # fmt: skip
        fresh.start()
        try:
            wait_until(lambda: fresh.is_connected, seconds=20, what="a newcomer to come in")
            return self.copy_of(fresh)
        finally:
            fresh.end()
            facilitator.close()

    def server(self, process: int = 0) -> RunningServer:
        return self.servers[process]

    def signal(self, number: signal.Signals, process: int = 0) -> None:
        running = self.servers[process].process
        assert running is not None
        running.send_signal(number)

    def log(self) -> str:
        return "".join(server.log.read_text(errors="replace") for server in self.servers)

    def command(self, *args: str) -> subprocess.CompletedProcess[str]:
        """`consult …` against this installation."""
        return subprocess.run(
            [sys.executable, "-c", "from consult.cli import main; main()", *args],
            env={**os.environ, **self.servers[0].environ},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
