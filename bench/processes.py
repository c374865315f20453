"""What a second process costs: `make bench ARGS=processes`. Writes its section of docs/benchmarks.md.

Needs PostgreSQL (CONSULT_TEST_POSTGRESQL, or the one on this machine), Redis, and Node for the generator. Some rooms on one process; the
same on two that share them as nginx shares them out (every page of a room at the room's process), once at the same tick and once at one
that makes their pages wait as long; and half of the rooms on one process, so that each of two is also compared with one that has as much
to do. Then all with twice as many rooms. The loads take turns of two seconds, so that what else the machine does meanwhile meets all of
them. Processor time of all server processes for each edit, turn by turn; the goal is a ratio of at most 1.1 at the same tick.
"""

import argparse
import contextlib
import os
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median, quantiles

from sqlalchemy import create_engine, text

from bench import section
from bench.drafting_runs import EDITORS, RATE, Consult, Run, is_clean

GOAL, TICK_MS, SECONDS = 1.1, 20, 2
#: A longer one for two processes, at which their pages wait about as long as those of one at `TICK_MS`.
CALM_TICK_MS = 34
POSTGRESQL = os.environ.get("CONSULT_TEST_POSTGRESQL", "postgresql+psycopg://postgres@127.0.0.1:5432")
REDIS = os.environ.get("CONSULT_TEST_REDIS", "redis://127.0.0.1:6379/15")


@contextlib.contextmanager
def database() -> Iterator[str]:
    """An empty database of its own."""
    name = f"consult_bench_{uuid.uuid4().hex[:8]}"
    admin = create_engine(f"{POSTGRESQL}/postgres", isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield f"{POSTGRESQL}/{name}"
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()


@dataclass(frozen=True)
class Load:
    """So many rooms, shared out among so many processes."""

    rooms: int
    processes: int
    tick_ms: int = TICK_MS

    def begin(self, consult: Consult, started: contextlib.ExitStack) -> Callable[..., Run]:
        """Start the processes; what runs the generator."""
        running = [
            started.enter_context(
                consult.running(
                    draft_tick_ms=str(self.tick_ms), message_queue_url=REDIS, process_name=f"bench{number}"
                )
            )
            for number in range(self.processes)
        ]
        servers, cookies = [server for server, _ in running], running[0][1]
        prefix = consult.drafts(self.rooms)
        return partial(consult.shared, servers, cookies, self.rooms, SECONDS, prefix, "--verify")


def in_turns(loads: Sequence[Load], turns: int) -> dict[Load, Run]:
    """All loads at once, each on a database of its own, writing in turns."""
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as started:
        meeting = Path(folder, "connected")
        meeting.mkdir()
        acts = {}
        for number, load in enumerate(loads):
            own = Path(folder, str(number))
            own.mkdir()
            acts[load] = load.begin(Consult(own, started.enter_context(database())), started)
        cycle = len(loads) * SECONDS
        common = ("--meet", f"{meeting}/{len(loads)}", "--turns", str(turns), "--warmup", str(2 * cycle))
        patience = 600 + cycle * (turns + 3)
        with ThreadPoolExecutor(len(loads)) as pool:
            runs = [
                pool.submit(acts[load], *common, "--turn", f"{number}/{len(loads)}", patience=patience)
                for number, load in enumerate(loads)
            ]
            return {load: run.result() for load, run in zip(loads, runs, strict=True)}


def costs(run: Run) -> list[float]:
    """Microseconds of processor time for one edit, over all processes, in each turn."""
    return [seconds / edits * 1e6 for seconds, edits in run["turns"]]


def ratios(two: Run, one: Run) -> list[float]:
    """Of what an edit costs, turn by turn."""
    return [both / alone for both, alone in zip(costs(two), costs(one), strict=True)]


def judged(two: Run, one: Run) -> str:
    """How much more an edit costs: the median over the turns, between which two the middle half lies, and what the goal says to it."""
    low, middle, high = quantiles(ratios(two, one), n=4)
    return f"{middle:.2f} × ({'met' if middle <= GOAL else '**missed**'}; half of the turns {low:.2f} to {high:.2f})"


def main(argv: Sequence[str] = ()) -> int:
    """Measure, write; 1 when the goal is missed or anything is missing."""
    parser = argparse.ArgumentParser(prog="bench.processes")
    parser.add_argument("--rooms", type=int, default=100)
    parser.add_argument("--turns", type=int, default=15)
    options = parser.parse_args(argv)
    lines, rows, is_met = [], [], True
    for rooms in (options.rooms, 2 * options.rooms):
        equal, one, two, calm = loads = [
            Load(rooms // 2, 1),
            Load(rooms, 1),
            Load(rooms, 2),
            Load(rooms, 2, CALM_TICK_MS),
        ]
        found = in_turns(loads, options.turns)
        clean = all(map(is_clean, found.values()))
        is_met = is_met and clean and median(ratios(found[two], found[one])) <= GOAL
        lines.append(
            f"{rooms} rooms, at the same tick: {judged(found[two], found[one])}; at a tick of {CALM_TICK_MS} ms for the two: "
            f"{judged(found[calm], found[one])}; over one process that has as many rooms as each of the two: "
            f"{judged(found[two], found[equal])}; {'nothing missing, nobody cut off' if clean else '**edits missing or pages cut off**'}."
        )
        rows += [
            f"| {load.rooms} | {load.processes} | {load.tick_ms} | {median(costs(run)):.0f} | {run['srv_cpu_pct']:.0f} % "
            f"| {run['p50_ms']:g} | {run['p99_ms']:g} |"
            for load, run in found.items()
        ]
    body = "\n".join(
        [
            (
                f"`make bench ARGS=processes`. Rooms × {EDITORS} editors × {RATE} edits/s on PostgreSQL and Redis, by one process "
                f"and by two that share the rooms, in {options.turns} turns of {SECONDS} s each. Servers, the generators and PostgreSQL share "
                f"the cores, all servers one of them, so latency here says little but by comparison. {section.machine()}. Processor time of an "
                f"edit with two processes over that with one, goal ≤ {GOAL} ×, medians of the turns:"
            ),
            "",
            *(f"* {line}" for line in lines),
            "",
            "| rooms | processes | tick, ms | µs/edit | of a core, together | p50, ms | p99, ms |",
            "| ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
            *rows,
        ]
    )
    print(body)
    if not os.environ.get("CONSULT_BENCH_QUICK"):
        section.write("Two processes", body)
    return int(not is_met)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
