"""The websocket layer: the sans-I/O protocol of `websockets` over a gevent socket (docs/adr/0022).

`websockets` judges what comes in (RFC 6455), but for a read that is a few whole text messages; here are the socket, the bounds and
the pace. A message that announces more than the limit ends the connection before it is read (status 1009). Who sends faster than any page does is
read more slowly: otherwise one socket that always has more keeps everybody else waiting. Who does not read what is written
to it is disconnected; a page that comes back asks for what it lacks.
"""

import logging
import socket
from collections.abc import Callable, Iterator
from typing import Any

import gevent
from gevent import getcurrent
from greenlet import greenlet
from websockets.exceptions import InvalidState
from websockets.frames import CloseCode, Frame, Opcode, apply_mask
from websockets.protocol import SEND_EOF, State
from websockets.server import ServerProtocol

from consult import clock
from consult.drafting.limits import TokenBucket
from consult.live.arrivals import Watch, watched_alone

log = logging.getLogger("consult.live")
#: Bytes of one message: the largest drafting update in base64, with room for its envelope.
MESSAGE_BYTES = 256_000
#: Bytes that may wait for a reader; with more it is disconnected. One answer larger than this may wait besides.
BACKLOG_BYTES = 256_000
#: Frames a second that one connection is read at, and how many at once; a page sends a few.
FRAMES_PER_SECOND, FRAMES_AT_ONCE = 100, 300
#: How long a connection that used them up is left alone.
PAUSE_SECONDS = 0.2
#: Bytes read at once: few, so that a thousand tiny frames do not keep others waiting; many inside a large message.
READ_BYTES, READ_MORE_BYTES = 4096, 65_536
#: How long the other side may take to close, or to read what was written before the end.
CLOSE_SECONDS = 5.0
#: Whole messages of one read that go the short way; a page sends what was typed, and where its caret is now.
PLAIN_AT_ONCE = 8
_WRITABLE = 2
#: The first byte of a whole text message; the bit of the second that says masked, and its value for a length in two bytes.
_TEXT, _MASKED, _TWO_BYTES = 0x81, 0x80, 126

Message = str | bytes


def frame_of(message: Message) -> bytes:
    """A whole message as one unmasked frame, ready for any number of sockets."""
    if isinstance(message, bytes):
        return Frame(Opcode.BINARY, message).serialize(mask=False)
    data = message.encode()
    size = len(data)
    if size < _TWO_BYTES:
        return b"%c%c%b" % (_TEXT, size, data)
    if size < 1 << 16:
        return b"%c%c%b%b" % (_TEXT, _TWO_BYTES, size.to_bytes(2, "big"), data)
    return Frame(Opcode.TEXT, data).serialize(mask=False)


def _size_of(frame: Frame) -> int:
    """Bytes of a masked frame as it came, at the least."""
    size = len(frame.data)
    return size + (6 if size < _TWO_BYTES else 8 if size < 1 << 16 else 14)


