"""A process that has imported the server and compressed its static files, and makes a server of a copy of itself for every line of JSON that asks for one.

Its servers keep their compiled templates in the folder that is its argument, for those that come after them.
A line with `arguments`, `environ` and `log` is answered with the number of the new process; one with `ended`, such a number,
with its exit status, or null while it runs.
"""

import gc
import json
import os
import sys
from typing import Any

from gevent import monkey
from jinja2 import FileSystemBytecodeCache

from consult import server
from consult.web import assets
from consult.web.context import ConsultFlask

fork, waitpid = monkey.get_original("os", ["fork", "waitpid"])


def main() -> int:
    assets.load(assets.STATIC)
    ConsultFlask.jinja_options = {
        **ConsultFlask.jinja_options,
        "bytecode_cache": FileSystemBytecodeCache(sys.argv[1]),
    }
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        asked = json.loads(line)
        if "ended" in asked:
            answer = status_of(asked["ended"])
        else:
            answer = fork()
            if not answer:
                become(asked)
                return server.main(asked["arguments"])
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    return 0


def become(asked: dict[str, Any]) -> None:
    """Take the surroundings that a process started for this would have."""
    os.environ.clear()
    os.environ.update(asked["environ"])
    log = os.open(asked["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for target, source in ((0, os.open(os.devnull, os.O_RDONLY)), (1, log), (2, log)):
        os.dup2(source, target)


def status_of(child: int) -> int | None:
    done, status = waitpid(child, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if done else None


if __name__ == "__main__":
    sys.exit(main())
