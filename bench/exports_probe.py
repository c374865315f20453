"""How long the hub of a gevent server is away while an export runs: a heartbeat beside the export."""

# ruff: noqa: E402
from gevent import monkey

monkey.patch_all()

import json
import time

import gevent

from consult.exports.run import render
from tests.exports.records import large

BEAT_SECONDS = 0.002


def main() -> None:
    """Prints, in milliseconds, the longest gap between two heartbeats, and the longest work of the hub in one gap.

    On a machine that is busy with something else the gap tells about the machine, the work about us.
    """
    gaps: list[float] = []
    work: list[float] = []

    def beat() -> None:
        last, spent = time.perf_counter(), time.thread_time()
        while True:
            gevent.sleep(BEAT_SECONDS)
            now, used = time.perf_counter(), time.thread_time()
            gaps.append(now - last - BEAT_SECONDS)
            work.append(used - spent)
            last, spent = now, used

    record = large(60, 600)
    heart = gevent.spawn(beat)
    gevent.sleep(0.1)
    render(record, "pdf")
    heart.kill()
    print(json.dumps({"stall_ms": max(gaps) * 1000, "work_ms": max(work) * 1000}))


if __name__ == "__main__":
    main()
