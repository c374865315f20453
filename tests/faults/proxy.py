"""A network that can be broken: a TCP proxy in a thread of its own, changed while connections are open.

It delays (never reorders), narrows, cuts into small pieces, resets, refuses, and holds connections open without
forwarding, as a half-open network does. No tool of the system and no rights are needed.
"""

import asyncio
import random
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, fields

CHUNK = 65_536
NARROW_CHUNK = 2_048
LINGER_RESET = struct.pack("ii", 1, 0)


@dataclass
class Faults:
    """What is wrong with the network, in each direction; all zero is a good one.

    Attributes:
        latency, jitter: milliseconds a byte travels, and the most that is added at random.
        kbps: kilobits a second of one connection.
        slice: bytes of one segment.
        die: chance that a connection is reset at each piece it forwards.
        hole: connections stay open and nothing arrives.
        cut: connections are reset and new ones refused.
    """

    latency: float = 0
    jitter: float = 0
    kbps: float = 0
    slice: int = 0
    die: float = 0
    hole: bool = False
    cut: bool = False


class FaultProxy:
    """Forwards a port of its own to `target`, through `faults`."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.faults = Faults()
        self.accepted = self.refused = 0
        self._open: dict[int, tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = {}
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = int(self._listener.getsockname()[1])
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> "FaultProxy":
        self._thread.start()
        return self

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    # What a test does to the network.

    def set(self, **faults: float) -> None:
        """Change some faults and leave the others."""
        for name, value in faults.items():
            setattr(self.faults, name, value)

    def cut(self) -> None:
        """Reset every connection and refuse new ones."""
        self.faults.cut = True
        self.drop()

    def hole(self) -> None:
        self.faults.hole = True

    def heal(self) -> None:
        """A good network again; connections that live go on."""
        for field in fields(Faults):
            setattr(self.faults, field.name, field.default)

    def drop(self) -> None:
        """Reset every connection; new ones are as `faults` says."""
        self._in_loop(lambda: [self._reset(key) for key in list(self._open)])

    def _in_loop(self, act: Callable[[], object]) -> None:
        done = threading.Event()
        self._loop.call_soon_threadsafe(lambda: (act(), done.set()))
        done.wait(5)

    # Forwarding.

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._accept, sock=self._listener))
        try:
            self._loop.run_forever()
        finally:
            for key in list(self._open):
                self._reset(key)
            server.close()
            tasks = asyncio.all_tasks(self._loop)
            for task in tasks:
                task.cancel()
            self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
            self._loop.close()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.faults.cut:
            self.refused += 1
            _reset(writer)
            return
        try:
            there_reader, there = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            self.refused += 1
            _reset(writer)
            return
        for end in (writer, there):
            end.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        key = id(writer)
        self._open[key] = (writer, there)
        self.accepted += 1
        try:
            await asyncio.gather(self._pump(reader, there, key), self._pump(there_reader, writer, key))
        except asyncio.CancelledError:  # the proxy stops
            return
        finally:
            self._open.pop(key, None)
            for end in (writer, there):
                end.close()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, key: int) -> None:
        """Read ahead, deliver each piece when it is due: a delay does not narrow the line."""
        due: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(512)
        reading = asyncio.ensure_future(self._read(reader, due))
        latest = 0.0
        try:
            while True:
                at, data = await due.get()
                latest = max(at, latest)
                await asyncio.sleep(max(0.0, latest - self._loop.time()))
                while self.faults.hole:  # noqa: ASYNC110  (set from another thread)
                    await asyncio.sleep(0.05)
                if not data:
                    break
                if random.random() < self.faults.die:
                    self._reset(key)
                    return
                await self._write(writer, data)
            if writer.can_write_eof():
                writer.write_eof()
        except OSError:
            self._reset(key)
        finally:
            reading.cancel()

    async def _read(self, reader: asyncio.StreamReader, due: "asyncio.Queue[tuple[float, bytes]]") -> None:
        data = b"."
        while data:
            try:
                data = await reader.read(CHUNK)
            except OSError:
                data = b""
            delay = self.faults.latency + random.uniform(0, self.faults.jitter)
            await due.put((self._loop.time() + delay / 1000, data))

    async def _write(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        faults = self.faults
        step = faults.slice or (NARROW_CHUNK if faults.kbps else len(data))
        for start in range(0, len(data), step):
            piece = data[start : start + step]
            writer.write(piece)
            await writer.drain()
            if faults.kbps:
                await asyncio.sleep(len(piece) * 8 / (faults.kbps * 1000))
            elif faults.slice:
                await asyncio.sleep(0)

    def _reset(self, key: int) -> None:
        for writer in self._open.pop(key, ()):
            _reset(writer)


def _reset(writer: asyncio.StreamWriter) -> None:
    """End a connection by RST, as a broken network or a killed process does."""
    raw = writer.get_extra_info("socket")
    if raw is not None and raw.fileno() >= 0:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_RESET)
    writer.transport.abort()
