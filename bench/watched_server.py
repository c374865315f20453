"""The real server, with a watch on how long the hub works without letting anybody else run.

SIGUSR1 writes the longest stretch since the last one, CPU milliseconds of the hub's own thread, to the file named by
CONSULT_BENCH_STRETCH. CPU time, because a busy machine would count its own business otherwise.
"""

from gevent import monkey

monkey.patch_all()

import os  # noqa: E402
import signal  # noqa: E402
import sys  # noqa: E402
import threading  # noqa: E402
import time  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

import gevent  # noqa: E402
import greenlet  # noqa: E402

from consult import server  # noqa: E402


class Watch:
    """Times every stretch between two switches of greenlets in the main thread."""

    def __init__(self) -> None:
        self.since = time.thread_time()
        self.longest = 0.0

    def switched(self, _event: str, _between: Any) -> None:
        """Called at every switch."""
        now = time.thread_time()
        self.longest = max(self.longest, now - self.since)
        self.since = now

    def write(self) -> None:
        """Write down the longest stretch and begin anew."""
        Path(os.environ["CONSULT_BENCH_STRETCH"]).write_text(f"{self.longest * 1000:.1f}")
        self.longest = 0.0


watch = Watch()
if threading.current_thread() is threading.main_thread():
    greenlet.settrace(watch.switched)
gevent.signal_handler(signal.SIGUSR1, watch.write)
sys.exit(server.main())
