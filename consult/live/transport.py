"""The websocket layer: gevent-websocket with a bound on what a client may make the server read.

gevent-websocket is pinned and small; it checks no sizes. Here a frame that announces more than the limit, or a message
that grows beyond it in fragments, ends the connection before it is read (RFC 6455, status 1009). Who sends faster than
any page does is read more slowly: otherwise one socket that always has more keeps everybody else waiting.
"""

import logging
from typing import Any

import gevent
from geventwebsocket import handler as gevent_handler
from geventwebsocket.exceptions import ProtocolError
from geventwebsocket.websocket import Header, WebSocket

from consult import clock
from consult.drafting.limits import TokenBucket

#: Bytes of one message: the largest drafting update in base64, with room for its envelope.
MESSAGE_BYTES = 256_000
#: Frames a second that one connection is read at, and how many at once; a page sends a few.
FRAMES_PER_SECOND, FRAMES_AT_ONCE = 100, 300
#: How long a connection that used them up is left alone.
PAUSE_SECONDS = 0.2


class BoundedWebSocket(WebSocket):
    """A websocket that refuses to read a message larger than `MESSAGE_BYTES`."""

    __slots__ = ("_frames", "_length")

    def __init__(self, environ: dict[str, Any], stream: Any, handler: Any) -> None:
        super().__init__(environ, stream, handler)
        self._length = 0
        self._frames = TokenBucket(rate=FRAMES_PER_SECOND, burst=FRAMES_AT_ONCE)

    def read_message(self) -> Any:
        self._length = 0
        return super().read_message()

    def read_frame(self) -> Any:
        while not self._frames.take(1, clock.monotonic()):
            gevent.sleep(PAUSE_SECONDS)
        header = Header.decode_header(self.stream)
        self._length += header.length
        if header.flags:
            raise ProtocolError
        if self._length > MESSAGE_BYTES:
            raise ProtocolError("message too big")
        payload = self.raw_read(header.length) if header.length else b""
        if len(payload) != header.length:
            raise ProtocolError("the connection ended inside a frame")
        if header.mask and payload:
            payload = header.unmask_payload(payload)
        return header, payload


class ConsultWebSocketHandler(gevent_handler.WebSocketHandler):
    """The HTTP handler that upgrades to `BoundedWebSocket`; it logs nothing that a client can write at will."""

    logger = logging.getLogger("consult.http")

    def log_request(self) -> None:
        """No access log: the proxy writes one."""


gevent_handler.WebSocket = BoundedWebSocket
