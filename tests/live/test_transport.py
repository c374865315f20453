"""The websocket driver on a pair of sockets: opening, frames in every shape, bounds, pace, slow readers, every kind of end."""

import socket
from itertools import pairwise

import gevent
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.frames import CloseCode, Frame, Opcode

from consult import clock
from consult.live import transport
from consult.live.opening import handshake
from consult.live.transport import frame_of
from tests.live.pair import ORIGIN, REQUEST, Pair, masked


def changed(**fields: str | None) -> list[tuple[str, str]]:
    """The request with other values; None leaves a header out."""
    found = {name: fields.get(name.lower().replace("-", "_"), value) for name, value in REQUEST}
    return [(name, value) for name, value in found.items() if value is not None]


def announced(size: int, opcode: int = 0x82) -> bytes:
    """The head of a masked frame of that size, without its body."""
    return bytes([opcode, 0xFF]) + size.to_bytes(8, "big") + b"\x00" * 4


# Opening.


def test_a_page_is_let_in_and_nothing_is_compressed() -> None:
    _protocol, status, answer = handshake("/socket.io/?EIO=4", REQUEST, [ORIGIN])
    assert status == 101
    assert b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in answer
    assert b"permessage-deflate" not in answer


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"origin": "https://elsewhere.example"}, 403),
        ({"origin": None}, 403),
        ({"origin": "null"}, 403),
        ({"upgrade": None}, 426),
        ({"connection": "keep-alive"}, 426),
        ({"sec_websocket_key": None}, 400),
        ({"sec_websocket_key": "short"}, 400),
        ({"sec_websocket_version": "8"}, 400),
        ({"host": "bad\x00host"}, 400),
    ],
)
def test_who_is_turned_away(fields: dict[str, str | None], status: int) -> None:
    _protocol, found, answer = handshake("/socket.io/?EIO=4", changed(**fields), [ORIGIN])
    assert found == status
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())


def test_what_came_and_was_not_read_is_seen_and_left_where_it_is() -> None:
    pair = Pair()
    assert not pair.wire.has_unread()
    pair.client.send(masked("later"))
    assert pair.wire.has_unread()
    pair.until(lambda: pair.heard)
    assert pair.heard == ["later"]
    assert not pair.wire.has_unread()
    pair.wire.abort()
    assert not pair.wire.has_unread()


# Frames.


def test_messages_arrive_whole_and_in_order(pair: Pair) -> None:
    pair.send(masked("one"), masked(b"\x00\x01"), masked("ä" * 40_000))
    pair.until(lambda: len(pair.heard) == 0 and pair.answers() == [])
    pair.send(masked(b"\x03\xe8", Opcode.CLOSE))
    pair.until(pair.reading.ready)
    assert pair.heard == ["one", b"\x00\x01", "ä" * 40_000]


def test_fragments_make_one_message_with_a_ping_between_them(pair: Pair) -> None:
    pair.send(
        masked("he", fin=False),
        masked(b"are you there", Opcode.PING),
        masked(b"l", Opcode.CONT, fin=False),
        masked(b"lo", Opcode.CONT),
        masked(b"\x01", fin=False),
        masked(b"\x02", Opcode.CONT),
    )
    pongs = [frame for frame in pair.answers() if frame.opcode is Opcode.PONG]
    assert [bytes(frame.data) for frame in pongs] == [b"are you there"]
    pair.send(masked(b"", Opcode.CLOSE))
    pair.until(pair.reading.ready)
    assert pair.heard == ["hello", b"\x01\x02"]


def test_a_message_may_come_byte_by_byte(pair: Pair) -> None:
    for byte in masked("slowly") + masked(b"", Opcode.CLOSE):
        pair.send(bytes([byte]))
        gevent.sleep(0)
    pair.until(pair.reading.ready)
    assert pair.heard == ["slowly"]


SIZES = st.one_of(st.integers(0, 140), st.sampled_from([65_535, 65_536]), st.integers(4_080, 4_100))


