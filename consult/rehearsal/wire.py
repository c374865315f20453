"""Socket.IO over one websocket, as a page speaks it: events, answers by number, the heart-beat."""

import asyncio
import json
import re
from collections.abc import Callable
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

ANSWER_SECONDS = 15
#: Engine.IO's rule: without a word from the server for so long (its interval and time-out), the connection is lost.
SILENCE_SECONDS = 50
MESSAGE_BYTES = 4 * 1024 * 1024
_FRAME = re.compile(r"4([0-9])(\d*)(\[.*)?", re.DOTALL)
Hearer = Callable[[str, list[Any]], None]


class Lost(Exception):
    """There is no connection any more."""


class Wire:
    """One connection. Nothing arrives but while `listen` runs.

    Waits by `asyncio.timeout`: in Python 3.11 `wait_for` forgets that it is cancelled when what it waits for comes at that moment.
    """

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._number = 0
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}

    @classmethod
    async def open(cls, url: str, cookies: str, query: str) -> "Wire":
        """Connect as the page does whose query this is.

        Raises:
            Lost: nobody there, or not let in.
        """
        address = f"{url.replace('http', 'ws', 1)}/socket.io/?EIO=4&transport=websocket&{query}"
        try:
            socket = await connect(
                address,
                origin=url,  # type: ignore[arg-type]
                additional_headers={"Cookie": cookies},
                compression=None,
                ping_interval=None,
                proxy=None,
                max_size=MESSAGE_BYTES,
            )
        except (OSError, WebSocketException, TimeoutError) as error:
            raise Lost(str(error)) from error
        wire = cls(socket)
        try:
            await wire._greet()
        except BaseException:
            await wire.close()
            raise
        return wire

    async def _greet(self) -> None:
        opened = await self._receive()
        await self._send("40")
        answer = await self._receive()
        if (opened[:1], answer[:2]) != ("0", "40"):
            raise Lost(answer)

    async def ask(self, name: str, *args: Any) -> dict[str, Any]:
        """Send an event and wait for its answer.

        Raises:
            Lost
        """
        self._number += 1
        number = self._number
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        await self._send(f"42{number}{json.dumps([name, *args])}")
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await answer
        except TimeoutError as error:
            raise Lost("no answer") from error
        finally:
            self._answers.pop(number, None)

    async def tell(self, name: str, *args: Any) -> None:
        """Send an event that has no answer.

        Raises:
            Lost
        """
        await self._send(f"42{json.dumps([name, *args])}")

    async def listen(self, hear: Hearer) -> None:
        """Hand over what comes until the connection ends.

        Raises:
            Lost: always, in the end.
        """
        while True:
            frame = await self._receive()
            if frame == "2":
                await self._send("3")
                continue
            parts = _FRAME.match(frame)
            if parts is None or parts.group(1) == "1":
                raise Lost("the server ended it")
            kind, number, body = parts.groups()
            args = json.loads(body or "[]")
            if kind == "2":
                hear(args[0], args[1:])
            elif kind == "3" and (answer := self._answers.get(int(number or 0))) and not answer.done():
                answer.set_result(args[0] if args and isinstance(args[0], dict) else {})

    async def close(self) -> None:
        """End it."""
        await self._socket.close()

    async def _send(self, frame: str) -> None:
        try:
            await self._socket.send(frame)
        except (OSError, WebSocketException) as error:
            raise Lost(str(error)) from error

    async def _receive(self) -> str:
        try:
            async with asyncio.timeout(SILENCE_SECONDS):
                frame = await self._socket.recv()
        except (OSError, WebSocketException, TimeoutError) as error:
            raise Lost(str(error)) from error
        return frame if isinstance(frame, str) else ""