class Wire:
    """One open websocket. Writing never waits; reading happens in the greenlet that runs `messages`."""

    __slots__ = (
        "_backlog",
        "_drain",
        "_frames",
        "_is_over",
        "_owed",
        "_parts",
        "_protocol",
        "_read_bytes",
        "_readable",
        "_slack",
        "_sleeper",
        "_socket",
        "closing_since",
        "held",
        "on_plain",
        "on_slow",
    )

    def __init__(
        self,
        sock: socket.socket,
        protocol: ServerProtocol,
        on_slow: Callable[[], None] | None = None,
        watch: Watch = watched_alone,
    ) -> None:
        """`sock`: non-blocking. `on_slow`: called when the reader is given up. `watch`: how to hear that the socket has something."""
        self._socket, self._protocol = sock, protocol
        self._backlog = bytearray()
        self._slack = 0
        self._drain: Any = None
        self._readable = watch(sock.fileno())
        self._read_bytes = READ_BYTES
        #: The greenlet that runs `messages`, while it waits.
        self._sleeper: greenlet | None = None
        self._frames = TokenBucket(rate=FRAMES_PER_SECOND, burst=FRAMES_AT_ONCE)
        self._parts: list[bytes | bytearray | memoryview] = []
        #: Bytes that `websockets` holds of a frame that is not whole yet.
        self._owed = 0
        self._is_over = False
        #: Monotonic seconds since which we wait for the other side to close; None while open.
        self.closing_since: float | None = None
        #: Frames that wait to be written together with the next.
        self.held = b""
        #: Told of a read that is whole text messages and nothing else, in the hub: whether it takes them. The connection is then read
        #: on after `read_on`, and `messages` never hears of them.
        self.on_plain: Callable[[list[str]], bool] | None = None
        self.on_slow = on_slow

    # Writing.

    def hold_more(self, frame: bytes) -> None:
        """Keep a frame behind those that are held already, but not for ever more of them."""
        self.held += frame
        if len(self.held) > READ_MORE_BYTES:
            self.write(b"")

    def write(self, data: bytes) -> None:
        """Write whole frames at once, or keep what the socket does not take; a reader too far behind is cut off."""
        if self.held:
            data, self.held = self.held + data, b""
        if self._is_over:
            return
        backlog = self._backlog
        if not backlog:
            try:
                sent = self._socket.send(data)
            except BlockingIOError:
                sent = 0
            except OSError:
                self.abort()
                return
            if sent == len(data):
                return
            data = data[sent:]
        if len(data) > BACKLOG_BYTES:
            self._slack = max(self._slack, len(data))
        backlog += data
        if len(backlog) > BACKLOG_BYTES + self._slack:
            log.info("slow reader cut off, %d bytes behind", len(backlog))
            if self.on_slow is not None:
                self.on_slow()
            self.abort()
        elif self._drain is None:
            self._drain = gevent.get_hub().loop.io(self._socket.fileno(), _WRITABLE)
            self._drain.start(self._write_backlog)

    def _write_backlog(self) -> None:
        """The socket takes more. Runs in the hub, so it must not wait."""
        try:
            sent = self._socket.send(memoryview(self._backlog)[:READ_MORE_BYTES])
        except BlockingIOError:
            return
        except OSError:
            self.abort()
            return
        del self._backlog[:sent]
        if not self._backlog:
            self._slack = 0
            self._stop_draining()

    def _stop_draining(self) -> None:
        if self._drain is not None:
            self._drain.stop()
            self._drain.close()
            self._drain = None

    # Reading.

    def messages(self, early: bytes = b"") -> Iterator[Message]:
        """Whole messages in order until the connection ends, whoever ends it. `early`: bytes read with the handshake."""
        data: bytes | None = early
        while not self._is_over:
            data = data or self._arrival()
            if data is None:
                return
            if not data:
                self._protocol.receive_eof()
                self._answer()
                return
            self._protocol.receive_data(data)
            self._owed += len(data)
            data = b""
            frames: list[Any] = self._protocol.events_received()
            self._read_bytes = READ_BYTES if frames else READ_MORE_BYTES
            self._answer()
            for frame in frames:
                self._owed -= _size_of(frame)
                while not self.keeps_pace():
                    gevent.sleep(PAUSE_SECONDS)
                message = self._whole(frame)
                if message is not None:
                    yield message
            if self._protocol.state is not State.OPEN and (
                self.closing_since is None or any(frame.opcode is Opcode.CLOSE for frame in frames)
            ):
                return

    def _arrival(self) -> bytes | None:
        """Wait for bytes that are for `messages`; empty at the end of the stream, None when the connection broke."""
        self._sleeper = getcurrent()
        self.read_on()
        try:
            found: bytes | None = gevent.get_hub().switch()
            return found
        finally:
            self._sleeper = None
            self._readable.stop()

    def read_on(self) -> None:
        """What `on_plain` took has been dealt with."""
        if self._sleeper is not None:
            self._readable.start(self._read)

    def has_unread(self) -> bool:
        """Whether something came that was not read yet."""
        try:
            return bool(self._socket.recv(1, socket.MSG_PEEK))
        except OSError:  # nothing, or no connection any more
            return False

    def _read(self) -> None:
        """The socket has something. Runs in the hub, so it must not wait."""
        data: bytes | None
        try:
            data = self._socket.recv(self._read_bytes)
        except BlockingIOError:
            return
        except OSError:
            data = None
        self._readable.stop()
        if data and self.on_plain is not None:
            plain = self._plain(data)
            if plain and self.on_plain(plain):
                return
        if self._sleeper is not None:
            self._sleeper.switch(data)

    def _plain(self, data: bytes) -> list[str]:
        """The texts in `data` when that is whole text messages and nothing else, as nearly always; none when it is not.

        Everything else, what is wrong with it included, is for `websockets` to judge.
        """
        if self._owed or self._parts or self._protocol.state is not State.OPEN:
            return []
        texts: list[str] = []
        at, end = 0, len(data)
        while at < end:
            if end - at < 6 or data[at] != _TEXT or len(texts) == PLAIN_AT_ONCE:
                return []
            size, start = data[at + 1] - _MASKED, at + 2
            if size == _TWO_BYTES:
                size, start = int.from_bytes(data[start : start + 2], "big"), start + 2
                if size < _TWO_BYTES:
                    return []
            elif size > _TWO_BYTES:
                return []
            at = start + 4 + size
            if at > end or size < 0:
                return []
            try:
                texts.append(str(apply_mask(data[start + 4 : at], data[start : start + 4]), "utf-8"))
            except UnicodeDecodeError:
                return []
        return texts

    def keeps_pace(self, frames: int = 1) -> bool:
        """Count frames, unless they come faster than any page sends: then their time has not come."""
        return self._frames.take(frames, clock.monotonic())

    def _whole(self, frame: Any) -> Message | None:
        """The message a frame completes."""
        opcode = frame.opcode
        if opcode is Opcode.TEXT and frame.fin:
            return self._text(frame.data)
        if opcode not in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
            return None
        if opcode is not Opcode.CONT:
            self._parts = [b"text" if opcode is Opcode.TEXT else b"binary"]
        self._parts.append(frame.data)
        if not frame.fin:
            return None
        (kind, *parts), self._parts = self._parts, []
        data = b"".join(parts)
        return self._text(data) if kind == b"text" else data

    def _text(self, data: bytes | bytearray | memoryview) -> str | None:
        try:
            return str(data, "utf-8")
        except UnicodeDecodeError:
            self.fail(CloseCode.INVALID_DATA, "not UTF-8")
            return None

    def _answer(self) -> None:
        """Write what the protocol has to say: pongs, the close frame."""
        for data in self._protocol.data_to_send():
            if data != SEND_EOF:  # the socket is closed when `messages` ends
                self.write(data)

    # Ending.

    def close(self, code: int = CloseCode.NORMAL_CLOSURE) -> None:
        """Start the closing handshake; the other side has `CLOSE_SECONDS` for its part."""
        try:
            self._protocol.send_close(code)
        except InvalidState:
            return
        self.closing_since = clock.monotonic()
        self._answer()

    def fail(self, code: int, reason: str) -> None:
        """End the connection because of what the other side sent."""
        self._protocol.fail(code, reason)
        self._answer()

    def finish(self) -> None:
        """Wait a little until what was written has left, then let go of the socket."""
        give_up = clock.monotonic() + CLOSE_SECONDS
        while self._backlog and not self._is_over and clock.monotonic() < give_up:
            gevent.sleep(0.02)
        self.abort()
        self._readable.close()

    def abort(self) -> None:
        """End it now; the reading greenlet wakes and returns."""
        if self._is_over:
            return
        self._is_over = True
        self._stop_draining()
        self._backlog.clear()
        self.held = b""
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            log.debug("the socket was closed already")
        self.read_on()
