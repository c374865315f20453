"""A page on the real wire: Socket.IO over a websocket, one message after the other."""

import base64
import json
import re
import time
from collections.abc import Callable
from typing import Any

import requests
import websocket

from tests import cast
from tests.drafting.stage import Editor

PATIENCE_SECONDS = 20


def signed_in(url: str, email: str) -> str:
    """The cookies of somebody who signed in with the test password."""
    browser = requests.Session()
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(f"{url}/sign-in", timeout=10).text)
    assert token, browser.get(f"{url}/sign-in", timeout=10).text[:500]
    answer = browser.post(
        f"{url}/sign-in",
        data={"csrf_token": token.group(1), "email": email, "password": cast.PASSWORD},
        allow_redirects=False,
        timeout=10,
    )
    assert answer.status_code == 303, answer.text
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.cookies)


class WirePage:
    """One connection. Events that come while an answer is awaited are kept in `events`."""

    def __init__(
        self, url: str, cookies: str, draft: str, editor: Editor, *, room: str = "", origin: str = ""
    ) -> None:
        self.draft, self.editor = draft, editor
        self.events: list[tuple[str, list[Any]]] = []
        self._ids = 0
        address = url.replace("http", "ws", 1) + f"/socket.io/?EIO=4&transport=websocket&room={room}"
        self.socket = websocket.create_connection(
            address, cookie=cookies, origin=origin or url, timeout=PATIENCE_SECONDS, enable_multithread=True
        )
        try:
            self._greet()
        except BaseException:
            self.close()
            raise

    def _greet(self) -> None:
        opened = self.socket.recv()
        if not opened:
            raise websocket.WebSocketConnectionClosedException("closed before it was opened")
        self.socket.send("40")
        answer = self.socket.recv()
        if not answer:
            raise websocket.WebSocketConnectionClosedException("closed before it was opened")
        assert (opened[0], answer[:2]) == ("0", "40")

    def ask(self, name: str, *args: Any) -> dict[str, Any]:
        """Send an event and wait for its answer."""
        self._ids += 1
        self.socket.send(f"42{self._ids}{json.dumps([name, *args])}")
        while True:
            kind, number, body = self._next()
            if kind == "43" and number == self._ids:
                return dict(body[0])

    def wait_for(self, found: Callable[[], bool]) -> None:
        """Read until the condition holds; a page that does not hear it in time fails, whatever else it hears."""
        give_up = time.monotonic() + PATIENCE_SECONDS
        while not found():
            assert time.monotonic() < give_up, f"not heard; the last: {self.events[-3:]}"
            self._next()

    def _next(self) -> tuple[str, int, list[Any]]:
        while True:
            frame = self.socket.recv()
            if not frame:
                raise websocket.WebSocketConnectionClosedException("closed")
            if frame == "41":
                raise websocket.WebSocketConnectionClosedException("the server ended it")
            if frame == "2":
                self.socket.send("3")
                continue
            parts = re.match(r"(4[0-9])(\d*)(\[.*)?", frame, re.DOTALL)
            assert parts, frame
            body = json.loads(parts.group(3) or "[]")
            if parts.group(1) == "42":
                self._hear(body[0], body[1:])
            return parts.group(1), int(parts.group(2) or 0), body

    def _hear(self, name: str, args: list[Any]) -> None:
        self.events.append((name, args))
        if name == "u" and args[2] == self.draft:
            self.editor.receive(base64.b64decode(args[0]))

    def join(self) -> dict[str, Any]:
        """Join by state vector; what the server lacks is sent at once. The answer is the refusal of whichever was refused."""
        vector = base64.b64encode(self.editor.doc.get_state()).decode()
        ack = self.ask("join", {"v": 1, "draft": self.draft, "sv": vector})
        if ack["ok"]:
            self.editor.receive(base64.b64decode(ack["update"]))
            self.editor.take_outgoing()
            missing = self.editor.doc.get_update(base64.b64decode(ack["sv"]))
            if len(missing) > 2:
                sent = self.send(missing)
                return ack if sent["ok"] else sent
        return ack

    def send(self, update: bytes | None = None) -> dict[str, Any]:
        """Send one update (what was typed, when none is given) and wait until it is saved or refused."""
        if update is None:
            (update,) = self.editor.take_outgoing()
        return self.ask("u", base64.b64encode(update).decode(), self.draft)

    def close(self) -> None:
        self.socket.close(timeout=1)
