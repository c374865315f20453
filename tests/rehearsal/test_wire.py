"""One connection of a simulated person: whoever stops listening has stopped, whatever comes at that moment."""

import asyncio
from typing import cast

import pytest
from websockets.asyncio.client import ClientConnection

from consult.rehearsal.wire import Wire


class Socket:
    """A connection on which a frame comes at the very moment at which the listener is told to stop."""

    def __init__(self) -> None:
        self.frame: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def recv(self) -> str:
        """The next frame."""
        frame = await self.frame
        self.frame = asyncio.get_running_loop().create_future()
        return frame


def test_who_is_told_to_stop_stops_although_something_comes_at_that_moment() -> None:
    async def stopped() -> None:
        socket = Socket()
        listening = asyncio.create_task(Wire(cast("ClientConnection", socket)).listen(lambda *_: None))
        await asyncio.sleep(0)
        socket.frame.set_result('42["event",{}]')
        await asyncio.sleep(0)
        listening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(listening, 2)

    asyncio.run(stopped())