@given(
    messages=st.lists(st.tuples(SIZES, st.booleans()), min_size=1, max_size=6),
    cuts=st.lists(st.floats(0, 1), max_size=8),
)
@settings(max_examples=60, deadline=None)
def test_however_the_bytes_are_cut_the_messages_are_the_same(
    messages: list[tuple[int, bool]], cuts: list[float]
) -> None:
    """The short way for a message that comes by itself, and the long one, hear the same."""
    wanted = ["é" * (size // 2) + "x" * (size % 2) for size, _whole in messages]
    stream = b""
    for text, (_size, whole) in zip(wanted, messages, strict=True):
        half = len(text) // 2
        parts = (
            [masked(text)] if whole else [masked(text[:half], fin=False), masked(text[half:], Opcode.CONT)]
        )
        stream += b"".join(parts)
    stream += masked(b"", Opcode.CLOSE)
    bounds = sorted({0, len(stream), *(int(cut * len(stream)) for cut in cuts)})
    found = Pair(takes=lambda _text: True)
    for start, end in pairwise(bounds):
        self_paced(found.client, stream[start:end])
        gevent.sleep(0)
    found.until(found.reading.ready)
    assert found.heard == wanted
    found.end()


def test_a_length_in_eight_bytes_is_not_taken_for_a_short_one(pair: Pair) -> None:
    frame = bytes([0x81, 0xFF]) + (119).to_bytes(8, "big") + bytes(4) + b"a" * 119
    assert len(frame) == 2 + 4 + 127
    pair.send(frame, masked(b"", Opcode.CLOSE))
    pair.until(pair.reading.ready)
    assert pair.heard in ([], ["a" * 119])


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", CloseCode.PROTOCOL_ERROR),
        (bytes(range(0xF0, 0x100)) * 20, CloseCode.PROTOCOL_ERROR),
        (Frame(Opcode.TEXT, b"not masked").serialize(mask=False), CloseCode.PROTOCOL_ERROR),
        (masked(b"nothing to continue", Opcode.CONT), CloseCode.PROTOCOL_ERROR),
        (b"\xc1\x80\x00\x00\x00\x00", CloseCode.PROTOCOL_ERROR),
        (masked(b"\xff\xfe", Opcode.TEXT), CloseCode.INVALID_DATA),
        (masked(b"\xff", Opcode.TEXT, fin=False) + masked(b"\xfe", Opcode.CONT), CloseCode.INVALID_DATA),
        (announced(transport.MESSAGE_BYTES + 1), CloseCode.MESSAGE_TOO_BIG),
        (announced(2**63 - 1), CloseCode.MESSAGE_TOO_BIG),
    ],
    ids=[
        "http",
        "reserved bits",
        "not masked",
        "nothing to continue",
        "compressed",
        "not utf-8",
        "not utf-8 in parts",
        "too big",
        "far too big",
    ],
)
def test_what_no_page_sends_ends_the_connection(pair: Pair, sent: bytes, status: int) -> None:
    pair.send(sent)
    assert pair.closed_with() == status
    pair.until(pair.reading.ready)
    assert pair.heard == []


def test_a_message_of_the_limit_is_taken(pair: Pair) -> None:
    gevent.spawn(self_paced, pair.client, masked(b"x" * transport.MESSAGE_BYTES) + masked(b"", Opcode.CLOSE))
    pair.until(pair.reading.ready)
    assert [len(message) for message in pair.heard] == [transport.MESSAGE_BYTES]


def self_paced(client: socket.socket, data: bytes) -> None:
    """Send more than the socket takes at once."""
    while data:
        try:
            data = data[client.send(data) :]
        except BlockingIOError:
            gevent.sleep(0.001)


def test_fragments_count_together(pair: Pair) -> None:
    parts = [
        masked(b"x" * 50_000, Opcode.CONT if number else Opcode.BINARY, fin=False) for number in range(6)
    ]
    gevent.spawn(self_paced, pair.client, b"".join(parts))
    assert pair.until(lambda: pair.wire.closing_since is not None or pair.reading.ready()) is None
    assert pair.heard == []


# Pace.


