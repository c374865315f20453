"""The Engine.IO side of the server process: sessions that write straight to their websocket (docs/adr/0022).

python-engineio puts every packet into a queue that a second greenlet empties, and lets a third sleep until the next ping.
Here a packet is written when it is sent, and one heartbeat serves all sessions. Everything else (opening, Origin, the
packets' meaning, Socket.IO above it) is python-engineio's own.
"""

import logging
from collections.abc import Callable
from typing import Any

import engineio
from engineio import exceptions, packet
from engineio.socket import Socket
from websockets.frames import CloseCode

from consult import clock
from consult.live.opening import Handler, handshake
from consult.live.reading import Act, Reader
from consult.live.transport import CLOSE_SECONDS, Message, Wire, frame_of

log = logging.getLogger("consult.live")
HEARTBEAT_SECONDS = 1.0
#: A process that is too busy to read does not know who has answered: whose socket holds something unread is given up only after so
#: many times the time for an answer.
BUSY = 4
_PING = frame_of(packet.Packet(packet.PING).encode())
#: What a page answers to it, as text.
_PONG = packet.Packet(packet.PONG).encode()
_HOP_BY_HOP = frozenset({"connection", "date", "upgrade"})
#: Takes a message before it is unpacked: the session's id and the text; whether it was dealt with.
Taker = Callable[[str, str], bool]
#: Recognises a frequent message, without waiting: what deals with it and what with; None for all others.
Knower = Callable[["Session", str], tuple[Callable[..., None], tuple[Any, ...]] | None]


class Session(Socket):  # type: ignore[misc]
    """One Engine.IO session on a websocket."""

    server: "Engine"
    closed: bool
    closing: bool

    def __init__(self, server: "Engine", sid: str, wire: Wire) -> None:
        super().__init__(server, sid)
        self.queue = None  # nothing waits here: what is sent is written
        self.wire = wire
        wire.on_plain = self._hears
        self.connected = self.upgraded = True
        self.ping_due: float | None = None
        self.ping_sent: float | None = None

    def send(self, pkt: packet.Packet) -> None:
        """Write a packet. The frame is built once, however many sessions get the same packet.

        Raises:
            SocketIsClosedError: the session is over.
        """
        if self.closed:
            raise exceptions.SocketIsClosedError()
        frame = getattr(pkt, "frame", None)
        if frame is None:
            frame = pkt.frame = frame_of(pkt.encode())
        self.wire.write(frame)

    def schedule_ping(self) -> None:
        """The page answered: the next ping is due one interval from now."""
        self.ping_sent = None
        self.ping_due = clock.monotonic() + self.server.ping_interval

    def beat(self, now: float) -> None:
        """Send a ping that is due; give up a page that answered none, and one that does not close."""
        wire = self.wire
        if wire.closing_since is not None:
            if now - wire.closing_since > CLOSE_SECONDS:
                wire.abort()
        elif self.ping_sent is not None:
            silent, patience = now - self.ping_sent, self.server.ping_timeout
            if silent > patience and (silent > BUSY * patience or not wire.has_unread()):
                log.info("page gone: it answered no ping")
                self.close(abort=True, reason=self.server.reason.PING_TIMEOUT)
        elif self.ping_due is not None and now >= self.ping_due:
            self.ping_due, self.ping_sent = None, now
            wire.write(_PING)

    def check_ping_timeout(self) -> bool:
        """The heartbeat does this."""
        return not self.closed

    def close(self, wait: bool = True, abort: bool = False, reason: str | None = None) -> None:
        """End the session: tell its handlers, say goodbye unless `abort`, close the websocket."""
        if self.closed or self.closing:
            return
        self.closing = True
        self.server._trigger_event(  # noqa: SLF001  (this is engineio's own session)
            "disconnect", self.sid, reason or self.server.reason.SERVER_DISCONNECT, run_async=False
        )
        if not abort:
            self.send(packet.Packet(packet.CLOSE))
        self.closed = True
        if reason == self.server.reason.PING_TIMEOUT:
            self.wire.abort()
        else:
            self.wire.close()

    def run(self, early: bytes) -> None:
        """Read until the connection ends. `early`: what came right behind the handshake."""
        try:
            for message in self.wire.messages(early):
                if not self.closed and not self._take(message):
                    break
        finally:
            self.close(abort=True, reason=self.server.reason.TRANSPORT_CLOSE)

    def _hears(self, texts: list[str]) -> bool:
        """Whether messages go the short way, all of them. Runs in the hub."""
        know = self.server.know
        if know is None or self.closed:
            return False
        known: list[Act] = []
        for text in texts:
            one = (self.schedule_ping, ()) if text == _PONG else know(self, text)
            if one is None:
                return False
            known.append(one)
        if not self.wire.keeps_pace(len(known)):
            return False
        self.server.reader.add(self.wire, known)
        return True

    def _take(self, message: Message) -> bool:
        """Act on a message; whether to go on reading."""
        take = self.server.take
        if take is not None and isinstance(message, str) and take(self.sid, message):
            return True
        try:
            self.receive(packet.Packet(encoded_packet=message))
        except exceptions.UnknownPacketError:
            log.debug("unknown packet type")
        except exceptions.SocketIsClosedError:
            return False
        except ValueError:
            self.wire.fail(CloseCode.PROTOCOL_ERROR, "not an Engine.IO packet")
            return False
        return True


