"""How well and how fast `consult seat` seats people, beside other ways to do it, judged by the independent evaluator.

`make bench ARGS=seating`; CONSULT_BENCH_QUICK=1 runs a part of it in half a minute and writes nothing. Every run is a
command in a fresh process; ours are the real command on one core with one thread, start of the interpreter included.
Exit 1 when a budget is missed.
"""

import json
import os
import statistics
import sys
import tempfile
import venv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import SubprocessError
from subprocess import run as called

from bench import section
from bench.seating_runs import (
    TOOLS,
    Run,
    cells,
    made,
    module,
    ours,
    run,
    table,
    unmet,
)

QUICK = bool(os.environ.get("CONSULT_BENCH_QUICK"))
SIZES = [(60, 6), (180, 18), (600, 60), (2000, 200)]
SEEDS = range(1 if QUICK else 5)
RUNS = 1 if QUICK else 3
#: Seconds for one round, by number of people; for three rounds of 2,000; and MB for every run.
SECONDS = {60: 0.3, 180: 0.3, 600: 0.5, 2000: 1.0}
SECONDS_THREE = 3.0
MEGABYTES = 200
#: Repeated meetings in five rounds, data set 0.
REPEATS = {60: 258, 180: 14, 600: 0, 2000: 0}
SOLVER_SECONDS = (1,) if QUICK else (1, 5, 30)
#: More than the best known score of a sample case that is accepted, in per cent; the case with topics.
TOPIC_PER_CENT = 2
MEASURED = ["reg", "role", "stk", "gen", "del", "lang", "nofac", "score"]


@dataclass
class Result:
    """Lines of the section, and what was missed."""

    lines: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    def must(self, holds: bool, what: str) -> None:
        """Note a budget that does not hold."""
        if not holds:
            self.missed.append(what)


def main() -> int:
    """Measure, print, write; 1 when a budget is missed."""
    result = Result()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ours(made(folder, 60, 6, seed=0))  # so that no run pays for compiling modules
        for part in (_one_round, _rounds, _samples, _peers):
            begun = len(result.lines)
            part(folder, result)
            print("\n".join(result.lines[begun:]), flush=True)
    result.lines += [
        "",
        "Missed: " + "; ".join(result.missed) + "." if result.missed else "Every budget is met.",
    ]
    print(result.lines[-1])
    if not QUICK:
        section.write("Seating", "\n".join([*_introduction(), *result.lines]))
    return int(bool(result.missed))


def _introduction() -> Iterator[str]:
    yield (
        "`make bench ARGS=seating`. Cases of `tools/seating/generate.py`, every answer judged by `evaluate.py`. Each run is "
        "the command `consult seat` in a fresh process on one core with one thread; seconds are wall time from before "
        f"the start of the interpreter to after its end, MB the peak of the process. {section.machine()}."
    )
    yield ""
    yield (
        "Columns: people outside the fair range by region (reg), role, kind of stakeholder (stk) and gender (gen); pairs of "
        "one delegation in one room (del); people whom no language of their room reaches (lang); rooms without a "
        "facilitator (nofac); the weighted score, of which the last part is people who rely on a bridge speaker. Lower is better."
    )


