"""The short way in: order, faults, and that a connection is not read on before its message was dealt with."""

from types import SimpleNamespace

import gevent
import gevent.event
import pytest
from websockets.frames import Opcode

from consult.live import reading
from consult.live.transport import PLAIN_AT_ONCE
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


def test_several_messages_of_one_read_go_the_short_way_together_or_not_at_all() -> None:
    found = Pair(takes=lambda text: text.startswith("fast"))

    def heard_of(*texts: str | bytes) -> list[str]:
        before, short = len(found.heard), len(found.short)
        found.send(b"".join(text if isinstance(text, bytes) else masked(text) for text in texts))
        expected = [text for text in texts if isinstance(text, str)]
        found.until(lambda: found.heard[before:] == expected)
        return found.short[short:]

    long = f"fast {'x' * 300}"
    assert heard_of("fast one", long, "fast three") == ["fast one", long, "fast three"]
    assert heard_of("fast one", "slow", "fast three") == []
    assert heard_of("fast one", masked(b"", Opcode.PONG)) == []
    many = [f"fast {number}" for number in range(PLAIN_AT_ONCE)]
    assert heard_of(*many) == many
    assert heard_of(*many, "fast and one more") == []
    whole = masked("fast in two pieces")
    found.send(masked("fast first") + whole[:9])
    found.until(lambda: found.heard[-1:] == ["fast first"])
    found.send(whole[9:])
    found.until(lambda: found.heard[-1:] == ["fast in two pieces"])
    assert heard_of("fast again") == ["fast again"]
    found.end()


def test_a_message_that_fails_costs_its_connection_and_no_other(pair: Pair) -> None:
    found = Pair(takes=lambda _text: True)
    reader = found.reader_of_all
    pair.wire.on_plain = lambda texts: reader.add(pair.wire, [(pair.short.extend, (texts,))]) or True  # type: ignore[func-returns-value]
    found.send(masked("fault"))
    pair.send(masked("well"))
    found.until(found.reading.ready)
    found.until(lambda: pair.short == ["well"])
    assert not pair.reading.ready()
    pair.send(masked("still well"))
    found.until(lambda: pair.short == ["well", "still well"])
    found.end()


def test_a_connection_is_not_read_on_before_its_message_was_dealt_with(pair: Pair) -> None:
    pair.wire.on_plain = lambda texts: pair.heard.extend(texts) or True  # type: ignore[func-returns-value]
    pair.send(masked("one"))
    pair.until(lambda: pair.heard == ["one"])
    pair.send(masked("two"))
    gevent.sleep(0.02)
    assert pair.heard == ["one"]
    pair.wire.read_on()
    pair.until(lambda: pair.heard == ["one", "two"])


def test_what_comes_while_updates_gather_is_dealt_with_in_one_go_at_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    over = gevent.event.Event()
    asleep = SimpleNamespace(sleep=lambda seconds: over.wait() if seconds else gevent.sleep(0))
    monkeypatch.setattr(reading, "gevent", asleep)
    one, two = (Pair(takes=lambda _text: True) for _ in range(2))
    two.wire.on_plain = lambda texts: one.reader_of_all.add(two.wire, [(two.short.extend, (texts,))]) or True  # type: ignore[func-returns-value]

    def gather() -> tuple[list[str], list[str]]:
        one.reader_of_all.gather(0.5)
        return list(one.short), list(two.short)

    gathering = gevent.spawn(gather)
    gevent.sleep(0)
    one.send(masked("first"))
    two.send(masked("second"))
    one.until(lambda: len(one.reader_of_all._heard) == 2)
    one.send(masked("third"))
    gevent.sleep(0.02)
    assert (one.short, two.short) == ([], [])
    over.set()
    assert gathering.get(timeout=5) == (["first"], ["second"]), "a connection is read on only afterwards"
    one.until(lambda: one.short == ["first", "third"])
    one.end()
    two.end()
