"""Who is in which of the Socket.IO server's rooms, also looked up by page.

The server's own manager looks through the rooms of everybody when one page goes. A page has rooms of its own, so with a thousand pages
open each goodbye cost milliseconds, and a crowd says goodbye at the same moment.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

from socketio import Manager

T = TypeVar("T")


class IndexedManager(Manager):  # type: ignore[misc]
    """The manager of python-socketio with the rooms of each page kept. It is called from one thread."""

    def __init__(self) -> None:
        super().__init__()
        self._rooms_of: defaultdict[tuple[str, str], set[str | None]] = defaultdict(set)
        #: What was found of the pages of a room; until somebody comes or goes.
        self._found: dict[tuple[str, str | None], dict[str, Any]] = {}

    def pages_in(self, room: str, find: Callable[[str], T | None], namespace: str = "/") -> dict[str, T]:
        """Who is in a room: by Socket.IO id, what `find` knows of the Engine.IO id, always the same; without those it does not know."""
        found = self._found.get((namespace, room))
        if found is None:
            members = self.rooms.get(namespace, {}).get(room) or {}
            known = {sid: find(eio_sid) for sid, eio_sid in members.items()}
            found = {sid: one for sid, one in known.items() if one is not None}
            if found:
                self._found[namespace, room] = found
        return found

    def basic_enter_room(
        self, sid: str, namespace: str, room: str | None, eio_sid: str | None = None
    ) -> None:
        super().basic_enter_room(sid, namespace, room, eio_sid)
        self._found.pop((namespace, room), None)
        self._rooms_of[namespace, sid].add(room)

    def basic_leave_room(self, sid: str, namespace: str, room: str | None) -> None:
        super().basic_leave_room(sid, namespace, room)
        self._found.pop((namespace, room), None)
        entered = self._rooms_of.get((namespace, sid))
        if entered is not None:
            entered.discard(room)
            if not entered:
                del self._rooms_of[namespace, sid]

    def basic_disconnect(self, sid: str, namespace: str, **kwargs: Any) -> None:
        if namespace not in self.rooms:
            return
        for room in list(self._rooms_of.get((namespace, sid), ())):
            self.basic_leave_room(sid, namespace, room)
        self.callbacks.pop(sid, None)
        for waiting in (self.pending_connect, self.pending_disconnect):
            if sid in waiting.get(namespace, ()):
                waiting[namespace].remove(sid)
                if not waiting[namespace]:
                    del waiting[namespace]
