"""How live drafting holds under load, and what six kill -9 under that load cost.

`make bench ARGS=drafting`, or `python -m bench.drafting [--loadgen DIR] [--rooms 20] [--kills 6] [--database URL]`. Rewrites the
section "Live drafting" of docs/benchmarks.md. Needs Node 18 and the load generator (by default in ../shared/tools/loadgen);
each of its editors is a connection of its own, writes into a paragraph of its own, and must see everybody else's edits.
"""

import argparse
import json
import os
import platform
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from consult import clock, migrating, richtext
from consult.db import engine_for, sessions_for, unit_of_work
from consult.drafting import service
from consult.items.models import ActionItem
from consult.rooms.models import Room
from tests import cast
from tests.live.drafting_wire import signed_in
from tests.running import RunningServer

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "benchmarks.md"
TITLE = "## Live drafting"
BUDGET_MS = 250
EDITORS, RATE = 10, 3
CROWD = {"connections_per_member": "100000", "connections_per_room": "100000"}


@dataclass(frozen=True)
class Load:
    """What is run."""

    loadgen: Path
    rooms: int
    seconds: int
    folder: Path
    database: str


def main(argv: Sequence[str] = ()) -> int:
    """Measure, print, write; 1 when the budget is missed or anything is lost."""
    parser = argparse.ArgumentParser(prog="bench.drafting")
    parser.add_argument("--loadgen", type=Path, default=ROOT.parent / "shared" / "tools" / "loadgen")
    parser.add_argument("--rooms", type=int, default=20)
    parser.add_argument("--seconds", type=int, default=15)
    parser.add_argument("--kills", type=int, default=6)
    parser.add_argument("--database", default="")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        url = options.database or f"sqlite:///{folder}/bench.sqlite3"
        load = Load(options.loadgen, options.rooms, options.seconds, Path(folder), url)
        prepare(load, kills=options.kills)
        server = RunningServer(url, Path(folder) / "server.log", **CROWD).start()
        try:
            cookies = signed_in(server.url, cast.CAST["facilitator"].email)
            steady = generate(load, server, cookies, "steady", ["--verify"])
            crashes = [crash(load, server, cookies, kill) for kill in range(options.kills)]
        finally:
            server.stop()
    section = described(load, steady, crashes)
    print(section)
    write(section)
    return 0 if is_good(steady, crashes) else 1


def prepare(load: Load, *, kills: int) -> None:
    """A round of rooms, each with one draft per run, named as the load generator counts."""
    migrating.upgrade(load.database)
    engine = engine_for(load.database)
    with unit_of_work(sessions_for(engine)) as db:
        world = cast.build(db)
        for prefix in ["steady", *(f"kill{n}x" for n in range(kills))]:
            for number in range(load.rooms):
                room = room_of(db, world, number)
                item = ActionItem(
                    public_id=f"{prefix}{number}",
                    consultation_id=world.consultation.id,
                    session_id=world.session.id,
                    room_id=room.id,
                    number=1 + db.query(ActionItem).filter_by(room_id=room.id).count(),
                    text=richtext.empty(),
                    facts={},
                    created_by_id=world.members["facilitator"].id,
                    created_at=clock.now(),
                )
                db.add(item)
                db.flush()
                service.create_draft(db, item)
        db.query(Room).update({"deadline_at": None})
    engine.dispose()


def room_of(db: Any, world: cast.World, number: int) -> Room:
    """Room `number` of the round, made when there is none; the facilitator may write in all of them."""
    found: Room | None = db.scalar(
        select(Room).where(Room.round_id == world.round.id, Room.number == number + 1)
    )
    if found is None:
        found = Room(
            consultation_id=world.consultation.id,
            session_id=world.session.id,
            round_id=world.round.id,
            number=number + 1,
            topic="Load",
            state="open",
            opened_at=clock.now(),
        )
        db.add(found)
        db.flush()
    return found