class Engine(engineio.Server):  # type: ignore[misc]
    """python-engineio's server with our sessions. Websocket only."""

    #: Deals with some messages by a shorter way; set by `live.lane`.
    take: Taker | None = None
    #: Recognises the most frequent of them even before their connection's greenlet wakes; set by `live.lane`.
    know: Knower | None = None
    sockets: dict[str, Session]
    start_service_task: bool
    #: Connections ended because their reader was too far behind.
    slow_readers = 0

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.reader = Reader()

    def wire_of(self, sid: str) -> Wire | None:
        """The open websocket of a session."""
        session = self.sockets.get(sid)
        return None if session is None or session.closed else session.wire

    def note_slow(self) -> None:
        self.slow_readers += 1

    def _handle_connect(
        self,
        environ: dict[str, Any],
        start_response: Callable[..., Any],
        transport: str,
        jsonp_index: int | None = None,
    ) -> Any:
        if self.start_service_task:
            self.start_service_task = False
            self.service_task_handle = self.start_background_task(self._service_task)
            self.start_background_task(self.reader.run)
        http: Handler | None = environ.pop("consult.http_handler", None)
        if http is None:
            return self._bad_request("websockets need the server process")
        protocol, status, answer = handshake(
            http.path or "/", http.headers.items(), self.cors_allowed_origins
        )
        if status != 101:
            return _refused(answer, start_response)
        wire, early = http.upgraded(protocol, self.note_slow, self.reader.arrivals.watch)
        try:
            wire.write(answer)
            self._serve(wire, early, environ)
        finally:
            wire.finish()
        return []

    def _serve(self, wire: Wire, early: bytes, environ: dict[str, Any]) -> None:
        sid = self.generate_id()
        session = self.sockets[sid] = Session(self, sid, wire)
        opening = {
            "sid": sid,
            "upgrades": [],
            "pingTimeout": int(self.ping_timeout * 1000),
            "pingInterval": int(self.ping_interval * 1000),
            "maxPayload": self.max_http_buffer_size,
        }
        try:
            session.send(packet.Packet(packet.OPEN, opening))
            self._trigger_event("connect", sid, environ, run_async=False)
            session.schedule_ping()
            session.run(early)
        finally:
            self.sockets.pop(sid, None)

    def _service_task(self) -> None:
        """One heartbeat for all sessions."""
        self.service_task_event = self.create_event()
        while not self.service_task_event.wait(timeout=HEARTBEAT_SECONDS):
            now = clock.monotonic()
            for session in list(self.sockets.values()):
                try:
                    session.beat(now)
                except Exception:  # one session's end must not stop the others' heartbeat
                    log.exception("heartbeat")


def _refused(answer: bytes, start_response: Callable[..., Any]) -> list[bytes]:
    """A refused handshake as a WSGI answer, so that the HTTP server sends it and closes as it always does."""
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *fields = head.decode("latin-1").split("\r\n")
    headers = [(name, value) for name, _, value in (line.partition(": ") for line in fields)]
    start_response(status.partition(" ")[2], [pair for pair in headers if pair[0].lower() not in _HOP_BY_HOP])
    return [body]


def use(server: Any, **options: Any) -> Engine:
    """Put our engine under a python-socketio server. `options`: those the server was made with."""
    engine = Engine(async_handlers=False, **options)  # Socket.IO decides what runs beside the reading
    for event, handler in server.eio.handlers.items():
        engine.on(event, handler)
    server.eio = engine
    return engine
