"""The frame reader: how much a client may make the server read, and how fast."""

import io

import pytest
from geventwebsocket.exceptions import ProtocolError

from consult import clock
from consult.live import transport

PING = b"\x89\x80\x00\x00\x00\x00"


class Wire:
    """What a client sent, all there at once; keeps what it is answered."""

    def __init__(self, sent: bytes) -> None:
        self.read = io.BytesIO(sent).read
        self.answers: list[bytes] = []
        self.write = self.answers.append


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Pauses taken; time passes in them only."""
    taken: list[float] = []
    monkeypatch.setattr(clock, "monotonic", lambda: sum(taken))
    monkeypatch.setattr(transport.gevent, "sleep", taken.append)
    return taken


def reader_of(sent: bytes) -> transport.BoundedWebSocket:
    return transport.BoundedWebSocket({}, Wire(sent), None)


def test_a_page_is_read_without_a_pause(pauses: list[float]) -> None:
    reader = reader_of(PING * transport.FRAMES_AT_ONCE)
    for _ in range(transport.FRAMES_AT_ONCE):
        reader.read_frame()
    assert pauses == []


def test_a_flood_is_read_at_the_pace_of_the_limit(pauses: list[float]) -> None:
    more = 5 * transport.FRAMES_PER_SECOND
    reader = reader_of(PING * (transport.FRAMES_AT_ONCE + more))
    for _ in range(transport.FRAMES_AT_ONCE + more):
        reader.read_frame()
    assert sum(pauses) == pytest.approx(5, abs=2 * transport.PAUSE_SECONDS)


def test_a_frame_that_announces_too_much_is_refused_unread(pauses: list[float]) -> None:
    announced = (transport.MESSAGE_BYTES + 1).to_bytes(8, "big")
    reader = reader_of(b"\x82\xff" + announced + b"\x00" * 4 + b"x" * 10)
    with pytest.raises(ProtocolError, match="too big"):
        reader.read_frame()
    assert reader.stream.read() == b"x" * 10


def test_fragments_count_together(pauses: list[float]) -> None:
    size = 50_000
    fragments = (
        (b"\x02" if number == 0 else b"\x00") + b"\xfe" + size.to_bytes(2, "big") + b"\x00" * 4 + b"x" * size
        for number in range(6)
    )
    reader = reader_of(b"".join(fragments))
    for _ in range(5):
        reader.read_frame()
    with pytest.raises(ProtocolError, match="too big"):
        reader.read_frame()