def generate(load: Load, server: RunningServer, cookies: str, prefix: str, more: list[str]) -> dict[str, Any]:
    """One run of the generator against the running server."""
    assert server.process is not None
    command = [
        "node", str(load.loadgen / "loadgen.mjs"), "--quiet", "--protocol", "socketio-consult",
        "--url", server.url.replace("http", "ws", 1), "--rooms", str(load.rooms), "--per", str(EDITORS),
        "--rate", str(RATE), "--shape", "xml", "--root", "default", "--warmup", "3", "--concurrency", "10",
        "--duration", str(load.seconds), "--prefix", prefix, "--pid", str(server.process.pid),
        "--header", f"Cookie: {cookies}", "--header", f"Origin: {server.url}", *more,
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        raise SystemExit(f"{shlex.join(command)}\n{done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def crash(load: Load, server: RunningServer, cookies: str, number: int) -> dict[str, Any]:
    """One run that ends in kill -9 under load; the generator restarts the server and counts what is there."""
    environ = " ".join(
        f"{key}={shlex.quote(value)}" for key, value in server.environ.items() if key.startswith("CONSULT_")
    )
    pid_file = load.folder / "restarted.pid"
    serve = f"{sys.executable} -m consult.server --port {server.port}"
    restart = f"cd {ROOT}; {environ} exec {serve} >>{server.log} 2>&1 & echo $! >{pid_file}; wait"
    short = Load(load.loadgen, load.rooms, 4, load.folder, load.database)
    outcome = generate(short, server, cookies, f"kill{number}x", ["--crash", restart])
    if server.process is not None:
        server.process.wait(10)
    adopt(server, int(pid_file.read_text()))
    return outcome


def adopt(server: RunningServer, pid: int) -> None:
    """Replace the server the generator started by one of our own, so that we can stop it."""
    subprocess.run(["kill", "-9", str(pid)], check=False)
    server.start()


def is_good(steady: dict[str, Any], crashes: list[dict[str, Any]]) -> bool:
    clean = all(
        not steady[name] for name in ("missing", "dup", "closed", "errors", "nacks", "failed", "verify_lost")
    )
    return (
        clean and steady["p99_ms"] <= BUDGET_MS and not any(run["verify_acked_but_lost"] for run in crashes)
    )


def described(load: Load, steady: dict[str, Any], crashes: list[dict[str, Any]]) -> str:
    """The section of the page."""
    database = "SQLite, synchronous=FULL" if load.database.startswith("sqlite") else "PostgreSQL"
    intro = (
        f"`make bench ARGS=drafting`. {load.rooms} rooms × {EDITORS} editors × {RATE} edits/s for {load.seconds} s against the real "
        f"server process (one, {database}); every edit is walked, judged, applied, committed and acknowledged. Latency: from "
        f"sending to the other nine having it. Python {platform.python_version()}, 2 cores shared with the generator and other work "
        f"(generator at {steady['gen_cpu_pct']} % of a core, its own lag at most {steady['gen_lag_max_ms']} ms; load {os.getloadavg()[0]:.0f}, niceness {os.nice(0)})."
    )
    lines = [
        TITLE,
        "",
        intro,
        "",
        f"Budget: p99 ≤ {BUDGET_MS} ms, nothing missing, nothing acknowledged lost.",
        "",
        "| edits/s | deliveries/s | p50 ms | p99 ms | ack p50 ms | ack p99 ms | server CPU % | RSS MB | missing | nacks | lost |",
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
        "| " + " | ".join(
            str(steady[name])
            for name in (
                "edits_s", "deliveries_s", "p50_ms", "p99_ms", "ack_p50_ms", "ack_p99_ms", "srv_cpu_pct", "srv_rss_mb",
                "missing", "nacks", "verify_lost",
            )
        ) + " |",
    ]  # fmt: skip
    if crashes:
        sent = sum(run["edits_sent_total"] for run in crashes)
        acked = sum(run["acked_before_crash"] for run in crashes)
        lost = sum(run["verify_acked_but_lost"] for run in crashes)
        lines += [
            "",
            f"kill -9 under this load, {len(crashes)} times: {sent} edits sent, {acked} acknowledged, **{lost} acknowledged edits lost**.",
        ]
    return "\n".join([*lines, ""])


def write(section: str) -> None:
    """Put the section in its place in the page."""
    page = PAGE.read_text() if PAGE.exists() else "# Benchmarks\n"
    head, _, rest = page.partition(TITLE)
    after = rest.find("\n## ")
    tail = rest[after + 1 :] if rest and after >= 0 else ""
    PAGE.write_text(f"{head.rstrip()}\n\n{section}{chr(10) + tail if tail else ''}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
