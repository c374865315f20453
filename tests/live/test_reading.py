"""The short way in: order, faults, and that a connection is not read on before its message was dealt with."""

import gevent
from websockets.frames import Opcode

from tests.live.pair import Pair, masked


def test_messages_stay_in_order_whichever_way_they_go() -> None:
    found = Pair(takes=lambda text: not text.startswith("slow"))
    sent = [f"{kind} {number}" for number in range(20) for kind in ("fast", "fast", "slow")]
    for text in sent:
        found.send(masked(text))
        if text.endswith(("3 ", "7")):
            gevent.sleep(0.002)  # now and then a message comes by itself, now and then several at once
    found.until(lambda: len(found.heard) == len(sent) or found.reading.ready())
    found.send(masked("fast at last"))
    found.until(lambda: found.short[-1:] == ["fast at last"])
    found.send(masked(b"", Opcode.CLOSE))
    found.until(found.reading.ready)
    assert [text for text in found.heard if text != "fast at last"] == sent
    found.end()


def test_a_message_that_fails_costs_its_connection_and_no_other(pair: Pair) -> None:
    found = Pair(takes=lambda _text: True)
    reader = found.reader_of_all
    pair.wire.on_plain = lambda text: reader.add(pair.wire, pair.short.append, text) or True  # type: ignore[func-returns-value]
    found.send(masked("fault"))
    pair.send(masked("well"))
    found.until(found.reading.ready)
    found.until(lambda: pair.short == ["well"])
    assert not pair.reading.ready()
    pair.send(masked("still well"))
    found.until(lambda: pair.short == ["well", "still well"])
    found.end()


def test_a_connection_is_not_read_on_before_its_message_was_dealt_with(pair: Pair) -> None:
    pair.wire.on_plain = lambda text: pair.heard.append(text) or True  # type: ignore[func-returns-value]
    pair.send(masked("one"))
    pair.until(lambda: pair.heard == ["one"])
    pair.send(masked("two"))
    gevent.sleep(0.02)
    assert pair.heard == ["one"]
    pair.wire.read_on()
    pair.until(lambda: pair.heard == ["one", "two"])
