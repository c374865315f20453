"""The short lane against the ordinary way: the same bytes, to the same people; and the heartbeat that ends half-open pages."""

import contextlib
import json
import socket
from typing import Any

import pytest
import socketio
from engineio import packet
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.server import ServerProtocol

from consult import clock
from consult.live import engine as engines
from consult.live import transport
from consult.live.engine import Engine, Session
from consult.live.lane import Lane
from consult.live.manager import IndexedManager
from consult.live.transport import Wire, frame_of

OPTIONS: dict[str, Any] = {"async_mode": "threading", "ping_interval": 15, "ping_timeout": 10}


class Written:
    """Keeps what is written to a page."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.ended: list[str] = []
        self.closing_since: float | None = None
        self.held = b""
        self.is_unread = False

    def has_unread(self) -> bool:
        return self.is_unread

    def write(self, frame: bytes) -> None:
        self.written.append(frame)

    def keeps_pace(self, _frames: int) -> bool:
        return True

    def close(self) -> None:
        self.ended.append("close")
        self.closing_since = clock.monotonic()

    def abort(self) -> None:
        self.ended.append("abort")


class House:
    """A Socket.IO server on our engine, with pages in rooms, without a network."""

    def __init__(self) -> None:
        self.server = socketio.Server(async_handlers=False, client_manager=IndexedManager(), **OPTIONS)
        self.engine = engines.use(self.server, **OPTIONS)
        self.lane = Lane(self.server, self.engine)
        self.server.on("connect", lambda sid, environ: None)
        self.server.on("disconnect", lambda sid, reason: self.gone.append((sid, reason)))
        self.gone: list[tuple[str, str]] = []

    def page(self) -> tuple[str, Session]:
        """A connected page: its Socket.IO id and its session."""
        eio_sid = self.engine.generate_id()
        session = self.engine.sockets[eio_sid] = Session(self.engine, eio_sid, Written())  # type: ignore[arg-type]
        self.engine._trigger_event("connect", eio_sid, {"REQUEST_METHOD": "GET"}, run_async=False)
        session.receive(packet.Packet(encoded_packet="40"))
        sid = self.server.manager.sid_from_eio_sid(eio_sid, "/")
        session.wire.written.clear()  # type: ignore[attr-defined]
        return sid, session


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1000.0]
    monkeypatch.setattr(clock, "monotonic", lambda: now[0])
    return now


def written(session: Session) -> list[bytes]:
    return session.wire.written  # type: ignore[attr-defined,no-any-return]


@pytest.mark.parametrize("args", [("AAEC", 7, "draft1"), ('with "quotes" and ä \u2028', None), ({"a": [1]},)])
def test_the_lane_writes_what_emit_writes(house: House, args: tuple[Any, ...]) -> None:
    (first, one), (_second, two), (_third, three) = house.page(), house.page(), house.page()
    for sid in (first, _second):
        house.server.enter_room(sid, "draft:x")
    house.server.emit("u", args, to="draft:x", skip_sid=first)
    ordinary = [list(written(session)) for session in (one, two, three)]
    for session in (one, two, three):
        written(session).clear()
    house.lane.send("u", args, to="draft:x", skip=first)
    assert [written(session) for session in (one, two, three)] == ordinary
    assert [len(frames) for frames in ordinary] == [0, 1, 0]


def test_who_left_the_room_hears_nothing_any_more(house: House) -> None:
    (stays, one), (leaves, two) = house.page(), house.page()
    for sid in (stays, leaves):
        house.server.enter_room(sid, "draft:x")
    house.server.leave_room(leaves, "draft:x")
    house.lane.send("u", ("AAEC",), to="draft:x")
    assert (len(written(one)), len(written(two))) == (1, 0)


def test_who_is_gone_is_passed_over(house: House) -> None:
    (gone, one), (here, two) = house.page(), house.page()
    for sid in (gone, here):
        house.server.enter_room(sid, "draft:x")
    one.wire.close()
    house.lane.send("u", ("AAEC",), to="draft:x")
    assert (len(written(one)), len(written(two))) == (0, 1)


def test_one_frame_is_built_for_a_room_also_by_emit(house: House) -> None:
    pages = [house.page() for _ in range(3)]
    for sid, _session in pages:
        house.server.enter_room(sid, "r")
    house.server.emit("event", {"name": "x"}, to="r")
    first, *others = (written(session)[0] for _sid, session in pages)
    assert all(frame is first for frame in others)


def test_an_event_goes_the_short_way_and_its_answer_comes_back(house: House) -> None:
    sid, session = house.page()
    taken: list[tuple[str, tuple[Any, ...]]] = []

    def handle(who: str, args: tuple[Any, ...], reply: Any) -> None:
        taken.append((who, args))
        reply.set({"ok": 1, "seq": len(taken)})

    house.lane.on("u", handle)
    assert session._take('4212["u","AAEC","draft1"]')
    assert session._take('42["u","AAED"]')
    assert taken == [(sid, ("AAEC", "draft1")), (sid, ("AAED",))]
    assert written(session) == [frame_of('4312[{"ok":1,"seq":1}]')]


def test_answers_of_one_tick_share_their_text_and_keep_their_numbers(house: House) -> None:
    replies: list[Any] = []
    house.lane.on("u", lambda sid, args, reply: replies.append(reply))
    (_a, one), (_b, two) = house.page(), house.page()
    one._take('421["u"]')
    two._take('4277["u"]')
    ack = {"ok": 1, "seq": 4}
    for reply in replies:
        reply.set(ack)
    assert written(one) == [frame_of('431[{"ok":1,"seq":4}]')]
    assert written(two) == [frame_of('4377[{"ok":1,"seq":4}]')]


def real_wire(session: Session) -> socket.socket:
    """Put a real wire under a session; the page's end of it."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.setblocking(False)
    session.wire = Wire(ours, ServerProtocol())
    return theirs