def _one_round(folder: Path, result: Result) -> None:
    budgets = ", ".join(f"{people:,}: {seconds} s" for people, seconds in SECONDS.items())
    result.lines += [
        "",
        (
            f"### One round\n\nData sets {SEEDS[0]} to {SEEDS[-1]}, {RUNS} runs each; values that differ between data sets as a range. "
            f"Budget for the median of each data set: {budgets}; {MEGABYTES} MB; every measure at its bound, or at a proven joint optimum."
        ),
        "",
    ]
    rows, notes = [], []
    for people, rooms in SIZES:
        medians, longest, most, found = [], 0.0, 0.0, []
        for seed in SEEDS:
            case = made(folder, people, rooms, seed=seed)
            runs = [ours(case) for _ in range(RUNS)]
            medians.append(statistics.median(each.seconds for each in runs))
            longest = max(longest, *(each.seconds for each in runs))
            most = max(most, *(each.mb for each in runs))
            found.append(runs[0])
            result.must(
                len({str(each.found) for each in runs}) == 1,
                f"{people} people, data set {seed}: answers differ",
            )
            notes += _excused(case, f"{people} people, data set {seed}", runs[0], result)
        times = [f"{statistics.median(medians):.2f}", f"{max(medians):.2f}", f"{longest:.2f}", f"{most:.0f}"]
        rows.append([f"{people:,} in {rooms}", *_ranges(found), *times])
        result.must(max(medians) < SECONDS[people], f"{people} people took {max(medians):.2f} s")
        result.must(most < MEGABYTES, f"{people} people took {most:.0f} MB")
    head = ["people", *MEASURED, "s median", "s slowest set", "s longest run", "MB"]
    result.lines += [*table(head, rows), "", *notes]


def _excused(case: Path, what: str, found: Run, result: Result) -> list[str]:
    """A measure above its own bound is excused by a solver's proof that no seating costs less; bridged people aside."""
    away = unmet(found)
    if not away:
        return []
    says = ", ".join(f"{name} {by} above its own bound" for name, by in away.items())
    if found.found is not None:
        cost = found.found["score"] - found.found["lang_bridged"]
        proof = run(module("seating_cpsat", "--below", str(cost), "60", "2"), case, core="all")
        if proof.status == "proven":
            return [
                f"* {what}: {says}; CP-SAT proves in {proof.seconds:.1f} s that together no seating has less."
            ]
    result.must(False, f"{what}: {says}")
    return [f"* {what}: {says}; not proven to be necessary."]


def _ranges(runs: list[Run]) -> list[str]:
    columns = zip(*(cells(each) for each in runs), strict=True)
    return [_range(list(column)) for column in columns]


def _range(values: list[str]) -> str:
    if not all(value.isdigit() for value in values):
        return "no answer"
    low, high = min(map(int, values)), max(map(int, values))
    return str(low) if low == high else f"{low}–{high}"


def _rounds(folder: Path, result: Result) -> None:
    result.lines += [
        "### Several rounds\n\nSums over the rounds; repeats: over pairs, n·(n−1)/2 for n meetings, and their counting bound. "
        f"Budget: three rounds of 2,000 in {SECONDS_THREE:.0f} s with no repeat; five rounds, data set 0: at most "
        + ", ".join(f"{most} at {people:,}" for people, most in REPEATS.items())
        + ".",
        "",
    ]
    rows = []
    for rounds, seeds in ((3, SEEDS[:3]), (5, SEEDS[:1])):
        for people, rooms in SIZES:
            for seed in seeds:
                each = ours(made(folder, people, rooms, seed=seed, rounds=rounds))
                repeats = -1 if each.found is None else each.found["repeats"]
                times = [
                    f"{repeats} / {each.bounds.get('repeats', 0)}",
                    f"{each.seconds:.2f}",
                    f"{each.mb:.0f}",
                ]
                rows.append([f"{people:,} in {rooms}", rounds, seed, *cells(each), *times])
                what = f"{people} people, {rounds} rounds, data set {seed}"
                result.must(each.mb < MEGABYTES, f"{what}: {each.mb:.0f} MB")
                if rounds == 5:
                    result.must(0 <= repeats <= REPEATS[people], f"{what}: {repeats} repeats")
                elif people == 2000:
                    result.must(repeats == 0, f"{what}: {repeats} repeats")
                    result.must(each.seconds < SECONDS_THREE, f"{what}: {each.seconds:.2f} s")
    result.lines += [*table(["people", "rounds", "set", *MEASURED, "repeats / bound", "s", "MB"], rows), ""]


