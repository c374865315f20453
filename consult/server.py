"""The server process: gevent, one listening socket, graceful stop. Started by the command line through `exec`."""

from gevent import monkey

monkey.patch_all()

import argparse  # noqa: E402  (gevent patches before anything else is imported)
import gc  # noqa: E402
import logging  # noqa: E402
import signal  # noqa: E402
import socket  # noqa: E402
import sys  # noqa: E402
from dataclasses import replace  # noqa: E402
from typing import Any  # noqa: E402

import gevent  # noqa: E402
from gevent.pywsgi import WSGIServer  # noqa: E402
from gevent.threadpool import ThreadPool  # noqa: E402

from consult.app import create_app  # noqa: E402
from consult.config import BadSetting, Settings, process_name, settings_from  # noqa: E402
from consult.db import commit_through  # noqa: E402
from consult.jobs import due_work, last_uses, late_joiners  # noqa: E402
from consult.live.opening import Handler  # noqa: E402
from consult.people import passwords  # noqa: E402
from consult.people.last_use import LastUses  # noqa: E402
from consult.seating import service as seating  # noqa: E402

log = logging.getLogger("consult.server")
STOP_SECONDS = 8
#: How long a worker thread may keep the interpreter from the hub; the default of 5 ms would be paid at every system call.
THREAD_TURN_SECONDS = 0.001
#: New objects until the collector looks at the youngest, and how many of its rounds until it looks at older ones.
COLLECT_AFTER = (50_000, 20, 100)


def listening_socket(host: str, port: int) -> socket.socket:
    """A socket whose connections have TCP_NODELAY: without it small frames wait up to 40 ms (docs/adr)."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.bind((host, port))
    listener.listen(1024)
    return listener


def calm_the_collector() -> None:
    """What is there at the start stays, so the collector need not look at it again, and it looks at the rest less often.

    With a thousand pages open a full round stopped everybody for 100 ms, every other second under load.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


def serve(settings: Settings, host: str, port: int) -> None:
    """Serve until asked to stop; then take no new connections, flush what was accepted, and end."""
    sys.setswitchinterval(THREAD_TURN_SECONDS)
    pool = ThreadPool(2)
    passwords.use_runner(lambda function, *args: pool.apply(function, args))
    seating.use_runner(pool.apply)
    if not settings.process_name:
        settings = replace(settings, process_name=process_name(port, socket.gethostname()))
    app = create_app(settings)
    disk = ThreadPool(1)
    commit_through(app.extensions["consult.engine"], lambda commit, raw: disk.apply(commit, (raw,)))
    hub: Any = app.extensions["consult.hub"]
    used = app.extensions["consult.last_uses"] = LastUses()
    hub.workers += [due_work(hub), late_joiners(hub), last_uses(hub, used)]
    server = WSGIServer(
        listening_socket(host, port),
        app,
        log=None,
        error_log=logging.getLogger("consult.http"),
        handler_class=Handler,
    )
    calm_the_collector()
    stop = gevent.event.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(name, stop.set)
    hub.start()
    server.start()
    log.info("serving %s on %s port %d", settings.public_url, host, port)
    stop.wait()
    log.info("stopping: finishing what was accepted")
    server.stop_accepting()
    gevent.spawn(hub.stop).join(timeout=STOP_SECONDS)
    server.stop(timeout=1)


def main(argv: list[str] | None = None) -> int:
    """Read the arguments and serve; 1 with one clear line when that cannot be done."""
    parser = argparse.ArgumentParser(prog="consult.server")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=5000)
    options = parser.parse_args(argv)
    try:
        serve(settings_from(), options.host, options.port)
    except BadSetting as error:
        print(f"consult: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(
            f"consult: cannot listen on {options.host} port {options.port}: {error.strerror}", file=sys.stderr
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