@pytest.mark.parametrize("short", [False, True], ids=["ordinary", "short way"])
def test_a_page_is_read_without_a_pause_and_a_flood_at_the_pace_of_the_limit(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, short: bool
) -> None:
    if short:
        pair.wire.on_plain = pair.takes
    taken: list[float] = []
    sleep = gevent.sleep

    def pause(seconds: float) -> None:
        if seconds == transport.PAUSE_SECONDS:
            taken.append(seconds)
            sleep(0)
        else:
            sleep(seconds)

    monkeypatch.setattr(clock, "monotonic", lambda: sum(taken))
    monkeypatch.setattr(transport.gevent, "sleep", pause)
    pair.send(masked("x") * transport.FRAMES_AT_ONCE)
    pair.until(lambda: pair.answers() == [])
    assert taken == []
    pair.send(masked("x") * 5 * transport.FRAMES_PER_SECOND, masked(b"", Opcode.CLOSE))
    pair.until(pair.reading.ready)
    assert sum(taken) == pytest.approx(5, abs=2 * transport.PAUSE_SECONDS)
    assert len(pair.heard) == transport.FRAMES_AT_ONCE + 5 * transport.FRAMES_PER_SECOND


# Writing.


def test_what_the_socket_does_not_take_at_once_comes_later_and_in_order(pair: Pair) -> None:
    pair.server.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    sent = [f"{number}:" + "y" * 20_000 for number in range(12)]
    for message in sent:
        pair.wire.write(frame_of(message))
    found: list[str] = []
    pair.until(lambda: found.extend(str(f.data, "utf-8") for f in pair.answers()) or len(found) == len(sent))
    assert found == sent
    assert pair.slow == 0


def test_who_does_not_read_is_disconnected_and_nothing_more_is_kept(pair: Pair) -> None:
    pair.server.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    for _ in range(400):
        pair.wire.write(frame_of("y" * 10_000))
    pair.until(pair.reading.ready)
    assert pair.slow == 1
    assert not pair.wire._backlog


def test_one_large_answer_may_wait_for_its_reader(pair: Pair) -> None:
    pair.server.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    pair.wire.write(frame_of("z" * 3 * transport.BACKLOG_BYTES))
    for _ in range(10):
        pair.wire.write(frame_of("y" * 1000))
    sizes: list[int] = []
    pair.until(lambda: sizes.extend(len(frame.data) for frame in pair.answers()) or len(sizes) == 11)
    assert sizes == [3 * transport.BACKLOG_BYTES, *[1000] * 10]


def test_several_large_answers_do_not_wait_for_who_reads_none(pair: Pair) -> None:
    """Who keeps asking for a whole document and reads nothing does not fill the memory with copies of it."""
    pair.server.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    answer = frame_of("z" * 3 * transport.BACKLOG_BYTES)
    pair.wire.write(answer)
    assert pair.slow == 0
    pair.wire.write(answer)
    assert pair.slow == 1
    pair.until(pair.reading.ready)
    assert not pair.wire._backlog


# Ending.


def test_a_page_that_closes_is_answered(pair: Pair) -> None:
    pair.send(masked(b"\x03\xe9", Opcode.CLOSE))
    assert pair.closed_with() == CloseCode.GOING_AWAY
    pair.until(pair.reading.ready)


def test_the_server_closes_and_the_page_answers(pair: Pair) -> None:
    pair.wire.close()
    assert pair.closed_with() == CloseCode.NORMAL_CLOSURE
    assert pair.wire.closing_since is not None
    assert not pair.reading.ready()
    pair.send(masked(b"\x03\xe8", Opcode.CLOSE))
    pair.until(pair.reading.ready)


def test_a_connection_that_breaks_ends_the_reading(pair: Pair) -> None:
    pair.send(masked("last words"), masked("cut")[:-1])
    pair.client.shutdown(socket.SHUT_WR)
    pair.until(pair.reading.ready)
    assert pair.heard == ["last words"]


def test_a_reset_connection_ends_reading_and_writing(pair: Pair) -> None:
    pair.client.close()
    pair.wire.write(frame_of("nobody reads this"))
    pair.wire.write(frame_of("nor this"))
    pair.until(pair.reading.ready)
