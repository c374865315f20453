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
        rows.append((form, statistics.median(seconds), max(seconds), *_spent(form), size / 1024))
    stall, work = _stall()
    good &= work <= BUDGET_STALL_MS
    section = _section(rows, stall, work)
    print(section)
    _write(section)
    return 0 if good else 1


def _spent(form: str) -> tuple[float, float]:
    """CPU seconds of one worker, and its memory at its largest in MiB: the only child of a process of its own."""
    code = (
        "import resource; from consult.exports.run import render; from tests.exports.records import large;"
        f"render(large(60, 600), {form!r});"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN);"
        "print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    seconds, peak = done.stdout.split()
    return float(seconds), float(peak)


def _stall() -> tuple[float, float]:
    """The longest time, in milliseconds, that the server's hub was away while a PDF was made; and its own part."""
    done = subprocess.run([sys.executable, "-m", _PROBE], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    return float(found["stall_ms"]), float(found["work_ms"])


def _section(rows: list[tuple[str, float, float, float, float, float]], stall: float, work: float) -> str:
    lines = [
        _TITLE,
        "",
        (
            "`make bench ARGS=exports`. A session of 60 items and 600 comments, each answered; "
            f"{RUNS} runs in a fresh process each; start of the process included. {_machine()}."
        ),
        "",
        (
            f"Budget: DOCX and PDF ≤ {BUDGET_SECONDS:.0f} s each; the hub never works for more than "
            f"{BUDGET_STALL_MS:.0f} ms at a stretch."
        ),
        "",
        "| format | median s | longest s | CPU s | worker's peak MiB | file KiB |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    lines += [
        f"| {form} | {middle:.2f} | {longest:.2f} | {cpu:.2f} | {peak:.0f} | {size:.0f} |"
        for form, middle, longest, cpu, peak, size in rows
    ]
    away = (
        f"While the PDF was made, the longest stretch without the gevent hub was {stall:.1f} ms, of which the hub's "
        f"own work at most {work:.1f} ms (the rest is the machine's)."
    )
    lines += ["", away, ""]
    return "\n".join(lines)


def _machine() -> str:
    cores = len(os.sched_getaffinity(0))
    return f"Python {platform.python_version()}, {cores} cores, load {os.getloadavg()[0]:.1f}, niceness {os.nice(0)}"


def _write(section: str) -> None:
    """Puts the section in the place of the former one, or at the end."""
    page = _PAGE.read_text() if _PAGE.exists() else "# Benchmarks\n"
    before, found, rest = page.partition(_TITLE)
    after = rest[rest.index("\n## ") + 1 :] if found and "\n## " in rest else ""
    _PAGE.write_text(f"{before.rstrip()}\n\n{section}" + (f"\n{after}" if after else ""))


if __name__ == "__main__":
    sys.exit(main())
