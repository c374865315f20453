"""What a second process costs: `make bench ARGS=processes`. Writes its section of docs/benchmarks.md.

Needs PostgreSQL (CONSULT_TEST_POSTGRESQL, or the one on this machine), Redis, and Node for the generator. The same load once on
one process and once on two that share the rooms, as nginx shares them out: every page of a room at the room's process; with some
rooms, and with twice as many, where a second process begins to be of use. All four in each round, processor time of all server
processes for each edit; the goal is a ratio of at most 1.1.
"""

import argparse
import contextlib
import os
import sys
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

from sqlalchemy import create_engine, text

from bench import section
from bench.drafting import cost
from bench.drafting_runs import EDITORS, RATE, Consult, Run, is_clean

GOAL, TICK_MS = 1.1, "20"
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


def shared_out(consult: Consult, processes: int, rooms: int, seconds: int) -> list[Run]:
    """One run with the rooms shared out among that many processes, all loaded at once."""
    prefixes = [consult.drafts(rooms // processes, first=number * rooms) for number in range(processes)]
    with contextlib.ExitStack() as stack:
        servers = [
            stack.enter_context(
                consult.running(draft_tick_ms=TICK_MS, message_queue_url=REDIS, process_name=f"bench{number}")
            )
            for number in range(processes)
        ]
        with ThreadPoolExecutor(processes) as pool:
            return list(
                pool.map(
                    lambda server, prefix: consult.loaded(
                        *server, rooms // processes, seconds, prefix, "--verify"
                    ),
                    servers,
                    prefixes,
                )
            )


def together(runs: list[Run]) -> float:
    """Microseconds of processor time for one edit, over all processes."""
    return sum(cost(run) * run["edits_s"] for run in runs) / sum(run["edits_s"] for run in runs)


def pairs(found: list[list[Run]]) -> list[tuple[list[Run], list[Run]]]:
    """The runs of a round: with one process and with two, for each number of rooms."""
    return list(zip(found[::2], found[1::2], strict=True))


def slowest(runs: list[Run]) -> float:
    """Milliseconds within which 99 of 100 edits arrived, at the process where it took longest."""
    return max(float(run["p99_ms"]) for run in runs)


def judged(ratios: list[float]) -> str:
    """The median of some ratios, and what the goal says to it."""
    return f"{median(ratios):.2f} × ({'met' if median(ratios) <= GOAL else '**missed**'}, goal ≤ {GOAL} ×)"


def main(argv: Sequence[str] = ()) -> int:
    """Measure, write; 1 when the goal is missed or anything is missing."""
    parser = argparse.ArgumentParser(prog="bench.processes")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rooms", type=int, default=100)
    parser.add_argument("--seconds", type=int, default=8)
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder, database() as url:
        consult = Consult(Path(folder), url)
        loads = [(rooms, processes) for rooms in (options.rooms, 2 * options.rooms) for processes in (1, 2)]
        rounds = [
            [shared_out(consult, processes, rooms, options.seconds) for rooms, processes in loads]
            for _ in range(options.rounds)
        ]
    ratios = [[together(two) / together(one) for one, two in pairs(found)] for found in rounds]
    few, many = ([found[load] for found in ratios] for load in (0, 1))
    is_all_clean = all(is_clean(run) for found in rounds for runs in found for run in runs)
    body = "\n".join(
        [
            (
                f"`make bench ARGS=processes`. Rooms × {EDITORS} editors × {RATE} edits/s for {options.seconds} s on PostgreSQL and Redis, "
                f"tick {TICK_MS} ms, by one process and by two that share the rooms, in turn. "
                f"Servers, generators and PostgreSQL share the cores, so latency here says little. "
                f"Processor time of an edit with two processes over that with one: "
                f"{judged(few)} with {options.rooms} rooms, {judged(many)} with {2 * options.rooms}; "
                f"{'nothing missing, nobody cut off' if is_all_clean else '**edits missing or pages cut off**'}. {section.machine()}."
            ),
            "",
            "| rooms | one process, µs/edit | two, µs/edit | ratio | one, p99 ms | two, p99 ms |",
            "| ---: | ---: | ---: | ---: | ---: | ---: |",
            *(
                f"| {rooms} | {together(one):.0f} | {together(two):.0f} | {together(two) / together(one):.2f} | {slowest(one):g} | {slowest(two):g} |"
                for found in rounds
                for rooms, (one, two) in zip((options.rooms, 2 * options.rooms), pairs(found), strict=True)
            ),
        ]
    )
    print(body)
    if not os.environ.get("CONSULT_BENCH_QUICK"):
        section.write("Two processes", body)
    return int(max(median(few), median(many)) > GOAL or not is_all_clean)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