def _samples(folder: Path, result: Result) -> None:
    result.lines += [
        f"### Sample cases\n\nBudget: the best known score; {TOPIC_PER_CENT} % more where people ask for topics.",
        "",
    ]
    rows = []
    for path in sorted((TOOLS / "cases").glob("*.json")):
        case = folder / path.name
        case.write_bytes(path.read_bytes())
        each, reference = ours(case), json.loads(path.read_text())["reference"]
        best, expected = reference["best_known"]["score"], reference.get("expected_status")
        score = None if each.found is None else each.found["score"]
        rows.append(
            [
                path.stem,
                each.status or "no answer",
                "-" if each.found is None else each.found["hard"],
                "-" if score is None else score,
                best,
                reference.get("score_lower_bound", "-"),
                f"{each.seconds:.2f}",
                f"{each.mb:.0f}",
            ]
        )
        most = best * (100 + (TOPIC_PER_CENT if "topic" in path.stem else 0)) // 100
        result.must(score is not None and score <= most, f"{path.stem}: score {score}, best known {best}")
        result.must(expected is None or each.status in expected, f"{path.stem}: status {each.status}")
    head = ["case", "status", "broken wishes", "score", "best known", "bound", "s", "MB"]
    result.lines += [*table(head, rows, left=2), ""]


def _peers(folder: Path, result: Result) -> None:
    result.lines += [
        (
            "### Beside other ways\n\nData set 0, one round, on the same data in the same run. Random is what BigBlueButton and Zoom do; the "
            "cyclic deal sorts people by region, delegation and kind of stakeholder and deals them to the rooms in turn. CP-SAT "
            "(OR-Tools) is given one joint model of the same objective, languages included, with the cyclic deal as a hint, "
            "2 workers on both cores, and a limit of so many seconds for the solver; building the model comes on top."
        ),
        "",
    ]
    rows = []
    with tempfile.TemporaryDirectory() as name:
        annealing, why = _annealing(Path(name))
        for people, rooms in SIZES[:2] if QUICK else SIZES:
            case = made(folder, people, rooms, seed=0)
            methods = {
                "**consult seat**": ours(case),
                "random": run(module("seating_peers", "random"), case),
                "cyclic deal": run(module("seating_peers", "deal"), case),
            }
            for seconds in SOLVER_SECONDS:
                methods[f"CP-SAT {seconds} s"] = run(
                    module("seating_cpsat", str(seconds), "2"), case, core="all"
                )
            if annealing and people <= 180:
                command = module("seating_peers", "saat", python=annealing)
                methods["saat 1.0.0, its schedule of 10 s"] = run(command, case, limit=120)
            rows += [
                [f"{people:,} in {rooms}", method, *cells(each), f"{each.seconds:.2f}", f"{each.mb:.0f}"]
                for method, each in methods.items()
            ]
    result.lines += [*table(["people", "method", *MEASURED, "s", "MB"], rows, left=2), "", why, ""]


def _annealing(folder: Path) -> tuple[str | None, str]:
    """A Python with the package `saat`, and what is said of peers that install or do not."""
    others = (
        "Not run: GroupSelect, PeopleDistributor and good-enough-golfers are on neither PyPI nor npm; sortition-algorithms (PyPI) chooses "
        "who is on a panel, not who sits where; balanced-group-system (PyPI) knows no attributes."
    )
    if QUICK:
        return None, others
    python = folder / "bin" / "python"
    try:
        venv.create(folder, with_pip=True)
        called(
            [python, "-m", "pip", "-q", "install", "saat==1.0.0"],
            check=True,
            capture_output=True,
            timeout=300,
        )
    except (OSError, SubprocessError) as error:
        return None, f"saat (PyPI) could not be installed ({type(error).__name__}). {others}"
    return str(python), (
        "saat 1.0.0 (PyPI) anneals for different values of two attributes in a group and somebody who can organise: it was told "
        "regions, kinds of stakeholders and facilitators, and is to be compared on these columns only; it prices every "
        f"exchange by all groups anew, so larger cases were left out. {others}"
    )


if __name__ == "__main__":
    sys.exit(main())
