"""A whole meeting on its feet: `make bench ARGS=live`. Writes its section of docs/benchmarks.md.

600 people (`--people`) and one console at the real server (one process, SQLite): everybody is called into 60 rooms (`--rooms`), works,
calls for help, 60 are moved at once, everybody is recalled. Server and crowd (`live_crowd.py`) have a core each.
"""

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bench.drafting_runs import GENERATOR_CORE, SERVER_CORE, on_core
from bench.section import machine, write
from consult import migrating
from consult.db import engine_for, sessions_for, unit_of_work
from consult.people.models import Role
from consult.rooms.actors import actor_of
from consult.rooms.models import Room, Round, Seat
from consult.sample.build import PASSWORD, Stage, build
from consult.seating import service as seating
from consult.web.calling import CALL_IN, LEAVING
from tests.running import RunningServer

ROOT = Path(__file__).resolve().parent.parent
DIGESTS_S, DIGEST_BYTES_S, HELP_MS, ARRIVAL_S = 1.0, 20_000, 300, 5.0
#: Seconds that a page shows where it is taken before it goes, called in and leaving, and the spread.
CALLED_AFTER, LEAVES_AFTER, SPREAD = (
    float(CALL_IN["after"]),
    float(LEAVING["after"]),
    float(LEAVING["spread"]),
)
#: Seconds after which the run is given up.
MOST_SECONDS = 340
#: Of the participants of a sample some have no seat: staff, panelists, interpreters.
WITHOUT_SEAT = 1.1


def case(database: str, people: int, rooms: int) -> dict[str, Any]:
    """A sample whose people are seated and not called yet; what the crowd has to know of it."""
    migrating.upgrade(database)
    engine = engine_for(database)
    with unit_of_work(sessions_for(engine)) as db:
        sample = build(db, number=math.ceil(people * WITHOUT_SEAT), stage=Stage.SEATING)
        round_ = db.scalars(select(Round)).one()
        facilitator = sample.staff(Role.FACILITATOR)
        actor = actor_of(db, facilitator)
        seating.apply(db, actor, round_, seating.propose(db, actor, round_, room_count=rooms, seed=1))
        seats = db.execute(select(Seat.member_id, Room.number).join(Room, Room.id == Seat.room_id))
        numbers = {row.member_id: row.number for row in seats}
        seated = [member for member in sample.members if member.id in numbers][:people]
        found = {
            "round": round_.public_id,
            "session": sample.session.public_id,
            "last_room": rooms,
            "password": PASSWORD,
            "waits": {
                "seat.called": CALLED_AFTER,
                "seat.moved": LEAVES_AFTER,
                "room.state_changed": LEAVES_AFTER,
            },
            "spread": SPREAD,
            "facilitator": {"email": facilitator.user.email},
            "people": [
                {"email": member.user.email, "member": member.public_id, "room": numbers[member.id]}
                for member in seated
            ],
        }
    engine.dispose()
    return found


def main(argv: Sequence[str] = ()) -> int:
    """Measure, write; 1 when a budget was missed."""
    parser = argparse.ArgumentParser(prog="bench.live")
    parser.add_argument("--people", type=int, default=600)
    parser.add_argument("--rooms", type=int, default=60)
    parser.add_argument("--give-up", type=int, default=MOST_SECONDS, help="seconds, on a busy machine")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        database = f"sqlite:///{folder}/bench.sqlite3"
        meeting = case(database, options.people, options.rooms)
        server = RunningServer(database, Path(folder) / "server.log")
        with on_core(SERVER_CORE):
            server.start()
        try:
            with on_core(GENERATOR_CORE):
                done = subprocess.run(
                    [sys.executable, "-m", "bench.live_crowd"],
                    input=json.dumps({**meeting, "url": server.url, "server": server.process.pid}),
                    stdout=subprocess.PIPE,
                    text=True,
                    timeout=options.give_up,
                    check=False,
                    cwd=ROOT,
                )
        except subprocess.TimeoutExpired:
            print(
                f"bench.live: not done after {options.give_up} s, given up; nothing was written",
                file=sys.stderr,
            )
            return 2
        finally:
            server.stop()
        log = (Path(folder) / "server.log").read_text(errors="replace")
    if os.environ.get("CONSULT_BENCH_KEEP"):
        Path(os.environ["CONSULT_BENCH_KEEP"] + ".log").write_text(log)
    if done.returncode:
        print(f"bench.live: the crowd ended with {done.returncode}; nothing was written", file=sys.stderr)
        return 2
    found = json.loads(done.stdout.splitlines()[-1])
    found["tracebacks"] = log.count("Traceback")
    if os.environ.get("CONSULT_BENCH_KEEP"):
        Path(os.environ["CONSULT_BENCH_KEEP"]).write_text(json.dumps(found))
    rows = budgets(found, len(meeting["people"]))
    body = described(found, rows, len(meeting["people"]), options.rooms)
    print(body)
    if not os.environ.get("CONSULT_BENCH_QUICK"):
        write("A whole meeting", body)
    return int(not all(is_met for _, _, _, is_met in rows))


