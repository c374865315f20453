"""Which pages' sockets have something: asked of the kernel for all of them at once, and not at all while updates gather for long.

Each page writes a few times a second, so a process with a thousand of them would wake for nearly every message, and waking costs more
than reading it. The kernel keeps the list instead; the event loop watches that list as if it were one socket, and while the writer
lets updates gather for long it does not look. Everything else (pages, forms, the database, timers) is served meanwhile as ever.
Source: epoll(7), whose descriptor can be watched like any other. Where there is no epoll each socket is watched by itself.
"""

import select
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

from gevent import get_hub, monkey
from gevent.hub import Waiter

_READABLE = 1
#: gevent takes it out of the module, because asking it waits without the hub; here it never waits.
_EPOLL = monkey.get_original("select", "epoll") if sys.platform == "linux" else None


class Watcher(Protocol):
    """What tells that a socket has something, in the hub, between `start` and `stop`."""

    def start(self, callback: Callable[[], None]) -> None: ...

    def stop(self) -> None: ...

    def close(self) -> None: ...


#: How to watch the socket with this descriptor.
Watch = Callable[[int], Watcher]


def watched_alone(fd: int) -> Watcher:
    """A socket that the event loop watches by itself."""
    found: Watcher = get_hub().loop.io(fd, _READABLE)
    return found


class Arrivals:
    """The sockets of one process that are watched together."""

    def __init__(self) -> None:
        self._kernel: Any = None
        self._watcher: Any = None
        self._sockets: dict[int, _Watched] = {}
        self._is_held = False

    def watch(self, fd: int) -> Watcher:
        """A socket that is watched with the others."""
        if _EPOLL is None:
            return watched_alone(fd)
        if self._kernel is None:
            self._kernel = _EPOLL()
            self._watcher = get_hub().loop.io(self._kernel.fileno(), _READABLE)
            if not self._is_held:
                self._watcher.start(self._look)
        found = self._sockets[fd] = _Watched(fd, self._kernel, self._sockets)
        return found

    def hold(self) -> None:
        """Look no more, until `release`."""
        self._is_held = True
        if self._watcher is not None:
            self._watcher.stop()

    def release(self) -> None:
        """After `hold`: hear of everything that came meanwhile, then look again whenever something comes."""
        was_held, self._is_held = self._is_held, False
        if self._watcher is None or not was_held:
            return
        self._watcher.start(self._look)
        seen: Waiter[None] = Waiter()
        get_hub().loop.run_callback(self._look_for, seen)
        seen.get()

    def _look_for(self, seen: Any) -> None:
        try:
            self._look()
        finally:
            seen.switch(None)

    def _look(self) -> None:
        """Runs in the hub."""
        for fd, _events in self._kernel.poll(
            0, len(self._sockets) or 1
        ):  # all there are; by itself it stops at a thousand
            found = self._sockets.get(fd)
            if found is None:
                continue
            try:
                found.ready()
            except Exception:  # a fault of one connection's keeps no other waiting
                get_hub().handle_error(found, *sys.exc_info())


class _Watched:
    """One of them. Its owner reads it before the next is looked at, or does not want to hear of it for a while."""

    __slots__ = ("_callback", "_fd", "_is_known", "_kernel", "_sockets")

    def __init__(self, fd: int, kernel: Any, sockets: dict[int, "_Watched"]) -> None:
        self._fd, self._kernel, self._sockets = fd, kernel, sockets
        self._callback: Callable[[], None] | None = None
        self._is_known = False

    def start(self, callback: Callable[[], None]) -> None:
        self._callback = callback
        if not self._is_known:
            self._kernel.register(self._fd, select.EPOLLIN)
            self._is_known = True

    def stop(self) -> None:
        self._callback = None

    def close(self) -> None:
        self._callback = None
        if self._sockets.get(self._fd) is self:
            del self._sockets[self._fd]
        self._forget()

    def ready(self) -> None:
        """The socket has something, or has ended."""
        if self._callback is not None:
            self._callback()
        else:  # else the kernel would say so again and again
            self._forget()

    def _forget(self) -> None:
        if self._is_known:
            self._is_known = False
            with suppress(OSError):  # the socket is closed: the kernel has forgotten it by itself
                self._kernel.unregister(self._fd)
