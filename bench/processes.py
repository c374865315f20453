"""What a second process costs: `make bench ARGS=processes`. Writes its section of docs/benchmarks.md.

Needs PostgreSQL (CONSULT_TEST_POSTGRESQL, or the one on this machine), Redis, and Node for the generator. The same load once on
one process and once on two that share the rooms, as nginx shares them out: every page of a room at the room's process; with some
rooms, and with twice as many, where one process is as full as docs/operations.md lets it become before it asks for a second. And half of
the rooms on one process, so that each of two is also compared with one that has as much to do. All five in each round, processor time of
all server processes for each edit; the goal is a ratio of at most 1.1.
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


def slowest(runs: list[Run]) -> float:
    """Milliseconds within which 99 of 100 edits arrived, at the process where it took longest."""
    return max(float(run["p99_ms"]) for run in runs)


def shares(runs: list[Run]) -> str:
    """What each process used of a core."""
    return " and ".join(f"{run['srv_cpu_pct']:.0f} %" for run in runs)


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
        half, some, twice = options.rooms // 2, options.rooms, 2 * options.rooms
        loads = [(half, 1), (some, 1), (some, 2), (twice, 1), (twice, 2)]
        rounds = [
            {
                (rooms, processes): shared_out(consult, processes, rooms, options.seconds)
                for rooms, processes in loads
            }
            for _ in range(options.rounds)
        ]

    def ratios(two: tuple[int, int], one: tuple[int, int]) -> list[float]:
        return [together(found[two]) / together(found[one]) for found in rounds]

    as_full, few, many = (
        ratios(*compared)
        for compared in (((some, 2), (half, 1)), ((some, 2), (some, 1)), ((twice, 2), (twice, 1)))
    )
    is_all_clean = all(is_clean(run) for found in rounds for runs in found.values() for run in runs)
    body = "\n".join(
        [
            (
                f"`make bench ARGS=processes`. Rooms × {EDITORS} editors × {RATE} edits/s for {options.seconds} s on PostgreSQL and Redis, "
                f"tick {TICK_MS} ms, by one process and by two that share the rooms, in turn. "
                f"Servers, generators and PostgreSQL share the cores, so latency here says little. "
                f"Processor time of an edit with two processes over that with one: {judged(as_full)} where each of the two has as many rooms as "
                f"the one ({half}); with the same rooms in all {judged(few)} of {some}, {judged(many)} of {twice}; "
                f"{'nothing missing, nobody cut off' if is_all_clean else '**edits missing or pages cut off**'}. {section.machine()}."
            ),
            "",
            "| rooms | processes | µs/edit | share of a core, each | p99, ms |",
            "| ---: | ---: | ---: | ---: | ---: |",
            *(
                f"| {rooms} | {processes} | {together(runs):.0f} | {shares(runs)} | {slowest(runs):g} |"
                for found in rounds
                for (rooms, processes), runs in found.items()
            ),
        ]
    )
    print(body)
    if not os.environ.get("CONSULT_BENCH_QUICK"):
        section.write("Two processes", body)
    return int(max(map(median, (as_full, few, many))) > GOAL or not is_all_clean)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
