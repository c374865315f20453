"""What deploy/nginx does, small enough for a test: connections of a room go to one process, everything else to any.

A connection is routed once, by the first line it sends: `/socket.io/` by its `room`, to the next process when the first does not
answer. It passes bytes on and reads nothing else.
"""

import itertools
import socket
import threading
from collections.abc import Sequence
from contextlib import suppress
from urllib.parse import parse_qs, urlsplit
from zlib import crc32

from tests.running import free_port


class HashingProxy:
    """Listens on a port of its own until closed."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.upstreams: Sequence[int] = ()
        self._turn = itertools.count()
        self._listener = socket.create_server(("127.0.0.1", self.port), backlog=64)
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def first_for(self, room: str) -> int:
        """Which of the processes has the room while all of them answer."""
        return crc32(room.encode()) % len(self.upstreams)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _address = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        head = b""
        with suppress(OSError), client:
            while b"\r\n" not in head:
                received = client.recv(65536)
                if not received:
                    return
                head += received
            target = urlsplit(head.split(b" ", 2)[1].decode("ascii"))
            room = parse_qs(target.query).get("room", [""])[0]
            is_live = target.path.startswith("/socket.io/")
            first = self.first_for(room) if is_live else next(self._turn) % len(self.upstreams)
            with self._connected(first) as server:
                server.sendall(head)
                threading.Thread(target=_pump, args=(server, client), daemon=True).start()
                _pump(client, server)

    def _connected(self, first: int) -> socket.socket:
        order = [*self.upstreams[first:], *self.upstreams[:first]]
        for port in order[:-1]:
            with suppress(OSError):
                return socket.create_connection(("127.0.0.1", port), timeout=2)
        return socket.create_connection(("127.0.0.1", order[-1]), timeout=2)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        source.settimeout(None)
        while data := source.recv(65536):
            sink.sendall(data)
    for end in (source, sink):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