def test_what_is_told_together_reaches_a_page_in_one_write_and_in_order(house: House) -> None:
    sid, session = house.page()
    house.lane.on("u", lambda _sid, _args, reply: replies.append(reply))
    replies: list[Any] = []
    session._take('421["u","x"]')
    house.server.enter_room(sid, "draft:x")
    written(session).clear()
    page = real_wire(session)
    with house.lane.together():
        house.lane.send("u", ("AAEC", 1), to="draft:x")
        with house.lane.together():
            replies[0].set({"ok": 1, "seq": 1})
        with pytest.raises(BlockingIOError):
            page.recv(100)
        house.lane.send("a", ("AAED",), to="draft:x")
    said = [frame_of(text) for text in ('42["u","AAEC",1]', '431[{"ok":1,"seq":1}]', '42["a","AAED"]')]
    assert page.recv(1000) == b"".join(said)


def test_what_is_written_in_between_stays_in_order(house: House) -> None:
    sid, session = house.page()
    house.server.enter_room(sid, "draft:x")
    page = real_wire(session)
    with contextlib.suppress(ValueError), house.lane.together():
        house.lane.send("u", ("first",), to="draft:x")
        house.server.emit("perm", "second", to=sid)
        house.lane.send("u", ("third",), to="draft:x")
        raise ValueError
    said = [
        frame_of(f'42["{name}","{text}"]')
        for name, text in (("u", "first"), ("perm", "second"), ("u", "third"))
    ]
    assert page.recv(1000) == b"".join(said)


def test_what_is_held_for_a_page_is_bounded_and_gone_with_it(house: House) -> None:
    sid, session = house.page()
    house.server.enter_room(sid, "draft:x")
    page = real_wire(session)
    page.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    with house.lane.together():
        for _ in range(60):
            house.lane.send("u", ("x" * 10_000,), to="draft:x")
        assert len(session.wire.held) <= transport.READ_MORE_BYTES + 20_000
    assert session.wire._is_over, "a reader so far behind is cut off"
    assert session.wire.held == b""


@pytest.mark.parametrize(
    "message",
    [
        '42/admin,1["u","x"]',
        '421["other","x"]',
        '421["u"',
        '421["u","x"',
        "42",
        "421",
        "42[]",
        '42-1["u"]',
        '42\u0661["u"]',
        '421{"u":1}',
        '421["\\u0075","x"]',
        '451-["u",{"_placeholder":true,"num":0}]',
        "2",
        "3",
        "",
    ],
)
def test_what_the_lane_does_not_understand_goes_the_ordinary_way(house: House, message: str) -> None:
    _sid, session = house.page()
    taken: list[Any] = []
    house.lane.on("u", lambda *args: taken.append(args))
    assert house.lane.take(session.sid, message) is False
    assert taken == []


