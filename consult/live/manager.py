"""Who is in which of the Socket.IO server's rooms, also looked up by page.

The server's own manager looks through the rooms of everybody when one page goes. A page has rooms of its own, so with a thousand pages
open each goodbye cost milliseconds, and a crowd says goodbye at the same moment.
"""

from collections import defaultdict
from typing import Any

from socketio import Manager


class IndexedManager(Manager):  # type: ignore[misc]
    """The manager of python-socketio with the rooms of each page kept. It is called from one thread."""

    def __init__(self) -> None:
        super().__init__()
        self._rooms_of: defaultdict[tuple[str, str], set[str | None]] = defaultdict(set)

    def pages_in(self, room: str, namespace: str = "/") -> list[tuple[str, str]]:
        """Who is in a room: of each page its Socket.IO id and its Engine.IO id."""
        members = self.rooms.get(namespace, {}).get(room)
        return list(members.items()) if members else []

    def basic_enter_room(
        self, sid: str, namespace: str, room: str | None, eio_sid: str | None = None
    ) -> None:
        super().basic_enter_room(sid, namespace, room, eio_sid)
        self._rooms_of[namespace, sid].add(room)

    def basic_leave_room(self, sid: str, namespace: str, room: str | None) -> None:
        super().basic_leave_room(sid, namespace, room)
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
