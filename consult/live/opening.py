"""How a websocket is opened: its request judged, and the connection taken away from HTTP (docs/adr/0022)."""

import http
import logging
from collections.abc import Callable, Sequence
from typing import Any

from gevent import pywsgi
from websockets.http11 import Request
from websockets.server import ServerProtocol

from consult.live.arrivals import Watch
from consult.live.transport import MESSAGE_BYTES, Wire

#: `websockets` tells of every connection opened, closed or turned away; a client can make it say so at will.
_QUIET = logging.getLogger("consult.websockets")
_QUIET.setLevel(logging.ERROR)


def handshake(
    path: str, headers: Sequence[tuple[str, str]], origins: Sequence[str] | None
) -> tuple[ServerProtocol, int, bytes]:
    """Judge the opening request of a websocket.

    Args:
        path: the request target. headers: as they came. origins: values of Origin that may; None for any.

    Returns:
        The protocol, the status of the answer (101 opens the websocket), and the answer.
    """
    protocol = ServerProtocol(
        origins=list(origins) if origins is not None else None,  # type: ignore[arg-type]
        max_size=MESSAGE_BYTES,
        logger=_QUIET,
    )
    lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers), "", ""]
    protocol.receive_data("\r\n".join(lines).encode("latin-1", "replace"))
    requests = [event for event in protocol.events_received() if isinstance(event, Request)]
    if not requests:  # not even HTTP, as far as `websockets` reads it; it has ended the protocol
        refusal = protocol.reject(http.HTTPStatus.BAD_REQUEST, "This is no request for a websocket.\n")
        return protocol, refusal.status_code, refusal.serialize()
    response = protocol.accept(requests[0])
    protocol.send_response(response)
    return protocol, response.status_code, b"".join(protocol.data_to_send())


class Handler(pywsgi.WSGIHandler):  # type: ignore[misc]
    """The HTTP handler: hands itself to the websocket driver, and logs nothing that a client can write at will."""

    def get_environ(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environ()
        environ["consult.http_handler"] = self
        return environ

    def log_request(self) -> None:
        """No access log: the proxy writes one."""

    def upgraded(
        self, protocol: ServerProtocol, on_slow: Callable[[], None] | None, watch: Watch
    ) -> tuple[Wire, bytes]:
        """Take the connection away from HTTP.

        Returns:
            The wire, and what the client sent right behind its request.
        """
        self.close_connection = True
        raw = self.socket._sock  # type: ignore[attr-defined]  # noqa: SLF001  (gevent keeps the plain socket there)
        self.socket.settimeout(0)
        early = self.rfile.peek() if self.rfile is not None else b""
        return Wire(raw, protocol, on_slow, watch), bytes(early)