BASE64 = st.text("ABCxyz019+/=", max_size=20)
HALF_KNOWN = st.one_of(
    st.builds(
        '42{}["{}","{}"{}]'.format,
        st.sampled_from(["", "0", "12", "007", "-1", "1" * 25]),
        st.sampled_from(["u", "a", "c", "x", "uu", "\\u0075"]),
        BASE64 | st.text(max_size=5),
        st.sampled_from(["", ',"draft-1"', ',""', ', "d"', ",null", ",7", ',"d",1', ',"ä"', ',"\\n"']),
    ),
    st.text(max_size=20),
)


@given(text=HALF_KNOWN)
@settings(max_examples=300, deadline=None)
def test_what_is_recognised_at_once_is_understood_as_by_the_ordinary_way(text: str) -> None:
    house = House()
    sid, session = house.page()
    calls: list[Any] = []
    for name in ("u", "a"):
        house.lane.on(name, lambda who, args, reply, name=name: calls.append((name, who, args, reply._ack)))
    known = house.lane.know(session, text)
    if known is None:
        return
    deal, heard = known
    deal(*heard)
    assert session._take(text)
    assert calls[0] == calls[1]
    assert calls[0][1:3] == (sid, tuple(json.loads(text[text.index("[") :])[1:]))


def test_a_page_that_has_not_connected_yet_has_no_short_way(house: House) -> None:
    eio_sid = house.engine.generate_id()
    house.engine.sockets[eio_sid] = Session(house.engine, eio_sid, Written())  # type: ignore[arg-type]
    house.lane.on("u", lambda *args: pytest.fail("taken"))
    assert house.lane.take(eio_sid, '421["u","x"]') is False
    assert house.lane.know(house.engine.sockets[eio_sid], '421["u","x"]') is None


def test_deep_nesting_is_no_way_to_end_the_reader(house: House) -> None:
    _sid, session = house.page()
    house.lane.on("u", lambda sid, args, reply: reply.set({"ok": 0}))
    deep = '421["u",' + "[" * 100_000 + "]" * 100_000 + "]"
    house.lane.take(session.sid, deep)
    assert session._take('422["u","x"]')


# Pings.


@pytest.mark.parametrize("is_short", [True, False])
def test_a_page_is_pinged_and_kept_as_long_as_it_answers(
    house: House, time: list[float], is_short: bool
) -> None:
    _sid, session = house.page()
    session.schedule_ping()
    for _ in range(4):
        time[0] += 14
        session.beat(time[0])
        assert written(session) == []
        time[0] += 1
        session.beat(time[0])
        assert written(session) == [frame_of("2")]
        if is_short:
            assert session._hears(["3"])
            ((_wire, ((act, arguments),)),) = house.engine.reader._heard
            act(*arguments)
            house.engine.reader._heard.clear()
        else:
            session.receive(packet.Packet(encoded_packet="3"))
        written(session).clear()
    assert not session.closed


def test_a_half_open_connection_ends_after_the_time_for_a_pong(house: House, time: list[float]) -> None:
    sid, session = house.page()
    session.schedule_ping()
    time[0] += 15
    session.beat(time[0])
    time[0] += 10
    session.beat(time[0])
    assert not session.closed
    time[0] += 1
    session.beat(time[0])
    assert session.closed
    assert session.wire.ended == ["abort"]  # type: ignore[attr-defined]
    assert house.gone == [(sid, "ping timeout")]


def test_whose_answer_a_busy_process_has_not_read_is_not_given_up_but_not_for_ever(
    house: House, time: list[float]
) -> None:
    _sid, session = house.page()
    session.schedule_ping()
    time[0] += 15
    session.beat(time[0])
    session.wire.is_unread = True  # type: ignore[attr-defined]
    time[0] += 4 * 10
    session.beat(time[0])
    assert not session.closed
    time[0] += 1
    session.beat(time[0])
    assert session.closed


def test_a_page_that_does_not_close_is_cut_off(house: House, time: list[float]) -> None:
    _sid, session = house.page()
    session.close()
    assert session.wire.ended == ["close"]  # type: ignore[attr-defined]
    time[0] += engines.CLOSE_SECONDS + 1
    session.beat(time[0])
    assert session.wire.ended == ["close", "abort"]  # type: ignore[attr-defined]


def test_disconnecting_tells_the_handlers_once(house: House) -> None:
    sid, session = house.page()
    house.server.disconnect(sid)
    session.close(abort=True, reason=Engine.reason.TRANSPORT_CLOSE)
    assert [entry[0] for entry in house.gone] == [sid]
    assert json.loads(written(session)[0][2:].lstrip(b"4") or b"0") == 1  # Socket.IO's goodbye, "41"
