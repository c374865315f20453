"""The servers that live drafting is measured on, each started anew for a run, and the generator that loads them.

The server has one core to itself and the generator another (as far as the machine has two); every run is the same load:
rooms × 10 editors × 3 edits a second, each edit a Yjs update of its own with a marker that the other nine must see.
"""

import contextlib
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from consult import clock, migrating, richtext
from consult.db import engine_for, sessions_for, unit_of_work
from consult.drafting import service
from consult.items.models import ActionItem
from consult.rooms.models import Room
from tests import cast
from tests.live.drafting_wire import signed_in
from tests.running import RunningServer, free_port, wait_until

ROOT = Path(__file__).resolve().parent.parent
PEERS = Path(__file__).resolve().parent / "peers"
EDITORS, RATE = 10, 3
CROWD = {"connections_per_member": "100000", "connections_per_room": "100000"}
_CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, GENERATOR_CORE = _CORES[0], _CORES[-1]
Run = dict[str, Any]


@contextlib.contextmanager
def on_core(core: int) -> Iterator[None]:
    """Processes started in here stay on one core."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def generate(
    url: str, pids: str, protocol: str, rooms: int, seconds: int, prefix: str, *more: str, patience: int = 240
) -> Run:
    """One run of the generator; what it counted (see `peers/loadgen.mjs`).

    Args:
        patience: seconds it may take beside what it is told to.
    """
    command = [
        "node", str(PEERS / "loadgen.mjs"), "--quiet", "--protocol", protocol, "--url", url.replace("http://", "ws://"),
        "--rooms", str(rooms), "--per", str(EDITORS), "--rate", str(RATE), "--shape", "xml", "--root", "default",
        "--warmup", "3", "--concurrency", "10", "--duration", str(seconds), "--prefix", prefix, "--pid", pids, *more,
    ]  # fmt: skip
    with on_core(GENERATOR_CORE):
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=patience + 2 * seconds + rooms, check=False
        )
    if done.returncode:
        raise RuntimeError(f"{shlex.join(command)}\n{done.stderr[-2000:]}")
    found: Run = json.loads(done.stdout.strip().splitlines()[-1])
    found["foreign_pct"] = round(max(0.0, found["core_busy_pct"][SERVER_CORE] - found["srv_cpu_pct"]), 1)
    return found


def is_clean(run: Run) -> bool:
    """Whether everything sent arrived once, nobody was refused or cut off, and nothing is missing afterwards."""
    names = ("missing", "dup", "closed", "errors", "nacks", "failed", "verify_lost")
    return not any(run.get(name) for name in names)


@dataclass
class Consult:
    """The real server process (`consult.server`): sign-in rows, permissions, a commit before every acknowledgement."""

    folder: Path
    database: str
    prefixes: int = 0

    def __post_init__(self) -> None:
        migrating.upgrade(self.database)
        with self.writing() as db:
            self._world = cast.build(db)
            db.query(Room).update({"deadline_at": None})

    @contextlib.contextmanager
    def writing(self) -> Iterator[Any]:
        """A transaction on the database of the benchmark."""
        engine = engine_for(self.database)
        try:
            with unit_of_work(sessions_for(engine)) as db:
                yield db
        finally:
            engine.dispose()

    def drafts(self, rooms: int, first: int = 0) -> str:
        """A new draft in each of `rooms` rooms, from room `first` on; the prefix of their names."""
        self.prefixes += 1
        prefix = f"run{self.prefixes}x"
        with self.writing() as db:
            for number in range(rooms):
                self.add_draft(db, f"{prefix}{number}", first + number)
        return prefix

    def add_draft(self, db: Any, name: str, number: int) -> ActionItem:
        """An item called `name` with an empty draft, in room `number` of the round; the room is made when there is none."""
        world = self._world
        room = db.scalar(select(Room).where(Room.round_id == world.round.id, Room.number == number + 1))
        if room is None:
            room = Room(
                consultation_id=world.consultation.id,
                session_id=world.session.id,
                round_id=world.round.id,
                number=number + 1,
                topic="Load",
                state="open",
                opened_at=clock.now(),
            )
            db.add(room)
            db.flush()
        item = ActionItem(
            public_id=name,
            consultation_id=world.consultation.id,
            session_id=world.session.id,
            room_id=room.id,
            number=1 + db.scalar(select(func.count()).where(ActionItem.room_id == room.id)),
            text=richtext.empty(),
            facts={},
            created_by_id=world.members["facilitator"].id,
            created_at=clock.now(),
        )
        db.add(item)
        db.flush()
        service.create_draft(db, item)
        return item

    @contextlib.contextmanager
    def running(self, **settings: str) -> Iterator[tuple[RunningServer, str]]:
        """The server, and the cookies of somebody who may write in every room."""
        server = RunningServer(self.database, self.folder / "server.log", **CROWD, **settings)
        with on_core(SERVER_CORE):
            server.start()
        try:
            yield server, signed_in(server.url, cast.CAST["facilitator"].email)
        finally:
            server.stop()

    def load(self, rooms: int, seconds: int, *more: str, tick: int) -> Run:
        """One run on a server of its own."""
        prefix = self.drafts(rooms)
        with self.running(draft_tick_ms=str(tick)) as (server, cookies):
            return self.loaded(server, cookies, rooms, seconds, prefix, "--verify", *more)

    def loaded(
        self, server: RunningServer, cookies: str, rooms: int, seconds: int, prefix: str, *more: str
    ) -> Run:
        """One run on a server that is there."""
        return self.shared([server], cookies, rooms, seconds, prefix, *more)

    def shared(
        self,
        servers: Sequence[RunningServer],
        cookies: str,
        rooms: int,
        seconds: int,
        prefix: str,
        *more: str,
        patience: int = 240,
    ) -> Run:
        """One run on servers that share the rooms: all pages of a room at the same."""
        pids = []
        for server in servers:
            assert server.process is not None
            pids.append(str(server.process.pid))
        headers = ("--header", f"Cookie: {cookies}", "--header", "Origin: {origin}", "--shard")
        return generate(
            ",".join(server.url for server in servers), ",".join(pids), "socketio-consult", rooms, seconds, prefix,
            *headers, *more, patience=patience,
        )  # fmt: skip

    def killed(self, rooms: int, seconds: int, times: int) -> list[Run]:
        """As many runs that end in kill -9 under load; the generator restarts the server and counts what is there."""
        with self.running() as (server, cookies):
            return [self._kill(server, cookies, rooms, seconds) for _ in range(times)]

    def _kill(self, server: RunningServer, cookies: str, rooms: int, seconds: int) -> Run:
        settings = {name: value for name, value in server.environ.items() if name.startswith("CONSULT_")}
        environ = " ".join(f"{name}={shlex.quote(value)}" for name, value in settings.items())
        pid_file = self.folder / "restarted.pid"
        serve = f"taskset -c {SERVER_CORE} {sys.executable} -m consult.server --port {server.port}"
        restart = f"cd {ROOT}; {environ} exec {serve} >>{server.log} 2>&1 & echo $! >{pid_file}; wait"
        prefix = self.drafts(rooms)
        run = self.loaded(server, cookies, rooms, seconds, prefix, "--crash", restart)
        assert server.process is not None
        server.process.wait(10)
        subprocess.run(["kill", "-9", pid_file.read_text().strip()], check=False)
        with on_core(SERVER_CORE):
            server.start()
        return run


@dataclass(frozen=True)
class Peer:
    """A Node server from npm, as its documentation starts it, without persistence."""

    label: str
    protocol: str
    command: tuple[str, ...]
    folder: Path

    def load(self, rooms: int, seconds: int, *more: str) -> Run:
        """One run on a server of its own."""
        port = free_port()
        environ = {**os.environ, "HOST": "127.0.0.1", "PORT": str(port), "NODE_ENV": "production"}
        with on_core(SERVER_CORE), (self.folder / "peer.log").open("ab") as log:
            process = subprocess.Popen(
                [*self.command, str(port)], cwd=self.folder, env=environ, stdout=log, stderr=log
            )
        try:
            wait_until(lambda: answers(port), seconds=20, what=self.label)
            url = f"ws://127.0.0.1:{port}"
            return generate(url, str(process.pid), self.protocol, rooms, seconds, "r", *more)
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()


def answers(port: int) -> bool:
    """Whether somebody listens there."""
    import socket

    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def peers(folder: Path) -> list[Peer]:
    """The peers, installed from the lock file into `folder`. Empty, with a word why, when npm cannot."""
    shutil.copytree(PEERS, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("node_modules"))
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        print(f"bench: the peers are not measured: {error}", file=sys.stderr)
        return []
    if done.returncode:
        print(f"bench: the peers are not measured: {done.stderr[-500:]}", file=sys.stderr)
        return []
    found = json.loads((folder / "package.json").read_text())["dependencies"]
    modules = folder / "node_modules"
    return [
        Peer(
            f"y-websocket {found['y-websocket']}",
            "ywebsocket",
            ("node", str(modules / "y-websocket" / "bin" / "server.cjs")),
            folder,
        ),
        Peer(
            f"@y/websocket-server {found['@y/websocket-server']}",
            "ywebsocket",
            ("node", str(modules / "@y" / "websocket-server" / "src" / "server.js")),
            folder,
        ),
        Peer(
            f"Hocuspocus {found['@hocuspocus/server']}",
            "hocuspocus",
            ("node", str(folder / "hocuspocus.mjs")),
            folder,
        ),
    ]
