"""Socket.IO over a websocket for somebody who does other things meanwhile: nothing here waits for an answer."""

import json
import re
import select
import time
from typing import Any

import websocket

from tests.faults.person import Address

#: Engine.IO's own rule: without a ping of the server in interval and time-out, the connection is lost.
SILENCE_SECONDS = 14
HANDSHAKE_SECONDS = 10
_FRAME = re.compile(r"4([0-9])(\d*)(\[.*)?", re.DOTALL)


class Lost(Exception):
    """The connection is gone, or nobody can be heard on it."""


class Wire:
    """One connection. `poll` gives what came: (event name or answer number, arguments)."""

    def __init__(self, address: Address, cookies: str, query: str = "") -> None:
        self._numbers = 0
        self._heard_at = time.monotonic()
        try:
            self._socket = websocket.create_connection(
                f"ws://127.0.0.1:{address.port}/socket.io/?EIO=4&transport=websocket&{query}",
                cookie=cookies,
                origin=address.public_url,
                host=address.host,
                timeout=HANDSHAKE_SECONDS,
            )
        except (OSError, websocket.WebSocketException) as error:
            raise Lost(str(error)) from error
        try:
            opened = self._receive()
            self._send("40")
            answer = self._receive()
        except Lost:
            self.close()
            raise
        if (opened[:1], answer[:2]) != ("0", "40"):
            self.close()
            raise Lost(answer or "closed at the handshake")

    def ask(self, name: str, *args: Any) -> int:
        """Send an event; the number its answer will carry."""
        self._numbers += 1
        self._send(f"42{self._numbers}{json.dumps([name, *args])}")
        return self._numbers

    def poll(self, seconds: float) -> list[tuple[str | int, list[Any]]]:
        """Wait at most `seconds` for something, then take all there is.

        Raises:
            Lost
        """
        found: list[tuple[str | int, list[Any]]] = []
        wait = seconds
        while select.select([self._socket.sock], [], [], wait)[0]:
            wait = 0.0
            frame = self._receive()
            self._heard_at = time.monotonic()
            if frame == "2":
                self._send("3")
                continue
            parts = _FRAME.match(frame)
            if parts is None:
                raise Lost(f"said {frame[:20]!r}")
            kind, number, body = parts.groups()
            if kind == "1":
                raise Lost("the server ended it")
            args = json.loads(body or "[]")
            found.append((args[0], args[1:]) if kind == "2" else (int(number or 0), args))
        if time.monotonic() - self._heard_at > SILENCE_SECONDS:
            raise Lost("silence")
        return found

    def close(self) -> None:
        if self._socket.sock is not None:
            self._socket.sock.close()
            self._socket.shutdown()

    def _send(self, frame: str) -> None:
        try:
            self._socket.send(frame)
        except (OSError, websocket.WebSocketException) as error:
            raise Lost(str(error)) from error

    def _receive(self) -> str:
        try:
            frame = self._socket.recv()
        except (OSError, websocket.WebSocketException) as error:
            raise Lost(str(error)) from error
        if not frame:
            raise Lost("closed")
        return str(frame)
