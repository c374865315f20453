"""The short way of events that come and go thousands of times a second (docs/adr/0022).

What it sends is byte for byte what `emit` sends to the same room, and it reads the same membership table, so who has left
a room hears nothing. What it does not understand goes the ordinary way.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from json.encoder import encode_basestring_ascii as quoted
from typing import Any

from consult.live.engine import Engine, Session
from consult.live.transport import Wire, frame_of

_EVENT, _ACK = "42", "43"
_NAMESPACE = "/"
#: An event with base64 text, and a draft's name behind it or not, as every editor sends it: nothing to be unescaped.
_FREQUENT = re.compile(
    r'42([0-9]{0,18})\["([a-z])","([A-Za-z0-9+/]*={0,2})"(?:,"([A-Za-z0-9_-]*)")?\]'
).fullmatch
#: As python-socketio writes it; made once, since `json.dumps` would make an encoder at every call.
_json = json.JSONEncoder(separators=(",", ":")).encode


def _part(value: Any) -> str:
    """The JSON of a value; of what is frequent without an encoder's overhead."""
    kind = type(value)
    if kind is str:
        return quoted(value)
    return str(value) if kind is int else _json(value)


class Reply:
    """Where the answer to one event goes: to the page at once, or nowhere when it asked for none."""

    __slots__ = ("_ack", "_lane", "_session")

    def __init__(self, lane: "Lane", session: Session, ack: str) -> None:
        self._lane, self._session, self._ack = lane, session, ack

    def set(self, value: Any) -> None:
        """Answer. Many pages get the same value in a row, so its text is kept."""
        if self._ack and not self._session.closed:
            text = f"{_ACK}{self._ack}[{self._lane.text_of(value)}]"
            self._lane.write(self._session.wire, frame_of(text))


#: Deals with an event: the Socket.IO id, the arguments, the answer.
Handler = Callable[[str, tuple[Any, ...], Reply], None]


class Lane:
    """Frequent events of one server, in and out."""

    def __init__(self, server: Any, engine: Engine) -> None:
        self._manager, self._engine = server.manager, engine
        self._handlers: dict[str, Handler] = {}
        self._told: tuple[Any, str] = (None, "null")
        #: Wires that hold frames until the end of `together`; None outside of it.
        self._held: list[Wire] | None = None
        engine.take = self.take
        engine.know = self.know

    @property
    def slow_readers(self) -> int:
        """Connections ended because their reader was too far behind."""
        return self._engine.slow_readers

    def on(self, event: str, handler: Handler) -> None:
        """Let `handler` deal with an event. It must not wait long: the connection's next message waits for it."""
        self._handlers[event] = handler

    def take(self, eio_sid: str, message: str) -> bool:
        """Deal with a message of the main namespace whose event is one of ours; whether that was so."""
        if not message.startswith(_EVENT):
            return False
        start = message.find("[", 2, 24)
        ack = message[2:start]
        handler = self._handlers.get(message[start + 2 : message.find('"', start + 2, start + 12)])
        if handler is None or start < 0 or not (not ack or (ack.isascii() and ack.isdigit())):
            return False
        try:
            name, *args = json.loads(message[start:])
        except (ValueError, RecursionError):
            return False
        sid = self._manager.sid_from_eio_sid(eio_sid, _NAMESPACE)
        session = self._engine.sockets.get(eio_sid)
        if sid is None or session is None or self._handlers.get(name) is not handler:
            return False
        handler(sid, tuple(args), Reply(self, session, ack))
        return True

    def know(self, session: Session, text: str) -> tuple[Handler, tuple[Any, ...]] | None:
        """What deals with a message, and what with, when it is of the most frequent kind; `take` knows all kinds."""
        found = _FREQUENT(text)
        if found is None:
            return None
        ack, name, data, draft = found.groups()
        handler = self._handlers.get(name)
        sid = self._manager.sid_from_eio_sid(session.sid, _NAMESPACE)
        if handler is None or sid is None:
            return None
        return handler, (sid, (data,) if draft is None else (data, draft), Reply(self, session, ack))

    def gather(self, seconds: float) -> None:
        """Sleep for so long; frequent events that come meanwhile are dealt with at the end of it."""
        self._engine.reader.gather(seconds)

    @contextmanager
    def together(self) -> Iterator[None]:
        """What is sent and answered in here reaches each page as one write, in the same order."""
        if self._held is not None:
            yield
            return
        held = self._held = []
        try:
            yield
        finally:
            self._held = None
            for wire in held:
                frames, wire.held = wire.held, b""
                if frames:  # nothing else has taken them along
                    wire.write(frames)

    def write(self, wire: Wire, frame: bytes) -> None:
        """Write a frame, or keep it for the end of `together`."""
        held = self._held
        if held is None:
            wire.write(frame)
        elif wire.held:
            wire.hold_more(frame)
        else:
            wire.held = frame
            held.append(wire)

    def send(self, event: str, args: tuple[Any, ...], *, to: str, skip: str | None = None) -> None:
        """Send an event to everybody in the room `to`: one frame, written straight to each member's socket."""
        frame = frame_of(f"{_EVENT}[{','.join([_part(value) for value in (event, *args)])}]")
        held, wires = self._held, self._manager.pages_in(to, self._engine.wire_of)
        skipped = wires.get(skip)
        for wire in wires.values():
            if wire is skipped or wire.closing_since is not None:
                continue
            if held is None or wire.held:
                self.write(wire, frame)
            else:  # as `write` does; these are the lines that run most often of all
                wire.held = frame
                held.append(wire)

    def text_of(self, value: Any) -> str:
        """The JSON of an answer."""
        known, text = self._told
        if known is not value:
            if type(value) is dict:
                text = f"{{{','.join([f'{quoted(name)}:{_part(item)}' for name, item in value.items()])}}}"
            else:
                text = _json(value)
            self._told = (value, text)
        return text
