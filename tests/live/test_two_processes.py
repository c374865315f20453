"""Two server processes behind a proxy that routes by room, on PostgreSQL and Redis: kill one, stop one, take Redis away."""

import os
import shutil
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import websocket
from sqlalchemy import Engine, select

from consult import clock
from consult.db import Db, engine_for, reading_session, sessions_for, unit_of_work
from consult.drafting import service
from consult.drafting.models import RoomLease
from consult.items.models import ActionItem
from consult.rooms.models import Room
from tests import cast
from tests.conftest import unavailable
from tests.drafting.stage import Editor, Stage
from tests.live.drafting_wire import WirePage, signed_in
from tests.live.hashing_proxy import HashingProxy
from tests.running import ForkedServer, RunningServer, free_port, wait_until

NAMES = ("alpha", "beta")
#: For what takes seconds by itself, on a machine that is busy with other things.
PATIENCE_SECONDS = 60


@pytest.fixture
def engine(postgresql_url: str) -> Iterator[Engine]:
    found = engine_for(postgresql_url)
    yield found
    found.dispose()


@pytest.fixture
def world(engine: Engine) -> cast.World:
    with unit_of_work(sessions_for(engine)) as db:
        return cast.build(db)


@pytest.fixture
def redis_process() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A Redis of this test's own, because it is going to be killed."""
    program = shutil.which("redis-server")
    if program is None:
        unavailable("redis-server")
        return
    port = str(free_port())
    arguments = [program, "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL)
    yield f"redis://127.0.0.1:{port}/0", process
    process.kill()
    process.wait()


@dataclass
class Cluster:
    """Both processes and the proxy in front."""

    proxy: HashingProxy
    processes: list[RunningServer]
    redis: subprocess.Popen[bytes]
    engine: Engine
    cookies: dict[str, str] = field(default_factory=dict)

    def owner(self, room: Room) -> str:
        """The name of the process that holds the room; empty when nobody does."""
        with reading_session(self.engine) as db:
            owner = db.scalar(select(RoomLease.owner).where(RoomLease.room_id == room.id)) or ""
        return owner.split("/")[0]

    def page(self, who: str, item: ActionItem, editor: Editor, at: RunningServer | None = None) -> WirePage:
        """A page of the person: through the proxy, or straight at one of the processes."""
        url = at.url if at else self.proxy.url
        room = item.room.public_id
        return WirePage(url, self.cookies[who], item.public_id, editor, room=room, origin=self.proxy.url)


@pytest.fixture
def cluster(
    postgresql_url: str,
    engine: Engine,
    world: cast.World,
    redis_process: tuple[str, subprocess.Popen[bytes]],
    tmp_path: Path,
) -> Iterator[Cluster]:
    queue, redis = redis_process
    proxy = HashingProxy()
    processes = [
        ForkedServer(
            postgresql_url,
            tmp_path / f"{name}.log",
            public_url=proxy.url,
            message_queue_url=queue,
            process_name=name,
            connections_per_member="20",
        )
        for name in NAMES
    ]
    try:
        with ThreadPoolExecutor() as starting:
            proxy.upstreams = [process.port for process in starting.map(RunningServer.start, processes)]
        found = Cluster(proxy, processes, redis, engine)
        for who in ("kenya", "canada", "philippines", "facilitator"):
            found.cookies[who] = signed_in(proxy.url, cast.CAST[who].email)
        yield found
    finally:
        with ThreadPoolExecutor() as stopping:
            list(stopping.map(RunningServer.stop, processes))
        proxy.close()


@dataclass
class Writer:
    """Somebody who writes word after word, comes back after every interruption, and remembers what was acknowledged."""

    cluster: Cluster
    who: str
    item: ActionItem
    editor: Editor
    stop: threading.Event
    acknowledged: list[str] = field(default_factory=list)
    failures: list[BaseException] = field(default_factory=list)
    codes: Counter[str] = field(default_factory=Counter)
    #: Words begun; no word is written twice, also not after an interruption.
    count: int = 0

    def run(self) -> None:
        try:
            while not self.stop.is_set():
                try:
                    with closing(self.cluster.page(self.who, self.item, self.editor)) as page:
                        self._stay(page)
                except (OSError, websocket.WebSocketException):  # cut off: come back
                    self.editor.take_outgoing()  # the next join brings it along
                    self.stop.wait(0.1)
        except BaseException as error:  # for the test's thread, which looks here
            self.failures.append(error)
            raise

    def _stay(self, page: WirePage) -> None:
        while not self.stop.is_set():
            ack = page.join()
            while ack["ok"] and not self.stop.is_set():
                ack = self._write(page)
            if not ack["ok"]:
                self.codes[ack["code"]] += 1
                self.stop.wait(ack.get("after", 200) / 1000)

    def _write(self, page: WirePage) -> dict[str, Any]:
        word = f"{self.who}-{self.editor.doc.client_id}-{self.count}."
        self.count += 1
        with self.editor.doc.transaction():
            self.editor.paragraph(word)
        ack = page.send()
        if ack["ok"]:
            self.acknowledged.append(word)
            self.stop.wait(0.1)  # half as fast as a page may
        return ack


def items_of_both_processes(cluster: Cluster, stage: Stage, world: cast.World) -> list[ActionItem]:
    """An item in each room, the rooms named so that each process has one."""
    with unit_of_work(stage.sessions) as db:
        for index, room in enumerate(world.rooms):
            found = db.merge(room)
            while cluster.proxy.first_for(found.public_id) != index:
                found.public_id = f"r{index}{os.urandom(5).hex()}"
            room.public_id = found.public_id
    items = [stage.item(room=1), stage.item(room=2)]
    for item, room in zip(items, world.rooms, strict=True):
        item.room = room
    return items


def test_a_process_that_dies_is_succeeded_and_has_its_room_back_and_redis_may_go(
    cluster: Cluster, engine: Engine, world: cast.World
) -> None:
    items = items_of_both_processes(cluster, Stage(engine, world), world)
    stop = threading.Event()
    seats = (("kenya", 0, 1001), ("canada", 0, 1002), ("philippines", 1, 2001), ("philippines", 1, 2002))
    writers = [Writer(cluster, who, items[n], Editor(client), stop) for who, n, client in seats]
    threads = [threading.Thread(target=writer.run, daemon=True) for writer in writers]
    for thread in threads:
        thread.start()

    def everybody_writes(more: int) -> None:
        have = [len(writer.acknowledged) for writer in writers]

        def is_done() -> bool:
            assert not [writer.failures for writer in writers if writer.failures]
            return all(len(writer.acknowledged) >= n + more for writer, n in zip(writers, have, strict=True))

        wait_until(is_done, seconds=PATIENCE_SECONDS, what=f"{more} edits of each writer")

    try:
        everybody_writes(10)
        assert [cluster.owner(room) for room in world.rooms] == ["alpha", "beta"]
        cluster.processes[0].kill()
        everybody_writes(5)
        assert [cluster.owner(room) for room in world.rooms] == ["beta", "beta"]
        cluster.processes[0].start()
        with closing(cluster.page("kenya", items[0], Editor(1003))) as newcomer:
            # A page that is opened now comes to the process that is back: the room follows it there.
            wait_until(
                lambda: newcomer.join()["ok"] == 1 or time.sleep(1), seconds=PATIENCE_SECONDS, what="the room"
            )
            assert cluster.owner(world.rooms[0]) == "alpha"
        everybody_writes(5)
        cluster.redis.kill()
        cluster.redis.wait()
        everybody_writes(5)
        with closing(cluster.page("canada", items[0], Editor(1004))) as page:
            assert page.join()["ok"] == 1
            with unit_of_work(sessions_for(engine)) as db:  # as a form does in whichever process it comes to
                service.write(db, None, items[0], facts={"term": "long"})
            page.wait_for(lambda: page.editor.facts.to_py().get("term") == "long")
            stop.set()
            for thread in threads:
                thread.join(PATIENCE_SECONDS)
            assert page.join()["ok"] == 1
            assert_kept_once(engine, items, writers)
            with reading_session(engine) as db:
                assert [str(line) for line in page.editor.lines()] == lines_of(db, items[0])
            with unit_of_work(sessions_for(engine)) as db:  # closed elsewhere, and nothing wakes the owner
                room = db.get(Room, world.rooms[0].id)
                assert room is not None
                room.state, room.closed_at = "closed", clock.now()
            page.editor.title += "too late"
            assert page.send()["code"] == "late"
            page.wait_for(lambda: any(name == "perm" for name, _args in page.events))
    finally:
        stop.set()
    assert [process.stop() for process in cluster.processes] == [0, 0]


def lines_of(db: Db, item: ActionItem) -> list[str]:
    """The paragraphs of the item's draft, as the log has them."""
    text = service.content_of(db, item).text
    return ["".join(run["text"] for run in block.get("content", [])) for block in text["content"]]


def assert_kept_once(engine: Engine, items: list[ActionItem], writers: list[Writer]) -> None:
    """Whatever was acknowledged is in the log, once."""
    with reading_session(engine) as db:
        said = {item.id: Counter(lines_of(db, item)) for item in items}
    for writer in writers:
        assert len(writer.acknowledged) >= 25
        kept = said[writer.item.id]
        wrong = {word: kept[word] for word in writer.acknowledged if kept[word] != 1}
        assert wrong == {}, f"{writer.who} was answered {writer.codes}"


def test_a_process_that_stood_still_cannot_write_what_another_took_over(
    cluster: Cluster, engine: Engine, world: cast.World
) -> None:
    item = items_of_both_processes(cluster, Stage(engine, world), world)[0]
    alpha, beta = cluster.processes
    kenya = cluster.page("kenya", item, Editor(1001), at=alpha)
    assert kenya.join()["ok"] == 1
    kenya.editor.title += "before "
    assert kenya.send()["ok"] == 1
    assert alpha.process is not None
    alpha.process.send_signal(signal.SIGSTOP)
    try:
        kenya.editor.title += "frozen "
        answers: list[dict[str, object]] = []

        def ask() -> None:
            try:
                answers.append(kenya.send())
            except (OSError, websocket.WebSocketException):
                answers.append({"ok": 0, "code": "cut off"})

        asking = threading.Thread(target=ask, daemon=True)
        asking.start()
        with closing(cluster.page("canada", item, Editor(1002), at=beta)) as canada:
            wait_until(
                lambda: canada.join()["ok"] == 1 or time.sleep(0.5),
                seconds=PATIENCE_SECONDS,
                what="the takeover",
            )
            assert str(canada.editor.title) == "before "
            canada.editor.facts["term"] = "long"
            assert canada.send()["ok"] == 1
            alpha.process.send_signal(signal.SIGCONT)
            asking.join(PATIENCE_SECONDS)
            assert [answer["ok"] for answer in answers] == [0], "nothing is called saved by a stale owner"
            assert cluster.owner(world.rooms[0]) == "beta"
            again = cluster.page("kenya", item, kenya.editor, at=beta)
            assert again.join()["ok"] == 1, "joining brings along what was not acknowledged"
            canada.wait_for(lambda: str(canada.editor.title) == "before frozen ")
            again.close()
        with reading_session(engine) as db:
            content = service.content_of(db, item)
        assert (content.title, content.facts) == ("before frozen", {"term": "long"})
    finally:
        alpha.process.send_signal(signal.SIGCONT)
        kenya.close()
