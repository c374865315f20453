"""Makes cases, runs a method on one in a process of its own, and has the independent evaluator judge the answer."""

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

TOOLS = Path(__file__).resolve().parents[2] / "shared" / "tools" / "seating"
CHILD = Path(__file__).resolve().parent / "child.py"
CONSULT = str(Path(sys.executable).parent / "consult")
#: What a method ends with that found no seating in time.
NOTHING_FOUND = 3
CORE = str(max(os.sched_getaffinity(0)))
#: Columns of every table, by the name of the measure.
COLUMNS = {
    "D.region": "reg",
    "D.role": "role",
    "D.stakeholder": "stk",
    "D.gender": "gen",
    "delegation_pairs": "del",
    "lang_uncovered": "lang",
    "no_facilitator": "nofac",
}


@dataclass(frozen=True)
class Run:
    """One run of one method on one case."""

    seconds: float
    mb: float
    #: Measures of the evaluator; None when there was no answer in time.
    found: Mapping[str, int] | None
    bounds: Mapping[str, int]
    status: str | None = None


@cache
def tool(name: str) -> ModuleType:
    """The module of that name among the seating tools."""
    spec = importlib.util.spec_from_file_location(f"seating_{name}", TOOLS / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def made(folder: Path, people: int, rooms: int, *, seed: int, rounds: int = 1) -> Path:
    """The file of a generated case."""
    path = folder / f"{people}x{rooms}x{rounds}s{seed}.json"
    if not path.exists():
        path.write_text(json.dumps(tool("generate").gen(people, rooms, seed, rounds)))
    return path


def run(
    command: list[str],
    case: Path,
    *,
    writes: str | None = None,
    core: str = CORE,
    limit: int = 300,
) -> Run:
    """Run `command CASE ANSWER` (or with `writes` before ANSWER), and judge the answer."""
    answer = case.with_suffix(".answer.json")
    answer.unlink(missing_ok=True)
    place = [writes, str(answer)] if writes else [str(answer)]
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(CHILD), str(limit), core, *command, str(case), *place],
        capture_output=True,
        text=True,
        check=True,
    )
    spent = json.loads(done.stdout)
    if spent["status"] != 0 or not answer.exists():
        if spent["status"] not in (0, NOTHING_FOUND, None):
            print(f"{' '.join(command)}: exit {spent['status']}\n{done.stderr[-1000:]}", file=sys.stderr)
        return Run(spent["seconds"], spent["mb"], None, {})
    return judged(case, answer, spent)


def judged(case: Path, answer: Path, spent: Mapping[str, float]) -> Run:
    """What the evaluator says of an answer."""
    asked, given = json.loads(case.read_text()), json.loads(answer.read_text())
    found, _, sizes = tool("evaluate").evaluate(asked, given)
    bounds = tool("evaluate").lower_bounds(asked, sizes)
    return Run(spent["seconds"], spent["mb"], found, bounds, given.get("status"))


def ours(case: Path, *, seed: int = 0) -> Run:
    """The real command, start of the interpreter included."""
    return run([CONSULT, "seat", "--seed", str(seed)], case, writes="-o")


def module(name: str, *arguments: str, python: str = sys.executable) -> list[str]:
    """The command that runs a script of this folder."""
    return [python, str(CHILD.with_name(f"{name}.py")), *arguments]


def unmet(run: Run) -> dict[str, int]:
    """How far each measure of the tables, and every wish, is above its bound."""
    if run.found is None:
        return {"no answer": 1}
    names = [*COLUMNS, "size", "hard"]
    away = {name: run.found[name] - run.bounds.get(name, 0) for name in names}
    return {name: by for name, by in away.items() if by > 0}


def cells(run: Run) -> list[str]:
    """The measures of a run for a row of a table."""
    if run.found is None:
        return ["-"] * len(COLUMNS) + ["no answer"]
    return [*(str(run.found[name]) for name in COLUMNS), str(run.found["score"])]


def table(head: list[str], rows: list[list[Any]], *, left: int = 1) -> list[str]:
    """A table in Markdown; the first `left` columns are words."""
    rule = ["---"] * left + ["---:"] * (len(head) - left)
    return ["| " + " | ".join(map(str, row)) + " |" for row in (head, rule, *rows)]
