"""Server time and SQL statements of the pages of a 180-person consultation.

`make bench ARGS=pages`. Budgets: p95 at most 100 ms of server time, at most 20 statements a page.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

from bench import section

RUNS = 40
BUDGET_MS = 100.0
BUDGET_STATEMENTS = 20


def main() -> int:
    """Measure, print, write; 1 when a budget is missed."""
    from tests.meeting import Meeting

    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for stage, names in (
            ("drafting", ("facilitator", "delegate")),
            ("decisions", ("facilitator", "delegate", "panelist")),
        ):
            meeting = Meeting(Path(folder) / f"{stage}.sqlite3", stage=stage, participants=180)
            for name in names:
                browser = meeting.browser(name)
                for page, address in meeting.pages(name).items():
                    rows.append((page, stage, name, *_measured(meeting, browser, address)))
    print(f"{'page':14} {'stage':10} {'as':12} {'p50 ms':>7} {'p95 ms':>7} {'SQL':>4}")
    for page, stage, name, middle, high, statements in rows:
        print(f"{page:14} {stage:10} {name:12} {middle:7.1f} {high:7.1f} {statements:4d}")
    lines = [
        (
            f"`make bench ARGS=pages`. 180 participants, SQLite, {RUNS} requests a page inside one process "
            f"(routing, SQL, rendering). {section.machine()}."
        ),
        "",
        f"Budget: p95 ≤ {BUDGET_MS:.0f} ms, ≤ {BUDGET_STATEMENTS} statements.",
        "",
        "| page | stage | as | p50 ms | p95 ms | statements |",
        "| --- | --- | --- | ---: | ---: | ---: |",
        *(f"| {page} | {stage} | {name} | {a:.1f} | {b:.1f} | {n} |" for page, stage, name, a, b, n in rows),
    ]
    section.write("Pages", "\n".join(lines))
    return int(any(high > BUDGET_MS or n > BUDGET_STATEMENTS for *_, high, n in rows))


def _measured(meeting: object, browser: object, address: str) -> tuple[float, float, int]:
    seconds = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        answer = browser.get(address)  # type: ignore[attr-defined]
        seconds.append((time.perf_counter() - begun) * 1000)
        assert answer.status_code == 200, (address, answer.status_code)
    with meeting.counting() as statements:  # type: ignore[attr-defined]
        browser.get(address)  # type: ignore[attr-defined]
    return statistics.median(seconds), statistics.quantiles(seconds, n=20)[18], len(statements)


if __name__ == "__main__":
    sys.exit(main())
