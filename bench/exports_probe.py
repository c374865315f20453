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
    """Prints the longest gap between two heartbeats, less the heartbeat itself, in milliseconds."""
    gaps: list[float] = []

    def beat() -> None:
        last = time.perf_counter()
        while True:
            gevent.sleep(BEAT_SECONDS)
            now = time.perf_counter()
            gaps.append(now - last - BEAT_SECONDS)
            last = now

    record = large(60, 600)
    heart = gevent.spawn(beat)
    gevent.sleep(0.1)
    render(record, "pdf")
    heart.kill()
    print(json.dumps({"stall_ms": max(gaps) * 1000, "beats": len(gaps)}))


if __name__ == "__main__":
    main()