def p95(values: list[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(values, n=20, method="inclusive")[-1] if len(values) > 1 else math.inf


def budgets(found: dict[str, Any], people: int) -> list[tuple[str, str, str, bool]]:
    """What was measured, what it came to, the budget, whether it was met."""

    def after(what: str, step: str, prompt: float) -> tuple[str, float]:
        seconds = [value - prompt for value in found[what][step]]
        last = max(seconds, default=math.inf)
        return (
            f"p50 {statistics.median(seconds):.2f}, p95 {p95(seconds):.2f}, last {last:.2f} s ({len(seconds)} of {people})",
            p95(seconds),
        )

    def reached(
        what: str, step: str, prompt: float, label: str, many: int = people
    ) -> tuple[str, str, str, bool]:
        text, value = after(what, step, prompt)
        text = text.replace(f"of {people}", f"of {many}")
        is_all = len(found[what][step]) == many
        return label, text, f"p95 ≤ {ARRIVAL_S:g} s, all", value <= ARRIVAL_S and is_all

    helped = p95(found["helped"]) * 1000
    moved = found["moved"]
    told_once = sum(times == 1 for times in moved["times"])
    is_moved = told_once == len(moved["times"]) == len(moved["there"]) and found["moved_path"] == 1
    return [
        (
            "console: digests a second",
            f"{found['digests_s']:.2f}",
            f"≤ {DIGESTS_S:g}",
            found["digests_s"] <= DIGESTS_S,
        ),
        (
            "console: bytes of digests a second",
            f"{found['digest_bytes_s'] / 1000:.1f} KB, the largest digest {found['digest_bytes_most'] / 1000:.1f} KB",
            f"≤ {DIGEST_BYTES_S / 1000:g} KB",
            found["digest_bytes_most"] <= DIGEST_BYTES_S,
        ),
        (
            "a call for help, from the button to the console",
            f"p50 {statistics.median(found['helped']) * 1000:.0f}, p95 {helped:.0f} ms ({len(found['helped'])} calls)",
            f"p95 ≤ {HELP_MS} ms",
            helped <= HELP_MS,
        ),
        reached("opened", "told", 0.0, "rooms opened: pages told, after the button"),
        reached(
            "opened",
            "there",
            CALLED_AFTER,
            "rooms opened: pages are in their room and listen, after the 10 s of the prompt",
        ),
        (
            "60 moved at once",
            f"{told_once} told exactly once, {len(moved['there'])} followed and listen there; {found['moved_others']} others told",
            "all of them, nobody else",
            is_moved and not found["moved_others"],
        ),
        reached(
            "moved",
            "there",
            LEAVES_AFTER,
            "60 moved at once: pages are in the other room and listen, after the 8 s of the notice",
            len(moved["times"]),
        ),
        reached("recalled", "told", 0.0, "recall: pages told, after the button"),
        reached(
            "recalled",
            "there",
            LEAVES_AFTER,
            "recall: pages are at the session and listen, after the 8 s of the notice",
        ),
    ]


def described(found: dict[str, Any], rows: list[tuple[str, str, str, bool]], people: int, rooms: int) -> str:
    """The section of the page."""
    lags = found["lags"]
    late = f"p50 {lags[len(lags) // 2] * 1000:.0f}, p95 {lags[len(lags) * 95 // 100] * 1000:.0f}, at most {lags[-1] * 1000:.0f} ms"
    used = ", ".join(
        f"{what} {found[step]['server'] * 100:.0f} and {found[step]['crowd'] * 100:.0f} %"
        for step, what in (("opened", "opening"), ("moved", "moving"), ("recalled", "recalling"))
    )
    told = (
        f"`make bench ARGS=live`; this run: `python -m bench.live --people {people} --rooms {rooms}`. {people} people with a page each and one facilitator console at one process on SQLite, all in one run: "
        f"the lobby, {rooms} rooms opened, {found['seconds']:.0f} s of work (in every room one person types five letters a second and all have the item open; every half second "
        "another room calls for help), 60 people of many rooms moved into one, an immediate recall. A page does what the browser's does: opens its socket, follows, joins, fetches what an event makes stale "
        "as `static/js/live/parts.js` does, and, told where it is taken, fetches that page ahead while the prompt stands; it loads no styles or scripts and draws nothing. The product shows a prompt of "
        f"{CALLED_AFTER:g} s before it takes anybody into a room and of {LEAVES_AFTER:g} s before it takes them out: seconds are counted from its end, and hold the {SPREAD:g} s over which pages spread "
        f"their going. Server and crowd have a core each and used of it (server and crowd): {used}; the crowd itself was late by {late}. {machine()}."
    )
    table = [
        f"| {what} | {came} | {budget} | {'met' if is_met else '**MISSED**'} |"
        for what, came, budget, is_met in rows
    ]
    rest = (
        f"Sockets cut off: {found['cut_off']}; connections and forms tried again: {found['again']}; pages that failed: {len(found['errors'])}; tracebacks of the server: {found['tracebacks']}; "
        f"requests for parts of pages until all were in their rooms: {found['parts']}."
    )
    return "\n".join(
        [told, "", "| what | measured | budget | |", "| --- | --- | --- | --- |", *table, "", rest]
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
