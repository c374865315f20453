"""A wire on one end of a connection, a client on the other, in one process."""

import socket
import time
from collections.abc import Callable
from typing import Any

import gevent
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.uri import parse_uri

from consult.live.arrivals import watched_alone
from consult.live.opening import handshake
from consult.live.reading import Reader
from consult.live.transport import Wire

ORIGIN = "https://consult.example"
REQUEST = [
    ("Host", "consult.example"),
    ("Upgrade", "websocket"),
    ("Connection", "Upgrade"),
    ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ("Sec-WebSocket-Version", "13"),
    ("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits"),
    ("Origin", ORIGIN),
]


class Pair:
    """A wire on one end of a connection, a client on the other."""

    def __init__(self, *, takes: Callable[[str], bool] | None = None, together: Reader | None = None) -> None:
        """`takes`: whether a message goes the short way. `together`: who reads; the socket is watched with its others."""
        self.client, server = socket.socketpair()
        self.client.setblocking(False)
        server.setblocking(False)
        protocol, status, _answer = handshake("/socket.io/?EIO=4", REQUEST, [ORIGIN])
        assert status == 101
        self.slow = 0
        self.reader_of_all = together or Reader()
        watch = watched_alone if together is None else together.arrivals.watch
        self.wire = Wire(server, protocol, self._note_slow, watch)
        self.heard: list[Any] = []
        self.short: list[str] = []
        self.dealing = gevent.spawn(self.reader_of_all.run) if together is None else gevent.spawn(bool)
        if takes is not None:
            self.wire.on_plain = lambda texts: all(map(takes, texts)) and self.takes(texts)
        self.reading = gevent.spawn(self._read)
        self.server = server
        self.reader = ClientProtocol(parse_uri("ws://consult.example/"), state=State.OPEN, max_size=None)

    def takes(self, texts: list[str]) -> bool:
        """Send messages the short way, if their time has come."""
        if not self.wire.keeps_pace(len(texts)):
            return False
        self.reader_of_all.add(self.wire, [(self._deal, (text,)) for text in texts])
        return True

    def _deal(self, text: str) -> None:
        if text == "fault":
            raise ValueError(text)
        self.short.append(text)
        self.heard.append(text)

    def _note_slow(self) -> None:
        self.slow += 1

    def _read(self) -> None:
        self.heard.extend(self.wire.messages())
        self.wire.finish()

    def send(self, *frames: bytes) -> None:
        self.client.sendall(b"".join(frames))

    def until(self, condition: Callable[[], object], seconds: float = 5) -> None:
        give_up = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < give_up, "waited too long"
            gevent.sleep(0.005)

    def answers(self) -> list[Any]:
        """The frames the server wrote so far, after the reading greenlet had its turn."""
        patience = 5
        while patience:
            try:
                data = self.client.recv(1 << 20)
            except BlockingIOError:
                patience -= 1
                gevent.sleep(0.005)
                continue
            except ConnectionResetError:
                break
            if not data:
                break
            self.reader.receive_data(data)
            gevent.sleep(0)
        return self.reader.events_received()

    def closed_with(self) -> int | None:
        """The status the server closed with."""
        for frame in self.answers():
            if frame.opcode is Opcode.CLOSE:
                return int.from_bytes(frame.data[:2], "big")
        return None

    def end(self) -> None:
        self.wire.abort()
        self.reading.join(timeout=2)
        assert self.reading.ready(), "the reading greenlet outlived its connection"
        self.dealing.kill()
        self.client.close()
        self.server.close()


def masked(data: bytes | str, opcode: Opcode | None = None, *, fin: bool = True) -> bytes:
    raw = data.encode() if isinstance(data, str) else data
    kind = opcode if opcode is not None else Opcode.TEXT if isinstance(data, str) else Opcode.BINARY
    return Frame(kind, raw, fin).serialize(mask=True)
