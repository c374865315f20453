"""How long and how much memory an export takes, and whether anybody else's work waits for it.

``make bench ARGS=exports``, or ``python -m bench.exports``. Rewrites the section "Exports" of docs/benchmarks.md.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

RUNS = 5
BUDGET_SECONDS = 3.0
BUDGET_STALL_MS = 50.0
_PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"
_TITLE = "## Exports"
_PROBE = "bench.exports_probe"


def main() -> int:
    """Measures, prints, writes; 1 when a budget is missed."""
    from consult.exports.run import FORMATS, render
    from tests.exports.records import large

    record = large(60, 600)
    rows, good = [], True
    for form in FORMATS:
        seconds, size = [], 0
        for _ in range(RUNS):
            begun = time.perf_counter()
            size = len(render(record, form).content)
            seconds.append(time.perf_counter() - begun)
        good &= max(seconds) <= BUDGET_SECONDS
        rows.append((form, statistics.median(seconds), max(seconds), size / 1024, _peak(form)))
    stall = _stall()
    good &= stall <= BUDGET_STALL_MS
    section = _section(rows, stall)
    print(section)
    _write(section)
    return 0 if good else 1


def _peak(form: str) -> float:
    """The memory of one worker at its largest, MiB: a process of its own whose only child is that worker."""
    code = (
        "import resource; from consult.exports.run import render; from tests.exports.records import large;"
        f"render(large(60, 600), {form!r});"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(done.stdout)


def _stall() -> float:
    """The longest time, in milliseconds, that the server's hub was away while a PDF was made."""
    done = subprocess.run([sys.executable, "-m", _PROBE], capture_output=True, text=True, check=True)
    return float(json.loads(done.stdout)["stall_ms"])


def _section(rows: list[tuple[str, float, float, float, float]], stall: float) -> str:
    lines = [
        _TITLE,
        "",
        (
            "`make bench ARGS=exports`. A session of 60 items and 600 comments, each answered; "
            f"{RUNS} runs in a fresh process each; start of the process included. {_machine()}."
        ),
        "",
        (
            f"Budget: DOCX and PDF ≤ {BUDGET_SECONDS:.0f} s each; the hub is never away for more than "
            f"{BUDGET_STALL_MS:.0f} ms."
        ),
        "",
        "| format | median s | longest s | file KiB | worker's peak MiB |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    lines += [
        f"| {form} | {middle:.2f} | {longest:.2f} | {size:.0f} | {peak:.0f} |"
        for form, middle, longest, size, peak in rows
    ]
    lines += ["", f"Longest stall of the gevent hub while the PDF was made: {stall:.1f} ms.", ""]
    return "\n".join(lines)


def _machine() -> str:
    cores = len(os.sched_getaffinity(0))
    return f"Python {platform.python_version()}, {cores} cores, {platform.system()} {platform.machine()}"


def _write(section: str) -> None:
    """Puts the section in the place of the former one, or at the end."""
    page = _PAGE.read_text() if _PAGE.exists() else "# Benchmarks\n"
    before, found, rest = page.partition(_TITLE)
    after = rest[rest.index("\n## ") + 1 :] if found and "\n## " in rest else ""
    _PAGE.write_text(f"{before.rstrip()}\n\n{section}" + (f"\n{after}" if after else ""))


if __name__ == "__main__":
    sys.exit(main())
