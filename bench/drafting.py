"""Live drafting beside the Node servers people would otherwise pick, under the same load on the same core in turn.

`make bench ARGS=drafting`, or `python -m bench.drafting [--rounds 3] [--rooms 100] [--many 260] [--seconds 15] [--kills 20]
[--database URL]`. CONSULT_BENCH_QUICK=1 runs a part of it in about two minutes and writes nothing. Rewrites the section
"Live drafting" of docs/benchmarks.md. `--cost` measures the processor time of an edit only, beside y-websocket, and writes nothing. Needs Node 20 and npm for the generator and the peers (`peers/`, installed from its
lock file into a temporary folder); nothing of the product needs them.

Every number is the median over the rounds; a comparison is the median of the ratios of runs of the same round.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from bench import section
from bench.drafting_history import opening_ms
from bench.drafting_runs import EDITORS, RATE, Consult, Peer, Run, is_clean, peers

QUICK = bool(os.environ.get("CONSULT_BENCH_QUICK"))
TITLE = "Live drafting"
SHORT_TICK, LONG_TICK = 5, 20
CARETS = ("--awareness", "2")
#: The peer that processor time is compared with.
MEASURE = "y-websocket"
#: Percent of the server's core that others may use in a run that is called undisturbed.
FOREIGN_PCT = 10.0
#: Percent of its core above which the generator measures itself.
GENERATOR_PCT = 85.0
SATURATED_MS = 250.0
#: Set to None in a run that failed: it has no numbers.
Found = dict[str, list[Run | None]]


@dataclass
class Results:
    """Runs by what was measured and by server, a run per round."""

    steady: Found = field(default_factory=dict)
    carets: Found = field(default_factory=dict)
    many: Found = field(default_factory=dict)
    beyond: list[Run] = field(default_factory=list)
    #: All at the largest number of rooms that consult carries.
    full: Found = field(default_factory=dict)
    kills: list[Run] = field(default_factory=list)
    opening: float | None = None
    edits: int = 0


@dataclass(frozen=True)
class Goal:
    """A row of the table: what is asked, what was found (None: not measured), and whether that is enough."""

    name: str
    asked: str
    found: str
    is_met: bool


def main(argv: Sequence[str] = ()) -> int:
    """Measure, print, write; 1 when a goal is missed or anything is lost."""
    parser = argparse.ArgumentParser(prog="bench.drafting")
    parser.add_argument("--rounds", type=int, default=1 if QUICK else 3)
    parser.add_argument("--rooms", type=int, default=10 if QUICK else 100)
    parser.add_argument("--many", type=int, default=20 if QUICK else 260)
    parser.add_argument("--seconds", type=int, default=4 if QUICK else 15)
    parser.add_argument("--kills", type=int, default=1 if QUICK else 20)
    parser.add_argument("--edits", type=int, default=1_000 if QUICK else 10_000)
    parser.add_argument("--database", default="")
    parser.add_argument("--cost", action="store_true")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        url = options.database or f"sqlite:///{folder}/bench.sqlite3"
        consult = Consult(Path(folder), url)
        if options.cost:
            return cost_only(consult, Path(folder) / "peers", options)
        results = measured(consult, Path(folder) / "peers", options)
    goals = judged(results, options)
    body = described(results, goals, options)
    print(body)
    if not QUICK:
        section.write(TITLE, body)
    return 0 if all(goal.is_met for goal in goals) else 1


def measured(consult: Consult, folder: Path, options: argparse.Namespace) -> Results:
    """Run everything, round by round, the servers in turn."""
    results, others = Results(), peers(folder)
    seconds: int = options.seconds
    for number in range(options.rounds):

        def keep(found: Found, label: str, run: Callable[[], Run], number: int = number) -> None:
            found.setdefault(label, []).append(tried(f"round {number + 1}, {label}", run))

        for tick in (SHORT_TICK, LONG_TICK):
            keep(
                results.steady, ours(tick), lambda tick=tick: consult.load(options.rooms, seconds, tick=tick)
            )
        for peer in others:
            keep(results.steady, peer.label, lambda peer=peer: peer.load(options.rooms, seconds))
        keep(
            results.carets,
            ours(LONG_TICK),
            lambda: consult.load(options.rooms, seconds, *CARETS, tick=LONG_TICK),
        )
        for peer in others[:1]:
            keep(results.carets, peer.label, lambda peer=peer: peer.load(options.rooms, seconds, *CARETS))
        keep(
            results.many,
            ours(SHORT_TICK),
            lambda: consult.load(options.many, seconds, tick=SHORT_TICK),
        )
        for peer in others:
            keep(results.many, peer.label, lambda peer=peer: peer.load(options.many, seconds))
    results.beyond = beyond(consult, options)
    results.full = at_full(results.beyond, others, seconds)
    results.kills = consult.killed(min(20, options.rooms), 4, options.kills)
    results.edits = options.edits
    results.opening = opening_ms(consult, options.edits, 1 if QUICK else 3)
    return results


def cost_only(consult: Consult, folder: Path, options: argparse.Namespace) -> int:
    """Processor time of an edit beside y-websocket's, in turn; 1 when a goal is missed or a run failed."""
    theirs = next(peer for peer in peers(folder) if peer.label.startswith(MEASURE))
    missed = False
    for what, more, most in (("edits", (), 0.85), ("edits and carets", CARETS, 1.0)):
        found: Found = {}
        for number in range(options.rounds):
            for label, load in (
                (ours(LONG_TICK), partial(consult.load, tick=LONG_TICK)),
                (theirs.label, theirs.load),
            ):
                run = tried(
                    f"round {number + 1}, {what}, {label}",
                    partial(load, options.rooms, options.seconds, *more),
                )
                found.setdefault(label, []).append(run)
        ratio = cost_ratio(found, ours(LONG_TICK))
        each = {label: [round(cost(run)) for run in runs if run] for label, runs in found.items()}
        print(f"{what}: µs/edit {each}, median of the ratios {ratio} × (goal ≤ {most} ×)")
        missed |= ratio is None or ratio > most
    return int(missed)


