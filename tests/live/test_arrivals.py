"""Sockets that are watched together: each is heard, none keeps another waiting, and none is looked at while updates gather."""

import contextlib
import random
import socket
import time
from collections.abc import Iterator

import gevent
import pytest
from websockets.frames import CloseCode, Opcode

from consult.live import arrivals
from consult.live.arrivals import Arrivals
from consult.live.reading import Reader
from tests.live.pair import Pair, masked

pytestmark = pytest.mark.skipif(
    arrivals._EPOLL is None, reason="no epoll here: every socket is watched alone"
)


@pytest.fixture
def together() -> Iterator[Reader]:
    found = Reader()
    dealing = gevent.spawn(found.run)
    yield found
    dealing.kill()


@pytest.fixture
def pairs(together: Reader) -> Iterator[list[Pair]]:
    found = [Pair(takes=lambda text: text.startswith("fast"), together=together) for _ in range(5)]
    gevent.sleep(0.01)
    yield found
    for pair in found:
        pair.end()


def test_everybody_is_heard_in_order_whichever_way_and_whenever_they_write(
    together: Reader, pairs: list[Pair]
) -> None:
    chance = random.Random(4)
    gathering = gevent.spawn(lambda: [together.gather(chance.random() / 50) for _ in range(40)])
    sent: list[list[str]] = [[] for _ in pairs]
    for number in range(300):
        which = chance.randrange(len(pairs))
        sent[which].append(f"{chance.choice(['fast', 'fast', 'slow'])} {number}")
        pairs[which].send(masked(sent[which][-1]))
        if chance.random() < 0.2:
            gevent.sleep(chance.random() / 200)
    gathering.join(timeout=9)
    pairs[0].until(lambda: [pair.heard for pair in pairs] == sent)


def test_while_updates_gather_no_message_wakes_the_process(
    together: Reader, pairs: list[Pair], monkeypatch: pytest.MonkeyPatch
) -> None:
    heard_before: list[str] = []
    others: list[str] = []
    release = together.arrivals.release

    def look_first() -> None:
        heard_before.extend(text for pair in pairs for text in pair.heard)
        assert others == ["served"]
        release()

    monkeypatch.setattr(together.arrivals, "release", look_first)
    gathering = gevent.spawn(together.gather, 0.1)
    gevent.sleep(0)
    for pair in pairs:
        pair.send(masked("fast"), masked("slow"))
    gevent.spawn(others.append, "served")
    gathering.get()
    assert heard_before == []
    pairs[0].until(lambda: all(pair.heard == ["fast", "slow"] for pair in pairs))


def test_what_came_while_updates_gathered_is_read_before_the_gathering_ends(
    together: Reader, pairs: list[Pair]
) -> None:
    pairs[0].send(masked("fast"))
    for pair in pairs[1:]:
        pair.send(masked("fast"))
    together.gather(0.02)
    assert [pair.heard for pair in pairs] == [["fast"]] * len(pairs)


def test_one_that_fails_keeps_no_other_waiting(together: Reader, pairs: list[Pair]) -> None:
    def fails(_texts: list[str]) -> bool:
        raise ZeroDivisionError

    pairs[1].wire.on_plain = fails
    for pair in pairs:
        pair.send(masked("fast"))
    with contextlib.redirect_stderr(None):  # the hub says there what failed
        pairs[0].until(lambda: all(pair.heard for pair in pairs if pair is not pairs[1]))


def test_who_is_not_read_for_a_while_does_not_keep_the_process_busy(together: Reader) -> None:
    """A socket with something that nobody wants yet, or whose other end has gone, would be told of again and again."""
    ours, theirs = socket.socketpair()
    heard: list[bytes] = []
    watched = together.arrivals.watch(ours.fileno())
    watched.start(lambda: heard.append(ours.recv(10)))
    watched.stop()
    theirs.send(b"first")
    theirs.close()
    gevent.sleep(0.05)
    before = time.process_time()
    gevent.sleep(0.2)
    assert time.process_time() - before < 0.1
    assert heard == []
    watched.start(lambda: heard.append(ours.recv(10)))
    gevent.sleep(0.05)
    assert heard[:2] == [b"first", b""], "then it hears of the end until it stops"
    watched.close()
    ours.close()


def test_a_descriptor_that_is_used_again_is_another_socket() -> None:
    found, heard = Arrivals(), list[str]()
    for name in ("one", "two"):
        ours, theirs = socket.socketpair()
        watched = found.watch(ours.fileno())
        watched.start(lambda name=name, ours=ours: heard.append(f"{name} {ours.recv(10).decode()}"))  # type: ignore[misc]
        theirs.send(b"said")
        gevent.sleep(0.02)
        watched.close()
        ours.close()
        theirs.close()
    assert heard == ["one said", "two said"]


def test_a_page_that_closes_while_updates_gather_has_ended_after_it(
    together: Reader, pairs: list[Pair]
) -> None:
    gathering = gevent.spawn(together.gather, 0.05)
    gevent.sleep(0)
    pairs[0].send(masked(CloseCode.NORMAL_CLOSURE.to_bytes(2, "big"), Opcode.CLOSE))
    pairs[1].client.close()
    gathering.join()
    pairs[0].until(lambda: pairs[0].reading.ready() and pairs[1].reading.ready())
