"""Runs one command and measures it; a process of its own and small, because a child's peak memory counts its parent's.

    python -I -S bench/child.py SECONDS CORE COMMAND...

Prints one JSON line: wall seconds from before the start to after the end, peak MB, exit status (None: it took longer than
SECONDS and was ended). CORE is the number of a core, or "all". Libraries are held to one thread.
"""

import json
import os
import signal
import sys
import time


def main() -> None:
    """Measure the command of the arguments."""
    limit, core, *command = sys.argv[1:]
    if core != "all":
        os.sched_setaffinity(0, {int(core)})
    environ = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    silent = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    begun = time.perf_counter()
    child = os.posix_spawn(command[0], command, environ, file_actions=silent)
    signal.signal(signal.SIGALRM, lambda *_: os.kill(child, signal.SIGKILL))
    signal.alarm(int(limit))
    _, status, used = os.wait4(child, 0)
    seconds = time.perf_counter() - begun
    code = None if os.WIFSIGNALED(status) else os.waitstatus_to_exitcode(status)
    print(json.dumps({"seconds": seconds, "mb": used.ru_maxrss / 1024, "status": code}))


if __name__ == "__main__":
    main()