def ours(tick: int) -> str:
    return f"consult, tick {tick} ms"


def tried(what: str, run: Callable[[], Run]) -> Run | None:
    """A run; None when it failed, which is told and makes its goals missed."""
    print(f"bench: {what} …", file=sys.stderr, flush=True)
    try:
        found = run()
    except (RuntimeError, OSError, AssertionError, ValueError) as error:
        print(f"bench: {what} failed: {error}", file=sys.stderr)
        return None
    names = (
        "p50_ms",
        "p99_ms",
        "ack_p99_ms",
        "srv_cpu_pct",
        "gen_cpu_pct",
        "foreign_pct",
        "missing",
        "closed",
    )
    told = {name: found.get(name) for name in names}
    print(f"bench: {what}: {told}", file=sys.stderr, flush=True)
    return found


def beyond(consult: Consult, options: argparse.Namespace) -> list[Run]:
    """More rooms, until the server or the generator is full."""
    runs: list[Run] = []
    step = max(1, options.many // 13)
    for rooms in range(options.many + 2 * step, options.many * 3, 2 * step):
        run = tried(
            f"{rooms} rooms", lambda rooms=rooms: consult.load(rooms, options.seconds, tick=SHORT_TICK)
        )
        if run is None:
            break
        runs.append(run)
        is_full = not is_clean(run) or run["p99_ms"] > SATURATED_MS
        if is_full or run["gen_cpu_pct"] > GENERATOR_PCT or QUICK:
            break
    return runs


def carried(runs: Iterable[Run]) -> Run | None:
    """Of these the run with most rooms in which nothing was lost or late."""
    fine = [run for run in runs if is_clean(run) and run["p99_ms"] <= SATURATED_MS]
    return max(fine, key=lambda run: run["rooms"], default=None)


def at_full(runs: Iterable[Run], others: Iterable[Peer], seconds: int) -> Found:
    """The peers under the most that consult carries on this machine, once each."""
    most = carried(runs)
    if most is None:
        return {}
    rooms = most["rooms"]
    theirs = {
        peer.label: [tried(f"{rooms} rooms, {peer.label}", partial(peer.load, rooms, seconds))]
        for peer in others
    }
    return {ours(SHORT_TICK): [most], **theirs}


# Judging.


def values(runs: Iterable[Run | None], name: str) -> list[float]:
    return [float(run[name]) for run in runs if run is not None and run.get(name) is not None]


def middle(runs: Iterable[Run | None], name: str) -> float | None:
    found = values(runs, name)
    return round(median(found), 1) if found else None


def undisturbed(runs: Iterable[Run | None]) -> list[Run]:
    """The runs in which nobody else used the server's core."""
    return [run for run in runs if run is not None and run["foreign_pct"] <= FOREIGN_PCT]


def cost(run: Run) -> float:
    """Microseconds of processor time for one edit, everything included."""
    return float(run["srv_cpu_pct"]) * 1e4 / float(run["edits_s"])


def peer_named(found: Found, start: str) -> list[Run | None]:
    return next((runs for label, runs in found.items() if label.startswith(start)), [])


def cost_ratio(found: Found, label: str) -> float | None:
    """Our cost over that of y-websocket, round by round; the median."""
    pairs = zip(found.get(label, []), peer_named(found, MEASURE), strict=False)
    ratios = [cost(mine) / cost(theirs) for mine, theirs in pairs if mine and theirs]
    return round(median(ratios), 2) if ratios else None


def tail_ratio(found: Found, label: str) -> float | None:
    """Our p99 over that of the best peer of the round; the median."""
    ratios = []
    for number, mine in enumerate(found.get(label, [])):
        theirs = [
            runs[number]["p99_ms"]  # type: ignore[index]
            for other, runs in found.items()
            if other != label and runs[number] is not None
        ]
        if mine is not None and theirs:
            ratios.append(mine["p99_ms"] / min(theirs))
    return round(median(ratios), 2) if ratios else None


def at_most(name: str, found: float | None, most: float, unit: str = "", more: str = "") -> Goal:
    told = "not measured" if found is None else f"{found}{unit}{more}"
    return Goal(name, f"≤ {most:g}{unit}", told, found is not None and found <= most)


def judged(results: Results, options: argparse.Namespace) -> list[Goal]:
    """The goals of the table."""
    short, long = ours(SHORT_TICK), ours(LONG_TICK)
    quiet = undisturbed(results.steady[short])
    steady = quiet or results.steady[short]
    note = "" if quiet else " (others used the server's core in every round)"
    all_ours = [
        run
        for found in (results.steady, results.carets, results.many)
        for label, runs in found.items()
        if label.startswith("consult")
        for run in runs
    ]
    dirty = sum(run is None or not is_clean(run) for run in all_ours)
    lost = sum(run["verify_acked_but_lost"] for run in results.kills)
    sent = sum(run["edits_sent_total"] for run in results.kills)
    acked = sum(run["acked_before_crash"] for run in results.kills)
    rooms, many = options.rooms, options.many
    return [
        at_most(f"{many} rooms: p99 over the best peer's", tail_ratio(results.many, short), 0.5, " ×"),
        at_most(f"{rooms} rooms, tick {LONG_TICK} ms: processor time of an edit over y-websocket's",
                cost_ratio(results.steady, long), 0.85, " ×"),
        at_most("the same with carets, twice a second each", cost_ratio(results.carets, long), 1.0, " ×"),
        at_most(f"{rooms} rooms, tick {SHORT_TICK} ms: p50", middle(steady, "p50_ms"), 8, " ms", note),
        at_most(f"{rooms} rooms, tick {SHORT_TICK} ms: p99", middle(steady, "p99_ms"), 20, " ms", note),
        at_most(f"{rooms} rooms, tick {SHORT_TICK} ms: durable acknowledgement, p99",
                middle(steady, "ack_p99_ms"), 25, " ms", note),
        at_most("memory for each connection", middle(results.steady[short], "kb_per_conn"), 56, " kB"),
        at_most(f"opening a draft with {results.edits:,} edits of history", results.opening, 300, " ms"),
        Goal("every edit arrived once, nobody refused or cut off", "every run",
             f"{len(all_ours) - dirty} of {len(all_ours)} runs", dirty == 0),
        Goal(f"acknowledged edits lost in {len(results.kills)} × kill -9 under load", "0",
             f"{lost} of {acked} ({sent} sent)", bool(results.kills) and lost == 0),
    ]  # fmt: skip


# Telling.


def described(results: Results, goals: list[Goal], options: argparse.Namespace) -> str:
    """The section of the page."""
    database = "PostgreSQL" if options.database.startswith("postgres") else "SQLite, synchronous=FULL"
    lines = [
        (
            f"`make bench ARGS=drafting`. Rooms × {EDITORS} editors × {RATE} edits/s for {options.seconds} s, {options.rounds} round(s), the "
            f"servers in turn, each started anew on one core, the generator on another. consult is the real server process (one, "
            f"{database}): every edit is walked, judged by the table of rights, applied, committed and acknowledged; all editors are "
            f"connections of one facilitator. The peers keep nothing on disk and check nobody. Latency: from sending to the other "
            f"nine having it. {section.machine()}."
        ),
        "",
        "| goal | asked | found | |",
        "| --- | --- | --- | --- |",
        *(f"| {g.name} | {g.asked} | {g.found} | {'met' if g.is_met else '**missed**'} |" for g in goals),
        "",
    ]
    for title, found in (
        (f"{options.rooms} rooms", results.steady),
        (f"{options.rooms} rooms with carets", results.carets),
        (f"{options.many} rooms", results.many),
    ):
        lines += [f"{title}, medians of the rounds:", "", *table(found), ""]
    if results.full:
        most = carried(results.beyond)
        lines += [
            f"{most['rooms'] if most else 0} rooms, the most that consult carries here, one run each:",
            "",
            *table(results.full),
            "",
        ]
    if results.beyond:
        last, most = results.beyond[-1], carried(results.beyond)
        lines.append(
            f"Beyond: {most['rooms'] if most else 'no more'} rooms with p99 ≤ {SATURATED_MS:g} ms and nothing lost; the last tried, {last['rooms']}, had p99 "
            f"{last['p99_ms']} ms, the server at {last['srv_cpu_pct']} % and the generator at {last['gen_cpu_pct']} % of a core."
        )  # fmt: skip
    return "\n".join(lines)


def table(found: Found) -> list[str]:
    """A row for each server."""
    columns: list[tuple[str, Callable[[list[Run | None]], Any]]] = [
        ("p50 ms", lambda runs: middle(runs, "p50_ms")),
        ("p99 ms", lambda runs: " ".join(f"{value:g}" for value in values(runs, "p99_ms"))),
        ("ack p99 ms", lambda runs: middle(runs, "ack_p99_ms")),
        ("CPU %", lambda runs: middle(runs, "srv_cpu_pct")),
        ("µs/edit", lambda runs: round(median([cost(run) for run in runs if run]), 0) if any(runs) else None),
        ("RSS MB", lambda runs: middle(runs, "srv_rss_mb")),
        ("kB/conn", lambda runs: middle(runs, "kb_per_conn")),
        ("missing", lambda runs: sum(int(value) for value in values(runs, "missing"))),
        ("others on the core %", lambda runs: middle(runs, "foreign_pct")),
        ("generator %", lambda runs: middle(runs, "gen_cpu_pct")),
    ]
    names = [name if name != "p99 ms" else "p99 ms, each round" for name, _ in columns]
    rows = [f"| server | {' | '.join(names)} |", f"| --- |{' ---: |' * len(columns)}"]
    for label, runs in found.items():
        cells = (act(runs) for _, act in columns)
        rows.append(f"| {label} | {' | '.join('–' if cell is None else str(cell) for cell in cells)} |")
    return rows


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
